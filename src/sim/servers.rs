//! Name servers that strip, do not validate, answer another question, or not at all; and which of them is asked, and when.

use std::cell::RefCell;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use world::{World, counted, large};

use super::faults::{Fate, Faults, Happening, Place, error};
use super::question::{Question, question};
use super::{Network, Relay, context};
use crate::cause::Detail;
use crate::context::Context;
use crate::decide::{Action, Level, Mx};
use crate::dns::wire::names::display;
use crate::dns::wire::{rcode, rtype};
use crate::dns::{Answer, Mode, RecordType, Status};
use crate::lookup::Destination;

#[path = "../../tests/limits/mod.rs"]
mod limits;

const SECOND: Duration = Duration::from_secs(1);
/// The flag of a reply that is authentic.
const AD: u8 = 0x20;
const REFUSED: u8 = 5;

fn honest(world: &World) -> Relay<'_> {
    Box::new(|_, query, by_tcp| world.answer(query, by_tcp))
}

fn look_up(world: &World, mode: Mode, domain: &str, relay: Relay<'_>) -> Destination {
    let context = context(world, Level::Dane, mode);
    context.over(&mut Network::with(world, relay)).lookup(domain, world.smtp_port).unwrap()
}

#[test]
fn rfc7672_2_1_1_a_resolver_that_does_not_validate_makes_nothing_insecure() {
    let world = World::without_sockets();
    let found = |vouched: fn(&str) -> bool| {
        let relay = |_, query: &[u8], by_tcp| {
            let mut reply = world.answer(query, by_tcp)?;
            reply[3] &= if vouched(&display(&question(query).unwrap().name)) { 0xff } else { !AD };
            Some(reply)
        };
        look_up(&world, Mode::TrustAd, "good.test", Box::new(relay))
    };
    let never = found(|_| false);
    assert_eq!(never.mx, Mx::Bogus);
    assert_eq!(never.decision.verdict.detail, Detail::ResolverDoesNotValidate);
    let root_only = found(|name| name == ".");
    assert_eq!(
        (root_only.mx, root_only.decision.verdict.action),
        (Mx::Insecure, Action::Opportunistic)
    );
    let always = found(|_| true);
    assert_eq!((always.mx, always.decision.verdict.action), (Mx::Secure, Action::Verify));
}

/// A reply without its DNSSEC records: as if DO were not set (RFC 3225 section 3).
fn stripped(world: &World, query: &[u8], by_tcp: bool) -> Option<Vec<u8>> {
    let mut query = query.to_vec();
    let place = query.len() - 4;
    query[place] &= 0x7f;
    world.answer(&query, by_tcp)
}

#[test]
fn rfc4035_3_1_what_a_server_strips_everywhere_is_its_own_fault() {
    let world = World::without_sockets();
    let found = |is_stripped: fn(u16) -> bool| {
        let relay = |_, query: &[u8], by_tcp| match is_stripped(question(query).unwrap().rtype) {
            true => stripped(&world, query, by_tcp),
            false => world.answer(query, by_tcp),
        };
        let found = look_up(&world, Mode::Validate, "good.test", Box::new(relay));
        let decision = found.decision;
        assert_eq!(decision.verdict.action, Action::Defer, "{}", decision.text);
        decision.verdict.detail
    };
    assert_eq!(found(|_| true), Detail::ResolverStripsDnssec);
    assert_eq!(found(|asked| asked == rtype::TLSA), Detail::TlsaBogus);
    assert_eq!(found(|asked| asked == rtype::MX), Detail::MxBogus);
}

