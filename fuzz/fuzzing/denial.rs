//! Denials: some records of a zone's NSEC or NSEC3 chain, beside what is true of that zone.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE32_DNSSEC;
use hickory_resolver::proto::dnssec::Nsec3HashAlgorithm;
use hickory_resolver::proto::rr::Name;

use super::octets::Octets;
use crate::budget::{Budget, at_once};
use crate::dns::proof::denial::{
    Cut, Denial, Nsec, Nsec3, Proofs, Unproven, allows_wildcard, cut, denies,
};
use crate::dns::wire::names::{canonical_wire, depth, is_below, parse, prepend, wildcard_of};
use crate::dns::wire::rtype::{
    A, CNAME, DNAME, DNSKEY, DS, MX, NS, NSEC, NXNAME, RRSIG, SOA, TLSA,
};

const APEX: &str = "example";
const LABELS: [&str; 5] = ["a", "b", "*", "c", "!"];
const MOST_LABELS: usize = 4;
const MOST_NAMES: usize = 10;
/// What a name may have; a wildcard has none of the last three.
const KINDS: [&[u16]; 9] =
    [&[A], &[TLSA], &[A, TLSA], &[CNAME], &[MX], &[MX, TLSA], &[NS], &[NS, DS], &[DNAME]];
const TYPES: [u16; 7] = [TLSA, A, MX, CNAME, DS, DNAME, NS];
/// Rounds of hashing: what zones have, and more than is judged (RFC 9276 section 3.2).
const ITERATIONS: [u16; 5] = [0, 0, 1, 5, 151];

/// Judges a zone's records, of which some are left out, and compares with the zone.
pub fn denial(input: &[u8]) {
    let mut octets = Octets::new(input);
    let zone = Zone::read(&mut octets);
    let mut proofs = Chain::read(&mut octets, &zone);
    zone.judge(&proofs, &mut octets);
    for _ in 0..octets.below(MOST_NAMES) {
        let name = read_name(&mut octets, &zone.apex, 1);
        proofs.add_absent(&mut octets, &zone, &name);
    }
    zone.judge(&proofs, &mut octets);
}

fn read_name(octets: &mut Octets<'_>, apex: &Name, least: usize) -> Name {
    let labels = octets.below(MOST_LABELS + 1).max(least);
    let labels: Vec<&str> = (0..labels).map(|_| *octets.pick(&LABELS)).collect();
    prepend(&labels, apex).expect("a short name").to_lowercase()
}

/// What a zone has.
struct Zone {
    apex: Name,
    nodes: BTreeMap<Name, Vec<u16>>,
}

/// What is true of a name and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    /// There are such records, or an alias.
    Present,
    /// Not this zone's to say: below a cut or a redirection, or on the other side of a cut.
    Elsewhere,
    NoData,
    NoName,
    /// The wildcard is an empty non-terminal: no record either way (RFC 4592 section 2.2.2).
    Neither,
}

impl Zone {
    fn read(octets: &mut Octets<'_>) -> Self {
        let apex = parse(APEX).expect("a name");
        let mut nodes = BTreeMap::new();
        for _ in 0..octets.below(MOST_NAMES + 1) {
            let name = read_name(octets, &apex, 1);
            let kinds = if name.is_wildcard() { &KINDS[..6] } else { &KINDS };
            nodes.insert(name, octets.pick(kinds).to_vec());
        }
        nodes.insert(apex.clone(), vec![SOA, NS, MX, DNSKEY]);
        let all = nodes.clone();
        let zone = Self { apex, nodes: all };
        nodes.retain(|name, _| !zone.is_hidden(name));
        Self { nodes, ..zone }
    }

    fn has(&self, name: &Name, rtype: u16) -> bool {
        self.nodes.get(name).is_some_and(|types| types.contains(&rtype))
    }

    fn is_cut(&self, name: &Name) -> bool {
        *name != self.apex && self.has(name, NS)
    }

