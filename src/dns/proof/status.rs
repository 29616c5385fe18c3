//! Whether DNSSEC speaks for an RRset.

/// The DNSSEC status of an RRset or of its denial (RFC 4035 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Proven authentic.
    Secure,
    /// Proven to be outside DNSSEC.
    Insecure,
    /// A proof failed.
    Bogus,
    /// No usable answer.
    Indeterminate,
}
