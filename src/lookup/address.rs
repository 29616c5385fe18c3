//! A host's A and AAAA RRsets (RFC 7672 section 2.2.2).

use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::explain::trouble;
use crate::cause::{Basis, Detail, Finding};
use crate::decide::Address;
use crate::dns::wire::rtype;
use crate::dns::{Answer, Call, Lifetime, Status};

/// Addresses of one family considered.
const MAX_ADDRESSES: usize = 32;
/// How long one family is waited for when the other has addresses; never more than a third of the time left, so
/// that a name server which drops AAAA queries leaves time to connect.
const MAX_PATIENCE: Duration = Duration::from_secs(5);

/// What the address records say.
#[derive(Debug)]
pub(super) struct AddressAnswer {
    pub(super) status: Address,
    pub(super) addresses: Vec<IpAddr>,
    /// The name after all aliases, where every link is secure and there is one.
    pub(super) expanded: Option<Name>,
    /// The names that the host is an alias of, the final one last.
    pub(super) aliases: Vec<String>,
    /// Of IPv4, and of IPv6.
    pub(super) lifetimes: [Option<Lifetime>; 2],
    /// What the weakest denial rests on, where both families are denied.
    pub(super) denial: Option<Arc<Basis>>,
    pub(super) detail: Detail,
    pub(super) note: Option<Arc<Finding>>,
    /// The trouble of one family, where the other has addresses.
    pub(super) aside: Option<Arc<Finding>>,
}

/// One family's answer, as the table sees it.
struct Family {
    status: Address,
    addresses: Vec<IpAddr>,
    /// What the denial of its records rests on, if they are denied.
    denial: Option<Arc<Basis>>,
    answer: Answer,
}

/// Asks for both families at once; when one has addresses, the other is waited for a little while only.
pub(super) fn look_up(call: &Rc<Call>, host: &Name) -> impl Future<Output = AddressAnswer> + use<> {
    let (v4, v6) = (call.resolve(host, rtype::A), call.resolve(host, rtype::AAAA));
    let (call, host) = (call.clone(), host.clone());
    async move { first_of(&call, &host, v4, v6).await }
}

