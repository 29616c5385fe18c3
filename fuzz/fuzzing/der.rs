//! DER: certificates, their names and constraints.

use super::lines::assert_line;
use super::octets::Octets;
use super::signature;
use crate::der::{self, Extension};
use crate::tlsa::Record;
use crate::verify::{MAX_OCTETS, Match, verify};

const NOW: i64 = 1_767_225_600;
const NAMES: [&str; 2] = ["mx.example.org", "example.org"];

/// Two certificates, the second perhaps an issuer: read, and judged with every signature taken for good.
pub fn der(input: &[u8]) {
    let mut octets = Octets::new(input);
    let length = octets.u16().into();
    let leaf = octets.take(length);
    let issuer = octets.rest();
    [leaf, issuer].into_iter().for_each(read);
    let records = [(2, 0), (3, 0), (2, 1), (3, 1)].map(|(usage, selector)| {
        let of = if usage == 2 { issuer } else { leaf };
        let whole = || of.to_vec();
        let key = || der::subject_public_key_info(of).unwrap_or_default().to_vec();
        let data = if selector == 0 { whole() } else { key() };
        Record { usage, selector, matching_type: 0, data: data.into() }
    });
    for record in &records {
        let judge = || verify(std::slice::from_ref(record), &[leaf, issuer], &NAMES, NOW);
        let (found, _) = signature::accepting(judge);
        assert_line(&found.text);
        found.records.iter().for_each(|judgement| assert_line(&judgement.text));
        if found.result == Match::Matched {
            assert!(leaf.len() <= MAX_OCTETS);
            assert!(der::subject_public_key_info(leaf).is_some());
            assert_eq!(found.name.is_some(), record.usage == 2);
            assert!(found.name.is_none_or(|name| NAMES.contains(&name.as_str())));
        }
    }
}

/// Every part lies within the whole.
fn read(der: &[u8]) {
    let key = der::subject_public_key_info(der);
    let Some(certificate) = der::Certificate::parse(der) else { return };
    assert_eq!(key, Some(certificate.spki), "the key that is hashed is the key that is verified");
    assert!(der::is_sequence(der) && der::is_sequence(certificate.spki));
    let mut extensions = certificate.extensions;
    while !extensions.is_empty() {
        let before = extensions.len();
        if Extension::take(&mut extensions).is_none() {
            break;
        }
        assert!(extensions.len() < before);
    }
    if let Some(key) = der::PublicKey::parse(certificate.spki) {
        assert!(key.rsa_bits().is_none_or(|bits| bits <= 8 * der.len()));
    }
}
