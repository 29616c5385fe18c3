//! A zone: its records, how it is signed, and what is broken in it.

use std::collections::{BTreeMap, BTreeSet};

use hickory_resolver::proto::dnssec::Nsec3HashAlgorithm;
use hickory_resolver::proto::rr::Name;

use crate::records::{CNAME, DNSKEY, DS, NS, NSEC, NSEC3, NXNAME, RRSIG, SOA, wire};
use crate::roll::Keys;
use crate::signer::{Key, Record, TTL, Validity};

/// What is wrong with one RRset, or with the denial of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The signature is altered.
    Altered,
    Expired,
    NotYetValid,
    /// The signature is missing.
    Unsigned,
    /// The denial comes without any record.
    Bare,
    /// The server answers this response code.
    Rcode(u8),
    /// The server does not answer.
    Silent,
}

/// How the parent vouches for the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delegation {
    Secure,
    /// No DS.
    Insecure,
    /// The DS matches no key.
    WrongDs,
    /// Only a digest type nobody knows.
    UnknownDigest,
    /// A digest by SHA-1 alone.
    Sha1,
    /// One by SHA-1, one by SHA-256.
    Sha1AndGood,
    /// Of the zone key too.
    BothKeys,
    /// One unknown digest type, one good.
    UnknownAndGood,
    /// Only an algorithm nobody knows.
    UnknownAlgorithm,
    /// No DS, and the proof of that has no signature.
    Unproven,
}

#[derive(Clone, Copy)]
pub struct Nsec3Parameters {
    pub iterations: u16,
    pub opt_out: bool,
}

pub struct Zone {
    pub apex: Name,
    pub key: Option<Key>,
    /// Signs all but the keys, where it is not the same that does.
    pub zone_key: Option<Key>,
    /// Those that sign instead while they are rolled.
    pub rolled: Option<Keys>,
    pub delegation: Delegation,
    pub nsec3: Option<Nsec3Parameters>,
    /// Each name is denied by a record of its own that is made when it is asked for, and a wildcard's records are signed as
    /// if they stood there (RFC 9824 section 3).
    pub is_compact: bool,
    /// Of its records.
    pub ttl: u32,
    /// Of its good signatures.
    pub validity: Validity,
    /// Of that over its keys, where it is another.
    pub keys_validity: Option<Validity>,
    pub faults: BTreeMap<(Name, u16), Fault>,
    nodes: BTreeMap<Name, BTreeMap<u16, Vec<Vec<u8>>>>,
    now: i64,
}

/// Iterations of NSEC3 that validators take.
const MAX_ITERATIONS: u16 = 150;
const SALT: &[u8] = &[0xab, 0xcd];

impl Zone {
    pub fn new(apex: Name, algorithm: Option<u8>, delegation: Delegation, now: i64) -> Self {
        let mut zone = Self {
            apex: apex.clone(),
            key: algorithm.map(Key::generate),
            zone_key: None,
            rolled: None,
            delegation,
            nsec3: None,
            is_compact: false,
            ttl: TTL,
            validity: Validity::Now,
            keys_validity: None,
            faults: BTreeMap::new(),
            nodes: BTreeMap::new(),
            now,
        };
        let mut soa = wire(&apex);
        soa.extend(wire(&apex));
        soa.extend([0; 20]);
        zone.add(&apex, SOA, soa);
        zone.add(&apex, NS, wire(&apex));
        if let Some(dnskey) = zone.key.as_ref().map(|key| key.dnskey.clone()) {
            zone.add(&apex, DNSKEY, dnskey);
        }
        zone
    }

    pub fn add(&mut self, owner: &Name, rtype: u16, rdata: Vec<u8>) {
        self.nodes.entry(owner.clone()).or_default().entry(rtype).or_default().push(rdata);
    }

    pub fn rrset(&self, owner: &Name, rtype: u16) -> Option<&Vec<Vec<u8>>> {
        self.nodes.get(owner)?.get(&rtype)
    }

    /// Whether the name exists, if only as an empty non-terminal.
    pub fn exists(&self, name: &Name) -> bool {
        // In canonical order whatever is below a name comes right after it (RFC 4034 section 6.1).
        let next = self.nodes.range(name.clone()..).next();
        next.is_some_and(|(owner, _)| name.zone_of(owner))
    }

    /// The records of an RRset under `owner`, which differs from `source` for a wildcard, with their signature.
    pub fn signed(
        &self,
        owner: &Name,
        source: &Name,
        rtype: u16,
        rdata: &[Vec<u8>],
    ) -> Vec<Record> {
        let record = |rtype, rdata| Record { owner: owner.clone(), rtype, ttl: self.ttl, rdata };
        let mut records: Vec<Record> =
            rdata.iter().map(|rdata| record(rtype, rdata.clone())).collect();
        let fault = self.faults.get(&(source.clone(), rtype));
        let validity = match fault {
            Some(Fault::Unsigned) => return records,
            Some(Fault::Expired) => Validity::Expired,
            Some(Fault::NotYetValid) => Validity::Future,
            _ => self.keys_validity.filter(|_| rtype == DNSKEY).unwrap_or(self.validity),
        };
        let period = validity.period(self.now);
        for key in self.signers(rtype) {
            let mut signature = key.sign(&self.apex, source, rtype, rdata, self.ttl, period);
            if fault == Some(&Fault::Altered) {
                *signature.last_mut().unwrap() ^= 1;
            }
            records.push(record(RRSIG, signature));
        }
        records
    }

