//! A host's A and AAAA RRsets (RFC 7672 section 2.2.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use super::explain::trouble;
use crate::decide::{Address, Detail};
use crate::dns::names::display;
use crate::dns::{Answer, Call, Status, rtype};

/// Addresses of one family considered.
const MAX_ADDRESSES: usize = 32;

/// What the address records say.
#[derive(Debug)]
pub(super) struct AddressAnswer {
    pub(super) status: Address,
    pub(super) addresses: Vec<IpAddr>,
    /// The name after all aliases, where every link is secure and there is one.
    pub(super) expanded: Option<String>,
    pub(super) detail: Detail,
    pub(super) note: String,
    /// The trouble of one family, where the other has addresses.
    pub(super) aside: String,
}

/// One family's answer, as the table sees it.
struct Family {
    status: Address,
    addresses: Vec<IpAddr>,
    answer: Answer,
    kind: &'static str,
}

/// Looks up both families at once.
pub(super) async fn look_up(call: &Rc<Call>, host: &Name) -> AddressAnswer {
    call.start(host, rtype::AAAA);
    let v4 = Family::new("A", call.resolve(host, rtype::A).await, |rdata| {
        <[u8; 4]>::try_from(rdata).ok().map(|octets| Ipv4Addr::from(octets).into())
    });
    let v6 = Family::new("AAAA", call.resolve(host, rtype::AAAA).await, |rdata| {
        <[u8; 16]>::try_from(rdata).ok().map(|octets| Ipv6Addr::from(octets).into())
    });
    combine(host, [v6, v4])
}

impl Family {
    fn new(kind: &'static str, answer: Answer, read: impl Fn(&[u8]) -> Option<IpAddr>) -> Self {
        let addresses: Vec<IpAddr> =
            answer.records.iter().filter_map(|rdata| read(rdata)).take(MAX_ADDRESSES).collect();
        let status = match answer.first_status() {
            Status::Bogus | Status::Indeterminate => Address::Bogus,
            _ if addresses.is_empty() => Address::Nxdomain,
            Status::Secure => Address::Secure,
            Status::Insecure => Address::Insecure,
        };
        Self { status, addresses, answer, kind }
    }

    fn trouble(&self, host: &str) -> String {
        trouble(&format!("{} of {host}", self.kind), &self.answer)
    }
}

/// Addresses found outweigh everything else; of the families that have some, secure outweighs insecure.
fn combine(host: &Name, families: [Family; 2]) -> AddressAnswer {
    let host = display(host);
    let with = |status| families.iter().find(|family| family.status == status);
    let found = with(Address::Secure).or_else(|| with(Address::Insecure));
    let trouble = with(Address::Bogus);
    let addresses = families.iter().flat_map(|family| family.addresses.iter().copied()).collect();
    let mut result = AddressAnswer {
        status: Address::Nxdomain,
        addresses,
        expanded: None,
        detail: Detail::None,
        note: match &families {
            [Family { answer, .. }, other] if !answer.exists && !other.answer.exists => {
                format!("{host} does not exist, {}", answer.basis)
            }
            _ => format!("{host} has no address"),
        },
        aside: String::new(),
    };
    match (found, trouble) {
        (Some(family), trouble) => {
            let answer = &family.answer;
            let aliased = !answer.aliases.is_empty() && answer.status == Status::Secure;
            result.status = family.status;
            result.expanded = aliased.then(|| answer.name.clone());
            let basis = &answer.basis;
            result.note = match (family.status, answer.status) {
                (Address::Secure, Status::Insecure) => {
                    format!("{host} is a secure alias of an insecure name: {basis}")
                }
                (Address::Secure, _) => format!("address of {host} is secure, {basis}"),
                _ => format!("address of {host} is insecure: {basis}"),
            };
            result.aside = trouble.map(|other| other.trouble(&host)).unwrap_or_default();
        }
        (None, Some(family)) => {
            result.status = Address::Bogus;
            result.detail = family.answer.detail;
            result.note = family.trouble(&host);
        }
        (None, None) => {}
    }
    result
}
