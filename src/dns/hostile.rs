//! What hostile replies can cost: the budgets hold, and every attack ends in an answer (CVE-2023-50387, CVE-2023-50868).

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;
use world::World;

use super::{Answer, Cache, Call, Config, Mode, Setting, Status};
use crate::budget::{Budget, Spent, at_once};
use crate::cause::Detail;
use crate::dns::proof::Anchors;
use crate::dns::wire::names::{canonical_wire, parse, prepend};
use crate::dns::wire::{self, Message, Rrset, Rrsig, rtype};
use crate::engine::{Driver, Engine, SOCKETS_OF_A_CALL, drive};
use crate::sim::question::{Question, question};
use crate::sim::{Network, Relay};

/// What is done to a reply to a question of this type.
pub(super) type Tamper = fn(u16, &mut Message);

/// A deep name below a zone, as long as names may be.
fn deep(zone: &str) -> String {
    let room = (253 - zone.len()) / 2;
    "a.".repeat(room) + zone
}

/// A name of few labels below a zone, as long as names may be.
fn long(zone: &str) -> String {
    let room = 253 - zone.len();
    let label = |length: usize| "x".repeat(length - 1) + ".";
    label(room % 60) + &label(60).repeat(room / 60) + zone
}

/// What one TLSA lookup cost.
#[derive(Debug)]
pub(super) struct Cost {
    pub(super) answer: Answer,
    spent: Spent,
}

fn look_up(world: &World, name: &str, tamper: Tamper) -> Cost {
    ask(world, &world.anchor, name, rtype::TLSA, tamper)
}

pub(super) fn ask(world: &World, anchor: &str, name: &str, rtype: u16, tamper: Tamper) -> Cost {
    let name = parse(name).unwrap();
    let mut network = Network::with(world, relay(world, tamper));
    let (answer, spent) = Call::alone(&mut network, anchor, Mode::Validate, async |call| {
        call.resolve(&name, rtype).await
    });
    Cost { answer, spent }
}

impl Call {
    /// Runs one call with nothing remembered; what it gives, and what it spent.
    pub(crate) fn alone<T>(
        network: &mut Network<'_>,
        anchor: &str,
        mode: Mode,
        work: impl AsyncFnOnce(Rc<Self>) -> T,
    ) -> (T, Spent) {
        let anchors = Anchors::parse(anchor.as_bytes()).unwrap();
        let config = Config::new(vec![network.name_server()], mode, anchors);
        Self::under(network, config, work)
    }

    /// The same under a configuration.
    pub(super) fn under<T>(
        network: &mut Network<'_>,
        config: Config,
        work: impl AsyncFnOnce(Rc<Self>) -> T,
    ) -> (T, Spent) {
        let mode = config.mode;
        let engine = Engine::new(SOCKETS_OF_A_CALL);
        let setting = Setting {
            engine: engine.clone(),
            shared: Rc::default(),
            number: 0,
            now: network.unix_time(),
            began: Duration::ZERO,
            deadline: Duration::from_secs(60),
        };
        let cache = Arc::new(Cache::default());
        let call = Self::new(setting, config.into(), Some(mode), cache);
        let outcome = drive(network, &engine, Box::pin(call.run(work(call.clone()))));
        (outcome.unwrap(), call.budget.spent())
    }
}

/// The world's name server with altered replies.
pub(super) fn relay(world: &World, tamper: Tamper) -> Relay<'_> {
    Box::new(move |_, query, by_tcp| {
        let wire = world.answer(query, true)?;
        let Question { name, rtype: asked, .. } = question(query).unwrap();
        let message = at_once(wire::parse(&wire, &name, asked, &Budget::for_tests()));
        let mut message = message.unwrap();
        tamper(asked, &mut message);
        let mut reply = encode(&wire, &message);
        if !by_tcp && reply.len() > 1232 {
            reply[2] |= 0x02;
            reply.truncate(1232);
        }
        Some(reply)
    })
}

/// A reply with the header and question of `original` and other records; what does not fit is left out.
fn encode(original: &[u8], message: &Message) -> Vec<u8> {
    let mut wire = original[..question(original).unwrap().end].to_vec();
    let mut counts = [0u16; 2];
    for (section, count) in [&message.answer, &message.authority].into_iter().zip(&mut counts) {
        let signatures = section.0.iter().flat_map(|rrset| {
            rrset.signatures.iter().map(|signature| signature_wire(&rrset.owner, signature))
        });
        let records = section.0.iter().flat_map(|rrset| {
            let wire = |rdata: &Vec<u8>| record_wire(&rrset.owner, rrset.rtype, rrset.ttl, rdata);
            rrset.rdata.iter().map(wire)
        });
        for record in signatures.chain(records) {
            if wire.len() + record.len() < 65_000 {
                wire.extend(record);
                *count += 1;
            }
        }
    }
    wire[3] = wire[3] & 0xf0 | message.rcode as u8;
    wire[6..8].copy_from_slice(&counts[0].to_be_bytes());
    wire[8..10].copy_from_slice(&counts[1].to_be_bytes());
    wire[10..12].fill(0);
    wire
}

