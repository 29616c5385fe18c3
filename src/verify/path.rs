//! Signatures between certificates, each checked once and all of them counted.

use std::collections::HashMap;

use rustls::crypto::ring;
use rustls::pki_types::SignatureVerificationAlgorithm;

use super::MAX_SIGNATURES;
use super::certificate::Certificate;
use crate::der::PublicKey;

/// The number of signature checks is spent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exhausted;

/// Checks signatures and remembers the results.
pub(super) struct Signatures {
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
    /// By the addresses of certificate and key, which outlive the search.
    known: HashMap<(usize, usize), bool>,
    left: u32,
}

/// Lets the cryptography look at the processor now.
pub(super) fn prepare() {
    for algorithm in Signatures::new().algorithms {
        let _refused = algorithm.verify_signature(&[], &[], &[]);
    }
}

impl Signatures {
    pub(super) fn new() -> Self {
        let algorithms = ring::default_provider().signature_verification_algorithms.all;
        Self { algorithms, known: HashMap::new(), left: MAX_SIGNATURES }
    }

    /// Whether `key` signed the certificate; SHA-1, MD5 and short RSA keys are no signatures.
    pub(super) fn verify(
        &mut self,
        certificate: &Certificate<'_>,
        key: &PublicKey<'_>,
    ) -> Result<bool, Exhausted> {
        let pair = (certificate.der.as_ptr().addr(), key.spki.as_ptr().addr());
        if let Some(known) = self.known.get(&pair) {
            return Ok(*known);
        }
        let raw = &certificate.raw;
        let mut verified = false;
        for algorithm in self.algorithms.iter().filter(|algorithm| {
            algorithm.signature_alg_id().as_ref() == raw.signature_algorithm
                && algorithm.public_key_alg_id().as_ref() == key.algorithm
        }) {
            self.left = self.left.checked_sub(1).ok_or(Exhausted)?;
            if algorithm.verify_signature(key.bits, raw.tbs, raw.signature).is_ok() {
                verified = true;
                break;
            }
        }
        self.known.insert(pair, verified);
        Ok(verified)
    }
}
