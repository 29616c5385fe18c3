//! Outbound DANE for SMTP (RFC 7672): look up, verify, decide.
//!
//! [`lookup`] finds a domain's MX hosts, addresses and TLSA records, each with its DNSSEC status;
//! [`verify`] judges a certificate chain against the TLSA records; [`decide`] turns the statuses into
//! an action and a reason; [`check`] does all three over real connections. The `ffi` module is the C face.

mod budget;
pub mod cause;
pub mod check;
pub mod context;
pub mod decide;
mod der;
pub mod dns;
mod engine;
#[cfg(feature = "capi")]
pub mod ffi;
pub mod lookup;
mod memory;
mod net;
#[cfg(test)]
mod sim;
mod smtp;
mod sys;
mod text;
pub mod tlsa;
pub mod verify;
