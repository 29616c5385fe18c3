//! From a trust anchor down to a name, by DS (RFC 4035 section 5.2).

use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::Mode;
use super::call::Call;
use super::reply::Reply;
use crate::cause::{Basis, Cause, Fault};
use crate::dns::proof::delegation::{self, Ds, Entry, EntryPoints};
use crate::dns::proof::denial::{self, Cut};
use crate::dns::proof::signature::{self, Signed};
use crate::dns::proof::{Standing, Validity, ZoneKeys};
use crate::dns::wire::names::{self, depth, label_count};
use crate::dns::wire::rtype;

/// Labels below the anchor whose DS records are asked for at once; those of longer names follow one by one.
const ASKED_AHEAD: usize = 8;

impl Call {
    /// Where `name` stands: from the anchor down, label by label, to the name or to where nothing more can change.
    pub(super) async fn standing(self: &Rc<Self>, name: &Name) -> Standing {
        let Some(anchor) = self.config.anchors.enclosing(name) else {
            return match self.config.anchors.names()[..] {
                [] => Standing::Failed(Cause::NoAnchor.into()),
                _ => Standing::Insecure(Basis::NoAnchor.into()),
            };
        };
        if let Some(standing) = self.known_standing(name) {
            return standing;
        }
        if let Err(exhausted) = self.budget.pass_over(name.len() * depth(name)).await {
            return Standing::Failed(exhausted.into());
        }
        let ancestor = |labels: usize| names::ancestor(name, labels);
        let known = (depth(anchor)..=depth(name))
            .rev()
            .find_map(|labels| self.known(&ancestor(labels)).map(|standing| (labels, standing)));
        if let Some((_, insecure @ Standing::Insecure(_))) = known {
            return insecure;
        }
        let top = known.as_ref().map_or(depth(anchor), |(labels, _)| *labels);
        (top + 1..=depth(name)).take(ASKED_AHEAD).for_each(|labels| {
            self.start(&ancestor(labels), rtype::DS);
        });
        let (mut labels, mut here) = match known {
            Some(known) => known,
            None => (top, self.standing_below(anchor, None).await),
        };
        while let Standing::Zone(zone) | Standing::Inside(zone) = &here
            && labels < depth(name)
        {
            labels += 1;
            here = self.standing_below(&ancestor(labels), Some(zone)).await;
        }
        here
    }

    /// Where a name stands, given the zone of its parent (none: it is an anchor); worked out once in a call, whoever asks.
    async fn standing_below(
        self: &Rc<Self>,
        name: &Name,
        above: Option<&Arc<ZoneKeys>>,
    ) -> Standing {
        let (owner, above) = (name.clone(), above.cloned());
        self.stand(name, |call| async move {
            match above {
                Some(zone) => call.cross(&owner, &zone).await,
                None => {
                    let points = call.counting(call.config.anchors.at(&owner));
                    if points.is_empty() {
                        let (rtype, fault) = (rtype::DNSKEY, Fault::Sha1Anchor);
                        let cause = Cause::unproven(&owner, rtype, &owner, fault);
                        return Standing::Failed(cause.into());
                    }
                    call.enter(&owner, &points, Validity::ALWAYS).await
                }
            }
        })
        .await
    }

    /// Starts what the first answer about `name` will need besides itself.
    pub(super) fn prepare(self: &Rc<Self>, name: &Name) {
        match self.mode {
            Some(Mode::Validate) => self.start_walk(name),
            Some(Mode::TrustAd) => {
                if let Some(server) = self.config.servers.first().copied() {
                    self.start_directly(server, &Name::root(), rtype::NS);
                }
            }
            None => {}
        }
    }

    /// Starts what answers about a host will need, whose zone is likely the parent.
    pub(crate) fn prepare_host(self: &Rc<Self>, host: &Name) {
        if self.mode == Some(Mode::Validate) {
            self.start_walk(&names::parent(host));
        }
    }

    /// Starts the questions for a zone that is likely there, and for every ancestor that is not known, all at once.
    pub(super) fn start_walk(self: &Rc<Self>, name: &Name) {
        let Some(anchor) = self.config.anchors.enclosing(name) else { return };
        let top = depth(anchor);
        let mut unknown = Vec::new();
        for labels in (top..=depth(name).min(top + ASKED_AHEAD)).rev() {
            let name = names::ancestor(name, labels);
            match self.known(&name) {
                None => unknown.push(name),
                // Where nobody found a zone below one that is no TLD, there is likely none.
                Some(Standing::Zone(_)) if labels < 2 || self.cache.has_cuts(&name) => break,
                Some(_) => return,
            }
        }
        for name in unknown {
            self.start(&name, rtype::DNSKEY);
            if depth(&name) > top {
                self.start(&name, rtype::DS);
            }
        }
    }

