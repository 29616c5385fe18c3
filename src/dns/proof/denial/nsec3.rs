//! Denial with NSEC3 (RFC 5155 section 8, RFC 9276, RFC 9824).

use data_encoding::BASE32_DNSSEC;
use hickory_resolver::proto::dnssec::DigestType;
use hickory_resolver::proto::dnssec::crypto::Digest;
use hickory_resolver::proto::rr::Name;

use super::types::Types;
use super::{Cut, Denial, Unproven};
use crate::budget::Budget;
use crate::dns::wire::names::{ancestor, canonical_wire, depth, parent, wildcard_of};
use crate::dns::wire::rtype;

/// More rounds than this make the denial insecure (RFC 9276 section 3.2).
const MAX_ITERATIONS: u16 = 150;

const HASH_SHA1: u8 = 1;
const FLAG_OPT_OUT: u8 = 1;
const HASH_LENGTH: usize = 20;

/// An NSEC3 record with a known hash algorithm and known flags (RFC 5155 sections 8.1 and 8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nsec3 {
    hash: [u8; HASH_LENGTH],
    next: [u8; HASH_LENGTH],
    salt: Vec<u8>,
    iterations: u16,
    opt_out: bool,
    types: Types,
}

impl Nsec3 {
    /// Reads a record of `zone`; None for what must be ignored or is malformed.
    pub(crate) fn read(zone: &Name, owner: &Name, rdata: &[u8]) -> Option<Self> {
        if parent(owner) != *zone {
            return None;
        }
        let hash = base32hex(owner.iter().next()?)?;
        let [HASH_SHA1, flags, iterations0, iterations1, rest @ ..] = rdata else { return None };
        if flags & !FLAG_OPT_OUT != 0 {
            return None;
        }
        let (salt, rest) = length_prefixed(rest)?;
        let (next, map) = length_prefixed(rest)?;
        Some(Self {
            hash,
            next: next.try_into().ok()?,
            salt: salt.to_vec(),
            iterations: u16::from_be_bytes([*iterations0, *iterations1]),
            opt_out: flags & FLAG_OPT_OUT != 0,
            types: Types::parse(map)?,
        })
    }

    fn covers(&self, hash: &[u8; HASH_LENGTH]) -> bool {
        if self.types.denies_name() {
            return false;
        }
        if self.hash < self.next {
            self.hash < *hash && *hash < self.next
        } else {
            self.hash < *hash || *hash < self.next
        }
    }
}

fn length_prefixed(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

fn base32hex(label: &[u8]) -> Option<[u8; HASH_LENGTH]> {
    BASE32_DNSSEC.decode(label).ok()?.try_into().ok()
}

/// The records of one reply, all with the same parameters.
struct Chain<'a> {
    records: &'a [Nsec3],
    first: &'a Nsec3,
    budget: &'a Budget,
}

/// The closest existing ancestor, and the record that covers the name one label longer.
struct Encloser<'a> {
    name: Name,
    covering: &'a Nsec3,
}

impl<'a> Chain<'a> {
    fn new(records: &'a [Nsec3], budget: &'a Budget) -> Result<Self, Unproven> {
        let first = records.first().ok_or(Unproven::NoProof)?;
        let same = |nsec3: &Nsec3| nsec3.salt == first.salt && nsec3.iterations == first.iterations;
        if !records.iter().all(same) {
            return Err(Unproven::MixedParameters);
        }
        Ok(Self { records, first, budget })
    }

    fn is_too_costly(&self) -> bool {
        self.first.iterations > MAX_ITERATIONS
    }

    /// What a hash costs: blocks of SHA-1, six in a unit, as measured.
    fn units(&self, name: &Name) -> u32 {
        let blocks = |octets: usize| (octets + 72) / 64;
        let Nsec3 { salt, iterations, .. } = self.first;
        let rounds = usize::from(*iterations) * blocks(HASH_LENGTH + salt.len());
        1 + (blocks(name.len() + salt.len()) + rounds) as u32 / 6
    }

