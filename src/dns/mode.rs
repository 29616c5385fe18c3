//! Two ways to know a DNSSEC status.

/// Where a DNSSEC status comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
#[non_exhaustive]
pub enum Mode {
    /// Validate locally from the trust anchors; the resolver only carries records.
    Validate = 1,
    /// The administrator vouches for the resolver and the way to it; its AD bit is the status.
    TrustAd = 2,
}
