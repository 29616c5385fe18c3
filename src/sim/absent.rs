//! Domains that do not exist, or have nothing to deliver to (RFC 5321 section 5.1): mail bounces, by whose denial.

use std::cell::Cell;

use world::World;

use super::{Network, context};
use crate::cause::Detail;
use crate::decide::{Action, Decision, Level, Mx, Reason, Scope};
use crate::dns::Mode;
use crate::dns::wire::rtype;

#[track_caller]
fn assert_is(decision: &Decision, action: Action, status: &str, detail: Detail, scope: Scope) {
    let verdict = decision.verdict;
    let found = (verdict.action, verdict.enhanced_status(), verdict.detail, verdict.scope);
    assert_eq!(found, (action, status, detail, scope), "{}", decision.text);
    assert_eq!((verdict.reason, verdict.tlsrpt()), (Reason::NotFound, None));
    assert!(verdict.tls_required && !verdict.may_deliver());
}

/// Domain, detail, whether every denial is secure, and what the text says behind the reason.
const ABSENT: [(&str, Detail, bool, &str); 8] = [
    (
        "no-such-domain.test",
        Detail::MxNone,
        true,
        ": no-such-domain.test does not exist, signed by test",
    ),
    (
        "no-such-domain.unsigned.test",
        Detail::MxNone,
        false,
        ": no-such-domain.unsigned.test does not exist, no DS for unsigned.test",
    ),
    (
        "no-such-domain.optout",
        Detail::MxNone,
        false,
        ": no-such-domain.optout does not exist, optout opts out of signing there",
    ),
    (
        "missing.domain-alias.test",
        Detail::MxNone,
        true,
        " (missing.domain-alias.test): missing.target.test does not exist, signed by target.test",
    ),
    (
        "alias-missing.unsigned.test",
        Detail::MxNone,
        false,
        " (alias-missing.unsigned.test): missing.target.test does not exist, no DS for unsigned.test",
    ),
    (
        "nothing.test",
        Detail::AddressNone,
        true,
        ": nothing.test has neither MX nor address, signed by nothing.test",
    ),
    (
        "nothing-insecure.test",
        Detail::AddressNone,
        false,
        ": nothing-insecure.test has neither MX nor address, no DS for nothing-insecure.test",
    ),
    (
        "nothing-insecure.domain-alias.test",
        Detail::AddressNone,
        false,
        ": nothing-insecure.domain-alias.test has neither MX nor address, no DS for nothing-insecure.test",
    ),
];

#[test]
fn rfc5321_5_1_a_domain_that_does_not_exist_bounces_with_its_code_and_whose_denial_it_is() {
    let world = World::without_sockets();
    for (level, audit) in
        [Level::Dane, Level::DaneOnly].iter().flat_map(|level| [(*level, false), (*level, true)])
    {
        let mut context = context(&world, level, Mode::Validate);
        context.set_audit(audit);
        for (name, detail, is_secure, text) in ABSENT {
            let mut network = Network::of(&world);
            let found = context.over(&mut network).lookup(name, world.smtp_port).unwrap();
            let (action, status) = match detail {
                _ if level == Level::DaneOnly && !is_secure => (Action::Defer, "4.4.4"),
                Detail::MxNone => (Action::Fail, "5.1.2"),
                _ => (Action::Fail, "5.4.4"),
            };
            assert_is(&found.decision, action, status, detail, Scope::Domain);
            assert_eq!(found.decision.text, format!("host or domain name not found{text}"));
            let own: Vec<&Decision> = found.hosts.iter().map(|host| &host.decision).collect();
            let is_own_host = detail == Detail::AddressNone;
            assert_eq!(own, if is_own_host { vec![&found.decision] } else { Vec::new() });
        }
    }
}

