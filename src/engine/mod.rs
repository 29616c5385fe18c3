//! What is outstanding in a call, and who waits for it. No socket, no clock, no randomness: a driver has those.
//!
//! The futures of a call wait for two kinds of thing, a socket and a time. They are polled anew, in the order in which they
//! were begun, whenever the driver brought news; so the same events in the same order have the same outcome, and to
//! cancel is to drop.

mod all;
mod drive;
mod event;
mod once;
mod socket;
mod tasks;
#[cfg(test)]
mod tests;
mod time;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

pub(crate) use all::all;
pub(crate) use drive::{Driver, drive};
pub(crate) use event::{Deed, Event, Id, Kind};
pub(crate) use once::Once;
pub(crate) use socket::Socket;
pub(crate) use tasks::Tasks;

use socket::{Row, Stir};

/// Sockets open at once.
const SOCKETS: usize = 64;

/// The table of what is outstanding.
#[derive(Default)]
pub(crate) struct Engine {
    now: Cell<Duration>,
    /// The earliest time that somebody waits for.
    wake: Cell<Option<Duration>>,
    rows: RefCell<BTreeMap<Id, Rc<RefCell<Row>>>>,
    next: Cell<u64>,
    deeds: RefCell<VecDeque<Deed>>,
    has_news: Cell<bool>,
    is_waited_for_room: Cell<bool>,
    computed: Cell<u32>,
    is_computing: Cell<bool>,
}

impl Engine {
    pub(crate) fn new() -> Rc<Self> {
        Rc::default()
    }

    /// The time, since the driver began. It stands still while futures are polled.
    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    /// Somebody computed so many units, and has more to compute.
    pub(crate) fn compute(&self, units: u32, has_more: bool) {
        self.computed.set(self.computed.get().saturating_add(units));
        self.is_computing.set(self.is_computing.get() || has_more);
    }

    /// What the driver is to do next.
    pub(crate) fn next_deed(&self) -> Option<Deed> {
        self.deeds.borrow_mut().pop_front()
    }

    /// Whether somebody waits to receive, so that the driver may read.
    pub(crate) fn wants(&self, id: Id) -> bool {
        self.rows.borrow().get(&id).is_some_and(|row| row.borrow().wants())
    }

    /// Takes what happened. News of a socket that was closed meanwhile is passed over.
    pub(crate) fn handle(&self, id: Id, event: Event<'_>) {
        if let Some(row) = self.rows.borrow().get(&id) {
            match row.borrow_mut().handle(event) {
                Stir::Nothing => {}
                Stir::Send(octets) => self.push(Deed::Send(id, octets)),
                Stir::News => self.has_news.set(true),
            }
        }
    }

    fn begin_turn(&self, now: Duration) {
        self.now.set(now);
        self.wake.set(None);
        self.has_news.set(false);
        self.is_computing.set(false);
    }

    fn wake_at(&self, time: Duration) {
        self.wake.set(Some(self.wake.get().map_or(time, |earlier| earlier.min(time))));
    }

    fn push(&self, deed: Deed) {
        self.deeds.borrow_mut().push_back(deed);
    }
}