#[test]
fn a_probe_says_whether_a_resolver_serves_the_mode() {
    let world = World::without_sockets();
    let probe = |mode, anchor: &str, relay: Relay<'_>| {
        let mut context = context(&world, Level::Dane, mode);
        context.set_trust_anchors(anchor.as_bytes()).unwrap();
        let answer = context.over(&mut Network::with(&world, relay)).probe().unwrap();
        (answer.status, answer.exists, answer.detail())
    };
    let strips = || -> Relay<'_> { Box::new(|_, query, by_tcp| stripped(&world, query, by_tcp)) };
    let doubts = || -> Relay<'_> {
        Box::new(|_, query, by_tcp| {
            let mut reply = world.answer(query, by_tcp)?;
            reply[3] &= !AD;
            Some(reply)
        })
    };
    let wrong = format!(". IN DS 1 13 2 {}", "0".repeat(64));
    let serves = (Status::Secure, true, Detail::None);
    let (right, validate, trust) = (&world.anchor, Mode::Validate, Mode::TrustAd);
    assert_eq!(probe(validate, right, honest(&world)), serves);
    assert_eq!(probe(validate, right, doubts()), serves);
    let failed = (Status::Indeterminate, false, Detail::ResolverStripsDnssec);
    assert_eq!(probe(validate, right, strips()), failed);
    assert_eq!(
        probe(validate, &wrong, honest(&world)),
        (Status::Bogus, false, Detail::TrustAnchor)
    );
    assert_eq!(probe(trust, right, honest(&world)), serves);
    assert_eq!(probe(trust, &wrong, honest(&world)), serves, "the resolver has its own");
    let failed = (Status::Indeterminate, false, Detail::ResolverDoesNotValidate);
    assert_eq!(probe(trust, right, doubts()), failed);
}

#[test]
fn rfc5452_9_1_a_reply_to_another_question_is_none() {
    let world = World::without_sockets();
    type Alter = fn(&mut Vec<u8>);
    let alterations: [(&str, Alter); 3] = [
        ("its ID", |reply| reply[0] ^= 1),
        ("its name", |reply| reply[13] ^= 1),
        ("not a reply", |reply| reply[2] &= 0x7f),
    ];
    for (what, alter) in alterations {
        for over_tcp in [false, true] {
            let relay = |_, query: &[u8], by_tcp: bool| {
                let mut reply = world.answer(query, true)?;
                if over_tcp && !by_tcp {
                    reply[2] |= 0x02;
                } else if question(query).unwrap().rtype == rtype::MX {
                    alter(&mut reply);
                }
                Some(reply)
            };
            let found = look_up(&world, Mode::TrustAd, "good.test", Box::new(relay));
            let detail = found.decision.verdict.detail;
            let expected = if over_tcp { Detail::ServerFailure } else { Detail::Timeout };
            assert_eq!(
                (found.mx, detail),
                (Mx::Bogus, expected),
                "{what}: {}",
                found.decision.text
            );
        }
    }
}

/// Every datagram is truncated, and this becomes of what comes over TCP.
struct OverTcp(Fate);

impl Faults for OverTcp {
    fn fate(&mut self, happening: Happening) -> Fate {
        match happening {
            Happening::Datagram => Fate::Truncated,
            Happening::Reply => self.0,
            _ => Fate::AsItIs,
        }
    }
}

#[test]
fn rfc7766_8_a_reply_over_tcp_may_come_in_pieces_and_is_whole_or_none() {
    let world = World::without_sockets();
    let decision = |fate| {
        let mut network = Network::of(&world).with_faults(Box::new(OverTcp(fate)));
        let context = context(&world, Level::Dane, Mode::Validate);
        context.over(&mut network).lookup("good.test", world.smtp_port).unwrap().decision
    };
    let places = [1, 2, 3, 40].map(Place::After).into_iter().chain([1, 9].map(Place::Before));
    for place in places {
        let pieces = decision(Fate::Pieces(place, SECOND / 10));
        assert_eq!(pieces.verdict.action, Action::Verify, "{place:?}: {}", pieces.text);
        let cut = decision(Fate::Cut(place));
        assert_eq!(cut.verdict.detail, Detail::ServerFailure, "{place:?}: {}", cut.text);
        assert!(cut.text.contains("unexpected end of file"), "{place:?}: {}", cut.text);
    }
}

/// Server, name and type of each question, and when it was asked.
type Asked = RefCell<Vec<(u32, String, u16)>>;

