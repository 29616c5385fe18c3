//! How a server behaves.

use super::Tls;

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
}
