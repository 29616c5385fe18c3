//! When a proof holds.

/// When a proof holds, seen from the time at which it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Seconds before that, to the inception of its signatures.
    pub(crate) before: u32,
    /// Seconds after that, to their expiration or as long as the records last.
    pub(crate) after: u32,
}

impl Validity {
    /// Of what needs no proof.
    pub(crate) const ALWAYS: Self = Self { before: u32::MAX, after: u32::MAX };

    /// When two proofs hold together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { before: self.before.min(other.before), after: self.after.min(other.after) }
    }
}
