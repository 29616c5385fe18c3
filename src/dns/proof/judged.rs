//! Secure or insecure, and what that rests on.

use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::Status;
use crate::cause::Basis;

/// Secure or insecure, by what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged(pub(crate) Arc<Basis>);

impl Judged {
    /// Proven by a zone's signatures.
    pub(crate) fn signed_by(zone: &Name) -> Self {
        Basis::SignedBy(zone.clone()).into()
    }

    pub(crate) fn status(&self) -> Status {
        if self.0.is_secure() { Status::Secure } else { Status::Insecure }
    }
}

impl From<Basis> for Judged {
    fn from(basis: Basis) -> Self {
        Self(Arc::new(basis))
    }
}
