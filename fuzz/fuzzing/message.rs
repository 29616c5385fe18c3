//! A DNS message, and the records in it.

use std::collections::BTreeSet;

use hickory_resolver::proto::rr::Name;

use super::lines::assert_line;
use crate::budget::{Budget, at_once};
use crate::dns::proof::{Ds, Key, Nsec, Nsec3};
use crate::dns::wire::names::{canonical_wire, display, is_plain};
use crate::dns::wire::{Message, Rrset, answers, names, parse, rtype, show};
use crate::sim::question::question;
use crate::tlsa;

/// Octets that are kept for each that was read, at most: records of one octet are kept as vectors.
const KEPT_PER_OCTET: usize = 8;
/// What the reader looks at of one message, by its own account (CVE-2023-50387 and the like).
const MOST_WORK: u32 = 20_000;

/// Reads a message as a reply to the question in it, or to one of its own.
pub fn message(input: &[u8]) {
    let (name, rtype) = question(input).map_or_else(
        || (name("a.example"), rtype::TLSA),
        |question| (question.name, question.rtype),
    );
    let budget = Budget::for_tests();
    let parsed = at_once(parse(input, &name, rtype, &budget));
    assert!(budget.spent().work <= MOST_WORK, "{:?}", budget.spent());
    assert!(
        budget.spent().memory <= 64 + KEPT_PER_OCTET * input.len().max(64),
        "{:?}",
        budget.spent()
    );
    let id = input.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
    if !answers(input, id, &name, rtype) {
        return;
    }
    let Ok(message) = parsed else { return };
    assert!(!message.truncated || message.answer.0.is_empty() && message.authority.0.is_empty());
    let kept: usize = message.kept_octets();
    assert!(kept <= budget.spent().memory);
    judge(&message, &name);
}

fn name(text: &str) -> Name {
    names::parse(text).expect("a name")
}

/// What was kept speaks of the question, and is as the proof wants it.
fn judge(message: &Message, name: &Name) {
    for rrset in &message.answer.0 {
        assert!(rrset.owner.zone_of(name), "{} at {name}", rrset.owner);
        let is_redirection = rrset.rtype == rtype::DNAME;
        assert_eq!(is_redirection, rrset.owner != *name, "{rrset:?}");
    }
    assert!(message.authority.0.iter().all(|it| matches!(it.rtype, rtype::NSEC | rtype::NSEC3)));
    for section in [&message.answer.0, &message.authority.0] {
        let places: BTreeSet<_> =
            section.iter().map(|it| (canonical_wire(&it.owner).to_vec(), it.rtype)).collect();
        assert_eq!(places.len(), section.len(), "an RRset twice");
        section.iter().for_each(judge_rrset);
    }
    if let Some(error) = &message.extended_error {
        assert!(error.words.len() <= 120);
    }
}

fn judge_rrset(rrset: &Rrset) {
    assert!(rrset.rdata.is_sorted_by(|one, other| one < other), "canonical order, once each");
    assert!(rrset.signatures.iter().all(|signature| signature.covered == rrset.rtype));
    let owner = display(&rrset.owner);
    assert!(owner.bytes().all(|octet| octet.is_ascii_graphic()), "{owner:?}");
    assert_eq!(rrset.owner, rrset.owner.to_lowercase());
    if is_plain(&rrset.owner) && !rrset.owner.is_root() {
        assert_eq!(names::parse(&owner).as_ref(), Ok(&rrset.owner), "a plain name is read back");
    }
    let zone = rrset.owner.base_name();
    for rdata in &rrset.rdata {
        let shown = show(rrset.rtype, rdata);
        assert!(shown.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "{shown:?}");
        match rrset.rtype {
            rtype::NSEC => drop(Nsec::read(&zone, &rrset.owner, rdata)),
            rtype::NSEC3 => drop(Nsec3::read(&zone, &rrset.owner, rdata)),
            rtype::DS => drop(Ds::from_rdata(rdata)),
            rtype::DNSKEY => judge_key(rdata),
            rtype::TLSA => judge_tlsa(rdata),
            _ => {}
        }
    }
}

/// Of any key it can be said whether it signs, and none signs nothing.
fn judge_key(rdata: &[u8]) {
    let Some(key) = Key::from_rdata(rdata) else { return };
    let budget = Budget::for_tests();
    let _is_checkable = key.is_checkable();
    assert_eq!(at_once(key.verify(b"", b"", &budget)), Ok(false));
    assert!(at_once(key.digest(&Name::root(), 2, &budget)).is_ok());
}

fn judge_tlsa(rdata: &[u8]) {
    let record = tlsa::Record::from_rdata(rdata);
    assert_line(&record.to_string());
    if let Err(unusable) = record.usability() {
        assert_line(unusable.text);
    } else {
        let [usage, selector, matching_type, data @ ..] = rdata else {
            panic!("{rdata:?} is usable")
        };
        assert!(matches!(usage, 2 | 3) && *selector < 2 && *matching_type < 3 && !data.is_empty());
    }
}