fn record_wire(owner: &Name, rtype: u16, ttl: u32, rdata: &[u8]) -> Vec<u8> {
    let mut wire = canonical_wire(owner).to_vec();
    wire.extend(rtype.to_be_bytes());
    wire.extend([0, 1]);
    wire.extend(ttl.to_be_bytes());
    wire.extend((rdata.len() as u16).to_be_bytes());
    wire.extend(rdata);
    wire
}

fn signature_wire(owner: &Name, signature: &Rrsig) -> Vec<u8> {
    let mut rdata = signature.covered.to_be_bytes().to_vec();
    rdata.extend([signature.algorithm, signature.labels]);
    for number in [signature.original_ttl, signature.expiration, signature.inception] {
        rdata.extend(number.to_be_bytes());
    }
    rdata.extend(signature.key_tag.to_be_bytes());
    rdata.extend_from_slice(&canonical_wire(&signature.signer));
    rdata.extend(&signature.signature);
    record_wire(owner, rtype::RRSIG, 9, &rdata)
}

pub(super) fn rrsets(message: &mut Message) -> impl Iterator<Item = &mut Rrset> {
    message.answer.0.iter_mut().chain(&mut message.authority.0)
}

/// Seven signatures that fail before every good one: as many as are borne.
fn junk_signatures(_: u16, message: &mut Message) {
    for rrset in rrsets(message) {
        let good = std::mem::take(&mut rrset.signatures);
        for signature in good {
            for number in 0..7 {
                let mut junk = signature.clone();
                junk.signature[0] ^= 1 << number;
                rrset.signatures.push(junk);
            }
            rrset.signatures.push(signature);
        }
    }
}

/// Two hundred signatures that fail before every good one.
fn more_junk_signatures(_: u16, message: &mut Message) {
    for rrset in rrsets(message) {
        let good = std::mem::take(&mut rrset.signatures);
        for signature in &good {
            for number in 0..200u8 {
                let mut junk = signature.clone();
                junk.signature[1] = number;
                rrset.signatures.push(junk);
            }
        }
        rrset.signatures.extend(good);
    }
}

/// Denials under other names, each with seven signatures, before the true ones.
fn junk_denials(_: u16, message: &mut Message) {
    let denials = &mut message.authority.0;
    let Some(denial) = denials.first().cloned() else { return };
    for number in 0..40 {
        let owner = prepend(&[&format!("{number}")], &denial.owner.base_name()).unwrap();
        let mut junk = Rrset { owner, signatures: Vec::new(), ..denial.clone() };
        for copy in 0..7 {
            let Some(mut signature) = denial.signatures.first().cloned() else { break };
            signature.signature[0] ^= 1 << copy;
            junk.signatures.push(signature);
        }
        denials.insert(0, junk);
    }
}

/// No signature but those of delegations: the zone must be found from the anchor down, label by label.
pub(super) fn unsigned(asked: u16, message: &mut Message) {
    if !matches!(asked, rtype::DS | rtype::DNSKEY) {
        rrsets(message).for_each(|rrset| rrset.signatures.clear());
    }
}

/// Every signature broken, but those of delegations.
fn broken(asked: u16, message: &mut Message) {
    if !matches!(asked, rtype::DS | rtype::DNSKEY) {
        rrsets(message).flat_map(|rrset| &mut rrset.signatures).for_each(|s| s.signature[0] ^= 1);
    }
}

const ATTACKS: [(&str, Tamper); 5] = [
    ("none", |_, _| ()),
    ("seven junk signatures", junk_signatures),
    ("two hundred junk signatures", more_junk_signatures),
    ("junk denials", junk_denials),
    ("unsigned", unsigned),
];

