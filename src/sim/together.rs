//! Many calls at once: what they share, and what they do not.

use hickory_resolver::proto::rr::Name;
use world::World;

use super::party::{Asked, MILLISECOND, Party, SECOND, honest, relay, servfail};
use super::{Network, context};
use crate::budget::Exhausted;
use crate::cause::Detail;
use crate::decide::{Action, Level};
use crate::dns::Mode;
use crate::dns::wire::names::{display, parse};
use crate::dns::wire::rtype;

/// Of each action, and with different numbers of questions.
const HONEST: [&str; 6] =
    ["good.test", "mismatch.test", "tlsa-none.test", "nsec3.test", "wildcard.test", "dname.test"];

/// The action for each honest domain when it is alone.
fn truth(world: &World, mode: Mode) -> Vec<Action> {
    let alone = |domain: &&str| {
        let context = context(world, Level::Dane, mode);
        let found = context.over(&mut Network::of(world)).lookup(domain, world.smtp_port).unwrap();
        found.decision.verdict.action
    };
    HONEST.iter().map(alone).collect()
}

fn assert_true(party: &Party<'_>, tags: &[usize], truth: &[Action]) {
    for (tag, action) in tags.iter().zip(truth.iter().cycle()) {
        let decision = party.decision(*tag);
        assert_eq!(decision.verdict.action, *action, "{}", decision.text);
    }
}

#[test]
fn equal_questions_of_calls_under_way_are_asked_once() {
    let world = World::without_sockets();
    for mode in [Mode::Validate, Mode::TrustAd] {
        let asked = Asked::default();
        let network = Network::with(&world, relay(&world, &asked, honest));
        let mut party = Party::new(network, &world, mode, 30 * SECOND);
        let domains = HONEST.iter().cycle().take(5 * HONEST.len());
        let tags: Vec<_> = domains.map(|domain| party.look_up(&world, domain)).collect();
        party.finish();
        assert_true(&party, &tags, &truth(&world, mode));
        let twice: Vec<_> = asked.take().into_iter().filter(|(_, count)| *count > 1).collect();
        assert!(twice.is_empty(), "{mode:?}: {twice:?}");
    }
}

#[test]
fn who_comes_later_is_served_with_what_those_under_way_have() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let silent = |name: &Name, rtype, _, reply| {
        (rtype != rtype::TLSA || !display(name).ends_with("mx.mismatch.test")).then_some(reply)
    };
    let network = Network::with(&world, relay(&world, &asked, silent));
    let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
    let first = party.look_up(&world, "mismatch.test");
    party.run_until(SECOND);
    let second = party.look_up(&world, "mismatch.test");
    party.finish();
    let mx = asked.borrow()[&("mismatch.test".to_owned(), rtype::MX)];
    assert_eq!(mx, 1, "the first call has the reply still");
    assert_eq!(party.decision(first).verdict.detail, Detail::Timeout);
    assert_eq!(party.decision(second).verdict.detail, Detail::Timeout);
    // Each by its own patience.
    let patience = 10 * SECOND + SECOND / 2;
    assert!(party.time(first) < patience + SECOND / 10, "{:?}", party.time(first));
    let second = party.time(second) - SECOND;
    assert!((patience..patience + SECOND / 10).contains(&second), "{second:?}");
}

/// What fails for one fails for no other: the first question is answered by an error, by garbage, or not at all.
#[test]
fn a_failure_is_never_shared() {
    let world = World::without_sockets();
    type Alter = fn(Vec<u8>) -> Option<Vec<u8>>;
    let alterations: [(&str, Alter); 2] = [
        ("an error", |reply| Some(servfail(reply))),
        ("garbage", |mut reply| {
            reply.truncate(reply.len() - 1);
            Some(reply)
        }),
    ];
    for (what, alter) in alterations {
        for meant in [rtype::MX, rtype::DNSKEY] {
            let asked = Asked::default();
            let first_only = |name: &Name, rtype, before, reply| {
                let is_meant = rtype == meant && display(name) == "good.test";
                if is_meant && before == 0 { alter(reply) } else { Some(reply) }
            };
            let network = Network::with(&world, relay(&world, &asked, first_only));
            let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
            let tags: Vec<_> = (0..5).map(|_| party.look_up(&world, "good.test")).collect();
            party.finish();
            let failed = |tag: &&usize| party.decision(**tag).verdict.action == Action::Defer;
            let failures = tags.iter().filter(failed).count();
            // Whose zone was not proven may find that another call has proven it.
            assert!(
                failures == 1 || (failures == 0 && meant == rtype::DNSKEY),
                "{failures} {what}"
            );
            // Those who waited along in vain wait for one of them.
            let count = asked.borrow()[&("good.test".to_owned(), meant)];
            assert_eq!(count, 2, "{what} for {meant}");
        }
    }
}

