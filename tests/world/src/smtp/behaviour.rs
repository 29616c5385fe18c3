//! How a server behaves.

use rustls::SupportedProtocolVersion;

use super::{Misdeed, Step, Tls};
use crate::certificate::Identity;

/// What a server does.
pub enum Behaviour {
    Starttls(Tls),
    NoStarttls,
    RefusesEhlo,
    /// Never says a word.
    Silent,
    /// Accepts STARTTLS and never says a word again.
    SilentAfterStarttls,
    RefusesStarttls,
    ClosesAfterStarttls,
    /// Speaks only a version of TLS that is too old.
    OldTls,
    /// Answers the client's hello with an alert.
    Alert,
    /// Greets with 554.
    Unwelcoming,
    /// Sends more than the reply to STARTTLS.
    Injects(Tls),
    /// All is well up to a step.
    Misbehaves(Tls, Step, Misdeed),
    /// Shows certificates behind its own that are made when somebody comes, being too many to keep.
    Burdens(Box<Identity>, &'static SupportedProtocolVersion, fn(&Identity) -> Vec<Vec<u8>>),
    /// No connection is ever made, nor refused.
    BlackHole,
}
