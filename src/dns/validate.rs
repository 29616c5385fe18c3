//! The status of what a reply says, by local validation (RFC 4035 section 5).

use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::call::Call;
use super::reply::Reply;
use crate::cause::{Basis, Cause, Fault};
use crate::dns::proof::denial::{self, Denial, Unproven};
use crate::dns::proof::signature::{self, Signed};
use crate::dns::proof::{Failure, Judged, Standing, ZoneKeys};
use crate::dns::wire::names::{CanonicalWire, ancestor, depth, label_count};
use crate::dns::wire::{Rrset, Rrsig, name_in, rtype};

/// Signers of one RRset that are walked to; an honest RRset has one.
const MAX_SIGNERS: usize = 3;

/// A denial with its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) judged: Judged,
    pub(super) exists: bool,
}

impl Call {
    /// What the zone that signed for `owner` makes of a reply: the one that `judge` finds nothing wrong with, be it said to
    /// have signed or the one that the owner lies in. Where there is none, the fault tells why; but where no zone is even
    /// said to have signed and the walk ends in an insecure delegation, that is what counts.
    async fn judged_by_signer<'s, T>(
        self: &Rc<Self>,
        reply: &Reply,
        (owner, rtype): (&Name, u16),
        signatures: impl IntoIterator<Item = &'s Rrsig>,
        judge: impl AsyncFn(&ZoneKeys) -> Result<T, Fault>,
    ) -> Result<Signer<T>, Failure> {
        let mut claim = None;
        for signer in self.signers(signatures, owner) {
            self.start_walk(&signer);
            let Standing::Zone(zone) = self.standing(&signer).await else { continue };
            match judge(&zone).await {
                Ok(judged) => return Ok(Signer::Zone(zone, judged)),
                Err(Fault::Exhausted(exhausted)) => return Err(exhausted.into()),
                Err(fault) => claim = claim.or(Some((zone, fault))),
            }
        }
        let (zone, fault) = match (self.standing(owner).await, claim) {
            (Standing::Insecure(basis), None) => return Ok(Signer::Nobody(basis.into())),
            // A secure zone above is said to have signed: that it did not is no matter of an insecure zone.
            (Standing::Insecure(_), Some(claim)) => claim,
            (Standing::Failed(failure), _) => return Err(failure),
            // The same zone would only fail again.
            (
                Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone),
                Some(claim),
            ) if claim.0.apex == zone.apex => claim,
            (Standing::Zone(zone) | Standing::Inside(zone) | Standing::Nothing(zone), _) => {
                match judge(&zone).await {
                    Ok(judged) => return Ok(Signer::Zone(zone, judged)),
                    Err(fault) => (zone, fault),
                }
            }
        };
        Err(self.fault(reply, owner, rtype, &zone.apex, fault).await)
    }

    /// Secure where a zone on the walk signed the RRset, insecure where the walk ends in an insecure delegation.
    pub(super) async fn validate_rrset(
        self: &Rc<Self>,
        reply: &Reply,
        rrset: &Rrset,
    ) -> Result<Judged, Failure> {
        let verify =
            async |zone: &ZoneKeys| signature::verify(rrset, zone, self.now, &self.budget).await;
        let what = (&rrset.owner, rrset.rtype);
        match self.judged_by_signer(reply, what, &rrset.signatures, verify).await? {
            Signer::Zone(zone, signed) => {
                self.validate_expansion(reply, rrset, &zone, signed).await
            }
            Signer::Nobody(judged) => Ok(judged),
        }
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
            return Ok(Judged::records_of(zone, signed));
        }
        let faulty = |fault| Failure::from(Cause::unproven(name, rrset.rtype, &zone.apex, fault));
        if rrset.rtype == rtype::DNAME {
            return Err(faulty(Fault::Wildcard));
        }
        let encloser = ancestor(name, signed.labels);
        let proofs = self.proofs(&reply.message.authority, zone).await?;
        match denial::allows_wildcard(&proofs, &zone.apex, name, &encloser, &self.budget).await {
            Ok(true) => Ok(Judged::records_of(zone, signed)),
            Ok(false) => Ok(Basis::OptOut(zone.apex.clone()).into()),
            Err(Unproven::Exhausted(exhausted)) => Err(exhausted.into()),
            Err(_) => Err(faulty(Fault::CloserName)),
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
        let deny = async |zone: &ZoneKeys| self.denied_by(zone, reply, name, rtype).await;
        match self.judged_by_signer(reply, (name, rtype), signatures, deny).await? {
            Signer::Zone(_, denied) => Ok(denied),
            Signer::Nobody(judged) => Ok(denied(reply, judged)),
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
    ) -> Result<Denied, Fault> {
        let proofs = self.proofs(&reply.message.authority, zone).await?;
        if proofs.nsec.is_empty() && proofs.nsec3.is_empty() {
            return Err(proofs.fault);
        }
        let signed = || Judged::signed_by(zone);
        let apex = || zone.apex.clone();
        match denial::denies(&proofs, &zone.apex, name, rtype, &self.budget).await? {
            Denial::NoData => Ok(Denied { judged: signed(), exists: true }),
            Denial::NoName => Ok(Denied { judged: signed(), exists: false }),
            Denial::InsecureNoData if reply.is_nxdomain() => Err(Fault::NoProof),
            Denial::TooCostly => Ok(denied(reply, Basis::Iterations(apex()).into())),
            Denial::Insecure | Denial::InsecureNoData => {
                Ok(denied(reply, Basis::OptOut(apex()).into()))
            }
        }
    }
}