    /// The keys that sign records of a type.
    fn signers(&self, rtype: u16) -> Vec<&Key> {
        if let Some(Keys { of_keys, of_zone }) = &self.rolled {
            return if rtype == DNSKEY { of_keys } else { of_zone }.iter().collect();
        }
        let zone_key = self.zone_key.as_ref().filter(|_| rtype != DNSKEY);
        zone_key.or(self.key.as_ref()).into_iter().collect()
    }

    /// Replaces the keys.
    pub fn show_keys(&mut self, keys: Vec<Vec<u8>>) {
        let apex = self.apex.clone();
        self.nodes.entry(apex).or_default().insert(DNSKEY, keys);
    }

    /// SOA, and the proof that `name` has no record of `rtype`.
    pub fn denial(&self, name: &Name, rtype: u16) -> Vec<Record> {
        let fault = self.faults.get(&(name.clone(), rtype)).copied();
        if fault == Some(Fault::Bare) {
            return Vec::new();
        }
        let soa = self.rrset(&self.apex, SOA).unwrap();
        let mut records = self.signed(&self.apex, &self.apex, SOA, soa);
        let mut proof = self.proof(name);
        match fault {
            Some(Fault::Altered) => {
                for record in proof.iter_mut().filter(|record| record.is_signature()) {
                    *record.rdata.last_mut().unwrap() ^= 1;
                }
            }
            Some(Fault::Unsigned) => proof.retain(|record| !record.is_signature()),
            _ => {}
        }
        records.extend(proof);
        records
    }

    /// The NSEC or NSEC3 records that concern a name which has not what was asked for.
    pub fn proof(&self, name: &Name) -> Vec<Record> {
        if self.key.is_none() {
            return Vec::new();
        }
        if self.is_compact {
            return self.compact(name);
        }
        let encloser = self.closest_encloser(name);
        let mut proof = BTreeMap::new();
        let mut add = |records: Vec<Record>| {
            if let Some(first) = records.first() {
                proof.insert(first.owner.clone(), records);
            }
        };
        if self.nsec3.is_some() {
            if self.exists(name) && self.nsec3_at(name).is_some() {
                add(self.nsec3_for(name));
            } else {
                let mut encloser = encloser;
                while self.nsec3_at(&encloser).is_none() {
                    encloser = encloser.base_name();
                }
                let labels = encloser.iter().count() + 1;
                add(self.nsec3_for(&encloser));
                add(self.nsec3_for(&name.trim_to(labels)));
                if let Ok(wildcard) = encloser.prepend_label("*") {
                    add(self.nsec3_for(&wildcard));
                }
            }
        } else {
            add(self.nsec_for(name));
            if !self.exists(name)
                && let Ok(wildcard) = encloser.prepend_label("*")
            {
                add(self.nsec_for(&wildcard));
            }
        }
        proof.into_values().flatten().collect()
    }

    /// Whether its denials prove anything: not with opt-out for a name that does not exist (RFC 5155 section 9.2), nor with
    /// more iterations than validators take (RFC 9276 section 3.2).
    pub fn proves_absence_of(&self, name: &Name) -> bool {
        self.nsec3.is_none_or(|parameters| {
            parameters.iterations <= MAX_ITERATIONS && (!parameters.opt_out || self.exists(name))
        })
    }

    /// The proof that an expanded wildcard hides nothing closer.
    pub fn expansion_proof(&self, name: &Name) -> Vec<Record> {
        match (&self.key, self.nsec3) {
            (None, _) => Vec::new(),
            _ if self.is_compact => Vec::new(),
            (_, None) => self.nsec_for(name),
            _ => {
                let labels = self.closest_encloser(name).iter().count() + 1;
                self.nsec3_for(&name.trim_to(labels))
            }
        }
    }

    /// The name that a signature over records of `source` is for, where `name` was asked for.
    pub fn signed_as<'n>(&self, name: &'n Name, source: &'n Name) -> &'n Name {
        if self.is_compact { name } else { source }
    }

    /// The one record that stands at a name and says what is there: nothing, or not even the name (RFC 9824 sections 3 and 4).
    fn compact(&self, name: &Name) -> Vec<Record> {
        let wildcard = || self.closest_encloser(name).prepend_label("*").ok();
        let source = Some(name.clone()).filter(|name| self.exists(name)).or_else(wildcard);
        let source = source.filter(|source| self.exists(source));
        let mut types: Vec<u16> = match &source {
            Some(source) => self.nodes.get(source).into_iter().flatten().map(|(t, _)| *t).collect(),
            None => vec![NXNAME],
        };
        let Some(parameters) = self.nsec3 else {
            let next = name.prepend_label(&b"\0"[..]).unwrap_or_else(|_| self.apex.clone());
            types.extend([RRSIG, NSEC]);
            let rdata = [wire(&next), bitmap(types)].concat();
            return self.signed(name, name, NSEC, &[rdata]);
        };
        let hash = self.hash(name);
        let mut next = hash.clone();
        for octet in next.iter_mut().rev() {
            *octet = octet.wrapping_add(1);
            if *octet > 0 {
                break;
            }
        }
        if source.is_some() && !types.is_empty() {
            types.push(RRSIG);
        }
        self.nsec3_record(parameters, &hash, &next, types)
    }