    /// The names above one, from its parent to the apex.
    fn above(&self, name: &Name) -> impl Iterator<Item = Name> {
        let (apex, name) = (depth(&self.apex), name.clone());
        (apex..depth(&name)).rev().map(move |labels| name.trim_to(labels))
    }

    fn is_hidden(&self, name: &Name) -> bool {
        self.above(name).any(|above| self.is_cut(&above) || self.has(&above, DNAME))
    }

    /// Whether the name is there, be it as an empty non-terminal.
    fn exists(&self, name: &Name) -> bool {
        self.nodes.keys().any(|node| name.zone_of(node))
    }

    fn closest_encloser(&self, name: &Name) -> Name {
        self.above(name).find(|above| self.exists(above)).unwrap_or_else(|| self.apex.clone())
    }

    fn truth(&self, name: &Name, rtype: u16) -> Truth {
        if self.is_hidden(name) {
            return Truth::Elsewhere;
        }
        if self.exists(name) {
            let is_other_side = if rtype == DS { *name == self.apex } else { self.is_cut(name) };
            return match self.has(name, rtype) || self.has(name, CNAME) {
                _ if is_other_side => Truth::Elsewhere,
                true => Truth::Present,
                false => Truth::NoData,
            };
        }
        let wildcard = wildcard_of(&self.closest_encloser(name)).expect("a short name");
        match self.exists(&wildcard) {
            _ if self.has(&wildcard, rtype) || self.has(&wildcard, CNAME) => Truth::Present,
            true if self.nodes.contains_key(&wildcard) => Truth::NoData,
            true => Truth::Neither,
            false => Truth::NoName,
        }
    }

    /// The names of a chain of hashes, empty non-terminals among them; and those that are left out, as delegations may be that
    /// are opted out.
    fn hashed_names(&self, opts_out: bool) -> (BTreeSet<Name>, BTreeSet<Name>) {
        let is_in = |name: &&Name| !opts_out || !self.is_cut(name) || self.has(name, DS);
        let with_above = |names: Vec<&Name>| -> BTreeSet<Name> {
            let above = names.iter().flat_map(|name| self.above(name));
            above.chain(names.iter().copied().cloned()).collect()
        };
        let all = with_above(self.nodes.keys().collect());
        let names = with_above(self.nodes.keys().filter(is_in).collect());
        let left_out = all.difference(&names).cloned().collect();
        (names, left_out)
    }

    fn judge(&self, chain: &Chain, octets: &mut Octets<'_>) {
        for _ in 0..4 {
            let name = read_name(octets, &self.apex, 0);
            let rtype = *octets.pick(&TYPES);
            self.judge_denial(chain, &name, rtype);
            self.judge_cut(chain, &name);
            let above = octets.below(MOST_LABELS + 1).min(depth(&name) - 1).max(1);
            self.judge_wildcard(chain, &name, &name.trim_to(above));
        }
    }

    fn judge_denial(&self, chain: &Chain, name: &Name, rtype: u16) {
        let budget = Budget::for_tests();
        let found = at_once(denies(&chain.proofs, &self.apex, name, rtype, &budget));
        let truth = self.truth(name, rtype);
        let is_denied = matches!(truth, Truth::NoData | Truth::NoName | Truth::Neither);
        let encloser = if self.exists(name) { name.clone() } else { self.closest_encloser(name) };
        let is_right = match found {
            Ok(Denial::NoData) => matches!(truth, Truth::NoData | Truth::Neither),
            Ok(Denial::NoName) => matches!(truth, Truth::NoName | Truth::Neither),
            Ok(Denial::Insecure | Denial::InsecureNoData) => chain.opts_out,
            Ok(Denial::TooCostly) => chain.is_too_costly,
            Err(Unproven::NoProof) => !(chain.is_whole && is_denied && chain.has(&encloser)),
            Err(Unproven::MixedParameters | Unproven::Exhausted(_)) => false,
        };
        assert!(is_right, "{name} {rtype}: {found:?}, {truth:?} in {:?}", self.nodes);
    }

