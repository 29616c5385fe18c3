//! What mail servers do with messages, and what is asked of all of them alike.

pub mod cases;
pub mod deed;
pub mod delivery;
mod receiver;
pub mod rule;
pub mod service;
pub mod submission;
pub mod tally;