    pub fn closest_encloser(&self, name: &Name) -> Name {
        let mut name = name.clone();
        while !self.exists(&name) {
            name = name.base_name();
        }
        name
    }

    /// The NSEC record at or before a name.
    fn nsec_for(&self, name: &Name) -> Vec<Record> {
        let owner =
            self.nodes.range(..=name.clone()).next_back().map_or(&self.apex, |(owner, _)| owner);
        let after = |owner: &Name| {
            use std::ops::Bound::{Excluded, Unbounded};
            let mut after = self.nodes.range((Excluded(owner.clone()), Unbounded));
            after.next().map_or(self.apex.clone(), |(next, _)| next.clone())
        };
        let mut rdata = wire(&after(owner));
        let mut types: Vec<u16> = self.nodes[owner].keys().copied().collect();
        types.extend([RRSIG, NSEC]);
        rdata.extend(bitmap(types));
        self.signed(owner, owner, NSEC, &[rdata])
    }

    fn hash(&self, name: &Name) -> Vec<u8> {
        let iterations = self.nsec3.unwrap().iterations;
        let name = name.to_lowercase();
        Nsec3HashAlgorithm::SHA1.hash(SALT, &name, iterations).unwrap().as_ref().to_vec()
    }

    /// Names that have an NSEC3 record: all that exist, but insecure delegations under opt-out.
    fn hashed(&self) -> BTreeMap<Vec<u8>, Name> {
        let opt_out = self.nsec3.unwrap().opt_out;
        let mut names = BTreeSet::new();
        for (owner, types) in &self.nodes {
            if opt_out && types.contains_key(&NS) && !types.contains_key(&DS) && *owner != self.apex
            {
                continue;
            }
            let depth = owner.iter().count();
            names.extend((self.apex.iter().count()..=depth).map(|labels| owner.trim_to(labels)));
        }
        names.into_iter().map(|name| (self.hash(&name), name)).collect()
    }

    fn nsec3_at(&self, name: &Name) -> Option<Name> {
        self.hashed().get(&self.hash(name)).cloned()
    }

    /// The NSEC3 record that matches or covers a name.
    fn nsec3_for(&self, name: &Name) -> Vec<Record> {
        let parameters = self.nsec3.unwrap();
        let hashed = self.hashed();
        let wanted = self.hash(name);
        let (hash, owner) =
            hashed.range(..=wanted).next_back().or_else(|| hashed.last_key_value()).unwrap();
        use std::ops::Bound::{Excluded, Unbounded};
        let mut after = hashed.range((Excluded(hash.clone()), Unbounded));
        let next = after.next().or_else(|| hashed.first_key_value()).unwrap().0;
        let mut types: Vec<u16> =
            self.nodes.get(owner).map(|types| types.keys().copied().collect()).unwrap_or_default();
        let is_delegation = types.contains(&NS) && !types.contains(&SOA) && !types.contains(&DS);
        if !types.is_empty() && !is_delegation {
            types.push(RRSIG);
        }
        self.nsec3_record(parameters, hash, next, types)
    }

    fn nsec3_record(
        &self,
        parameters: Nsec3Parameters,
        hash: &[u8],
        next: &[u8],
        types: Vec<u16>,
    ) -> Vec<Record> {
        let mut rdata = vec![1, u8::from(parameters.opt_out)];
        rdata.extend(parameters.iterations.to_be_bytes());
        rdata.push(SALT.len() as u8);
        rdata.extend(SALT);
        rdata.push(next.len() as u8);
        rdata.extend(next);
        rdata.extend(bitmap(types));
        let label = data_encoding::BASE32_DNSSEC.encode(hash);
        let owner = self.apex.prepend_label(label.as_bytes()).unwrap();
        self.signed(&owner, &owner, NSEC3, &[rdata])
    }

    /// A CNAME at a name or at the wildcard that covers it.
    pub fn alias(&self, owner: &Name) -> Option<&Vec<Vec<u8>>> {
        self.rrset(owner, CNAME)
    }
}

/// RFC 4034 section 4.1.2; all our types are in window 0.
pub fn bitmap(types: Vec<u16>) -> Vec<u8> {
    let Some(highest) = types.iter().max() else { return Vec::new() };
    let mut bits = vec![0u8; usize::from(highest / 8) + 1];
    for rtype in types {
        bits[usize::from(rtype / 8)] |= 0x80 >> (rtype % 8);
    }
    let mut map = vec![0, bits.len() as u8];
    map.extend(bits);
    map
}
