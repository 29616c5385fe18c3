//! What replies come to that somebody has altered: what is told of them, and never more than is proven.

use world::World;

use super::hostile::{Tamper, ask, relay, rrsets, unsigned};
use super::{Anchors, Answer, Call, Config, Mode, Status};
use crate::dns::wire::names::parse;
use crate::dns::wire::{Message, rcode, rtype};
use crate::sim::Network;

fn look_up(world: &World, name: &str, rtype: u16, tamper: Tamper) -> Answer {
    ask(world, &world.anchor, name, rtype, tamper).answer
}

#[test]
fn rfc4035_4_3_without_an_anchor_nothing_is_insecure() {
    let world = World::without_sockets();
    let name = parse("good.unsigned.test").unwrap();
    let mut network = Network::of(&world);
    let servers = vec![network.name_server()];
    let config = Config::new(servers, Mode::Validate, Anchors::default());
    let (answer, _) =
        Call::under(&mut network, config, async |call| call.resolve(&name, rtype::A).await);
    assert_eq!(answer.status, Status::Bogus, "{}", answer.text());
}

/// Signatures of the zone above in place of the zone's own.
fn signed_above(asked: u16, message: &mut Message) {
    if asked == rtype::TLSA {
        let signatures = rrsets(message).flat_map(|rrset| &mut rrset.signatures);
        signatures.for_each(|signature| signature.signer = parse("test").unwrap());
    }
}

#[test]
fn rfc4035_5_3_1_a_zone_above_signs_nothing_of_a_zone_below() {
    let world = World::without_sockets();
    let answer = look_up(&world, "_25._tcp.mx.good.test", rtype::TLSA, signed_above);
    assert_eq!(answer.status, Status::Bogus);
    let text = answer.text();
    assert!(text.contains("no signature by the zone good.test"), "{text}");
}

/// No signature but those of delegations, and of a denial of DS only what the apex of the zone has.
fn denied_by_half(asked: u16, message: &mut Message) {
    unsigned(asked, message);
    if asked == rtype::DS {
        let apex = parse("good.test").unwrap();
        message.authority.0.retain(|rrset| !apex.zone_of(&rrset.owner) || rrset.owner == apex);
    }
}

#[test]
fn rfc4035_5_4_half_a_proof_is_told_as_what_it_is() {
    let world = World::without_sockets();
    let answer = look_up(&world, "nothing.good.test", rtype::A, denied_by_half);
    let text = "DS of nothing.good.test: no proof that the record does not exist (zone good.test)";
    assert_eq!((answer.status, &*answer.text()), (Status::Bogus, text));
}

#[test]
fn rfc1034_3_6_2_no_zone_begins_at_an_alias() {
    let world = World::without_sockets();
    for alias in ["mx.alias-into-insecure.test", "one.alias.wildcard-mx.test"] {
        let answer = look_up(&world, alias, rtype::MX, unsigned);
        let text = format!("CNAME of {alias}: no signature");
        assert_eq!((answer.status, answer.text()), (Status::Bogus, text));
    }
}

/// Keys that last for five seconds.
fn brief_keys(asked: u16, message: &mut Message) {
    if asked == rtype::DNSKEY {
        rrsets(message).for_each(|rrset| rrset.ttl = 5);
    }
}

#[test]
fn rfc1035_3_2_1_what_no_key_can_prove_is_remembered_as_long_as_the_keys_last() {
    let world = World::without_sockets();
    let zone = parse("short-key.test").unwrap();
    let mut network = Network::with(&world, relay(&world, brief_keys));
    let mode = Mode::Validate;
    let (known, _) = Call::alone(&mut network, &world.anchor, mode, async |call| {
        assert_eq!(call.resolve(&zone, rtype::MX).await.status, Status::Insecure);
        [4, 6].map(|later| call.cache.get(&zone, call.now + later, call.visitor).is_some())
    });
    assert_eq!(known, [true, false]);
}

/// A reply without one of its NSEC3 records, and with a response code.
fn without<const PLACE: usize, const RCODE: u16>(asked: u16, message: &mut Message) {
    let authority = &mut message.authority.0;
    let denials: Vec<usize> =
        (0..authority.len()).filter(|place| authority[*place].rtype == rtype::NSEC3).collect();
    if asked == rtype::A {
        message.rcode = RCODE;
        denials.get(PLACE).map(|place| authority.remove(*place));
    }
}

#[test]
fn rfc5155_7_1_where_no_wildcard_is_denied_opt_out_denies_records_and_no_name() {
    const YES: u16 = rcode::NOERROR;
    const NO: u16 = rcode::NXDOMAIN;
    let world = World::without_sockets();
    let tampers: [[Tamper; 2]; 3] = [
        [without::<0, YES>, without::<0, NO>],
        [without::<1, YES>, without::<1, NO>],
        [without::<2, YES>, without::<2, NO>],
    ];
    let mut possible = 0;
    for zone in ["optout.test", "mx.optout.test", "optout"] {
        for number in 0..6 {
            let name = format!("n{number}.{zone}");
            for [no_record, no_name] in tampers {
                let [no_record, no_name] =
                    [no_record, no_name].map(|tamper| look_up(&world, &name, rtype::A, tamper));
                let is_possible = (no_record.status, no_record.exists) == (Status::Insecure, true);
                possible += usize::from(is_possible && no_name.status == Status::Bogus);
            }
        }
    }
    assert!(possible > 0);
}
