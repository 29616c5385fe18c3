//! No status: bogus or indeterminate, and why.

use std::sync::Arc;

use super::Status;
use crate::budget::Exhausted;
use crate::cause::Cause;

/// Why an RRset is neither secure nor insecure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) Arc<Cause>);

impl Failure {
    pub(crate) fn status(&self) -> Status {
        if self.0.is_bogus() { Status::Bogus } else { Status::Indeterminate }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self(Arc::new(cause))
    }
}

impl From<Exhausted> for Failure {
    fn from(exhausted: Exhausted) -> Self {
        Cause::Exhausted(exhausted).into()
    }
}
