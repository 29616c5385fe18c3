//! The private Internet that a seed makes: planned, signed, and served.

pub mod authority;
pub mod plan;
mod recipe;
pub mod sign;