#[test]
fn no_reply_costs_more_than_the_budget() {
    let world = World::without_sockets();
    let names = [
        "_25._tcp.mx.good.test".to_owned(),
        "_25._tcp.mx.nsec3.test".to_owned(),
        "_25._tcp.nothing.optout.test".to_owned(),
        "_25._tcp.mx.good.unsigned.test".to_owned(),
        deep("good.test"),
        deep("nsec3.test"),
        deep("optout.test"),
    ];
    for (attack, tamper) in ATTACKS {
        for name in &names {
            let cost = look_up(&world, name, tamper);
            let Cost { answer, spent } = &cost;
            println!("{attack}: {name:.30} {:?} {spent:?}", answer.status);
            if answer.status == Status::Indeterminate {
                assert_eq!(answer.detail(), Detail::BudgetExceeded, "{attack}: {cost:?}");
                assert!(answer.text().starts_with("the answer demands too m"), "{}", answer.text());
            }
        }
    }
    let honest = look_up(&world, &names[0], junk_signatures);
    assert_eq!(honest.answer.status, Status::Secure, "seven failures are borne: {honest:?}");
}

#[test]
fn rfc4035_5_3_1_what_a_secure_zone_is_said_to_have_signed_is_judged_under_it() {
    let world = World::without_sockets();
    let opted_out = "_25._tcp.nothing.optout.test";
    for (tamper, want) in [
        (ATTACKS[0].1, Status::Insecure),
        (unsigned as Tamper, Status::Insecure),
        (broken, Status::Bogus),
    ] {
        let answer = look_up(&world, opted_out, tamper).answer;
        assert_eq!(answer.status, want, "{}", answer.text());
    }
}

/// A DNAME of the root beside an alias made from it, in place of the answer.
fn redirected_by_the_root(asked: u16, message: &mut Message) {
    if asked == rtype::TLSA {
        let owner = parse("_25._tcp.mx.good.test").unwrap();
        let target = [&canonical_wire(&owner)[..canonical_wire(&owner).len() - 1], b"\x04evil\0"];
        message.answer.0 = vec![
            Rrset::of(Name::root(), rtype::DNAME, 9, b"\x04evil\0"),
            Rrset::of(owner, rtype::CNAME, 9, &target.concat()),
        ];
        message.authority.0.clear();
    }
}

#[test]
fn rfc4033_2_no_dname_above_the_anchor_explains_an_alias() {
    let world = World::without_sockets();
    let name = "_25._tcp.mx.good.test";
    for anchor in &world.test_anchors {
        let honest = ask(&world, anchor, name, rtype::TLSA, ATTACKS[0].1).answer;
        assert_eq!(honest.status, Status::Secure, "{}", honest.text());
        let forged = ask(&world, anchor, name, rtype::TLSA, redirected_by_the_root).answer;
        assert_eq!(forged.status, Status::Bogus, "{}", forged.text());
    }
}

/// The alias made from a DNAME without its signature, and a second one that was not made from it.
fn another_alias(_: u16, message: &mut Message) {
    for rrset in rrsets(message).filter(|rrset| rrset.rtype == rtype::CNAME) {
        rrset.add(9, b"\x04evil\0".to_vec());
    }
}

/// The same beside two DNAME records of one owner.
fn another_dname(asked: u16, message: &mut Message) {
    for rrset in rrsets(message).filter(|rrset| rrset.rtype == rtype::DNAME) {
        rrset.add(9, b"\x04evil\0".to_vec());
    }
    another_alias(asked, message);
}

/// Two aliases below a DNAME that would make the name too long.
fn aliases_too_long_to_be_made(asked: u16, message: &mut Message) {
    let owner = parse(&long("old.dname.test")).unwrap();
    if asked == rtype::CNAME {
        message.rcode = 0;
        message.answer.0.retain(|rrset| rrset.rtype == rtype::DNAME);
        message.answer.0.push(Rrset::of(owner, rtype::CNAME, 9, b"\x05other\0"));
        another_alias(asked, message);
    }
}

#[test]
fn rfc6672_5_3_1_a_dname_explains_one_alias_by_one_equal_target() {
    let world = World::without_sockets();
    let status = |name: &str, tamper: Tamper| {
        let answer = ask(&world, &world.anchor, name, rtype::CNAME, tamper).answer;
        println!("{}", answer.text());
        answer.status
    };
    let name = "mx.old.dname.test";
    assert_eq!(status(name, ATTACKS[0].1), Status::Secure);
    assert_eq!(status(name, another_alias), Status::Bogus);
    assert_eq!(status(name, another_dname), Status::Bogus);
    let too_long = status(&long("old.dname.test"), aliases_too_long_to_be_made);
    assert_eq!(too_long, Status::Indeterminate, "the name server itself cannot make the name");
}

#[test]
fn rfc1034_3_6_2_a_loop_of_aliases_ends_where_it_closes() {
    let world = World::without_sockets();
    let answer =
        ask(&world, &world.anchor, "mx1.z1.loop.c2.hostile.test", rtype::A, ATTACKS[0].1).answer;
    assert_eq!((answer.detail(), answer.aliases.len()), (Detail::AliasLoop, 2));
}