/// A zone that fails for whoever asks: each call finds that out by itself, and says what it says alone.
#[test]
fn where_everybody_fails_everybody_fails_by_itself() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let fails = |name: &Name, _, _, reply| {
        Some(if display(name) == "good.test" { servfail(reply) } else { reply })
    };
    let network = Network::with(&world, relay(&world, &asked, fails));
    let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
    let tags: Vec<_> = (0..5).map(|_| party.look_up(&world, "good.test")).collect();
    party.finish();
    let texts: Vec<_> = tags.iter().map(|tag| &party.decision(*tag).text).collect();
    assert!(texts[0].contains("SERVFAIL for MX of good.test"), "{}", texts[0]);
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

#[test]
fn a_lost_packet_is_sent_again_once_for_all_who_wait() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let loses = |_: &Name, _, before, reply| (before > 0).then_some(reply);
    let network = Network::with(&world, relay(&world, &asked, loses));
    let mut party = Party::new(network, &world, Mode::Validate, 60 * SECOND);
    let tags: Vec<_> = (0..50).map(|_| party.look_up(&world, "good.test")).collect();
    party.finish();
    assert_true(&party, &tags, &[Action::Verify]);
    let more: Vec<_> = asked.take().into_iter().filter(|(_, count)| *count != 2).collect();
    assert!(more.is_empty(), "{more:?}");
}

/// The one that asked is gone; the others have its question still, and nothing of it comes out.
#[test]
fn a_cancelled_call_leaves_its_questions_to_those_who_wait_along() {
    let world = World::without_sockets();
    for rounds in 0..12 {
        let asked = Asked::default();
        let network = Network::with(&world, relay(&world, &asked, honest));
        let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
        let first = party.look_up(&world, "good.test");
        let second = party.look_up(&world, "good.test");
        for _ in 0..rounds {
            party.go_on();
            if party.flight.running() > 0 {
                party.wait(SECOND);
            }
        }
        party.flight.cancel(&mut party.network, |tag| *tag == first);
        let was_done = party.found.contains_key(&first);
        party.finish();
        assert_eq!(party.found.contains_key(&first), was_done, "after {rounds} rounds");
        assert_eq!(party.decision(second).verdict.action, Action::Verify);
        let twice: Vec<_> = asked.take().into_iter().filter(|(_, count)| *count > 1).collect();
        assert!(rounds == 0 || twice.is_empty(), "after {rounds} rounds: {twice:?}");
    }
}

/// Domains that spend all that a call may spend, beside honest ones in the same TLD.
#[test]
fn who_exhausts_itself_takes_nobody_along() {
    let world = World::without_sockets();
    let attacks = ["checks", "digests", "hashes", "signatures"];
    let hostile: Vec<_> =
        attacks.iter().map(|attack| format!("{attack}.c100.{}", world::hostile::APEX)).collect();
    let run = |with_hostile: bool| {
        let network = Network::of(&world);
        let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
        let mut bad = Vec::new();
        if with_hostile {
            bad.extend(hostile.iter().map(|domain| party.look_up(&world, domain)));
        }
        let domains = HONEST.iter().cycle().take(166 * HONEST.len());
        let tags: Vec<_> = domains.map(|domain| party.look_up(&world, domain)).collect();
        party.finish();
        for tag in bad {
            assert_eq!(party.decision(tag).verdict.action, Action::Defer);
        }
        assert_true(&party, &tags, &truth(&world, Mode::Validate));
        tags.iter().map(|tag| party.time(*tag)).max().unwrap()
    };
    let (alone, beside) = (run(false), run(true));
    println!("996 lookups alone {alone:?}, beside {} hostile ones {beside:?}", hostile.len());
    assert!(beside < alone + alone / 10 + 20 * MILLISECOND, "{alone:?} {beside:?}");
}

