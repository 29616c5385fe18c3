//! Why: what a status rests on, what is wrong where there is none, and what a decision stands on. Values, which become a
//! sentence when somebody reads them. Pure.

mod basis;
#[expect(clippy::module_inception, reason = "the room is named after its noun")]
mod cause;
mod detail;
mod facts;
mod fault;
mod finding;
mod sentence;
mod subject;
#[cfg(test)]
mod tests;

pub use detail::Detail;
pub use facts::Facts;

pub(crate) use basis::Basis;
pub(crate) use cause::{Cause, Unusable};
pub(crate) use fault::Fault;
pub(crate) use finding::{Finding, MxKind};
pub(crate) use sentence::list;
pub(crate) use subject::Subject;