    fn judge_cut(&self, chain: &Chain, name: &Name) {
        let budget = Budget::for_tests();
        let found = at_once(cut(&chain.proofs, &self.apex, name, &budget));
        let (is_hidden, exists, is_cut) =
            (self.is_hidden(name), self.exists(name), self.is_cut(name));
        let may_be_hidden = chain.opts_out || chain.is_too_costly;
        let is_right = match found {
            Ok(Cut::Insecure) => is_cut && !self.has(name, DS) || may_be_hidden,
            Ok(Cut::None) => exists && !is_cut && !is_hidden && *name != self.apex,
            Ok(Cut::NoName) => !exists && !is_hidden,
            Err(Unproven::NoProof) => {
                !chain.is_whole || is_hidden || *name == self.apex || self.has(name, DS)
            }
            Err(Unproven::MixedParameters | Unproven::Exhausted(_)) => false,
        };
        assert!(is_right, "cut at {name}: {found:?} in {:?}", self.nodes);
    }

    /// Where there is a wildcard below the encloser, as its signature says.
    fn judge_wildcard(&self, chain: &Chain, name: &Name, encloser: &Name) {
        let wildcard = wildcard_of(encloser).expect("a short name");
        if !self.nodes.contains_key(&wildcard) || !is_below(name, encloser) {
            return;
        }
        let budget = Budget::for_tests();
        let found = at_once(allows_wildcard(&chain.proofs, &self.apex, name, encloser, &budget));
        let is_expanded =
            !self.exists(name) && !self.is_hidden(name) && self.closest_encloser(name) == *encloser;
        let is_right = match found {
            Ok(true) => is_expanded,
            Ok(false) => chain.opts_out || chain.is_too_costly,
            Err(Unproven::NoProof) => !(chain.is_whole && is_expanded),
            Err(Unproven::MixedParameters | Unproven::Exhausted(_)) => false,
        };
        assert!(is_right, "{name} by {wildcard}: {found:?} in {:?}", self.nodes);
    }
}

/// Records of a zone that deny.
struct Chain {
    proofs: Proofs,
    /// No record is left out.
    is_whole: bool,
    opts_out: bool,
    is_too_costly: bool,
    /// Delegations that are opted out, and what is there because of them alone: a wildcard above them cannot be denied.
    opted_out: BTreeSet<Name>,
    /// Salt and iterations of a chain of hashes.
    hashing: Option<(Vec<u8>, u16)>,
}

impl Chain {
    fn read(octets: &mut Octets<'_>, zone: &Zone) -> Self {
        let (by_hash, opts_out) = (octets.bit(), octets.bit());
        let mut hashing = None;
        let (nsec, nsec3, opted_out, iterations) = if by_hash {
            let iterations = *octets.pick(&ITERATIONS);
            let salt = octets.take(1).to_vec();
            let (names, opted_out) = zone.hashed_names(opts_out);
            let nsec3 = hashed(zone, names, &salt, iterations, opts_out);
            hashing = Some((salt, iterations));
            (Vec::new(), nsec3, opted_out, iterations)
        } else {
            (plain(zone), Vec::new(), BTreeSet::new(), 0)
        };
        let left_out = octets.u16();
        let is_kept = |index: &usize| left_out >> (index % 16) & 1 == 0;
        let mut proofs = Proofs::default();
        let kept = |count: usize| (0..count).filter(is_kept);
        proofs.nsec = kept(nsec.len()).map(|index| nsec[index].clone()).collect();
        proofs.nsec3 = kept(nsec3.len()).map(|index| nsec3[index].clone()).collect();
        Self {
            is_whole: left_out == 0,
            opts_out: by_hash && opts_out,
            is_too_costly: by_hash && iterations > 150,
            opted_out,
            hashing,
            proofs,
        }
    }

