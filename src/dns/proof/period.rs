//! From when until when a signature counts.

/// From when until when a signature counts, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Period {
    /// Its inception.
    pub since: i64,
    /// Its expiration.
    pub until: i64,
}

impl Period {
    /// Of two that are both needed, the one that ends first.
    pub(crate) fn or_sooner(self, other: Self) -> Self {
        if other.until < self.until { other } else { self }
    }
}
