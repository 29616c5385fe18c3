//! A conformance kit for outbound DANE (RFC 7672): every domain of the embedded world gets one message from a mail server,
//! whatever its make, and the world says what became of it.
//!
//! It judges by what the world's servers saw, never by a log of the mail server's. A run is of one level; each message that
//! has to be delivered to a verified server goes out a second time, to a server with another certificate in its place.

pub mod case;
pub mod expectation;
pub mod fate;
pub mod open;
pub mod recipe;
pub mod report;
pub mod resolver;
pub mod run;
pub mod stage;
pub mod sys;
pub mod verdict;
