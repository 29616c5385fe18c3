//! Calls under way together, over one network.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;
use world::World;

use super::faults::error;
use super::question::{Question, question};
use super::{Network, Relay, context};
use crate::decide::{Decision, Level};
use crate::dns::Mode;
use crate::dns::wire::names::display;
use crate::multi::{Flight, Found};

const SOCKETS: usize = 256;
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MILLISECOND: Duration = Duration::from_millis(1);

/// Questions that reached a name server, and how often.
pub(super) type Asked = RefCell<BTreeMap<(String, u16), u32>>;

/// The world's name server, whose replies `alter` may change or drop, given how often the question came before.
pub(super) fn relay<'r>(
    world: &'r World,
    asked: &'r Asked,
    alter: impl Fn(&Name, u16, u32, Vec<u8>) -> Option<Vec<u8>> + 'r,
) -> Relay<'r> {
    Box::new(move |_, query, by_tcp| {
        let Question { name, rtype, .. } = question(query).unwrap();
        let before = {
            let mut asked = asked.borrow_mut();
            let count = asked.entry((display(&name), rtype)).or_default();
            *count += 1;
            *count - 1
        };
        alter(&name, rtype, before, world.answer(query, by_tcp)?)
    })
}

pub(super) fn honest(_: &Name, _: u16, _: u32, reply: Vec<u8>) -> Option<Vec<u8>> {
    Some(reply)
}

/// SERVFAIL instead of an answer (RFC 1035 section 4.1.1).
pub(super) fn servfail(reply: Vec<u8>) -> Vec<u8> {
    error(&reply, 2)
}

/// Calls by the numbers of their tags, over one network.
pub(super) struct Party<'p> {
    pub(super) flight: Flight<usize>,
    pub(super) network: Network<'p>,
    started: usize,
    /// Outcomes by tag, and when each came.
    pub(super) found: BTreeMap<usize, (Found, Duration)>,
}

impl<'p> Party<'p> {
    pub(super) fn new(network: Network<'p>, world: &World, mode: Mode, timeout: Duration) -> Self {
        let mut context = context(world, Level::Dane, mode);
        context.set_timeout(timeout);
        let flight = Flight::new(context.settings().clone(), SOCKETS);
        Self { flight, network, started: 0, found: BTreeMap::new() }
    }

    pub(super) fn look_up(&mut self, world: &World, domain: &str) -> usize {
        let (tag, port) = (self.started, world.smtp_port);
        self.started += 1;
        let network = &mut self.network;
        self.flight.begin(network, tag, |settings, place| settings.lookup(place, domain, port));
        tag
    }

    /// Whatever can be done at this moment.
    pub(super) fn go_on(&mut self) {
        while self.flight.turn(&mut self.network) {
            while let Some(outcome) = self.flight.next() {
                self.found.insert(outcome.tag, (outcome.found.unwrap(), self.network.elapsed()));
            }
        }
    }

    pub(super) fn wait(&mut self, most: Duration) {
        let until = self.flight.wake().unwrap().min(self.network.elapsed().saturating_add(most));
        self.flight.wait(&mut self.network, until).unwrap();
    }

    /// Runs until a time, before which not all are done.
    pub(super) fn run_until(&mut self, time: Duration) {
        self.go_on();
        while self.network.elapsed() < time {
            self.wait(time - self.network.elapsed());
            self.go_on();
        }
    }

    /// Runs until all are done.
    pub(super) fn finish(&mut self) {
        self.go_on();
        while self.flight.running() > 0 {
            self.wait(Duration::MAX);
            self.go_on();
        }
        let deeds =
            |word: &str| self.network.transcript.iter().filter(|deed| deed.contains(word)).count();
        assert_eq!(deeds(" Open("), deeds(" Close("), "no socket is left open");
    }

    pub(super) fn decision(&self, tag: usize) -> &Decision {
        match &self.found[&tag].0 {
            Found::Destination(destination) => &destination.decision,
            _ => panic!("a lookup"),
        }
    }

    pub(super) fn time(&self, tag: usize) -> Duration {
        self.found[&tag].1
    }
}
