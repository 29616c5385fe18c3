//! The result of a verification.

use std::borrow::Cow;

use super::{Match, Matched, Shown};
use crate::cause::Detail;
use crate::decide::Certificate;
use crate::text::{line, one_line};
use crate::tlsa::Record;

/// What became of one TLSA record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Judgement {
    /// Why the record matched, did not match, or was not used.
    pub detail: Detail,
    /// The same in words: one line of printable ASCII.
    pub text: Cow<'static, str>,
    /// When the certificate that a usable record holds the data of ends to be valid, in seconds since 1970; none where the
    /// server did not send such a one, and where no chain was looked at.
    pub expires: Option<i64>,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

impl Judgement {
    /// Of a record that was not looked for in the chain yet.
    pub(super) fn new(detail: Detail, text: impl Into<Cow<'static, str>>) -> Self {
        Self { detail, text: text.into(), expires: None }
    }
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

    /// Nothing to match against: what was shown only shows that TLS was established, and nothing shows that it was not.
    pub(super) fn no_usable_records(shown: Shown<'_>, records: Vec<Judgement>) -> Self {
        let (certificate, detail, text) = if shown.own().is_none() {
            (Certificate::Unsuccessful, Detail::HandshakeFailed, shown.nothing())
        } else {
            (Certificate::Established, Detail::TlsaUnusable, "no usable TLSA record")
        };
        Self {
            result: Match::NoUsableRecords,
            certificate,
            detail,
            record: None,
            depth: None,
            name: None,
            text: text.into(),
            records,
        }
    }

    /// There was no chain to match the records against.
    pub(super) fn without_leaf(why: Judgement, records: Vec<Judgement>) -> Self {
        Self {
            result: Match::Mismatched,
            certificate: Certificate::Unsuccessful,
            detail: why.detail,
            record: None,
            depth: None,
            name: None,
            text: why.text.into_owned(),
            records,
        }
    }

    /// No record matches; `worst` is the one that tells most, and `why` what is wrong with it.
    pub(super) fn mismatched(worst: &Record, why: Judgement, records: Vec<Judgement>) -> Self {
        let Judgement { detail, text, .. } = why;
        let text = line(format_args!("TLSA {worst}: {text}"));
        Self::without_leaf(Judgement::new(detail, text), records)
    }

    pub(super) fn matched(
        index: usize,
        record: &Record,
        matched: Matched,
        mut records: Vec<Judgement>,
    ) -> Self {
        let Matched { depth, name, detail, text } = matched;
        let whole = line(format_args!("TLSA {record}: {text}"));
        records[index] = Judgement { detail, text, ..records[index] };
        Self {
            result: Match::Matched,
            certificate: Certificate::Successful,
            detail,
            record: Some(index),
            depth: Some(depth),
            name,
            text: whole,
            records,
        }
    }
}
