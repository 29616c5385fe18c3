//! The result of a verification.

use super::Match;
use crate::decide::{Certificate, Detail};
use crate::text::one_line;

/// What became of one TLSA record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Why the record matched, did not match, or was not used.
    pub detail: Detail,
    /// The same in words: one line of printable ASCII.
    pub text: String,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How the chain fared.
    pub result: Match,
    /// The certificate column for [`crate::decide::decide`].
    pub certificate: Certificate,
    /// The most telling detail.
    pub detail: Detail,
    /// Index of the record that matched.
    pub record: Option<usize>,
    /// Depth in the built chain of the certificate that matched; 0 is the server's.
    pub depth: Option<usize>,
    /// The reference identifier found in the certificate (DANE-TA only).
    pub name: Option<String>,
    /// The result in words: one line of printable ASCII.
    pub text: String,
    /// One entry per record, in the order given.
    pub records: Vec<Judgement>,
}

impl Verification {
    /// A connection that ended before a chain was seen; `certificate` says how.
    pub fn failure(certificate: Certificate, detail: Detail, text: String) -> Self {
        Self {
            result: Match::None,
            certificate,
            detail,
            record: None,
            depth: None,
            name: None,
            text: one_line(&text),
            records: Vec::new(),
        }
    }
}
