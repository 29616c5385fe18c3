//! Denial with NSEC (RFC 4034 section 4, RFC 4035 section 5.4, RFC 9824).

use hickory_resolver::proto::rr::Name;

use super::types::Types;
use super::{Cut, Denial};
use crate::dns::wire::name_in;
use crate::dns::wire::names::{common_ancestor, depth, is_below, wildcard_of};

/// An NSEC record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nsec {
    owner: Name,
    next: Name,
    types: Types,
}

impl Nsec {
    /// Reads a record of `zone`; the next name lies in the zone, else it is no NSEC of that zone.
    pub(crate) fn read(zone: &Name, owner: &Name, rdata: &[u8]) -> Option<Self> {
        let (next, map) = name_in(rdata)?;
        let next = next.to_lowercase();
        let in_zone = zone.zone_of(owner) && zone.zone_of(&next);
        in_zone.then_some(Self { owner: owner.clone(), next, types: Types::parse(map)? })
    }

    /// Whether `name` lies strictly between the owner and the next name; the last record wraps to the apex.
    fn covers(&self, zone: &Name, name: &Name) -> bool {
        // An owner that is not there has no place in the chain, and its ancestors need not exist (RFC 9824 section 3.1).
        let hides = is_below(name, &self.owner) && self.types.hides_descendants();
        if hides || self.types.denies_name() {
            return false;
        }
        let is_last = self.next == *zone;
        zone.zone_of(name) && self.owner < *name && (*name < self.next || is_last)
    }

    /// The longest existing ancestor of a covered name.
    fn closest_encloser(&self, name: &Name) -> Name {
        let before = common_ancestor(name, &self.owner);
        let after = common_ancestor(name, &self.next);
        if depth(&before) >= depth(&after) { before } else { after }
    }
}

fn covering<'a>(records: &'a [Nsec], zone: &Name, name: &Name) -> Option<&'a Nsec> {
    records.iter().find(|nsec| nsec.covers(zone, name))
}

pub(super) fn denies(records: &[Nsec], zone: &Name, name: &Name, rtype: u16) -> Option<Denial> {
    if let Some(nsec) = records.iter().find(|nsec| nsec.owner == *name) {
        return nsec.types.denial_of(rtype);
    }
    let nsec = covering(records, zone, name)?;
    if is_below(&nsec.next, name) {
        return Some(Denial::NoData);
    }
    let wildcard = wildcard_of(&nsec.closest_encloser(name))?;
    if let Some(nsec) = records.iter().find(|nsec| nsec.owner == wildcard) {
        let is_plain = !nsec.types.is_delegation();
        return nsec.types.denial_of(rtype).filter(|_| is_plain);
    }
    covering(records, zone, &wildcard).map(|_| Denial::NoName)
}

pub(super) fn cut(records: &[Nsec], zone: &Name, name: &Name) -> Option<Cut> {
    if let Some(nsec) = records.iter().find(|nsec| nsec.owner == *name) {
        return nsec.types.cut();
    }
    let nsec = covering(records, zone, name)?;
    Some(if is_below(&nsec.next, name) { Cut::None } else { Cut::NoName })
}

