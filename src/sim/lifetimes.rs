//! How long records are kept and proven, as the world's zones say (RFC 4034 section 3.1).

use world::World;

use super::{Network, context};
use crate::decide::Level;
use crate::dns::{Lifetime, Mode, Period};
use crate::lookup::{Destination, Host};

const DAY: i64 = 86_400;
const TWO_DAYS: u32 = 172_800;

/// What a cache that has had the records for a while gives.
fn look_up(world: &World, mode: Mode, domain: &str) -> Destination {
    let aged = |_, query: &[u8], by_tcp| {
        let mut reply = world.answer(query, by_tcp)?;
        // Behind the class of a record; a signature has it behind a number of labels.
        let ttl = [&[0, 1][..], &TWO_DAYS.to_be_bytes()].concat();
        while let Some(place) = reply.windows(6).position(|octets| octets == ttl) {
            reply[place + 2..place + 6].copy_from_slice(&100u32.to_be_bytes());
        }
        Some(reply)
    };
    let mut network = Network::with(world, Box::new(aged));
    let context = context(world, Level::Dane, mode);
    context.over(&mut network).lookup(domain, world.smtp_port).unwrap()
}

fn all(host: &Host) -> [Option<Lifetime>; 4] {
    let lifetimes = host.lifetimes;
    [lifetimes.mx, lifetimes.a, lifetimes.aaaa, lifetimes.tlsa]
}

#[test]
fn rfc4034_3_1_4_what_is_signed_has_the_ttl_of_its_zone() {
    let world = World::without_sockets();
    let signed = |from: i64, to: i64| {
        let day = |days: i64| world.now + days * DAY;
        Some(Period { since: day(from), until: day(to) })
    };
    for (domain, ttl, signed) in [
        ("lint-ttl.test", TWO_DAYS, signed(-1, 29)),
        ("lint-ending.test", 300, signed(-14, 1)),
        ("lint-keys.test", 300, signed(-14, 1)),
    ] {
        let host = &look_up(&world, Mode::Validate, domain).hosts[0];
        let some = Some(Lifetime { ttl, signed });
        assert_eq!(all(host), [some, some, None, some], "{domain}");
    }
    for (domain, ttl) in [("lint-ttl.test", 100), ("lint-ending.test", 300)] {
        let host = &look_up(&world, Mode::TrustAd, domain).hosts[0];
        let some = Some(Lifetime { ttl, signed: None });
        assert_eq!(all(host), [some, some, None, some], "{domain}");
    }
    let unsigned = Some(Lifetime { ttl: 300, signed: None });
    let host = &look_up(&world, Mode::Validate, "lint-open.test").hosts[0];
    assert_eq!(all(host), [unsigned, unsigned, None, None]);
    let host = &look_up(&world, Mode::Validate, "lint-into-open.test").hosts[0];
    let alias = Some(Lifetime { ttl: 300, signed: signed(-1, 29) });
    assert_eq!(
        all(host),
        [alias, alias, None, None],
        "the alias is signed, and the address is not"
    );
}

#[test]
fn a_host_says_what_it_is_an_alias_of() {
    let world = World::without_sockets();
    for (domain, aliases) in [
        ("lint-clean.test", &[][..]),
        ("lint-own.test", &["host.lint-own.test"][..]),
        ("lint-between.test", &["between.lint-between.test", "host.lint-between.test"]),
        ("lint-into-open.test", &["mx.lint-open.test"]),
        ("alias-missing.test", &["missing.target.test"]),
    ] {
        for mode in [Mode::Validate, Mode::TrustAd] {
            assert_eq!(look_up(&world, mode, domain).hosts[0].aliases, aliases, "{domain}");
        }
    }
}