    async fn hash(&self, name: &Name) -> Result<[u8; HASH_LENGTH], Unproven> {
        self.budget.work(self.units(name)).await?;
        let (Nsec3 { salt, iterations, .. }, name) = (self.first, canonical_wire(name));
        let digest = Digest::iterated(salt, &name, DigestType::SHA1, *iterations)
            .map_err(|_| Unproven::NoProof)?;
        digest.as_ref().try_into().map_err(|_| Unproven::NoProof)
    }

    async fn matching(&self, name: &Name) -> Result<Option<&'a Nsec3>, Unproven> {
        let hash = self.hash(name).await?;
        Ok(self.records.iter().find(|nsec3| nsec3.hash == hash))
    }

    async fn covering(&self, name: &Name) -> Result<Option<&'a Nsec3>, Unproven> {
        let hash = self.hash(name).await?;
        Ok(self.records.iter().find(|nsec3| nsec3.covers(&hash)))
    }

    /// RFC 5155 section 8.3.
    async fn closest_encloser(&self, zone: &Name, name: &Name) -> Result<Encloser<'a>, Unproven> {
        for labels in (depth(zone)..depth(name)).rev() {
            let candidate = ancestor(name, labels);
            let matching = self.matching(&candidate).await?;
            // One that is not there encloses nothing (RFC 9824 section 4).
            let Some(nsec3) = matching.filter(|nsec3| !nsec3.types.denies_name()) else { continue };
            if nsec3.types.hides_descendants() {
                return Err(Unproven::NoProof);
            }
            let next_closer = ancestor(name, labels + 1);
            let covering = self.covering(&next_closer).await?.ok_or(Unproven::NoProof)?;
            return Ok(Encloser { name: candidate, covering });
        }
        Err(Unproven::NoProof)
    }
}

pub(super) async fn denies(
    records: &[Nsec3],
    zone: &Name,
    name: &Name,
    rtype: u16,
    budget: &Budget,
) -> Result<Denial, Unproven> {
    let chain = Chain::new(records, budget)?;
    if chain.is_too_costly() {
        return Ok(Denial::TooCostly);
    }
    if let Some(nsec3) = chain.matching(name).await? {
        return nsec3.types.denial_of(rtype).ok_or(Unproven::NoProof);
    }
    let encloser = chain.closest_encloser(zone, name).await?;
    if rtype == rtype::DS && encloser.covering.opt_out {
        return Ok(Denial::Insecure);
    }
    let wildcard = wildcard_of(&encloser.name).ok_or(Unproven::NoProof)?;
    let denial = match chain.matching(&wildcard).await? {
        Some(nsec3) if nsec3.types.is_delegation() => return Err(Unproven::NoProof),
        Some(nsec3) => nsec3.types.denial_of(rtype).ok_or(Unproven::NoProof)?,
        None if chain.covering(&wildcard).await?.is_some() => Denial::NoName,
        None if encloser.covering.opt_out => return Ok(Denial::InsecureNoData),
        None => return Err(Unproven::NoProof),
    };
    Ok(if encloser.covering.opt_out { Denial::Insecure } else { denial })
}

pub(super) async fn cut(
    records: &[Nsec3],
    zone: &Name,
    name: &Name,
    budget: &Budget,
) -> Result<Cut, Unproven> {
    let chain = Chain::new(records, budget)?;
    if chain.is_too_costly() {
        return Ok(Cut::Insecure);
    }
    if let Some(nsec3) = chain.matching(name).await? {
        return nsec3.types.cut().ok_or(Unproven::NoProof);
    }
    let encloser = chain.closest_encloser(zone, name).await?;
    Ok(if encloser.covering.opt_out { Cut::Insecure } else { Cut::NoName })
}

