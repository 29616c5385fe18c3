//! Whoever alters, drops or swaps what a signed zone says can make mail wait, and nothing else (RFC 7672 section 2.1.1).

use std::cell::RefCell;
use std::collections::HashMap;

use world::{Random, World};

use super::question::question;
use super::{Network, context};
use crate::decide::{Action, Level};
use crate::dns::Mode;
use crate::lookup::Destination;

const SEEDS: u64 = 120;

/// What is done to a reply that is going back.
type Tamper<'t> = Box<dyn FnMut(&[u8], Vec<u8>) -> Vec<u8> + 't>;

fn look_up(world: &World, domain: &str, tamper: &mut Tamper<'_>) -> Destination {
    let relay =
        Box::new(|_, query: &[u8], by_tcp| Some(tamper(query, world.answer(query, by_tcp)?)));
    let context = context(world, Level::Dane, Mode::Validate);
    let mut network = Network::with(world, relay);
    context.over(&mut network).lookup(domain, world.smtp_port).unwrap()
}

fn honest() -> Tamper<'static> {
    Box::new(|_, reply| reply)
}

/// Domains whose every zone is signed, with wildcards, NSEC3, aliases and proofs of absence among them.
const SIGNED: [&str; 14] = [
    "good.test",
    "mismatch.test",
    "tlsa-none.test",
    "tlsa-bogus.test",
    "pkix-ta-only.test",
    "nsec3.test",
    "nsec3-wildcard.test",
    "wildcard.test",
    "dname.test",
    "null.test",
    "implicit.test",
    "nothing.test",
    "no-such-domain.test",
    "missing.domain-alias.test",
];

/// Runs every domain behind the tampering and compares with what is true.
fn assert_never_permits_more<'t>(world: &World, tamper: impl Fn(u64) -> Tamper<'t>, seeds: u64) {
    let action = |domain: &str, tamper: &mut Tamper<'_>| {
        let decision = look_up(world, domain, tamper).decision;
        (decision.verdict.action, decision.text)
    };
    let truth: HashMap<&str, Action> =
        SIGNED.iter().map(|domain| (*domain, action(domain, &mut honest()).0)).collect();
    let mut changed = 0;
    for seed in 1..=seeds {
        let mut tamper = tamper(seed);
        for domain in SIGNED {
            let (action, text) = action(domain, &mut tamper);
            assert!(
                action == truth[domain] || action == Action::Defer,
                "seed {seed}, {domain}: {text}"
            );
            changed += usize::from(action != truth[domain]);
        }
    }
    assert!(changed > 0, "the tampering has no effect at all");
}

/// The octets after header and question.
fn records_start(message: &[u8]) -> usize {
    question(message).unwrap().end.min(message.len() - 1)
}

#[test]
fn altered_octets() {
    let world = World::without_sockets();
    let tamper = |seed: u64| -> Tamper<'_> {
        let mut random = Random::new(seed);
        Box::new(move |_, mut reply| {
            if random.below(3) == 0 {
                let start = records_start(&reply);
                for _ in 0..=random.below(3) {
                    let at = start + random.below(reply.len() - start);
                    reply[at] ^= 1 << random.below(8);
                }
            }
            reply
        })
    };
    assert_never_permits_more(&world, tamper, SEEDS);
}

#[test]
fn altered_counts_and_response_codes() {
    let world = World::without_sockets();
    let tamper = |seed: u64| -> Tamper<'_> {
        let mut random = Random::new(seed);
        Box::new(move |_, mut reply| {
            match random.below(4) {
                0 => reply[3] ^= 3,
                1 => reply[7] = random.below(usize::from(reply[7]) + 1) as u8,
                2 => reply[9] = random.below(usize::from(reply[9]) + 1) as u8,
                _ => {}
            }
            reply
        })
    };
    assert_never_permits_more(&world, tamper, SEEDS);
}

/// Answers one question with the records of another reply, from the same zone or a different one.
#[test]
fn replies_to_other_questions() {
    let world = World::without_sockets();
    let seen: RefCell<Vec<Vec<u8>>> = RefCell::default();
    let tamper = |seed: u64| -> Tamper<'_> {
        let mut random = Random::new(seed);
        let seen = &seen;
        Box::new(move |_, reply| {
            let mut seen = seen.borrow_mut();
            let start = records_start(&reply);
            let mut forged = reply.clone();
            if !seen.is_empty() && random.below(4) == 0 {
                let other = &seen[random.below(seen.len())];
                // The world spells such names out, so records can be moved as they are.
                forged =
                    [&reply[..3], &other[3..4], &reply[4..6], &other[6..12], &reply[12..start]]
                        .concat();
                forged.extend(&other[records_start(other)..]);
            }
            if seen.len() < 500 {
                seen.push(reply);
            }
            forged
        })
    };
    assert_never_permits_more(&world, tamper, SEEDS);
}