#[test]
fn a_tld_that_never_answers_keeps_nobody_else() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let dead = parse("dead").unwrap();
    let silent = |name: &Name, _, _, reply| (!dead.zone_of(name)).then_some(reply);
    let run = |silent_ones: usize| {
        let network = Network::with(&world, relay(&world, &asked, silent));
        let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
        let bad: Vec<_> =
            (0..silent_ones).map(|n| party.look_up(&world, &format!("d{n}.dead"))).collect();
        let domains = HONEST.iter().cycle().take(166 * HONEST.len());
        let tags: Vec<_> = domains.map(|domain| party.look_up(&world, domain)).collect();
        party.finish();
        for tag in bad {
            assert_eq!(party.decision(tag).verdict.detail, Detail::Timeout);
            let time = party.time(tag);
            assert!((10 * SECOND..11 * SECOND).contains(&time), "as alone: {time:?}");
        }
        assert_true(&party, &tags, &truth(&world, Mode::Validate));
        tags.iter().map(|tag| party.time(*tag)).max().unwrap()
    };
    let (alone, beside) = (run(0), run(4));
    println!("996 lookups alone {alone:?}, beside 4 of a dead TLD {beside:?}");
    assert!(beside < alone + alone / 10, "{alone:?} {beside:?}");
}

#[test]
fn a_few_sockets_are_taken_in_turn() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let dead = parse("dead").unwrap();
    let silent = |name: &Name, _, _, reply| (!dead.zone_of(name)).then_some(reply);
    let network = Network::with(&world, relay(&world, &asked, silent));
    let mut party = Party::new(network, &world, Mode::TrustAd, 30 * SECOND);
    party.flight.engine().set_sockets(2);
    let bad: Vec<_> = (0..200).map(|n| party.look_up(&world, &format!("d{n}.dead"))).collect();
    let good = party.look_up(&world, "good.test");
    party.finish();
    let unsent = "no socket was free in time to ask for";
    let texts: Vec<_> = bad.iter().map(|tag| &party.decision(*tag).text).collect();
    let never_asked = texts.iter().filter(|text| text.contains(unsent)).count();
    let not_answered = texts.iter().filter(|text| text.contains("did not answer")).count();
    assert_eq!(never_asked + not_answered, bad.len(), "{texts:?}");
    // Two sockets, each for a second and a half at least, in 30 seconds.
    assert!((1..=40).contains(&not_answered), "{not_answered}");
    assert!(bad.iter().all(|tag| party.time(*tag) <= 30 * SECOND + MILLISECOND));
    let packets: u32 = asked.take().values().sum();
    assert!(packets <= 41, "none is sent when nobody waits any longer: {packets}");
    // It waited its turn for its first question behind 200 others, and was then the one with fewest.
    assert_eq!(party.decision(good).verdict.detail, Detail::Timeout);

    let network = Network::with(&world, relay(&world, &asked, silent));
    let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
    party.flight.engine().set_sockets(8);
    for n in 0..4 {
        party.look_up(&world, &format!("d{n}.dead"));
    }
    let good = party.look_up(&world, "good.test");
    party.finish();
    assert_eq!(party.decision(good).verdict.action, Action::Verify);
    // Those with sockets give them back after a second and a half, and then after three.
    assert!(party.time(good) < 5 * SECOND, "{:?}", party.time(good));
}

#[test]
fn past_the_memory_of_all_the_one_that_holds_most_ends() {
    let world = World::without_sockets();
    let network = Network::of(&world);
    let mut party = Party::new(network, &world, Mode::Validate, 30 * SECOND);
    party.flight.set_memory(200_000);
    let large = party.look_up(&world, "large.test");
    let tags: Vec<_> = HONEST.iter().map(|domain| party.look_up(&world, domain)).collect();
    party.finish();
    assert_true(&party, &tags, &truth(&world, Mode::Validate));
    let decision = party.decision(large);
    assert_eq!(decision.verdict.action, Action::Defer, "{}", decision.text);
    let text = Exhausted::SharedMemory.to_string();
    assert!(decision.text.ends_with(&text), "{}", decision.text);
}

/// To the nanosecond, in virtual time: by its own deadline, whenever it began.
#[test]
fn each_call_ends_at_its_own_deadline() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let network = Network::with(&world, relay(&world, &asked, |_, _, _, _| None));
    let mut party = Party::new(network, &world, Mode::Validate, 5 * SECOND);
    let mut began = Vec::new();
    for n in 0..20 {
        began.push(party.network.elapsed());
        party.look_up(&world, &format!("d{}.test", n % 3));
        let next = party.network.elapsed() + 130 * MILLISECOND;
        party.run_until(next);
    }
    party.finish();
    for (tag, began) in began.into_iter().enumerate() {
        assert_eq!(party.time(tag) - began, 5 * SECOND, "{tag}");
        assert_eq!(party.decision(tag).verdict.detail, Detail::Timeout);
    }
}
