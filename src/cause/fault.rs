//! What is wrong with an RRset, or with the proof that it is not there.

use crate::budget::Exhausted;

/// What is wrong with an RRset, or with the proof that it is not there; the signatures' faults in the order of how much
/// they tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// No signature.
    #[default]
    Missing,
    /// No signature by the zone.
    ForeignSigner,
    /// No key is one that a DS record vouches for.
    NoEntryKey,
    /// No key is a trust anchor.
    NoAnchorKey,
    /// What was a trust anchor is shown revoked (RFC 5011 section 2.1), and there is no other.
    RevokedAnchor,
    /// There are trust anchors by SHA-1 alone, and that is switched off.
    Sha1Anchor,
    /// No signature by a trusted key of the zone.
    UnknownKey,
    /// The signature is by a key of a size that cannot be checked.
    UncheckableKey,
    /// The signature is by SHA-1, and that is switched off.
    Sha1,
    /// A signature does not verify.
    Invalid,
    /// A signature counts from then, in seconds since 1970.
    NotYetValid(i64),
    /// A signature counted until then, in seconds since 1970.
    Expired(i64),
    /// The call has no more to spend.
    Exhausted(Exhausted),
    /// Nothing that the zone signed says that there is no such record.
    Undenied,
    /// What it signed does not prove that there is none.
    NoProof,
    /// NSEC3 records with different parameters (RFC 5155 section 8.2).
    MixedParameters,
    /// No keys, but the zone is signed.
    NoKeys,
    /// It comes from a wildcard and must not (RFC 4592 section 4).
    Wildcard,
    /// It comes from a wildcard, and a closer name may exist (RFC 4035 section 5.3.4).
    CloserName,
}

impl From<Exhausted> for Fault {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}
