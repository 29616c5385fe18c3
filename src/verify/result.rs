//! How the chain fared, in one word.

/// How the chain fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
#[non_exhaustive]
pub enum Match {
    /// No chain was seen.
    None = 0,
    /// A usable record matches.
    Matched = 1,
    /// No usable record matches.
    Mismatched = 2,
    /// There is nothing to match against.
    NoUsableRecords = 3,
}