/// Whoever names a host has not asked whether there is a domain.
#[test]
fn a_host_that_is_named_never_bounces() {
    let world = World::without_sockets();
    let context = context(&world, Level::Dane, Mode::Validate);
    for (name, ..) in ABSENT {
        for mx in [Mx::Configured, Mx::Secure, Mx::Insecure] {
            let mut network = Network::of(&world);
            let mut calls = context.over(&mut network);
            let found = calls.lookup_host(name, world.smtp_port, None, mx).unwrap();
            let detail = Detail::AddressNone;
            assert_is(&found.decision, Action::Defer, "4.4.4", detail, Scope::Host);
        }
    }
}

/// The type that is asked for.
fn question(query: &[u8]) -> u16 {
    let name = query[12..].iter().position(|octet| *octet == 0).unwrap();
    u16::from_be_bytes([query[12 + name + 1], query[12 + name + 2]])
}

/// Each reply in its turn without the resolver's word for it, and every alias that is asked for in doubt.
#[test]
fn at_dane_only_nothing_bounces_by_a_word_that_is_not_secure() {
    const AD: u8 = 0x20;
    let world = World::without_sockets();
    let context = context(&world, Level::DaneOnly, Mode::TrustAd);
    let bouncing = world.cases.iter().filter(|case| case.level == "dane-only");
    let mut weakened = 0;
    for case in bouncing.filter(|case| case.expected.action == "fail") {
        let look_up = |weak: Option<usize>| {
            let count = Cell::new(0);
            let relay = |_, query: &[u8], by_tcp| {
                let mut reply = world.answer(query, by_tcp)?;
                let is_counted = [rtype::MX, rtype::A, rtype::AAAA].contains(&question(query));
                let number = count.get();
                count.set(number + usize::from(is_counted));
                let is_alias = weak.is_some() && question(query) == rtype::CNAME;
                if is_alias || is_counted && weak == Some(number) {
                    reply[3] &= !AD;
                }
                Some(reply)
            };
            let mut network = Network::with(&world, Box::new(relay));
            let found = context.over(&mut network).lookup(&case.domain, world.smtp_port).unwrap();
            drop(network);
            (found.decision, count.get())
        };
        let (decision, replies) = look_up(None);
        assert_eq!(decision.verdict.action, Action::Fail, "{}", decision.text);
        for weak in 0..replies {
            let (decision, _) = look_up(Some(weak));
            let verdict = decision.verdict;
            assert_eq!(verdict.action, Action::Defer, "{}, reply {weak}", decision.text);
            weakened += 1;
        }
    }
    assert!(weakened >= 12, "{weakened}");
}

/// An answer of one record that cannot be read.
fn malformed(query: &[u8]) -> Vec<u8> {
    let name = query[12..].iter().position(|octet| *octet == 0).unwrap();
    let asked = &query[12..12 + name + 5];
    let rtype = question(query).to_be_bytes();
    let header = [query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    [&header, asked, &[0xc0, 12], &rtype, &[0, 1, 0, 0, 0, 60, 0, 1, 7]].concat()
}

#[test]
fn what_cannot_be_read_is_not_denied() {
    let world = World::without_sockets();
    let context = context(&world, Level::Dane, Mode::Validate);
    for (broken, status) in [
        (rtype::MX, "4.4.3"),
        (rtype::A, "4.4.3"),
        (rtype::AAAA, "4.4.3"),
        // Has no say.
        (rtype::TLSA, "5.4.4"),
    ] {
        let relay = |_, query: &[u8], by_tcp| {
            if question(query) == broken {
                return Some(malformed(query));
            }
            world.answer(query, by_tcp)
        };
        let mut network = Network::with(&world, Box::new(relay));
        let found = context.over(&mut network).lookup("nothing-insecure.test", world.smtp_port);
        let verdict = found.unwrap().decision.verdict;
        assert_eq!(verdict.enhanced_status(), status, "type {broken}");
        assert_eq!(verdict.action == Action::Fail, status.starts_with('5'));
    }
}
