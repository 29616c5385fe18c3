//! How long calls wait along with each other.

use std::time::Duration;

use world::World;

use super::Network;
use super::party::{Asked, MILLISECOND, Party, SECOND, relay, servfail};
use crate::cause::Detail;
use crate::decide::Action;
use crate::dns::Mode;
use crate::dns::wire::rtype;

/// When the last question of a call to a server that never answers was sent; it is waited for six seconds.
const LAST: Duration = Duration::from_millis(4500);
const DOMAIN: &str = "good.test";

/// How often the MX records were asked for.
fn count(asked: &Asked) -> u32 {
    asked.borrow()[&(DOMAIN.to_owned(), rtype::MX)]
}

/// Where the question of another call ends unanswered, a call with half of its patience left asks, with all of it anew.
#[test]
fn who_has_little_patience_left_waits_on_and_who_has_much_asks() {
    let world = World::without_sockets();
    let end = LAST + 6 * SECOND;
    let just = 50 * MILLISECOND;
    let patience = SECOND + SECOND / 2;
    for (before, is_patient) in [(9 * SECOND / 10, true), (7 * SECOND / 10, false)] {
        let asked = Asked::default();
        let silent = |_: &_, rtype, _, reply| (rtype != rtype::MX).then_some(reply);
        let network = Network::with(&world, relay(&world, &asked, silent));
        let mut party = Party::new(network, &world, Mode::TrustAd, 30 * SECOND);
        party.look_up(&world, DOMAIN);
        let begins = end - before;
        party.run_until(begins);
        party.look_up(&world, DOMAIN);
        let mut asked_by = |time| {
            party.run_until(time);
            count(&asked)
        };
        assert_eq!(asked_by(end - just), 3);
        assert_eq!(asked_by(end + just), if is_patient { 3 } else { 4 });
        assert_eq!(asked_by(begins + patience + just), 4);
        assert_eq!(asked_by(end + patience + just), if is_patient { 4 } else { 5 });
        party.finish();
    }
}

/// Who waits on hears what somebody asks meanwhile.
#[test]
fn who_waits_on_is_told_when_somebody_asks_anew() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let late = |_: &_, rtype, before, reply| (rtype != rtype::MX || before > 2).then_some(reply);
    let network = Network::with(&world, relay(&world, &asked, late));
    let mut party = Party::new(network, &world, Mode::TrustAd, 30 * SECOND);
    let end = LAST + 6 * SECOND;
    let first = party.look_up(&world, DOMAIN);
    party.run_until(end - 9 * SECOND / 10);
    let second = party.look_up(&world, DOMAIN);
    let asks = end + 3 * SECOND / 10;
    party.run_until(asks);
    let third = party.look_up(&world, DOMAIN);
    party.finish();
    assert_eq!(party.decision(first).verdict.detail, Detail::Timeout);
    for tag in [second, third] {
        assert_eq!(party.decision(tag).verdict.action, Action::Verify);
        assert!(party.time(tag) < asks + SECOND / 10, "{:?}", party.time(tag));
    }
    assert_eq!(count(&asked), 4);
}

/// A call waits for the failures of two others, and then for its own.
#[test]
fn nobody_waits_for_more_than_two_failures_of_others() {
    let world = World::without_sockets();
    let asked = Asked::default();
    let fails =
        |_: &_, rtype, _, reply| Some(if rtype == rtype::MX { servfail(reply) } else { reply });
    let mut network = Network::with(&world, relay(&world, &asked, fails));
    network.round_trip = SECOND;
    let mut party = Party::new(network, &world, Mode::TrustAd, 30 * SECOND);
    let tags: Vec<_> = (0..7).map(|_| party.look_up(&world, DOMAIN)).collect();
    party.finish();
    let mut times: Vec<_> = tags.iter().map(|tag| party.time(*tag).as_secs()).collect();
    times.sort();
    assert_eq!(times, [1, 2, 3, 3, 3, 3, 3]);
    assert_eq!(count(&asked), 7, "each its own");
}
