//! What is outstanding in a call, and who waits for it. No socket, no clock, no randomness: a driver has those.
//!
//! The futures of a call wait for two kinds of thing, a socket and a time. Those that there is news for are polled, in the
//! order in which they were begun; so the same events in the same order have the same outcome, and to cancel is to drop.

mod all;
mod drive;
mod event;
mod once;
mod part;
mod socket;
mod tasks;
#[cfg(test)]
mod tests;
mod time;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

pub(crate) use all::all;
pub(crate) use drive::{Driver, drive};
pub(crate) use event::{Deed, Event, Id, Kind};
pub(crate) use once::Once;
pub(crate) use socket::Socket;
pub(crate) use tasks::Tasks;

use crate::waiters::Waiters;
use socket::Row;

/// Sockets open at once.
const SOCKETS: usize = 64;

/// The table of what is outstanding.
#[derive(Default)]
pub(crate) struct Engine {
    now: Cell<Duration>,
    /// The times that somebody waits for.
    alarms: RefCell<BTreeMap<(Duration, u64), Waker>>,
    rows: RefCell<BTreeMap<Id, Rc<RefCell<Row>>>>,
    next_socket: Cell<u64>,
    next_alarm: Cell<u64>,
    deeds: RefCell<VecDeque<Deed>>,
    /// Who waits for room for one more socket.
    room: Waiters,
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
            let first = row.borrow_mut().handle(event);
            first.into_iter().for_each(|octets| self.push(Deed::Send(id, octets)));
        }
    }

    fn begin_turn(&self, now: Duration) {
        self.now.set(now);
        let later = self.alarms.borrow_mut().split_off(&(now, u64::MAX));
        self.alarms.replace(later).into_values().for_each(Waker::wake);
        self.is_computing.set(false);
    }

    /// The earliest time that somebody waits for.
    fn wake(&self) -> Option<Duration> {
        self.alarms.borrow().keys().next().map(|(time, _)| *time)
    }

    fn push(&self, deed: Deed) {
        self.deeds.borrow_mut().push_back(deed);
    }
}