    /// Adds the record by which a name denies itself, where the zone is to deny it (RFC 9824); of what comes next the zone may
    /// say anything.
    fn add_absent(&mut self, octets: &mut Octets<'_>, zone: &Zone, name: &Name) {
        let next = read_name(octets, &zone.apex, 0);
        if TYPES.iter().any(|rtype| zone.truth(name, *rtype) != Truth::NoName) {
            return;
        }
        let Some((salt, iterations)) = &self.hashing else {
            let rdata = [&*canonical_wire(&next), &bit_map([RRSIG, NSEC, NXNAME])].concat();
            self.proofs.nsec.extend(Nsec::read(&zone.apex, name, &rdata));
            return;
        };
        let [hash, next] = [name, &next].map(|name| {
            let digest = Nsec3HashAlgorithm::SHA1.hash(salt, name, *iterations);
            digest.expect("a hash").as_ref().to_vec()
        });
        self.proofs.nsec3.push(nsec3(zone, &hash, &next, (salt, *iterations, false), [NXNAME]));
    }

    /// Whether a name that is there is in the chain.
    fn has(&self, name: &Name) -> bool {
        !self.opted_out.contains(name)
    }
}

/// A type bit map (RFC 4034 section 4.1.2) of types below 256.
fn bit_map(types: impl IntoIterator<Item = u16>) -> Vec<u8> {
    let mut bits = [0u8; 32];
    types.into_iter().for_each(|rtype| bits[usize::from(rtype / 8)] |= 0x80 >> (rtype % 8));
    [&[0, 32], &bits[..]].concat()
}

/// RFC 4034 section 4: each name that has records, and the next.
fn plain(zone: &Zone) -> Vec<Nsec> {
    let owners: Vec<&Name> = zone.nodes.keys().collect();
    let read = |index: usize| {
        let (owner, next) = (owners[index], owners[(index + 1) % owners.len()]);
        let types = zone.nodes[owner].iter().copied().chain([NSEC, RRSIG]);
        let rdata = [&*canonical_wire(next), &bit_map(types)].concat();
        Nsec::read(&zone.apex, owner, &rdata).expect("a good record")
    };
    (0..owners.len()).map(read).collect()
}

/// RFC 5155 section 7.1: each name, in the order of hashes.
fn hashed(
    zone: &Zone,
    names: BTreeSet<Name>,
    salt: &[u8],
    iterations: u16,
    opts_out: bool,
) -> Vec<Nsec3> {
    let hash = |name: &Name| {
        let digest = Nsec3HashAlgorithm::SHA1.hash(salt, name, iterations);
        digest.expect("a hash").as_ref().to_vec()
    };
    let by_hash: BTreeMap<Vec<u8>, Name> =
        names.into_iter().map(|name| (hash(&name), name)).collect();
    let hashes: Vec<&Vec<u8>> = by_hash.keys().collect();
    let read = |index: usize| {
        let (hash, next) = (hashes[index], hashes[(index + 1) % hashes.len()]);
        let types = zone.nodes.get(&by_hash[hash]).into_iter().flatten().copied();
        let signed: &[u16] = if zone.nodes.contains_key(&by_hash[hash]) { &[RRSIG] } else { &[] };
        let types = types.chain(signed.iter().copied());
        nsec3(zone, hash, next, (salt, iterations, opts_out), types)
    };
    (0..hashes.len()).map(read).collect()
}

fn nsec3(
    zone: &Zone,
    hash: &[u8],
    next: &[u8],
    (salt, iterations, opts_out): (&[u8], u16, bool),
    types: impl IntoIterator<Item = u16>,
) -> Nsec3 {
    let rdata = [
        &[1, u8::from(opts_out)],
        &iterations.to_be_bytes()[..],
        &[salt.len() as u8],
        salt,
        &[next.len() as u8],
        next,
        &bit_map(types),
    ];
    let owner = prepend(&[&BASE32_DNSSEC.encode(hash)], &zone.apex).expect("a short name");
    Nsec3::read(&zone.apex, &owner, &rdata.concat()).expect("a good record")
}