fn name_end(message: &[u8], start: usize) -> usize {
    let mut end = start;
    while message[end] != 0 {
        end += 1 + usize::from(message[end]);
    }
    end + 1
}

/// A name in wire format.
fn encode(name: &str) -> Vec<u8> {
    let labels =
        name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    labels.chain([0]).collect()
}

/// The records of a reply, each with the length of its owner.
fn records(message: &[u8]) -> Vec<(Vec<u8>, usize)> {
    let number = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
    let mut at = name_end(message, 12) + 4;
    (0..number(6) + number(8))
        .map(|_| {
            let owner_end = name_end(message, at);
            let end = owner_end + 10 + usize::from(number(owner_end + 8));
            let record = (message[at..end].to_vec(), owner_end - at);
            at = end;
            record
        })
        .collect()
}

/// Answers the TLSA query for `owner` with records of the reply to `wild`, moved to `owner` where `moves` says so.
fn replay<'w>(
    world: &'w World,
    owner: &str,
    wild: &str,
    moves: fn(&[u8]) -> bool,
    keeps_rest: bool,
    is_answer: bool,
) -> Tamper<'w> {
    let (owner, wild) = (encode(owner), encode(wild));
    Box::new(move |query, reply| {
        let end = name_end(query, 12);
        if query[12..end] != owner[..] || query[end..end + 2] != [0, 52] {
            return reply;
        }
        let query_wild = [&query[..12], &wild, &query[end..]].concat();
        let source = world.answer(&query_wild, true).unwrap();
        let (mut moved, mut rest) = (Vec::new(), Vec::new());
        for (record, owner_end) in records(&source) {
            if moves(&record) {
                moved.push([&owner, &record[owner_end..]].concat());
            } else {
                rest.push(record);
            }
        }
        assert!(moved.len() >= 2, "a record and its signature");
        if !keeps_rest {
            rest.clear();
        }
        let (answers, authorities) =
            if is_answer { (moved.len(), rest.len()) } else { (0, moved.len() + rest.len()) };
        let counts = [0, 1, 0, answers as u8, 0, authorities as u8, 0, 0];
        let header = [&query[..2], &[0x81, 0x90], &counts].concat();
        [header, query[12..end + 4].to_vec(), moved.concat(), rest.concat()].concat()
    })
}

/// A wildcard's records, moved to a name that exists: signed, and not true (RFC 4035 section 5.3.4).
#[test]
fn rfc4035_5_3_4_a_wildcard_replayed_onto_an_existing_name() {
    let world = World::without_sockets();
    let owner = format!("_{}._tcp.mx.blocked.test", world.smtp_port);
    let honest = look_up(&world, "blocked.test", &mut honest());
    assert_eq!(honest.decision.verdict.action, Action::Opportunistic);
    for keeps_proof in [true, false] {
        let moves = |record: &[u8]| record.starts_with(&encode("anything.blocked.test"));
        let mut tamper = replay(&world, &owner, "anything.blocked.test", moves, keeps_proof, true);
        let found = look_up(&world, "blocked.test", &mut tamper);
        let text = &found.decision.text;
        assert_eq!(found.decision.verdict.action, Action::Defer, "{text}");
        assert!(text.contains("wildcard without proof"), "{text}");
    }
}

/// The NSEC of a wildcard, moved to a name that has what the wildcard has not (CVE-2017-15105).
#[test]
fn rfc4035_5_4_the_nsec_of_a_wildcard_moved_to_another_name() {
    let world = World::without_sockets();
    let owner = format!("_{}._tcp.mx.star.test", world.smtp_port);
    let honest = look_up(&world, "star.test", &mut honest());
    assert_eq!(honest.decision.verdict.action, Action::Verify);
    let moves = |record: &[u8]| record.starts_with(&encode("*.star.test"));
    let mut tamper = replay(&world, &owner, "anything.star.test", moves, false, false);
    let found = look_up(&world, "star.test", &mut tamper);
    assert_eq!(found.decision.verdict.action, Action::Defer, "{}", found.decision.text);
}
