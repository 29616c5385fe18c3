//! Answers as a recursive resolver gives them that has asked every zone.

use std::collections::HashMap;

use hickory_resolver::proto::rr::Name;

use crate::hostile::{self, Hostile};
use crate::records::{self, CNAME, DNAME, DS, wire};
use crate::roll::{Moment, roll};
use crate::signer::Record;
use crate::zone::{Delegation, Fault, Zone};

/// What the resolver knows of an answer by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Secure,
    Insecure,
    Bogus,
}

/// The sections of a reply, and its standing.
pub struct Answer {
    pub rcode: u8,
    pub answer: Vec<Record>,
    pub authority: Vec<Record>,
    /// More of the answer section, in wire format, and the number of records.
    pub junk: (Vec<u8>, u16),
    pub standing: Standing,
    /// Who wants signatures sees by them alone that the name does not exist, not by the response code (RFC 9824 section 5).
    pub is_compact: bool,
}

pub struct Zones {
    /// By their apexes in lower case and wire format.
    zones: HashMap<Vec<u8>, Zone>,
    hostile: Hostile,
}

const NXDOMAIN: u8 = 3;
const YXDOMAIN: u8 = 6;
const MAX_ALIASES: usize = 12;

impl Zones {
    pub fn new(zones: impl IntoIterator<Item = Zone>) -> Self {
        let zones = zones.into_iter().map(|zone| (wire(&zone.apex.to_lowercase()), zone));
        Self { zones: zones.collect(), hostile: Hostile::new() }
    }

    /// From now on no zone has a fault.
    pub fn repair(&mut self) {
        self.zones.values_mut().for_each(|zone| zone.faults.clear());
    }

    /// Has the root show its keys as of this moment of their roll; returns the DS record of the new one.
    pub fn roll_root(&mut self, moment: Moment) -> Vec<u8> {
        roll(self.zones.get_mut(&[0][..]).unwrap(), moment)
    }

    /// Answers; None where the server stays silent.
    pub fn resolve(&self, name: &Name, rtype: u16) -> Option<Answer> {
        let mut result = Answer {
            rcode: 0,
            answer: Vec::new(),
            authority: Vec::new(),
            junk: Default::default(),
            standing: Standing::Secure,
            is_compact: false,
        };
        let mut name = name.clone();
        for _ in 0..MAX_ALIASES {
            let zone = self.zone_of(&name, rtype);
            if zone.apex == records::name(hostile::APEX)
                && let Some(answer) = self.hostile.answer(zone, &name, rtype)
            {
                return Some(answer);
            }
            let fault_of = |rtype| zone.faults.get(&(name.clone(), rtype));
            match fault_of(rtype).or_else(|| fault_of(CNAME)) {
                Some(Fault::Silent) => return None,
                Some(Fault::Rcode(rcode)) => {
                    result.rcode = *rcode;
                    result.answer.clear();
                    return Some(result);
                }
                Some(_) if self.standing(zone) != Standing::Insecure => {
                    result.standing = Standing::Bogus;
                }
                _ => {}
            }
            result.standing = result.standing.max(self.standing(zone));
            match step(zone, &name, rtype, &mut result) {
                Some(target) => name = target,
                None => return Some(result),
            }
        }
        result.rcode = 2;
        result.answer.clear();
        Some(result)
    }

    fn zone_of(&self, name: &Name, rtype: u16) -> &Zone {
        let name = wire(&name.to_lowercase());
        let mut rest = &name[..];
        if rtype == DS && *rest != [0] {
            rest = parent(rest);
        }
        loop {
            match self.zones.get(rest) {
                Some(zone) => return zone,
                None => rest = parent(rest),
            }
        }
    }

    fn standing(&self, zone: &Zone) -> Standing {
        let above = if zone.apex.is_root() {
            Standing::Secure
        } else {
            self.standing(self.zone_of(&zone.apex, DS))
        };
        let own = match zone.delegation {
            Delegation::Secure if zone.key.as_ref().is_some_and(|key| !key.is_checkable()) => {
                Standing::Insecure
            }
            Delegation::Secure if zone.zone_key.as_ref().is_some_and(|key| !key.is_checkable()) => {
                Standing::Bogus
            }
            Delegation::Secure
            | Delegation::Sha1
            | Delegation::Sha1AndGood
            | Delegation::UnknownAndGood => Standing::Secure,
            Delegation::WrongDs | Delegation::Unproven | Delegation::BothKeys => Standing::Bogus,
            _ => Standing::Insecure,
        };
        // An insecure zone has no secure children, and nothing in it can be bogus.
        if above == Standing::Insecure { above } else { above.max(own) }
    }
}

/// A name in wire format without its first label.
fn parent(name: &[u8]) -> &[u8] {
    &name[1 + usize::from(name[0])..]
}

/// One zone's part of the answer; the next name where it is an alias.
fn step(zone: &Zone, name: &Name, rtype: u16, result: &mut Answer) -> Option<Name> {
    let labels = name.iter().count();
    for depth in (zone.apex.iter().count()..labels).rev() {
        let ancestor = name.trim_to(depth);
        if let Some(dname) = zone.rrset(&ancestor, DNAME) {
            result.answer.extend(zone.signed(&ancestor, &ancestor, DNAME, dname));
            let target = read_name(&dname[0]);
            let target = Name::from_labels(name.iter().take(labels - depth).chain(target.iter()));
            let Ok(target) = target else {
                result.rcode = YXDOMAIN;
                return None;
            };
            let rdata = wire(&target);
            result.answer.push(Record { owner: name.clone(), rtype: CNAME, ttl: zone.ttl, rdata });
            return (rtype != CNAME).then_some(target);
        }
    }
    let wildcard = || zone.closest_encloser(name).prepend_label("*").ok();
    let source = Some(name.clone()).filter(|name| zone.exists(name)).or_else(wildcard);
    // Where not even the wildcard's name would fit, there is none.
    let source = source.unwrap_or_else(|| name.clone());
    let is_expanded = source != *name;
    if let Some(rdata) = zone.rrset(&source, rtype) {
        result.answer.extend(zone.signed(name, zone.signed_as(name, &source), rtype, rdata));
        if is_expanded {
            result.authority.extend(zone.expansion_proof(name));
        }
        return None;
    }
    if let Some(rdata) = zone.alias(&source) {
        result.answer.extend(zone.signed(name, zone.signed_as(name, &source), CNAME, rdata));
        if is_expanded {
            result.authority.extend(zone.expansion_proof(name));
        }
        return Some(read_name(&rdata[0]));
    }
    if !zone.exists(name) && !zone.exists(&source) {
        result.rcode = NXDOMAIN;
        result.is_compact = zone.is_compact;
    }
    if !zone.proves_absence_of(name) {
        result.standing = result.standing.max(Standing::Insecure);
    }
    result.authority.extend(zone.denial(name, rtype));
    None
}

pub fn read_name(mut wire: &[u8]) -> Name {
    let mut labels = Vec::new();
    while let [length, rest @ ..] = wire
        && *length > 0
    {
        let (label, rest) = rest.split_at(usize::from(*length));
        labels.push(label);
        wire = rest;
    }
    let mut name = Name::from_labels(labels).unwrap();
    name.set_fqdn(true);
    name
}
