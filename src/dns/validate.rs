//! The status of what a reply says, by local validation (RFC 4035 section 5).

use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::call::{Call, Reply};
use crate::dns::proof::Failure;
use crate::dns::proof::Judged;
use crate::dns::proof::Standing;
use crate::dns::proof::ZoneKeys;
use crate::dns::proof::denial::{self, Denial, Unproven};
use crate::dns::proof::signature::{self, Fault, Signed};
use crate::dns::wire::name_in;
use crate::dns::wire::names::{canonical_wire, depth, display, label_count};
use crate::dns::wire::rtype;
use crate::dns::wire::{Rrset, Rrsig};

/// Signers of one RRset that are walked to; an honest RRset has one.
const MAX_SIGNERS: usize = 3;

/// A denial with its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) judged: Judged,
    pub(super) exists: bool,
}

impl Call {
    /// Secure where a zone on the walk signed the RRset, insecure where the walk ends in an insecure delegation.
    pub(super) async fn validate_rrset(
        self: &Rc<Self>,
        reply: &Reply,
        rrset: &Rrset,
    ) -> Result<Judged, Failure> {
        let verify = async |zone: &ZoneKeys| {
            signature::verify(rrset, zone, self.clock(), &self.budget).await
        };
        let mut claim = None;
        for signer in self.signers(&rrset.signatures, &rrset.owner) {
            self.start_walk(&signer);
            let Standing::Zone(zone) = self.standing(&signer).await else { continue };
            match verify(&zone).await {
                Ok(signed) => return self.validate_expansion(reply, rrset, &zone, signed).await,
                Err(Fault::Exhausted(exhausted)) => return Err(exhausted.into()),
                Err(fault) => claim = claim.or(Some((zone, fault))),
            }
        }
        let (zone, fault) = match (self.standing(&rrset.owner).await, claim) {
            (Standing::Insecure(why), None) => return Ok(Judged::insecure(&*why)),
            // A secure zone above is said to have signed: that it did not is no matter of an insecure zone.
            (Standing::Insecure(_), Some(claim)) => claim,
            (Standing::Failed(failure), _) => return Err(failure),
            // The same zone would only fail again.
            (
                Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone),
                Some(claim),
            ) if claim.0.apex == zone.apex => claim,
            (Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone), _) => {
                match verify(&zone).await {
                    Ok(signed) => {
                        return self.validate_expansion(reply, rrset, &zone, signed).await;
                    }
                    Err(fault) => (zone, fault),
                }
            }
        };
        Err(self.fault(reply, &rrset.owner, rrset.rtype, &zone, fault).await)
    }

    /// An expanded wildcard needs the proof that nothing closer exists (RFC 4035 5.3.4, RFC 5155 8.8).
    async fn validate_expansion(
        &self,
        reply: &Reply,
        rrset: &Rrset,
        zone: &ZoneKeys,
        signed: Signed,
    ) -> Result<Judged, Failure> {
        let name = &rrset.owner;
        if signed.labels == label_count(name) {
            return Ok(Judged::signed_by(&zone.apex));
        }
        let what = format!("{} of {}", rtype::name(rrset.rtype), display(name));
        if rrset.rtype == rtype::DNAME {
            return Err(Failure::bogus(format!("{what}: DNAME from a wildcard")));
        }
        let encloser = name.trim_to(signed.labels);
        let proofs = self.proofs(&reply.message.authority, zone).await?;
        match denial::allows_wildcard(&proofs, &zone.apex, name, &encloser, &self.budget).await {
            Ok(true) => Ok(Judged::signed_by(&zone.apex)),
            Ok(false) => Ok(opted_out(zone)),
            Err(Unproven::Exhausted(exhausted)) => Err(exhausted.into()),
            Err(_) => {
                let text = format!("{what}: wildcard without proof that no closer name exists");
                Err(Failure::bogus(text))
            }
        }
    }

    /// The status of an alias: its own signature, or that of the DNAME it was made from (RFC 6672 section 5.3.1).
    pub(super) async fn validate_alias(
        self: &Rc<Self>,
        reply: &Reply,
        alias: &Rrset,
    ) -> Result<Judged, Failure> {
        if alias.signatures.is_empty()
            && let Some(dname) = self.explanation(reply, alias)
        {
            return self.validate_rrset(reply, dname).await;
        }
        self.validate_rrset(reply, alias).await
    }

    /// The DNAME that an alias was made from: one that gives its one target, at or below the alias's own anchor.
    fn explanation<'r>(&self, reply: &'r Reply, alias: &Rrset) -> Option<&'r Rrset> {
        let anchor = self.config.anchors.enclosing(&alias.owner).map_or(0, depth);
        let target = single(alias)?;
        reply.message.answer.0.iter().find(|dname| {
            dname.rtype == rtype::DNAME
                && depth(&dname.owner) >= anchor
                && synthesised(&alias.owner, dname).is_some_and(|made| made == target)
        })
    }

    /// The status of a reply without records: the proof decides, never the response code.
    pub(super) async fn validate_denial(
        self: &Rc<Self>,
        reply: &Reply,
        name: &Name,
        rtype: u16,
    ) -> Result<Denied, Failure> {
        let signatures = reply.message.authority.0.iter().flat_map(|rrset| &rrset.signatures);
        let mut claim = None;
        for signer in self.signers(signatures, name) {
            self.start_walk(&signer);
            let Standing::Zone(zone) = self.standing(&signer).await else { continue };
            match self.denied_by(&zone, reply, name, rtype).await? {
                Ok(denied) => return Ok(denied),
                Err(undenied) => claim = claim.or(Some((zone, undenied))),
            }
        }
        let (zone, undenied) = match (self.standing(name).await, claim) {
            (Standing::Insecure(why), None) => {
                return Ok(denied(reply, Judged::insecure(&*why)));
            }
            (Standing::Insecure(_), Some(claim)) => claim,
            (Standing::Failed(failure), _) => return Err(failure),
            // The same zone would only fail again.
            (
                Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone),
                Some(claim),
            ) if claim.0.apex == zone.apex => claim,
            (Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone), _) => {
                match self.denied_by(&zone, reply, name, rtype).await? {
                    Ok(denied) => return Ok(denied),
                    Err(undenied) => (zone, undenied),
                }
            }
        };
        match undenied {
            Undenied::Unsigned(fault) => Err(self.fault(reply, name, rtype, &zone, fault).await),
            Undenied::Unproven(unproven) => {
                let (what, of) = (rtype::name(rtype), display(name));
                let (why, zone) = (unproven.text(), display(&zone.apex));
                Err(Failure::bogus(format!("{what} of {of}: {why} (zone {zone})")))
            }
        }
    }

    /// The zones that claim to have signed for `owner` and could have, at or below its anchor; the closest first.
    fn signers<'s>(
        &self,
        signatures: impl IntoIterator<Item = &'s Rrsig>,
        owner: &Name,
    ) -> Vec<Name> {
        let anchor = self.config.anchors.enclosing(owner).map_or(0, depth);
        let mut signers: Vec<&Name> = Vec::new();
        for Rrsig { signer, .. } in signatures {
            let is_known = signers.contains(&signer);
            if !is_known && signer.zone_of(owner) && depth(signer) >= anchor {
                let place = signers.iter().position(|known| depth(known) < depth(signer));
                signers.insert(place.unwrap_or(signers.len()), signer);
                signers.truncate(MAX_SIGNERS);
            }
        }
        signers.into_iter().cloned().collect()
    }

    /// What the denial records that one zone signed show.
    async fn denied_by(
        &self,
        zone: &ZoneKeys,
        reply: &Reply,
        name: &Name,
        rtype: u16,
    ) -> Result<Result<Denied, Undenied>, Failure> {
        let proofs = self.proofs(&reply.message.authority, zone).await?;
        if proofs.nsec.is_empty() && proofs.nsec3.is_empty() {
            return Ok(Err(Undenied::Unsigned(proofs.fault)));
        }
        let signed = || Judged::signed_by(&zone.apex);
        match denial::denies(&proofs, &zone.apex, name, rtype, &self.budget).await {
            Ok(Denial::NoData) => Ok(Ok(Denied { judged: signed(), exists: true })),
            Ok(Denial::NoName) => Ok(Ok(Denied { judged: signed(), exists: false })),
            Ok(Denial::InsecureNoData) if reply.is_nxdomain() => {
                Ok(Err(Undenied::Unproven(Unproven::NoProof)))
            }
            Ok(Denial::TooCostly) => {
                let why = format!("{} asks for too many NSEC3 iterations", display(&zone.apex));
                Ok(Ok(denied(reply, Judged::insecure(why))))
            }
            Ok(Denial::Insecure | Denial::InsecureNoData) => Ok(Ok(denied(reply, opted_out(zone)))),
            Err(Unproven::Exhausted(exhausted)) => Err(exhausted.into()),
            Err(unproven) => Ok(Err(Undenied::Unproven(unproven))),
        }
    }
}

