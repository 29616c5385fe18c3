//! Why an RRset's status is bogus or indeterminate.

use super::Status;
use crate::budget::Exhausted;
use crate::decide::Detail;

/// A cause an operator can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) detail: Detail,
    pub(crate) text: String,
    /// The last response code, where there was one.
    pub(crate) rcode: u16,
}

impl Failure {
    /// A proof failed; the column names the detail.
    pub(crate) fn bogus(text: impl Into<String>) -> Self {
        Self { status: Status::Bogus, detail: Detail::None, text: text.into(), rcode: 0 }
    }

    /// No usable answer.
    pub(crate) fn indeterminate(detail: Detail, text: impl Into<String>) -> Self {
        Self { status: Status::Indeterminate, detail, text: text.into(), rcode: 0 }
    }
}

impl From<Exhausted> for Failure {
    fn from(exhausted: Exhausted) -> Self {
        let detail = match exhausted {
            Exhausted::Time => Detail::Timeout,
            _ => Detail::BudgetExceeded,
        };
        Self::indeterminate(detail, exhausted.text())
    }
}
