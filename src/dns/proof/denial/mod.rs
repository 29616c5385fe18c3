//! Proofs that a name or type is not there (RFC 4035 section 5.4, RFC 5155 section 8). Pure.
//!
//! Every function takes records that are already proven to be signed by `zone`, the zone under judgement.

mod nsec;
mod nsec3;
mod types;

use hickory_resolver::proto::rr::Name;

pub(crate) use nsec::Nsec;
pub(crate) use nsec3::Nsec3;

use crate::budget::{Budget, Exhausted};
use crate::cause::Fault;
use crate::dns::proof::validity::Validity;

/// The signed denial records of one reply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proofs {
    pub(crate) nsec: Vec<Nsec>,
    pub(crate) nsec3: Vec<Nsec3>,
    /// When all of them count; none where there are none.
    pub(crate) validity: Option<Validity>,
    /// Why others that were there do not count.
    pub(crate) fault: Fault,
}

/// What a proof shows of a name and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The name exists, the type does not.
    NoData,
    /// The name does not exist.
    NoName,
    /// The span is opted out: insecure (RFC 5155 section 6).
    Insecure,
    /// Its hashing is too costly to judge: insecure (RFC 9276 section 3.2).
    TooCostly,
    /// As no data, insecure: the span is opted out, and a wildcard is not denied. Empty non-terminals look so
    /// where only opted-out delegations are below them (RFC 5155 7.1).
    InsecureNoData,
}

/// What a proof shows of a possible zone cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A delegation without DS, or one that an opt-out span may hide.
    Insecure,
    /// No delegation: the name exists, perhaps as an empty non-terminal, and belongs to the zone.
    None,
    /// No such name, so nothing below it either (RFC 8020).
    NoName,
}

/// Why a proof fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// Nothing denies the name and type.
    NoProof,
    /// Mixed NSEC3 parameters (RFC 5155 section 8.2).
    MixedParameters,
    /// The budget of hashes is spent.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Unproven {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

impl From<Unproven> for Fault {
    fn from(unproven: Unproven) -> Self {
        match unproven {
            Unproven::NoProof => Self::NoProof,
            Unproven::MixedParameters => Self::MixedParameters,
            Unproven::Exhausted(exhausted) => exhausted.into(),
        }
    }
}

/// Whether `name` has no record of `rtype`.
pub(crate) async fn denies(
    proofs: &Proofs,
    zone: &Name,
    name: &Name,
    rtype: u16,
    budget: &Budget,
) -> Result<Denial, Unproven> {
    if let Some(denial) = nsec::denies(&proofs.nsec, zone, name, rtype) {
        return Ok(denial);
    }
    nsec3::denies(&proofs.nsec3, zone, name, rtype, budget).await
}

/// Whether there is a zone cut at `name`, whose DS record is not there.
pub(crate) async fn cut(
    proofs: &Proofs,
    zone: &Name,
    name: &Name,
    budget: &Budget,
) -> Result<Cut, Unproven> {
    if let Some(cut) = nsec::cut(&proofs.nsec, zone, name) {
        return Ok(cut);
    }
    nsec3::cut(&proofs.nsec3, zone, name, budget).await
}

/// Whether `name`, answered from the wildcard below `encloser`, has no closer match (RFC 4035 5.3.4, RFC 5155 8.8).
///
/// `Ok(true)` is a full proof, `Ok(false)` one that rests on an opt-out span.
pub(crate) async fn allows_wildcard(
    proofs: &Proofs,
    zone: &Name,
    name: &Name,
    encloser: &Name,
    budget: &Budget,
) -> Result<bool, Unproven> {
    if nsec::allows_wildcard(&proofs.nsec, zone, name, encloser) {
        return Ok(true);
    }
    nsec3::allows_wildcard(&proofs.nsec3, zone, name, encloser, budget).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_nothing_is_told_by_why() {
        for (unproven, fault) in [
            (Unproven::NoProof, Fault::NoProof),
            (Unproven::MixedParameters, Fault::MixedParameters),
            (Unproven::Exhausted(Exhausted::Work), Fault::Exhausted(Exhausted::Work)),
        ] {
            assert_eq!(Fault::from(unproven), fault);
        }
    }
}
