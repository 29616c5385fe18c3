//! Denial with NSEC3 (RFC 5155 section 8, RFC 9276).

use data_encoding::BASE32_DNSSEC;
use hickory_resolver::proto::dnssec::Nsec3HashAlgorithm;
use hickory_resolver::proto::rr::Name;

use super::types::Types;
use super::{Cut, Denial, Unproven};
use crate::dns::budget::Budget;
use crate::dns::names::{depth, wildcard_of};
use crate::dns::rtype;

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
        if owner.base_name() != *zone {
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
        if self.hash < self.next {
            self.hash < *hash && *hash < self.next
        } else {
            *hash != self.hash && (self.hash < *hash || *hash < self.next)
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

    fn hash(&self, name: &Name) -> Result<[u8; HASH_LENGTH], Unproven> {
        self.budget.hash()?;
        let digest = Nsec3HashAlgorithm::SHA1
            .hash(&self.first.salt, &name.to_lowercase(), self.first.iterations)
            .map_err(|_| Unproven::NoProof)?;
        digest.as_ref().try_into().map_err(|_| Unproven::NoProof)
    }

    fn matching(&self, name: &Name) -> Result<Option<&'a Nsec3>, Unproven> {
        let hash = self.hash(name)?;
        Ok(self.records.iter().find(|nsec3| nsec3.hash == hash))
    }

    fn covering(&self, name: &Name) -> Result<Option<&'a Nsec3>, Unproven> {
        let hash = self.hash(name)?;
        Ok(self.records.iter().find(|nsec3| nsec3.covers(&hash)))
    }

    /// RFC 5155 section 8.3.
    fn closest_encloser(&self, zone: &Name, name: &Name) -> Result<Encloser<'a>, Unproven> {
        for labels in (depth(zone)..depth(name)).rev() {
            let candidate = name.trim_to(labels);
            let Some(nsec3) = self.matching(&candidate)? else { continue };
            if nsec3.types.hides_descendants() {
                return Err(Unproven::NoProof);
            }
            let next_closer = name.trim_to(labels + 1);
            let covering = self.covering(&next_closer)?.ok_or(Unproven::NoProof)?;
            return Ok(Encloser { name: candidate, covering });
        }
        Err(Unproven::NoProof)
    }
}

pub(super) fn denies(
    records: &[Nsec3],
    zone: &Name,
    name: &Name,
    rtype: u16,
    budget: &Budget,
) -> Result<Denial, Unproven> {
    let chain = Chain::new(records, budget)?;
    if chain.is_too_costly() {
        return Ok(Denial::Insecure);
    }
    if let Some(nsec3) = chain.matching(name)? {
        return if nsec3.types.lacks(rtype) { Ok(Denial::NoData) } else { Err(Unproven::NoProof) };
    }
    let encloser = chain.closest_encloser(zone, name)?;
    if rtype == rtype::DS && encloser.covering.opt_out {
        return Ok(Denial::Insecure);
    }
    let wildcard = wildcard_of(&encloser.name).ok_or(Unproven::NoProof)?;
    let denial = match chain.matching(&wildcard)? {
        Some(nsec3) if !nsec3.types.is_delegation() && nsec3.types.lacks(rtype) => Denial::NoData,
        Some(_) => return Err(Unproven::NoProof),
        None => chain.covering(&wildcard)?.map(|_| Denial::NoName).ok_or(Unproven::NoProof)?,
    };
    Ok(if encloser.covering.opt_out { Denial::Insecure } else { denial })
}

pub(super) fn cut(
    records: &[Nsec3],
    zone: &Name,
    name: &Name,
    budget: &Budget,
) -> Result<Cut, Unproven> {
    let chain = Chain::new(records, budget)?;
    if chain.is_too_costly() {
        return Ok(Cut::Insecure);
    }
    if let Some(nsec3) = chain.matching(name)? {
        let types = &nsec3.types;
        return match (types.has(rtype::NS), types.has(rtype::DS) || types.has(rtype::SOA)) {
            (_, true) => Err(Unproven::NoProof),
            (true, false) => Ok(Cut::Insecure),
            (false, false) => Ok(Cut::None),
        };
    }
    let encloser = chain.closest_encloser(zone, name)?;
    Ok(if encloser.covering.opt_out { Cut::Insecure } else { Cut::None })
}

/// RFC 5155 section 8.8: the name one label longer than the wildcard's parent does not exist.
pub(super) fn allows_wildcard(
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
    let next_closer = name.trim_to(depth(encloser) + 1);
    let covering = chain.covering(&next_closer)?.ok_or(Unproven::NoProof)?;
    Ok(!covering.opt_out)
}