    /// From `zone` to `name` one label below it or below a name inside it.
    async fn cross(self: &Rc<Self>, name: &Name, zone: &Arc<ZoneKeys>) -> Standing {
        let reply = match self.ask(name, rtype::DS).await {
            Ok(reply) => reply,
            Err(failure) => return Standing::Failed(failure),
        };
        let Some(rrset) = reply.message.answer.rrset(name, rtype::DS) else {
            return self.cross_without_ds(name, zone, &reply).await;
        };
        let is_own = |signed: Signed| {
            if signed.labels == label_count(name) { Ok(signed) } else { Err(Fault::Wildcard) }
        };
        let signed = signature::verify(rrset, zone, self.now, &self.budget).await.and_then(is_own);
        let signed = match signed {
            Ok(signed) => signed,
            Err(fault) => {
                let failure = self.fault(&reply, name, rtype::DS, &zone.apex, fault).await;
                return Standing::Failed(failure);
            }
        };
        if let Err(exhausted) = self.budget.sort(rrset.rdata.len()) {
            return Standing::Failed(exhausted.into());
        }
        let records = rrset.rdata.iter().filter_map(|rdata| Ds::from_rdata(rdata));
        let all = EntryPoints::delegation(records);
        let is_supported = !all.is_empty();
        let points = self.counting(all);
        if points.is_empty() {
            let unsupported = if is_supported { Basis::Sha1 } else { Basis::UnsupportedDs };
            let why = unsupported(name.clone());
            return self.remember(name, Standing::Insecure(why.into()), signed.validity);
        }
        self.enter(name, &points, signed.validity).await
    }

    async fn cross_without_ds(
        self: &Rc<Self>,
        name: &Name,
        zone: &Arc<ZoneKeys>,
        reply: &Rc<Reply>,
    ) -> Standing {
        if self.is_alias(zone, reply).await {
            return Standing::Inside(zone.clone());
        }
        let proofs = match self.proofs(&reply.message.authority, zone).await {
            Ok(proofs) => proofs,
            Err(exhausted) => return Standing::Failed(exhausted.into()),
        };
        match denial::cut(&proofs, &zone.apex, name, &self.budget).await {
            Ok(Cut::None) => Standing::Inside(zone.clone()),
            Ok(Cut::NoName) => Standing::Nothing(zone.clone()),
            Ok(Cut::Insecure) => {
                let why = Basis::NoDs(name.clone());
                let insecure = Standing::Insecure(why.into());
                match proofs.validity {
                    Some(validity) => self.remember(name, insecure, validity),
                    None => insecure,
                }
            }
            Err(unproven) => {
                let is_unsigned = proofs.nsec.is_empty() && proofs.nsec3.is_empty();
                let fault = if is_unsigned { proofs.fault } else { unproven.into() };
                Standing::Failed(self.fault(reply, name, rtype::DS, &zone.apex, fault).await)
            }
        }
    }

    /// Whether `zone` redirects the name that was asked for, so that no zone cut can be there (RFC 1034 3.6.2, RFC 6672 2.4).
    /// Where a wildcard does, the name is denied as well.
    async fn is_alias(&self, zone: &ZoneKeys, reply: &Reply) -> bool {
        // Of an answer nothing else is kept but DS records, and there are none.
        for alias in &reply.message.answer.0 {
            let signed = signature::verify(alias, zone, self.now, &self.budget).await;
            if signed.is_ok_and(|signed| signed.labels == label_count(&alias.owner)) {
                return true;
            }
        }
        false
    }

    /// What vouches for a zone, by what the administrator takes.
    pub(super) fn counting(&self, points: EntryPoints) -> EntryPoints {
        if self.config.takes_sha1 { points } else { points.without_sha1() }
    }

    /// The zone at `apex`, whose DNSKEY RRset is signed by a key that is vouched for.
    async fn enter(
        self: &Rc<Self>,
        apex: &Name,
        points: &EntryPoints,
        above: Validity,
    ) -> Standing {
        let reply = match self.ask(apex, rtype::DNSKEY).await {
            Ok(reply) => reply,
            Err(failure) => return Standing::Failed(failure),
        };
        let Some(rrset) = reply.message.answer.rrset(apex, rtype::DNSKEY) else {
            let fault = Fault::NoKeys;
            return Standing::Failed(self.fault(&reply, apex, rtype::DNSKEY, apex, fault).await);
        };
        match delegation::enter(rrset, points, self.now, &self.budget).await {
            Ok(Entry::Signed(keys, signed)) => {
                let validity = signed.validity.and(above);
                self.remember(apex, Standing::Zone(Arc::new(keys)), validity)
            }
            Ok(Entry::Uncheckable) => {
                let why = Basis::UncheckableKeys(apex.clone());
                let validity = Validity { after: rrset.ttl.min(above.after), ..above };
                self.remember(apex, Standing::Insecure(why.into()), validity)
            }
            Err(fault) => {
                Standing::Failed(self.fault(&reply, apex, rtype::DNSKEY, apex, fault).await)
            }
        }
    }

    fn remember(&self, name: &Name, standing: Standing, validity: Validity) -> Standing {
        self.cache.put(name, &standing, self.now, validity, self.visitor);
        standing
    }
}
