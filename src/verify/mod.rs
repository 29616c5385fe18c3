//! TLSA records against a certificate chain (RFC 7671, RFC 7672 section 3). Pure: the time is an argument.
//!
//! Bounded: at most [`MAX_CERTIFICATES`] certificates, [`MAX_OCTETS`] octets and [`MAX_SIGNATURES`] signature
//! checks; more is a mismatch with detail limit-exceeded.

mod certificate;
mod constraints;
mod ee;
mod names;
mod path;
mod result;
mod ta;
mod verification;

use x509_parser::extensions::X509Extension;
use x509_parser::prelude::FromDer;

pub use result::Match;
pub use verification::{Judgement, Verification};

use crate::decide::{Certificate as Column, Detail};
use crate::text::one_line;
use crate::tlsa::{self, DANE_EE, Record};

/// Certificates in a chain.
pub const MAX_CERTIFICATES: usize = 32;
/// Octets in a chain.
pub const MAX_OCTETS: usize = 100 * 1024;
/// Signature checks in one verification.
pub const MAX_SIGNATURES: u32 = 100;

/// A record that matches.
struct Matched {
    depth: usize,
    name: Option<String>,
    detail: Detail,
    text: String,
}

/// Why a record does not match; details compare by how much they tell.
struct Mismatch {
    detail: Detail,
    text: String,
}

impl Mismatch {
    fn new(detail: Detail, text: impl Into<String>) -> Self {
        Self { detail, text: text.into() }
    }

    /// How far verification came before it failed.
    fn progress(&self) -> u8 {
        match self.detail {
            Detail::NameMismatch => 6,
            Detail::Expired | Detail::NotYetValid => 5,
            Detail::LimitExceeded => 4,
            Detail::ChainInvalid => 3,
            Detail::TaAbsent => 2,
            _ => 1,
        }
    }
}

/// Verifies a DER chain, the server's certificate first, against TLSA records.
///
/// `reference_names` are the reference identifiers of RFC 7672 section 3.2.2, the TLSA base domain first;
/// `now` is in seconds since 1970. DANE-EE records are tried before DANE-TA records; the first that matches wins.
pub fn verify(
    records: &[Record],
    chain: &[&[u8]],
    reference_names: &[&str],
    now: i64,
) -> Verification {
    let counts = tlsa::counting(records);
    let mut judgements: Vec<Judgement> = records.iter().map(set_aside).collect();
    if !counts.contains(&true) {
        return Verification::no_usable_records(judgements);
    }
    let Some(leaf) = chain.first() else {
        return mismatched(
            judgements,
            Mismatch::new(Detail::NoMatch, "the server sent no certificate"),
        );
    };
    let octets: usize = chain.iter().map(|certificate| certificate.len()).sum();
    if chain.len() > MAX_CERTIFICATES || octets > MAX_OCTETS {
        let text =
            format!("chain of {} certificates and {octets} octets is too large", chain.len());
        return mismatched(judgements, Mismatch::new(Detail::LimitExceeded, text));
    }
    let mut worst = Mismatch::new(Detail::None, "");
    let mut paths = ta::Paths::new(records, chain, reference_names, now);
    let is_ee = |index: &usize| records.get(*index).is_some_and(|record| record.usage == DANE_EE);
    let counting = || (0..records.len()).filter(|index| counts.get(*index) == Some(&true));
    for index in counting().filter(is_ee).chain(counting().filter(|index| !is_ee(index))) {
        let Some(record) = records.get(index) else { continue };
        let judged =
            if record.usage == DANE_EE { ee::judge(record, leaf) } else { paths.judge(record) };
        let (detail, text) = match &judged {
            Ok(matched) => (matched.detail, matched.text.clone()),
            Err(mismatch) => (mismatch.detail, mismatch.text.clone()),
        };
        if let Some(judgement) = judgements.get_mut(index) {
            *judgement = Judgement { detail, text: one_line(&text) };
        }
        match judged {
            Ok(matched) => return Verification::matched(index, record, matched, judgements),
            Err(mismatch) if mismatch.progress() > worst.progress() || worst.text.is_empty() => {
                worst = Mismatch { text: format!("{record}: {}", mismatch.text), ..mismatch };
            }
            Err(_) => {}
        }
    }
    mismatched(judgements, worst)
}

/// Fills the tables that the parser and the cryptography make on first use, for a process that forks while
/// another thread verifies: the child would wait for a table that nobody finishes.
pub(crate) fn prepare() {
    const BASIC_CONSTRAINTS: &[u8] = &[0x30, 9, 6, 3, 0x55, 0x1d, 0x13, 4, 2, 0x30, 0];
    let _table = X509Extension::from_der(BASIC_CONSTRAINTS);
    path::prepare();
}

/// What is said of a record that no chain is matched against.
fn set_aside(record: &Record) -> Judgement {
    match record.usability() {
        Err(unusable) => Judgement { detail: unusable.detail, text: unusable.text.into() },
        Ok(()) => Judgement {
            detail: Detail::WeakerDigest,
            text: "set aside: a stronger digest is published, or another record matched".into(),
        },
    }
}

fn mismatched(records: Vec<Judgement>, mismatch: Mismatch) -> Verification {
    Verification {
        result: Match::Mismatched,
        certificate: Column::Unsuccessful,
        detail: mismatch.detail,
        record: None,
        depth: None,
        name: None,
        text: one_line(&mismatch.text),
        records,
    }
}

impl Verification {
    fn no_usable_records(records: Vec<Judgement>) -> Self {
        Self {
            result: Match::NoUsableRecords,
            certificate: Column::NotApplicable,
            detail: Detail::TlsaUnusable,
            record: None,
            depth: None,
            name: None,
            text: "no usable TLSA record".into(),
            records,
        }
    }

    fn matched(index: usize, record: &Record, matched: Matched, records: Vec<Judgement>) -> Self {
        Self {
            result: Match::Matched,
            certificate: Column::Successful,
            detail: matched.detail,
            record: Some(index),
            depth: Some(matched.depth),
            name: matched.name,
            text: one_line(&format!("{record}: {}", matched.text)),
            records,
        }
    }
}

#[cfg(test)]
mod tests;