/// The name does not exist, and its closest encloser is the wildcard's parent.
pub(super) fn allows_wildcard(records: &[Nsec], zone: &Name, name: &Name, encloser: &Name) -> bool {
    records.iter().any(|nsec| {
        nsec.covers(zone, name)
            && !is_below(&nsec.next, name)
            && nsec.closest_encloser(name) == *encloser
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::names::{canonical_wire, parse};
    use crate::dns::wire::rtype;

    fn name(text: &str) -> Name {
        parse(text).unwrap()
    }

    fn nsec(owner: &str, next: &str, types: &[u16]) -> Nsec {
        let mut rdata = canonical_wire(&name(next)).to_vec();
        let mut bits = [0u8; 32];
        types.iter().for_each(|t| bits[usize::from(*t / 8)] |= 0x80 >> (t % 8));
        rdata.extend([0, 32]);
        rdata.extend(bits);
        Nsec::read(&name("example"), &name(owner), &rdata).unwrap()
    }

    fn denied(records: &[Nsec], qname: &str, rtype: u16) -> Option<Denial> {
        denies(records, &name("example"), &name(qname), rtype)
    }

    #[test]
    fn rfc4035_5_4_nodata_needs_the_bitmap() {
        let plain = [nsec("a.example", "c.example", &[rtype::A])];
        assert_eq!(denied(&plain, "a.example", rtype::TLSA), Some(Denial::NoData));
        assert_eq!(denied(&plain, "a.example", rtype::A), None);
        let alias = [nsec("a.example", "c.example", &[rtype::CNAME])];
        assert_eq!(denied(&alias, "a.example", rtype::TLSA), None);
    }

    #[test]
    fn rfc4035_5_4_nxdomain_needs_name_and_wildcard() {
        let name_only = nsec("a.example", "c.example", &[rtype::A]);
        let wildcard = nsec("example", "a.example", &[rtype::SOA, rtype::NS]);
        assert_eq!(denied(std::slice::from_ref(&name_only), "b.example", rtype::A), None);
        let both = [name_only.clone(), wildcard];
        assert_eq!(denied(&both, "b.example", rtype::A), Some(Denial::NoName));
        let wildcard_has_it = [name_only.clone(), nsec("*.example", "a.example", &[rtype::A])];
        assert_eq!(denied(&wildcard_has_it, "b.example", rtype::A), None);
        assert_eq!(denied(&wildcard_has_it, "b.example", rtype::TLSA), Some(Denial::NoData));
        let wildcard_alias = [name_only, nsec("*.example", "a.example", &[rtype::CNAME])];
        assert_eq!(denied(&wildcard_alias, "b.example", rtype::TLSA), None);
    }

    #[test]
    fn rfc4034_4_1_1_the_next_name_exists() {
        let records = [
            nsec("a.example", "c.example", &[rtype::A]),
            nsec("example", "a.example", &[rtype::SOA, rtype::NS]),
        ];
        assert_eq!(denied(&records, "b.example", rtype::A), Some(Denial::NoName));
        assert_eq!(denied(&records, "c.example", rtype::A), None);
        assert_eq!(cut(&records, &name("example"), &name("c.example")), None);
    }

    #[test]
    fn rfc4035_5_4_empty_non_terminal_is_nodata() {
        let records = [nsec("a.example", "x.b.example", &[rtype::A])];
        assert_eq!(denied(&records, "b.example", rtype::A), Some(Denial::NoData));
    }

    #[test]
    fn rfc6840_4_1_a_delegation_denies_only_ds() {
        let records = [
            nsec("b.example", "d.example", &[rtype::NS]),
            nsec("example", "b.example", &[rtype::SOA, rtype::NS]),
        ];
        assert_eq!(denied(&records, "b.example", rtype::TLSA), None);
        assert_eq!(denied(&records, "b.example", rtype::DS), Some(Denial::NoData));
        assert_eq!(denied(&records, "x.b.example", rtype::TLSA), None);
        assert_eq!(cut(&records, &name("example"), &name("x.b.example")), None);
        assert_eq!(denied(&records, "c.example", rtype::TLSA), Some(Denial::NoName));
        let redirected = [nsec("b.example", "d.example", &[rtype::DNAME])];
        assert_eq!(denied(&redirected, "x.b.example", rtype::TLSA), None);
    }

    #[test]
    fn rfc6840_4_4_a_child_apex_never_denies_ds() {
        let records = [nsec("b.example", "d.example", &[rtype::NS, rtype::SOA])];
        assert_eq!(denied(&records, "b.example", rtype::DS), None);
        assert_eq!(cut(&records, &name("example"), &name("b.example")), None);
    }

    #[test]
    fn rfc9824_3_1_nxname_denies_its_own_name_and_no_other() {
        const ABSENT: &[u16] = &[rtype::RRSIG, rtype::NSEC, rtype::NXNAME];
        let zone = name("example");
        let absent = [nsec("x.a.example", "c.example", ABSENT)];
        for rtype in [rtype::A, rtype::TLSA, rtype::DS, rtype::NXNAME] {
            assert_eq!(denied(&absent, "x.a.example", rtype), Some(Denial::NoName), "{rtype}");
        }
        assert_eq!(cut(&absent, &zone, &name("x.a.example")), Some(Cut::NoName));
        let apex = nsec("example", "a.example", &[rtype::SOA, rtype::NS]);
        let with_apex = [absent[0].clone(), apex];
        // Neither what is below it, nor what comes after it; nor is there a wildcard below its ancestors to be denied.
        for other in ["y.x.a.example", "y.a.example", "b.example", "a.example"] {
            assert_eq!(denied(&with_apex, other, rtype::A), None, "{other}");
            assert_eq!(cut(&with_apex, &zone, &name(other)), None, "{other}");
            assert!(!allows_wildcard(&absent, &zone, &name(other), &name("a.example")));
        }
        assert!(!allows_wildcard(&absent, &zone, &name("b.example"), &zone));
        // An empty non-terminal has the same map but for NXNAME, and is there.
        let empty = [nsec("a.example", "!.a.example", &[rtype::RRSIG, rtype::NSEC])];
        assert_eq!(denied(&empty, "a.example", rtype::A), Some(Denial::NoData));
        assert_eq!(cut(&empty, &zone, &name("a.example")), Some(Cut::None));
        let star =
            [nsec("a.example", "c.example", &[rtype::A]), nsec("*.example", "a.example", ABSENT)];
        assert_eq!(denied(&star, "b.example", rtype::A), Some(Denial::NoName));
    }

    #[test]
    fn rfc4035_5_2_insecure_cut_needs_ns_without_ds() {
        let zone = name("example");
        let at = |types: &[u16]| {
            cut(&[nsec("b.example", "d.example", types)], &zone, &name("b.example"))
        };
        assert_eq!(at(&[rtype::NS]), Some(Cut::Insecure));
        assert_eq!(at(&[rtype::NS, rtype::DS]), None);
        assert_eq!(at(&[rtype::A]), Some(Cut::None));
        let around =
            |next: &str| cut(&[nsec("a.example", next, &[rtype::A])], &zone, &name("b.example"));
        assert_eq!(around("d.example"), Some(Cut::NoName));
        assert_eq!(around("x.b.example"), Some(Cut::None));
    }

    #[test]
    fn the_next_name_lies_in_the_zone() {
        let mut rdata = canonical_wire(&name("z.other")).to_vec();
        rdata.extend([0, 1, 0x40]);
        assert_eq!(Nsec::read(&name("example"), &name("a.example"), &rdata), None);
    }

    #[test]
    fn the_last_record_wraps_to_the_apex_only() {
        let last = nsec("y.example", "example", &[rtype::A]);
        assert!(last.covers(&name("example"), &name("z.example")));
        assert!(!last.covers(&name("example"), &name("b.example")));
        assert!(!last.covers(&name("example"), &name("y.example")));
        let backwards = nsec("y.example", "c.example", &[rtype::A]);
        assert!(!backwards.covers(&name("example"), &name("z.example")));
    }

    #[test]
    fn rfc4035_5_3_4_wildcard_needs_its_own_encloser() {
        let zone = name("example");
        let records = [nsec("a.b.example", "d.example", &[rtype::A])];
        let allowed = |qname: &str, encloser: &str| {
            allows_wildcard(&records, &zone, &name(qname), &name(encloser))
        };
        assert!(allowed("c.example", "example"));
        assert!(!allowed("a.b.example", "b.example"));
        assert!(allowed("x.b.example", "b.example"));
        assert!(!allowed("x.b.example", "example"));
        assert!(!allowed("a.example", "example"), "not covered");
        let records = [nsec("a.example", "x.b.example", &[rtype::A])];
        assert!(!allows_wildcard(&records, &zone, &name("b.example"), &zone), "it exists");
    }
}
