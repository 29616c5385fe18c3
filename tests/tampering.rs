//! Whoever alters, drops or swaps what a signed zone says can make mail wait, and nothing else (RFC 7672 section 2.1.1).

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use dane_policy::context::Context;
use dane_policy::decide::Action;
use world::World;

const SEEDS: u64 = 60;

/// xorshift64: the same alterations for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// What the relay does with a reply that is going back.
type Tamper = Box<dyn FnMut(&[u8], Vec<u8>) -> Vec<u8> + Send>;

fn relay(upstream: SocketAddr, mut tamper: Tamper) -> SocketAddr {
    let front = UdpSocket::bind("127.0.0.1:0").unwrap();
    let back = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = front.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = front.recv_from(&mut buffer) {
            let query = buffer[..length].to_vec();
            if back.send_to(&query, upstream).is_err() {
                continue;
            }
            let Ok(length) = back.recv(&mut buffer) else { continue };
            let reply = tamper(&query, buffer[..length].to_vec());
            let _ = front.send_to(&reply, client);
        }
    });
    address
}

fn context(world: &World, server: SocketAddr) -> Context {
    let mut context = Context::new();
    context.add_nameserver(&server.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_timeout(Duration::from_secs(60));
    context
}

/// Domains whose every zone is signed, with wildcards, NSEC3, aliases and proofs of absence among them.
const SIGNED: [&str; 10] = [
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
];

/// Runs every domain behind the tampering and compares with what is true.
fn assert_never_permits_more(world: &World, tamper: impl Fn(u64) -> Tamper, seeds: u64) {
    let truth: HashMap<&str, Action> = SIGNED
        .iter()
        .map(|domain| {
            let found = context(world, world.dns).lookup(domain, world.smtp_port).unwrap();
            (*domain, found.decision.verdict.action)
        })
        .collect();
    let mut changed = 0;
    for seed in 1..=seeds {
        let context = context(world, relay(world.dns, tamper(seed)));
        for domain in SIGNED {
            let found = context.lookup(domain, world.smtp_port).unwrap();
            let action = found.decision.verdict.action;
            let text = &found.decision.text;
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
    let name = message[12..].iter().position(|octet| *octet == 0).unwrap_or(0);
    (12 + name + 5).min(message.len() - 1)
}

#[test]
fn altered_octets() {
    let world = World::start().unwrap();
    let tamper = |seed: u64| -> Tamper {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
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
    let world = World::start().unwrap();
    let tamper = |seed: u64| -> Tamper {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
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
    let world = World::start().unwrap();
    let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let tamper = |seed: u64| -> Tamper {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let seen = seen.clone();
        Box::new(move |_, reply| {
            let mut seen = seen.lock().unwrap();
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

/// Asks the world's name server directly.
fn ask(server: SocketAddr, query: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(query, server).unwrap();
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).unwrap();
    buffer[..length].to_vec()
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
fn replay(
    upstream: SocketAddr,
    owner: &str,
    wild: &str,
    moves: fn(&[u8]) -> bool,
    keeps_rest: bool,
    is_answer: bool,
) -> Tamper {
    let (owner, wild) = (encode(owner), encode(wild));
    Box::new(move |query, reply| {
        let end = name_end(query, 12);
        if query[12..end] != owner[..] || query[end..end + 2] != [0, 52] {
            return reply;
        }
        let source = ask(upstream, &[&query[..12], &wild, &query[end..]].concat());
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
    let world = World::start().unwrap();
    let owner = format!("_{}._tcp.mx.blocked.test", world.smtp_port);
    let honest = context(&world, world.dns).lookup("blocked.test", world.smtp_port).unwrap();
    assert_eq!(honest.decision.verdict.action, Action::Opportunistic);
    for keeps_proof in [true, false] {
        let moves = |record: &[u8]| record.starts_with(&encode("anything.blocked.test"));
        let tamper = replay(world.dns, &owner, "anything.blocked.test", moves, keeps_proof, true);
        let forged = context(&world, relay(world.dns, tamper));
        let found = forged.lookup("blocked.test", world.smtp_port).unwrap();
        let text = &found.decision.text;
        assert_eq!(found.decision.verdict.action, Action::Defer, "{text}");
        assert!(text.contains("wildcard without proof"), "{text}");
    }
}

/// The NSEC of a wildcard, moved to a name that has what the wildcard has not (CVE-2017-15105).
#[test]
fn rfc4035_5_4_the_nsec_of_a_wildcard_moved_to_another_name() {
    let world = World::start().unwrap();
    let owner = format!("_{}._tcp.mx.star.test", world.smtp_port);
    let honest = context(&world, world.dns).lookup("star.test", world.smtp_port).unwrap();
    assert_eq!(honest.decision.verdict.action, Action::Verify);
    let moves = |record: &[u8]| record.starts_with(&encode("*.star.test"));
    let tamper = replay(world.dns, &owner, "anything.star.test", moves, false, false);
    let forged = context(&world, relay(world.dns, tamper));
    let found = forged.lookup("star.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.action, Action::Defer, "{}", found.decision.text);
}