#[test]
fn servers_are_asked_in_turn_from_the_one_that_answered_last() {
    let world = World::without_sockets();
    let SocketAddr::V4(first) = world.dns else { panic!("an IPv4 address") };
    let mut context = context(&world, Level::Dane, Mode::TrustAd);
    for number in 1..3 {
        let server = SocketAddrV4::new((first.ip().to_bits() + number).into(), first.port());
        context.add_nameserver(&server.to_string()).unwrap();
    }
    context.set_timeout(60 * SECOND);
    let asked = Asked::default();
    let relay = |server: SocketAddr, query: &[u8], by_tcp| {
        let SocketAddr::V4(server) = server else { panic!("an IPv4 address") };
        let number = server.ip().to_bits() - first.ip().to_bits();
        let Question { name, rtype, .. } = question(query).unwrap();
        let answers = if rtype == rtype::TLSA { 1 } else { 2 };
        asked.borrow_mut().push((number, display(&name), rtype));
        (number == answers).then(|| world.answer(query, by_tcp)).flatten()
    };
    let mut network = Network::with(&world, Box::new(relay));
    let found = context.over(&mut network).lookup("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.action, Action::Verify, "{}", found.decision.text);
    let servers = |of: u16| -> Vec<u32> {
        asked
            .borrow()
            .iter()
            .filter(|(.., rtype)| *rtype == of)
            .map(|(number, ..)| *number)
            .collect()
    };
    assert_eq!(servers(rtype::MX), [0, 1, 2]);
    assert_eq!(servers(rtype::A), [2]);
    assert_eq!(servers(rtype::TLSA), [2, 0, 1]);
}

#[test]
fn an_answer_says_what_came_and_what_it_took() {
    let world = World::without_sockets();
    let context = context(&world, Level::Dane, Mode::TrustAd);
    let query = |name, rtype, relay: Relay<'_>| {
        context.over(&mut Network::with(&world, relay)).query(name, rtype).unwrap()
    };
    let refused: Relay<'_> =
        Box::new(|_, query, by_tcp| Some(error(&world.answer(query, by_tcp)?, REFUSED)));
    let said = |answer: &Answer| {
        (answer.status, answer.rcode, answer.exists, answer.records.len(), answer.aliases.len())
    };
    let found = query("good.test", RecordType::Mx, honest(&world));
    assert_eq!(said(&found), (Status::Secure, rcode::NOERROR, true, 1, 0));
    assert!(found.lifetime.is_some() && found.queries == 1);
    let absent = query("nothing.good.test", RecordType::Mx, honest(&world));
    assert_eq!(said(&absent), (Status::Secure, rcode::NXDOMAIN, false, 0, 0));
    let failed = query("good.test", RecordType::Mx, refused);
    assert_eq!(said(&failed), (Status::Indeterminate, REFUSED.into(), false, 0, 0));
    assert!(failed.lifetime.is_none() && failed.queries == 1);
    let alias = query("one.alias.wildcard-mx.test", RecordType::A, honest(&world));
    assert_eq!(said(&alias), (Status::Secure, rcode::NOERROR, true, 1, 1));
}

#[test]
fn rfc9824_5_what_nxname_denies_does_not_exist_whatever_the_response_code() {
    let world = World::without_sockets();
    let ask = |mode, name: &str, rcode: Option<u16>| {
        let relay: Relay<'_> = Box::new(|_, query, by_tcp| {
            let reply = world.answer(query, by_tcp)?;
            Some(rcode.map_or_else(|| reply.clone(), |rcode| with_rcode(&reply, rcode as u8)))
        });
        let context = context(&world, Level::Dane, mode);
        let mut network = Network::with(&world, relay);
        context.over(&mut network).query(name, RecordType::Tlsa).unwrap()
    };
    for zone in ["compact-nsec.test", "compact-nsec3.test"] {
        for (label, exists) in [("missing", false), ("_25._tcp.mx", false), ("mx", true)] {
            let name = format!("{label}.{zone}");
            for rcode in [None, Some(rcode::NOERROR), Some(rcode::NXDOMAIN)] {
                let found = ask(Mode::Validate, &name, rcode);
                assert_eq!((found.status, found.exists), (Status::Secure, exists), "{name}");
                assert_eq!(found.rcode, rcode.unwrap_or(rcode::NOERROR), "as it came");
                let told = if exists { "no such record" } else { "no such name" };
                assert_eq!(found.text(), format!("{told}, signed by {zone}"));
            }
            // Whoever asks for no signatures is told by the response code.
            let trusted = ask(Mode::TrustAd, &name, None);
            assert_eq!((trusted.status, trusted.exists), (Status::Secure, exists), "{name}");
        }
    }
}

