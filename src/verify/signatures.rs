//! Signatures between certificates, each checked once and all of them counted.

use std::collections::BTreeMap;

use rustls::crypto::ring;
use rustls::pki_types::SignatureVerificationAlgorithm;

use super::MAX_SIGNATURES;
use super::certificate::{Certificate, MIN_RSA_BITS};
use crate::budget::{Late, Pace, STRETCH};
use crate::der::PublicKey;

/// What a verification has spent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exhausted {
    /// Signature checks, or steps.
    Work,
    /// The caller's time.
    Time,
}

impl From<Late> for Exhausted {
    fn from(_: Late) -> Self {
        Self::Time
    }
}

/// What a key makes of a certificate's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Good,
    Bad,
    /// Its algorithm or the key is of unknown kind or too weak.
    Unsupported,
}

/// Checks signatures and remembers the results.
pub(super) struct Signatures<'a> {
    pace: &'a Pace,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    /// By the addresses of certificate and key, which outlive the search.
    known: BTreeMap<(usize, usize), Signature>,
    left: u32,
}

/// Lets the cryptography look at the processor now.
pub(super) fn prepare() {
    for algorithm in algorithms() {
        let _refused = algorithm.verify_signature(&[], &[], &[]);
    }
}

fn algorithms() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    ring::default_provider().signature_verification_algorithms.all
}

impl<'a> Signatures<'a> {
    pub(super) fn new(pace: &'a Pace) -> Self {
        let known = BTreeMap::new();
        Self { pace, algorithms: algorithms(), known, left: MAX_SIGNATURES }
    }

    /// Whether `key` signed the certificate; SHA-1, MD5 and short RSA keys make no signatures.
    pub(super) async fn verify(
        &mut self,
        certificate: &Certificate<'_>,
        key: &PublicKey<'_>,
    ) -> Result<Signature, Exhausted> {
        let fields = &certificate.fields;
        let pair = (fields.tbs.as_ptr().addr(), key.spki.as_ptr().addr());
        if let Some(known) = self.known.get(&pair) {
            return Ok(*known);
        }
        let mut found = self.refusal(certificate, key);
        for algorithm in self.algorithms.iter().filter(|algorithm| {
            fields.signed_algorithm == fields.signature_algorithm
                && algorithm.signature_alg_id().as_ref() == fields.signature_algorithm
                && algorithm.public_key_alg_id().as_ref() == key.algorithm
        }) {
            self.left = self.left.checked_sub(1).ok_or(Exhausted::Work)?;
            // Its cost is the stranger's choice, so each one is a stretch.
            self.pace.work(STRETCH).await?;
            let (message, signature) = (fields.tbs, fields.signature);
            let check = || algorithm.verify_signature(key.bits, message, signature).is_ok();
            #[cfg(dane_policy_fuzzing)]
            let check =
                || crate::fuzzing::signature::is_good([key.spki, message, signature], check);
            if check() {
                found = Signature::Good;
                break;
            }
        }
        self.known.insert(pair, found);
        Ok(found)
    }

    /// What a signature that does not verify is.
    fn refusal(&self, certificate: &Certificate<'_>, key: &PublicKey<'_>) -> Signature {
        let mut algorithms = self.algorithms.iter();
        let signature = certificate.fields.signature_algorithm;
        let is_known = algorithms.any(|it| it.signature_alg_id().as_ref() == signature)
            && self.algorithms.iter().any(|it| it.public_key_alg_id().as_ref() == key.algorithm)
            && !key.is_compressed()
            && key.rsa_bits().is_none_or(|bits| bits >= MIN_RSA_BITS);
        if is_known { Signature::Bad } else { Signature::Unsupported }
    }
}
