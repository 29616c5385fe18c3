//! Verification beside what it cannot do without, measured in turn: the digest of the server's key for DANE-EE, the
//! signature checks for DANE-TA.

use std::hint::black_box;
use std::time::Instant;

use dane_policy::tlsa::Record;
use dane_policy::verify::{Match, verify};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::SignatureVerificationAlgorithm;
use sha2::{Digest, Sha256};
use world::chains::timed;
use x509_parser::prelude::{FromDer, X509Certificate};

const ROUNDS: usize = 101;
const DANE_EE: u8 = 3;

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

fn microseconds(work: &mut dyn FnMut()) -> f64 {
    const TIMES: u32 = 10;
    let start = Instant::now();
    (0..TIMES).for_each(|_| work());
    start.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    for (title, case) in timed() {
        let records = case.records.iter().map(|(usage, selector, matching_type, data)| Record {
            usage: *usage,
            selector: *selector,
            matching_type: *matching_type,
            data: data.clone(),
        });
        let records: Vec<Record> = records.collect();
        let chain: Vec<&[u8]> = case.chain.iter().map(Vec::as_slice).collect();
        let parsed: Vec<X509Certificate<'_>> = chain
            .iter()
            .map(|der| X509Certificate::from_der(der).expect("a certificate").1)
            .collect();
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
        let (name, floor): (_, &mut dyn FnMut()) = if records[0].usage == DANE_EE {
            ("digest of its key alone (sha2)", &mut digest)
        } else {
            ("its signature checks alone (ring)", &mut checks)
        };
        let rounds = (0..ROUNDS).map(|_| (microseconds(&mut whole), microseconds(floor)));
        let (whole, floor): (Vec<f64>, Vec<f64>) = rounds.unzip();
        let (whole, floor) = (median(whole), median(floor));
        println!("{title}\n  verify                             {whole:9.2} us");
        println!("  {name:34} {floor:9.2} us  verify takes {:.2} times that", whole / floor);
    }
}