/// A reply with another response code.
fn with_rcode(reply: &[u8], rcode: u8) -> Vec<u8> {
    let mut reply = reply.to_vec();
    reply[3] = reply[3] & 0xf0 | rcode;
    reply
}

/// What a call costs: round trips, packets to the name server, and those that it calls its own.
fn cost(
    world: &World,
    mode: Mode,
    is_truncated: bool,
    call: impl FnOnce(&Context, &mut Network<'_>) -> Destination,
) -> (u64, u32, u32) {
    let asked = RefCell::new(0);
    let relay = |_, query: &[u8], by_tcp: bool| {
        *asked.borrow_mut() += 1;
        let mut reply = world.answer(query, by_tcp)?;
        reply[2] |= u8::from(is_truncated && !by_tcp) << 1;
        Some(reply)
    };
    let mut context = context(world, Level::Dane, mode);
    context.set_timeout(60 * SECOND);
    let mut network = Network::with(world, Box::new(relay));
    network.round_trip = SECOND / 2;
    let found = call(&context, &mut network);
    let packets = *asked.borrow();
    (network.elapsed().as_millis() as u64 / 500, packets, found.queries)
}

#[test]
fn what_an_answer_will_need_is_asked_for_at_once_and_nothing_else_is() {
    let world = World::without_sockets();
    let port = world.smtp_port;
    let deep = "a.".repeat(20) + "good.test";
    let kinds = ["round trips", "packets to the name server", "queries"];
    let mut kinds = kinds.map(|kind| (kind, "", Vec::new()));
    let mut count = |call: &str, mode, domain: &str, (trips, packets, queries): (u64, u32, u32)| {
        let mode = if mode == Mode::Validate { "validate" } else { "trust-ad" };
        let numbers = [trips, packets.into(), queries.into()];
        for ((.., counted), number) in kinds.iter_mut().zip(numbers) {
            counted.push((format!("{call}, {mode}: {domain}"), number));
        }
    };
    for mode in [Mode::Validate, Mode::TrustAd] {
        for domain in [
            "good.test",
            counted::HOSTED,
            "root-target.test",
            "any.wildcard-mx.test",
            "mx.dname.test",
            "good.unsigned.test",
            &deep,
            counted::HALF,
            large::DOMAIN,
        ] {
            let cost = cost(&world, mode, false, |context, network| {
                context.over(network).lookup(domain, port).unwrap()
            });
            count("lookup", mode, domain, cost);
        }
        for domain in ["good.test", counted::HOSTED, "good.unsigned.test"] {
            let cost = cost(&world, mode, false, |context, network| {
                context.over(network).check(domain, port).unwrap().destination
            });
            count("check", mode, domain, cost);
        }
    }
    limits::hold(&kinds);
}

/// Over TCP each question takes a packet more, and two round trips.
#[test]
fn packets_are_counted_but_for_those_that_probe_the_resolver() {
    let world = World::without_sockets();
    let by_tcp = |mode| {
        cost(&world, mode, true, |context, network| {
            context.over(network).lookup("good.test", world.smtp_port).unwrap()
        })
    };
    assert_eq!(by_tcp(Mode::Validate), (6, 18, 18));
    assert_eq!(by_tcp(Mode::TrustAd), (6, 10, 8));
}

#[test]
fn inside_a_known_zone_without_cuts_nothing_is_asked_ahead() {
    let world = World::without_sockets();
    let context = context(&world, Level::Dane, Mode::Validate);
    let packets = |name| {
        let mut network = Network::of(&world);
        let answer = context.over(&mut network).query(name, RecordType::A).unwrap();
        assert_eq!(answer.status, Status::Secure, "{}", answer.text());
        answer.queries
    };
    assert_eq!(packets("mx.good.test"), 8, "the question, DNSKEY of four names and DS of three");
    assert_eq!(packets("mx.good.test"), 1);
    assert_eq!(packets("mx.wildcard.test"), 5, "below a TLD there are cuts");
}
