//! A status, and what it rests on.

use hickory_resolver::proto::rr::Name;

use super::Status;
use super::names::display;

/// A status, and what it rests on, in words for a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) status: Status,
    pub(super) basis: String,
}

impl Judged {
    /// Proven by a zone's signatures.
    pub(super) fn signed_by(zone: &Name) -> Self {
        Self { status: Status::Secure, basis: format!("signed by {}", display(zone)) }
    }

    /// Proven, or told, to be outside DNSSEC.
    pub(super) fn insecure(basis: impl Into<String>) -> Self {
        Self { status: Status::Insecure, basis: basis.into() }
    }
}
