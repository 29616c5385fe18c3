//! What verification cannot do without, measured in turn with it: the digest of the server's key for DANE-EE, the
//! signature checks for DANE-TA.

use std::hint::black_box;

use dane_policy::tlsa::Record;
use dane_policy::verify::{Match, verify};
use rustix::time::{ClockId, clock_gettime};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::SignatureVerificationAlgorithm;
use sha2::{Digest, Sha256};
use world::chains::timed;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::peers::median_of;

const ROUNDS: usize = 101;
const DANE_EE: u8 = 3;

/// One chain: medians in microseconds.
pub struct Floor {
    pub title: &'static str,
    /// Of `verify` from Rust.
    pub whole: f64,
    /// Of what it cannot do without.
    pub floor: f64,
    /// How many signatures that is; none where it is a digest.
    pub signatures: usize,
}

/// One signature on a chain, ready to be checked.
struct Signed<'a> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    key: &'a [u8],
    message: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    fn find(certificate: &'a X509Certificate<'_>, issuer: &'a X509Certificate<'_>) -> Self {
        let (key, message) =
            (&*issuer.public_key().subject_public_key.data, certificate.tbs_certificate.as_ref());
        let signature = &*certificate.signature_value.data;
        let algorithms = default_provider().signature_verification_algorithms.all;
        let algorithm = algorithms
            .iter()
            .find(|it| it.verify_signature(key, message, signature).is_ok())
            .expect("a valid chain");
        Self { algorithm: *algorithm, key, message, signature }
    }

    fn check(&self) {
        let found = self.algorithm.verify_signature(self.key, self.message, self.signature);
        assert!(black_box(found).is_ok());
    }
}

/// By the clock of this thread, so that other programs do not count.
fn microseconds(work: &mut dyn FnMut()) -> f64 {
    const TIMES: u32 = 10;
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
    };
    let start = now();
    (0..TIMES).for_each(|_| work());
    (now() - start) / f64::from(TIMES)
}

pub fn measure() -> Vec<Floor> {
    timed().into_iter().map(|(title, case)| floor(title, &case)).collect()
}

fn floor(title: &'static str, case: &world::chains::Case) -> Floor {
    let records = case.records.iter().map(|(usage, selector, matching_type, data)| Record {
        usage: *usage,
        selector: *selector,
        matching_type: *matching_type,
        data: data.into(),
    });
    let records: Vec<Record> = records.collect();
    let chain: Vec<&[u8]> = case.chain.iter().map(Vec::as_slice).collect();
    let parsed: Vec<X509Certificate<'_>> =
        chain.iter().map(|der| X509Certificate::from_der(der).expect("a certificate").1).collect();
    let signed: Vec<Signed<'_>> =
        parsed.windows(2).map(|pair| Signed::find(&pair[0], &pair[1])).collect();
    let mut whole = || {
        let found = verify(&records, &chain, &case.names, case.now);
        assert_eq!(black_box(found).result, Match::Matched);
    };
    let key = parsed[0].public_key().raw;
    let mut digest = || {
        black_box(Sha256::digest(black_box(key)));
    };
    let mut checks = || signed.iter().for_each(Signed::check);
    let (signatures, floor): (_, &mut dyn FnMut()) =
        if records[0].usage == DANE_EE { (0, &mut digest) } else { (signed.len(), &mut checks) };
    let rounds = (0..ROUNDS).map(|_| (microseconds(&mut whole), microseconds(floor)));
    let (whole, floor): (Vec<f64>, Vec<f64>) = rounds.unzip();
    Floor { title, whole: median_of(whole), floor: median_of(floor), signatures }
}
