//! The result of a check.

use std::time::Duration;

use crate::connect::Attempt;
use crate::decide::Decision;
use crate::lookup::Destination;

/// What [`crate::context::Context::check`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What DNS says.
    pub destination: Destination,
    /// The decision for the domain; it permits nothing.
    pub decision: Decision,
    /// Index of the host that decided.
    pub via: Option<usize>,
    /// One entry per host; `None` where no connection was tried. Their decisions permit nothing.
    pub attempts: Vec<Option<Attempt>>,
    /// Time spent.
    pub elapsed: Duration,
}
