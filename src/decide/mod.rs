//! The decision: a level and the status of every column, in; an action and a reason, out.
//!
//! Pure and total: no clock, no socket. [`decide`] is the table of `docs/decision-table.md`.

mod columns;
mod decision;
mod reason;
mod rule;
mod tlsrpt;
mod verdict;

pub use columns::{Address, Certificate, Level, Mx, Tlsa};
pub use decision::{Action, Decision, Outcome, Scope};
pub use reason::Reason;
pub use rule::decide;
pub use tlsrpt::Tlsrpt;
pub use verdict::Verdict;