/// Who stands behind a reply.
enum Signer<T> {
    /// This zone, and what it shows.
    Zone(Arc<ZoneKeys>, T),
    /// Nobody: it is insecure.
    Nobody(Judged),
}

/// A denial outside DNSSEC, where the response code is all there is.
pub(super) fn denied(reply: &Reply, judged: Judged) -> Denied {
    Denied { judged, exists: !reply.is_nxdomain() }
}

/// The RDATA of a CNAME made from a DNAME (RFC 6672 section 2.2); None where the new name is too long.
fn synthesised(owner: &Name, dname: &Rrset) -> Option<Vec<u8>> {
    let (target, _) = name_in(single(dname)?)?;
    let kept = owner.iter().take(depth(owner) - depth(&dname.owner));
    CanonicalWire::of(kept.chain(target.iter())).map(|wire| wire.to_vec())
}

/// The RDATA of an RRset that may have one record only.
pub(super) fn single(rrset: &Rrset) -> Option<&[u8]> {
    match &rrset.rdata[..] {
        [rdata] => Some(rdata),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use world::World;

    use super::*;
    use crate::dns::Mode;
    use crate::dns::wire::names::{canonical_wire, display, parse};
    use crate::sim::Network;

    #[test]
    fn rfc4035_5_3_1_signers_enclose_what_they_sign_from_the_anchor_down_and_the_closest_count() {
        let world = World::without_sockets();
        let signature = |signer: &&str| Rrsig {
            covered: rtype::TLSA,
            algorithm: 13,
            labels: 5,
            original_ttl: 9,
            expiration: 0,
            inception: 0,
            key_tag: 0,
            signer: parse(signer).unwrap_or_else(|_| Name::root()),
            signature: Vec::new(),
        };
        let signers = |anchor: &str, claimed: &[&str]| -> Vec<String> {
            let claimed: Vec<Rrsig> = claimed.iter().map(signature).collect();
            let owner = parse("a.b.c.d.test").unwrap();
            let mut network = Network::of(&world);
            let (signers, _) = Call::alone(&mut network, anchor, Mode::Validate, async |call| {
                call.signers(&claimed, &owner)
            });
            signers.iter().map(display).collect()
        };
        let others = ["evil", "e.test", "x.a.b.c.d.test", "b.c.d.test.evil"];
        let anchor = &world.test_anchors[0];
        for (claimed, from_test, from_root) in [
            (
                &["test", "d.test", "", "test"][..],
                &["d.test", "test"][..],
                &["d.test", "test", "."][..],
            ),
            (
                &["test", "b.c.d.test", "d.test", "b.c.d.test", "a.b.c.d.test"],
                &["a.b.c.d.test", "b.c.d.test", "d.test"],
                &["a.b.c.d.test", "b.c.d.test", "d.test"],
            ),
            (
                &["a.b.c.d.test", "c.d.test", "b.c.d.test", "d.test"],
                &["a.b.c.d.test", "b.c.d.test", "c.d.test"],
                &["a.b.c.d.test", "b.c.d.test", "c.d.test"],
            ),
        ] {
            let claimed = [&others, claimed].concat();
            assert_eq!(signers(anchor, &claimed), from_test);
            assert_eq!(signers(&world.anchor, &claimed), from_root);
        }
    }

    #[test]
    fn rfc6672_2_2_a_dname_gives_one_alias() {
        let name = |text: &str| parse(text).unwrap();
        let made = |owner, dname, targets: &[&str]| {
            let mut rrset = Rrset::new(name(dname), rtype::DNAME);
            targets.iter().for_each(|target| rrset.add(9, canonical_wire(&name(target)).to_vec()));
            synthesised(&name(owner), &rrset)
        };
        let wire = |text: &str| Some(canonical_wire(&name(text)).to_vec());
        assert_eq!(made("a.b.c.example", "example", &["test"]), wire("a.b.c.test"));
        assert_eq!(made("a.b.c.example", "b.c.example", &["d.test"]), wire("a.d.test"));
        assert_eq!(made("a.example", "example", &["one.test", "other.test"]), None);
        let long = ["a"; 126].join(".");
        assert_eq!(made("a.b.example", "example", &[&long]), None, "too long");
    }
}