/// RFC 5155 section 8.8: the name one label longer than the wildcard's parent does not exist.
pub(super) async fn allows_wildcard(
    records: &[Nsec3],
    zone: &Name,
    name: &Name,
    encloser: &Name,
    budget: &Budget,
) -> Result<bool, Unproven> {
    let chain = Chain::new(records, budget)?;
    if chain.is_too_costly() {
        return Ok(false);
    }
    if !zone.zone_of(encloser) || depth(encloser) >= depth(name) {
        return Err(Unproven::NoProof);
    }
    let next_closer = ancestor(name, depth(encloser) + 1);
    let covering = chain.covering(&next_closer).await?.ok_or(Unproven::NoProof)?;
    Ok(!covering.opt_out)
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::dnssec::Nsec3HashAlgorithm;

    use super::*;
    use crate::budget::at_once;
    use crate::dns::wire::names::{parse, prepend};

    const ZONE: &str = "example";

    fn hash(name: &str) -> [u8; HASH_LENGTH] {
        let name = parse(name).unwrap();
        let digest = Nsec3HashAlgorithm::SHA1.hash(&[0xab], &name, 1).unwrap();
        digest.as_ref().try_into().unwrap()
    }

    fn step(mut hash: [u8; HASH_LENGTH], by: i16) -> [u8; HASH_LENGTH] {
        let tail = i16::from_be_bytes([hash[18], hash[19]]).wrapping_add(by);
        hash[18..].copy_from_slice(&tail.to_be_bytes());
        hash
    }

    fn record(
        owner: [u8; HASH_LENGTH],
        next: [u8; HASH_LENGTH],
        flags: u8,
        types: &[u16],
    ) -> Option<Nsec3> {
        record_with(owner, next, flags, 1, types)
    }

    fn record_with(
        owner: [u8; HASH_LENGTH],
        next: [u8; HASH_LENGTH],
        flags: u8,
        iterations: u16,
        types: &[u16],
    ) -> Option<Nsec3> {
        let mut rdata = vec![1, flags];
        rdata.extend(iterations.to_be_bytes());
        rdata.extend([1, 0xab, 20]);
        rdata.extend(next);
        let mut bits = [0u8; 32];
        types.iter().for_each(|t| bits[usize::from(*t / 8)] |= 0x80 >> (t % 8));
        rdata.extend([0, 32]);
        rdata.extend(bits);
        let zone = parse(ZONE).unwrap();
        let owner = prepend(&[&BASE32_DNSSEC.encode(&owner)], &zone).unwrap();
        Nsec3::read(&zone, &owner, &rdata)
    }

    /// The record of a name that exists.
    fn matching(name: &str, types: &[u16]) -> Nsec3 {
        record(hash(name), step(hash(name), 1), 0, types).unwrap()
    }

    /// A record whose span holds the name.
    fn covering(name: &str, flags: u8) -> Nsec3 {
        record(step(hash(name), -1), step(hash(name), 1), flags, &[rtype::A]).unwrap()
    }

    fn denied(records: &[Nsec3], name: &str, rtype: u16) -> Result<Denial, Unproven> {
        let (zone, name) = (parse(ZONE).unwrap(), parse(name).unwrap());
        at_once(denies(records, &zone, &name, rtype, &Budget::for_tests()))
    }

    const APEX: &[u16] = &[rtype::NS, rtype::SOA];

    #[test]
    fn rfc5155_8_5_nodata_needs_the_bitmap() {
        let plain = [matching("a.example", &[rtype::A])];
        assert_eq!(denied(&plain, "a.example", rtype::TLSA), Ok(Denial::NoData));
        assert_eq!(denied(&plain, "a.example", rtype::A), Err(Unproven::NoProof));
        let alias = [matching("a.example", &[rtype::CNAME])];
        assert_eq!(denied(&alias, "a.example", rtype::TLSA), Err(Unproven::NoProof));
        let delegation = [matching("a.example", &[rtype::NS])];
        assert_eq!(denied(&delegation, "a.example", rtype::TLSA), Err(Unproven::NoProof));
        assert_eq!(denied(&delegation, "a.example", rtype::DS), Ok(Denial::NoData));
        let child = [matching("a.example", APEX)];
        assert_eq!(denied(&child, "a.example", rtype::DS), Err(Unproven::NoProof));
    }

    #[test]
    fn rfc5155_8_4_nxdomain_needs_encloser_next_closer_and_wildcard() {
        let whole = [matching(ZONE, APEX), covering("a.example", 0), covering("*.example", 0)];
        assert_eq!(denied(&whole, "x.a.example", rtype::A), Ok(Denial::NoName));
        assert_eq!(denied(&whole, "a.example", rtype::A), Ok(Denial::NoName));
        for missing in 0..whole.len() {
            let mut rest = whole.to_vec();
            rest.remove(missing);
            assert_eq!(denied(&rest, "x.a.example", rtype::A), Err(Unproven::NoProof), "{missing}");
        }
        let wildcard =
            [matching(ZONE, APEX), covering("a.example", 0), matching("*.example", &[rtype::A])];
        assert_eq!(denied(&wildcard, "a.example", rtype::A), Err(Unproven::NoProof));
        assert_eq!(denied(&wildcard, "a.example", rtype::TLSA), Ok(Denial::NoData));
    }

    #[test]
    fn rfc5155_8_3_a_delegation_or_dname_is_no_closest_encloser() {
        for types in [&[rtype::NS][..], &[rtype::DNAME]] {
            let records = [
                matching("b.example", types),
                covering("a.b.example", 0),
                covering("*.b.example", 0),
            ];
            assert_eq!(denied(&records, "a.b.example", rtype::A), Err(Unproven::NoProof));
        }
    }

    #[test]
    fn rfc5155_6_an_opt_out_span_is_insecure() {
        let records = [matching(ZONE, APEX), covering("a.example", 1), covering("*.example", 0)];
        assert_eq!(denied(&records, "a.example", rtype::TLSA), Ok(Denial::Insecure));
        let (zone, name) = (parse(ZONE).unwrap(), parse("a.example").unwrap());
        let cut = |records: &[Nsec3]| at_once(cut(records, &zone, &name, &Budget::for_tests()));
        assert_eq!(cut(&records), Ok(Cut::Insecure));
        assert_eq!(denied(&records[..2], "a.example", rtype::TLSA), Ok(Denial::InsecureNoData));
        assert_eq!(denied(&records[1..], "a.example", rtype::TLSA), Err(Unproven::NoProof));
        let wildcard =
            [records[0].clone(), records[1].clone(), matching("*.example", &[rtype::TLSA])];
        assert_eq!(denied(&wildcard, "a.example", rtype::TLSA), Err(Unproven::NoProof));
        let closed = [matching(ZONE, APEX), covering("a.example", 0)];
        assert_eq!(cut(&closed), Ok(Cut::NoName));
        assert_eq!(cut(&closed[1..]), Err(Unproven::NoProof));
    }

    #[test]
    fn rfc5155_3_1_7_a_span_ends_before_the_next_hash_and_the_last_begins_again() {
        let at = |octet| [octet; HASH_LENGTH];
        let covered = |owner, next| -> Vec<u8> {
            let nsec3 = record(at(owner), at(next), 0, &[]).unwrap();
            (1..=5).filter(|octet| nsec3.covers(&at(*octet))).collect()
        };
        assert_eq!(covered(2, 4), [3]);
        assert_eq!(covered(4, 2), [1, 5]);
        assert_eq!(covered(3, 3), [1, 2, 4, 5], "the only one");
    }

    #[test]
    fn rfc4035_5_2_a_cut_is_insecure_where_its_own_record_has_ns_and_no_ds() {
        let zone = parse(ZONE).unwrap();
        for (types, want) in [
            (&[rtype::NS][..], Ok(Cut::Insecure)),
            (&[rtype::A], Ok(Cut::None)),
            (&[], Ok(Cut::None)),
            (&[rtype::NS, rtype::DS], Err(Unproven::NoProof)),
            (&[rtype::NS, rtype::SOA], Err(Unproven::NoProof)),
            (&[rtype::SOA], Err(Unproven::NoProof)),
        ] {
            let records = [matching("a.example", types)];
            let name = parse("a.example").unwrap();
            assert_eq!(
                at_once(cut(&records, &zone, &name, &Budget::for_tests())),
                want,
                "{types:?}"
            );
        }
    }

    #[test]
    fn rfc9824_4_nxname_denies_the_name_of_its_hash_and_no_other() {
        let (absent, zone) = (matching("a.example", &[rtype::NXNAME]), parse(ZONE).unwrap());
        let only = std::slice::from_ref(&absent);
        for rtype in [rtype::A, rtype::TLSA, rtype::DS, rtype::NXNAME] {
            assert_eq!(denied(only, "a.example", rtype), Ok(Denial::NoName), "{rtype}");
        }
        assert_eq!(denied(only, "x.a.example", rtype::A), Err(Unproven::NoProof));
        let (name, budget) = (|text: &str| parse(text).unwrap(), Budget::for_tests());
        let cut = |of: &str| at_once(cut(only, &zone, &name(of), &budget));
        assert_eq!(cut("a.example"), Ok(Cut::NoName));
        assert_eq!(cut("x.a.example"), Err(Unproven::NoProof));
        // An empty non-terminal has an empty map, and is there.
        let empty = [matching("a.example", &[])];
        assert_eq!(denied(&empty, "a.example", rtype::A), Ok(Denial::NoData));
        // No encloser, though all else of its proof is there.
        let below = [absent.clone(), covering("x.a.example", 0), covering("*.a.example", 0)];
        assert_eq!(denied(&below, "x.a.example", rtype::A), Err(Unproven::NoProof));
        let both = [matching(ZONE, APEX), absent.clone(), covering("a.example", 0)];
        assert_eq!(denied(&both, "x.a.example", rtype::A), Err(Unproven::NoProof), "no wildcard");
        let whole = [&both[..], &[covering("*.example", 0)]].concat();
        assert_eq!(denied(&whole, "x.a.example", rtype::A), Ok(Denial::NoName));
        let star = [matching(ZONE, APEX), covering("b.example", 0)];
        let star = [&star[..], &[matching("*.example", &[rtype::NXNAME])]].concat();
        assert_eq!(denied(&star, "b.example", rtype::A), Ok(Denial::NoName));
        let (from, to) = (step(hash("b.example"), -1), step(hash("b.example"), 1));
        let span = [matching(ZONE, APEX), record(from, to, 0, &[rtype::NXNAME]).unwrap()];
        assert_eq!(denied(&span, "b.example", rtype::A), Err(Unproven::NoProof));
        let b = name("b.example");
        let wildcard = at_once(allows_wildcard(&span, &zone, &b, &zone, &budget));
        assert_eq!(wildcard, Err(Unproven::NoProof));
        assert!(record(from, to, 0, &[rtype::NXNAME, rtype::A]).is_none());
    }

    #[test]
    fn a_hash_costs_by_its_blocks_and_rounds() {
        let units = |name: &str, salt: usize, iterations: u16| {
            let mut first = matching(ZONE, &[]);
            (first.salt, first.iterations) = (vec![0; salt], iterations);
            let budget = Budget::for_tests();
            let chain = Chain::new(std::slice::from_ref(&first), &budget).unwrap();
            chain.units(&parse(name).unwrap())
        };
        assert_eq!(units("a.example", 0, 0), 1);
        assert_eq!(units("a.example", 0, 150), 1 + (1 + 150) / 6);
        // With 36 octets beside the hash of 20 a round takes a second block, with 100 a third.
        assert_eq!(units("a.example", 35, 150), 1 + (1 + 150) / 6);
        assert_eq!(units("a.example", 36, 150), 1 + (1 + 300) / 6);
        assert_eq!(units("a.example", 99, 150), 1 + (2 + 300) / 6);
        assert_eq!(units("a.example", 100, 150), 1 + (2 + 450) / 6);
        let long = ["a"; 120].join(".");
        assert_eq!(units(&long, 255, 5), 1 + (8 + 25) / 6);
    }

    #[test]
    fn rfc5155_8_8_the_wildcard_is_of_the_zone_and_above_the_name() {
        let records = [covering("a.example", 0), covering("a.other", 0)];
        let allowed = |name: &str, encloser: &str| {
            let [zone, name, encloser] = [ZONE, name, encloser].map(|name| parse(name).unwrap());
            at_once(allows_wildcard(&records, &zone, &name, &encloser, &Budget::for_tests()))
        };
        assert_eq!(allowed("a.example", "example"), Ok(true));
        assert_eq!(allowed("a.other", "other"), Err(Unproven::NoProof));
        assert_eq!(allowed("a.example", "a.example"), Err(Unproven::NoProof));
    }

    #[test]
    fn rfc5155_8_8_wildcard_needs_the_next_closer() {
        let zone = parse(ZONE).unwrap();
        let allowed = |records: &[Nsec3]| {
            let name = parse("x.a.example").unwrap();
            at_once(allows_wildcard(records, &zone, &name, &zone, &Budget::for_tests()))
        };
        assert_eq!(allowed(&[covering("a.example", 0)]), Ok(true));
        assert_eq!(allowed(&[covering("a.example", 1)]), Ok(false));
        assert_eq!(allowed(&[covering("x.a.example", 0)]), Err(Unproven::NoProof));
        assert_eq!(allowed(&[matching("a.example", &[rtype::A])]), Err(Unproven::NoProof));
    }

    #[test]
    fn rfc5155_8_1_and_8_2_unknown_and_mixed_parameters() {
        let (from, to) = (hash("a.example"), step(hash("a.example"), 1));
        assert!(record(from, to, 2, &[]).is_none());
        let other = record_with(step(hash("a.example"), -1), to, 0, 2, &[]).unwrap();
        let mixed = [matching("a.example", &[rtype::A]), other];
        assert_eq!(denied(&mixed, "a.example", rtype::TLSA), Err(Unproven::MixedParameters));
        assert_eq!(denied(&[], "a.example", rtype::TLSA), Err(Unproven::NoProof));
    }

    #[test]
    fn rfc9276_3_2_too_many_iterations_are_insecure_and_cost_nothing() {
        let (from, to) = (hash("a.example"), step(hash("a.example"), 1));
        let at_limit = record_with(from, to, 0, 150, &[]).unwrap();
        assert_eq!(denied(&[at_limit], "a.example", rtype::TLSA), Err(Unproven::NoProof));
        let over = [record_with(from, to, 0, 151, &[]).unwrap()];
        assert_eq!(denied(&over, "a.example", rtype::TLSA), Ok(Denial::TooCostly));
        let budget = Budget::for_tests();
        while budget.spend(1).is_ok() {}
        let (zone, name) = (parse(ZONE).unwrap(), parse("a.example").unwrap());
        assert_eq!(
            at_once(denies(&over, &zone, &name, rtype::TLSA, &budget)),
            Ok(Denial::TooCostly)
        );
        let plain = [matching("a.example", &[rtype::A])];
        let exhausted = at_once(denies(&plain, &zone, &name, rtype::TLSA, &budget)).unwrap_err();
        assert!(matches!(exhausted, Unproven::Exhausted(_)), "{exhausted:?}");
    }
}
