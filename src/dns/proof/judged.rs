//! A status, and what it rests on.

use hickory_resolver::proto::rr::Name;

use super::Status;
use crate::dns::wire::names::display;

/// A status, and what it rests on, in words for a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) status: Status,
    pub(crate) basis: String,
}

impl Judged {
    /// Proven by a zone's signatures.
    pub(crate) fn signed_by(zone: &Name) -> Self {
        Self { status: Status::Secure, basis: format!("signed by {}", display(zone)) }
    }

    /// Proven, or told, to be outside DNSSEC.
    pub(crate) fn insecure(basis: impl Into<String>) -> Self {
        Self { status: Status::Insecure, basis: basis.into() }
    }
}