/// Why one zone's records deny nothing.
enum Undenied {
    /// There is none that the zone signed, for this reason.
    Unsigned(Fault),
    /// Those there are do not suffice.
    Unproven(Unproven),
}

/// A denial outside DNSSEC, where the response code is all there is.
pub(super) fn denied(reply: &Reply, judged: Judged) -> Denied {
    Denied { judged, exists: !reply.is_nxdomain() }
}

/// What may lie in an opt-out span is not proven (RFC 5155 section 6).
fn opted_out(zone: &ZoneKeys) -> Judged {
    Judged::insecure(format!("{} opts out of signing there", display(&zone.apex)))
}

/// The RDATA of a CNAME made from a DNAME (RFC 6672 section 2.2); None where the new name is too long.
fn synthesised(owner: &Name, dname: &Rrset) -> Option<Vec<u8>> {
    let (target, _) = name_in(single(dname)?)?;
    let kept = owner.iter().take(depth(owner) - depth(&dname.owner));
    let mut name = Name::from_labels(kept.chain(target.iter())).ok()?;
    name.set_fqdn(true);
    Some(canonical_wire(&name))
}

/// The RDATA of an RRset that may have one record only.
pub(super) fn single(rrset: &Rrset) -> Option<&[u8]> {
    match &rrset.rdata[..] {
        [rdata] => Some(rdata),
        _ => None,
    }
}
