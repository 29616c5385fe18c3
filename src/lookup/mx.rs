//! The MX RRset of a domain (RFC 5321 section 5.1, RFC 7672 section 2.2.1).

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::explain::trouble;
use crate::cause::{Basis, Detail, Finding, MxKind};
use crate::decide::Mx;
use crate::dns::wire::{name_in, rtype};
use crate::dns::{Answer, Call, Lifetime, Status};

/// MX hosts considered; those of the worst preference beyond that are left out.
const MAX_HOSTS: usize = 100;

/// What the MX records say.
#[derive(Debug)]
pub(super) struct MxAnswer {
    pub(super) status: Mx,
    pub(super) hosts: MxHosts,
    /// The domain after all aliases.
    pub(super) expanded: Name,
    pub(super) detail: Detail,
    /// What their denial rests on, where there are none.
    pub(super) denial: Option<Arc<Basis>>,
    pub(super) note: Arc<Finding>,
    pub(super) lifetime: Option<Lifetime>,
}

/// The hosts that take a domain's mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MxHosts {
    /// No MX record: the domain is its own host.
    Implicit,
    /// One record, whose target is the root (RFC 7505).
    Null,
    /// Preference and name, best first; equal preferences by name.
    Listed(Vec<(u16, Name)>),
    /// Not known, or none.
    None,
}

/// Looks up the MX records of a domain.
pub(super) async fn look_up(call: &Rc<Call>, domain: &Name) -> MxAnswer {
    let answer = call.resolve(domain, rtype::MX).await;
    let (status, hosts) = match answer.status {
        Status::Bogus | Status::Indeterminate => (Mx::Bogus, MxHosts::None),
        _ if !answer.exists => (Mx::Nxdomain, MxHosts::None),
        Status::Secure => (Mx::Secure, hosts(&answer.records)),
        Status::Insecure => (Mx::Insecure, hosts(&answer.records)),
    };
    let (note, detail) = (note(domain, &answer, &hosts), answer.detail());
    let denial = answer.ground.ok().filter(|_| answer.records.is_empty());
    let (expanded, lifetime) = (answer.owner, answer.lifetime);
    MxAnswer { status, hosts, expanded, detail, denial, note, lifetime }
}

fn note(domain: &Name, answer: &Answer, hosts: &MxHosts) -> Arc<Finding> {
    let kind = match hosts {
        MxHosts::Implicit => MxKind::Implicit,
        MxHosts::Null => MxKind::Null,
        MxHosts::Listed(_) => MxKind::Listed,
        MxHosts::None => MxKind::Hostless,
    };
    let name = || domain.clone();
    Arc::new(match &answer.ground {
        Err(failure) => trouble(domain, rtype::MX, &failure.0),
        Ok(basis) if answer.exists => Finding::Mx { domain: name(), kind, basis: basis.clone() },
        // Of an alias, it is the name that it leads to.
        Ok(basis) => Finding::NoName { name: answer.owner.clone(), basis: basis.clone() },
    })
}

/// The hosts of records in canonical order, which is that of preference; a host counts where it is named first.
fn hosts(records: &[Vec<u8>]) -> MxHosts {
    match records {
        [] => return MxHosts::Implicit,
        [rdata] if target(rdata) == [0] => return MxHosts::Null,
        _ => {}
    }
    let mut seen = BTreeSet::from([&[0][..]]);
    let new = records.iter().filter(|rdata| seen.insert(target(rdata)));
    let mut hosts: Vec<(u16, Name)> = new.filter_map(|rdata| read(rdata)).take(MAX_HOSTS).collect();
    hosts.sort();
    if hosts.is_empty() { MxHosts::None } else { MxHosts::Listed(hosts) }
}

/// The host's name in canonical form.
fn target(rdata: &[u8]) -> &[u8] {
    rdata.get(2..).unwrap_or_default()
}

fn read(rdata: &[u8]) -> Option<(u16, Name)> {
    let [high, low, exchange @ ..] = rdata else { return None };
    Some((u16::from_be_bytes([*high, *low]), name_in(exchange)?.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::names::display;

    fn record(preference: u16, wire: &[u8]) -> Vec<u8> {
        [&preference.to_be_bytes(), wire].concat()
    }

    #[test]
    fn rfc5321_5_1_preference_order_then_name() {
        let records = [
            record(10, b"\x01b\0"),
            record(10, b"\x01c\0"),
            record(20, b"\x01a\0"),
            record(30, b"\x01c\0"),
        ];
        let MxHosts::Listed(hosts) = hosts(&records) else { panic!() };
        let hosts: Vec<String> =
            hosts.iter().map(|(p, name)| format!("{p} {}", display(name))).collect();
        assert_eq!(hosts, ["10 b", "10 c", "20 a"]);
    }

    #[test]
    fn rfc7505_3_null_mx() {
        assert_eq!(hosts(&[record(0, b"\0")]), MxHosts::Null);
        assert_eq!(hosts(&[record(5, b"\0")]), MxHosts::Null);
        assert!(
            matches!(hosts(&[record(0, b"\0"), record(9, b"\x01a\0")]), MxHosts::Listed(h) if h.len() == 1)
        );
        assert_eq!(hosts(&[record(0, b"\0"), record(9, b"\0")]), MxHosts::None);
        assert_eq!(hosts(&[]), MxHosts::Implicit);
    }

    #[test]
    fn malformed_records_are_not_taken_for_none() {
        for malformed in [&b""[..], b"\0", b"\0\x05", b"\0\x05\x09short"] {
            let records = [malformed.to_vec(), record(5, b"\0")];
            assert_eq!(hosts(&records), MxHosts::None, "{malformed:?}");
            assert_eq!(hosts(&records[..1]), MxHosts::None, "{malformed:?}");
        }
    }

    #[test]
    fn the_number_of_hosts_is_bounded() {
        let same: Vec<_> = (0..1000u16).map(|n| record(n, b"\x01a\0")).collect();
        assert!(matches!(hosts(&same), MxHosts::Listed(hosts) if hosts.len() == 1));
        let records: Vec<_> =
            (0..1000u16).map(|n| record(n, format!("\x04{n:04}\0").as_bytes())).collect();
        assert!(matches!(hosts(&records), MxHosts::Listed(hosts) if hosts.len() == MAX_HOSTS));
    }
}
