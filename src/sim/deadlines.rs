//! Time as an input: what never answers, what answers late, and what computes for too long.

use std::time::Duration;

use world::World;

use super::question::question;
use super::{Network, UNIT, context};
use crate::cause::Detail;
use crate::check::Report;
use crate::decide::{Action, Level};
use crate::dns::Mode;
use crate::dns::wire::rtype;

fn check(
    world: &World,
    domain: &str,
    timeout: Duration,
    round_trip: Duration,
) -> (Report, Duration) {
    let mut context = context(world, Level::Dane, Mode::Validate);
    context.set_timeout(timeout);
    let mut network = Network::of(world);
    network.round_trip = round_trip;
    let report = context.over(&mut network).check(domain, world.smtp_port).unwrap();
    assert_eq!(report.elapsed, network.elapsed());
    (report, network.elapsed())
}

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn a_silent_server_is_given_up_by_rounds_or_at_the_deadline() {
    let world = World::without_sockets();
    for (timeout, gives_up) in
        [(30 * SECOND, 10_500), (2 * SECOND, 2_000), (1500 * MILLISECOND, 1_500)]
    {
        let (report, elapsed) = check(&world, "mx-silent.test", timeout, MILLISECOND);
        assert_eq!(report.decision.verdict.detail, Detail::Timeout);
        assert_eq!(elapsed.as_millis(), gives_up, "{timeout:?}");
    }
}

/// Unless the other family has an address, all the rounds are waited for.
#[test]
fn of_two_families_the_silent_one_is_waited_for_a_little_while_only() {
    let world = World::without_sockets();
    let elapsed = |domain: &str, silent: u16, timeout: Duration| {
        let relay = |_, query: &[u8], by_tcp| {
            (question(query).unwrap().rtype != silent)
                .then(|| world.answer(query, by_tcp))
                .flatten()
        };
        let mut network = Network::with(&world, Box::new(relay));
        let mut context = context(&world, Level::Dane, Mode::Validate);
        context.set_timeout(timeout);
        let found = context.over(&mut network).lookup(domain, world.smtp_port).unwrap();
        (found.decision.verdict.action, network.elapsed().as_secs())
    };
    for (timeout, given_up) in [(60, 5), (30, 5), (9, 3)] {
        let found = elapsed("good.test", rtype::AAAA, timeout * SECOND);
        assert_eq!(found, (Action::Verify, given_up), "{timeout} s");
    }
    assert_eq!(elapsed("good.test", rtype::A, 30 * SECOND), (Action::Defer, 10));
}

#[test]
fn a_mail_server_that_stalls_is_given_up_at_the_deadline() {
    let world = World::without_sockets();
    for domain in ["stall.test", "stall-tls.test"] {
        for timeout in [SECOND, 30 * SECOND] {
            let (report, elapsed) = check(&world, domain, timeout, MILLISECOND);
            assert_eq!(
                (report.decision.verdict.action, elapsed),
                (Action::Defer, timeout),
                "{domain}"
            );
        }
    }
}

#[test]
fn a_reply_after_the_deadline_is_none_and_one_after_the_patience_is_asked_for_again() {
    let world = World::without_sockets();
    let (late, elapsed) = check(&world, "good.test", 2 * SECOND, 3 * SECOND);
    assert_eq!((late.decision.verdict.detail, elapsed), (Detail::Timeout, 2 * SECOND));
    let prompt = check(&world, "good.test", 60 * SECOND, MILLISECOND).0;
    let (patient, _) = check(&world, "good.test", 60 * SECOND, 2 * SECOND);
    assert_eq!(patient.decision, prompt.decision);
    assert_eq!(patient.destination.queries, 2 * prompt.destination.queries);
}

#[test]
fn who_computes_ends_at_the_deadline_too() {
    let world = World::without_sockets();
    for attack in ["checks", "digests", "hashes", "signatures"] {
        let domain = format!("{attack}.c100.{}", world::hostile::APEX);
        for milliseconds in [5, 20, 60, 100] {
            let timeout = milliseconds * MILLISECOND;
            let (report, elapsed) = check(&world, &domain, timeout, MILLISECOND);
            assert!(elapsed <= timeout + UNIT, "{domain}: {timeout:?} took {elapsed:?}");
            assert_eq!(report.decision.verdict.action, Action::Defer);
        }
    }
    let domain = format!("checks.c100.{}", world::hostile::APEX);
    let text = |milliseconds: u32| {
        check(&world, &domain, milliseconds * MILLISECOND, MILLISECOND).0.decision.text
    };
    let texts: Vec<String> = (10..50).step_by(5).map(text).collect();
    let end = "no time left to prove the answer";
    assert!(texts.iter().any(|text| text.ends_with(end)), "{texts:#?}");
}