async fn first_of(
    call: &Call,
    host: &Name,
    v4: impl Future<Output = Answer>,
    v6: impl Future<Output = Answer>,
) -> AddressAnswer {
    let mut v4 = pin!(async { Family::v4(v4.await) });
    let mut v6 = pin!(async { Family::v6(v6.await) });
    let mut families = [None, None];
    let mut patience = None;
    poll_fn(|context| {
        let [found6, found4] = &mut families;
        poll_once(found6, &mut v6, context);
        poll_once(found4, &mut v4, context);
        let now = call.engine.now();
        if families.iter().flatten().any(|family| !family.addresses.is_empty()) {
            let left = call.deadline.saturating_sub(now);
            patience.get_or_insert_with(|| call.engine.alarm(now + MAX_PATIENCE.min(left / 3)));
        }
        let is_over = patience.as_ref().is_some_and(|patience| patience.is_due(context));
        let is_done = is_over || families.iter().all(Option::is_some);
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let [v6, v4] = families;
    let late = |rtype| Family::new(Answer::late(host, rtype), |_| None);
    combine(host, [v6.unwrap_or_else(|| late(rtype::AAAA)), v4.unwrap_or_else(|| late(rtype::A))])
}

/// Fills the slot when the work is done; work that is done is not asked again.
fn poll_once<T>(
    slot: &mut Option<T>,
    work: &mut Pin<&mut impl Future<Output = T>>,
    context: &mut TaskContext<'_>,
) {
    if slot.is_none()
        && let Poll::Ready(done) = work.as_mut().poll(context)
    {
        *slot = Some(done);
    }
}

impl Family {
    fn v4(answer: Answer) -> Self {
        Self::new(answer, |rdata| {
            <[u8; 4]>::try_from(rdata).ok().map(|octets| Ipv4Addr::from(octets).into())
        })
    }

    fn v6(answer: Answer) -> Self {
        Self::new(answer, |rdata| {
            <[u8; 16]>::try_from(rdata).ok().map(|octets| Ipv6Addr::from(octets).into())
        })
    }

    fn new(mut answer: Answer, read: impl Fn(&[u8]) -> Option<IpAddr>) -> Self {
        let records = std::mem::take(&mut answer.records);
        let addresses: Vec<IpAddr> =
            records.iter().filter_map(|rdata| read(rdata)).take(MAX_ADDRESSES).collect();
        let status = match answer.first_status() {
            Status::Bogus | Status::Indeterminate => Address::Bogus,
            _ if addresses.is_empty() => Address::Nxdomain,
            Status::Secure => Address::Secure,
            Status::Insecure => Address::Insecure,
        };
        let denial = answer.ground.as_ref().ok().filter(|_| records.is_empty()).cloned();
        Self { status, addresses, denial, answer }
    }

    fn trouble(&self, host: &Name) -> Option<Arc<Finding>> {
        let failure = self.answer.ground.as_ref().err()?;
        Some(Arc::new(trouble(host, self.answer.rtype, &failure.0)))
    }

    /// What is known of its addresses.
    fn finding(&self, host: &Name) -> Option<Arc<Finding>> {
        let basis = self.answer.ground.as_ref().ok()?.clone();
        let host = host.clone();
        Some(Arc::new(match (self.status, self.answer.status) {
            (Address::Secure, Status::Insecure) => Finding::AliasOfInsecure { host, basis },
            _ => Finding::Address { host, basis },
        }))
    }
}

/// The first that is insecure, else the first.
pub(super) fn weaker(one: Arc<Basis>, other: Arc<Basis>) -> Arc<Basis> {
    if one.is_secure() && !other.is_secure() { other } else { one }
}

/// Addresses found outweigh everything else; of the families that have some, secure outweighs insecure.
fn combine(host: &Name, families: [Family; 2]) -> AddressAnswer {
    let with = |status| families.iter().find(|family| family.status == status);
    let found = with(Address::Secure).or_else(|| with(Address::Insecure));
    let trouble = with(Address::Bogus);
    let [v6, v4] = families.each_ref().map(|family| family.answer.lifetime);
    let lifetimes = [v4, v6];
    let addresses = families.iter().flat_map(|family| family.addresses.iter().copied()).collect();
    let mut result = AddressAnswer {
        status: Address::Nxdomain,
        addresses,
        expanded: None,
        aliases: Vec::new(),
        lifetimes,
        denial: None,
        detail: Detail::None,
        note: None,
        aside: None,
    };
    let known = found.unwrap_or(&families[1]);
    result.aliases = known.answer.targets();
    match (found, trouble) {
        (Some(family), trouble) => {
            let answer = &family.answer;
            let aliased = !answer.aliases.is_empty() && answer.status == Status::Secure;
            result.status = family.status;
            result.expanded = aliased.then(|| answer.owner.clone());
            result.note = family.finding(host);
            result.aside = trouble.and_then(|other| other.trouble(host));
        }
        (None, Some(family)) => {
            result.status = Address::Bogus;
            result.detail = family.answer.detail();
            result.note = family.trouble(host);
        }
        (None, None) => {
            result.note = Some(Arc::new(no_address(host, &families)));
            let [v6, v4] = families.map(|family| family.denial);
            result.denial = v6.zip(v4).map(|(v6, v4)| weaker(v6, v4));
        }
    }
    result
}

/// Neither family has an address.
fn no_address(host: &Name, families: &[Family; 2]) -> Finding {
    let name = host.clone();
    match families.each_ref().map(|family| &family.answer) {
        [Answer { ground: Ok(basis), exists: false, .. }, Answer { exists: false, .. }] => {
            Finding::NoName { name, basis: basis.clone() }
        }
        _ => Finding::NoAddress(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_grounds_the_first_insecure_one_is_the_weaker() {
        let at = || Name::root();
        let [signed, probed] = [Basis::SignedBy(at()), Basis::Validating(vec![])].map(Arc::new);
        let [unsigned, opted_out] = [Basis::NoDs(at()), Basis::OptOut(at())].map(Arc::new);
        for (one, other, weakest) in [
            (&signed, &probed, &signed),
            (&signed, &unsigned, &unsigned),
            (&unsigned, &signed, &unsigned),
            (&unsigned, &opted_out, &unsigned),
        ] {
            assert_eq!(weaker(one.clone(), other.clone()), *weakest);
        }
    }
}
