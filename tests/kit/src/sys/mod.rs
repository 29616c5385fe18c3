//! What a run has of its machine: programs, a second network, threads, and time.

pub mod namespace;
pub mod process;
pub mod wait;
pub mod workers;
