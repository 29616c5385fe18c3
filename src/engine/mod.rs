//! What is outstanding in a call, and who waits for it. No socket, no clock, no randomness: a driver has those.
//!
//! The futures of a call wait for two kinds of thing, a socket and a time. Those that there is news for are polled, in the
//! order in which they were begun, and calls in the order in which news came to them; so the same events in the same order
//! have the same outcome, and to cancel is to drop.

mod all;
mod drive;
mod event;
mod joint;
mod once;
mod part;
mod room;
mod roots;
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
pub(crate) use joint::Joint;
pub(crate) use once::Once;
pub(crate) use room::SOCKETS_OF_A_CALL;
pub(crate) use roots::{Roots, Turn};
pub(crate) use socket::{Beginning, First, Released, Socket};
pub(crate) use tasks::Tasks;

use room::Room;
use socket::Row;

/// The table of what is outstanding.
pub(crate) struct Engine {
    now: Cell<Duration>,
    /// The times that somebody waits for.
    alarms: RefCell<BTreeMap<(Duration, u64), Waker>>,
    rows: RefCell<BTreeMap<Id, Rc<RefCell<Row>>>>,
    room: RefCell<Room>,
    next_socket: Cell<u64>,
    next_alarm: Cell<u64>,
    deeds: RefCell<VecDeque<Deed>>,
    computed: Cell<u32>,
    /// The call whose turn it was last has more to compute.
    is_computing: Cell<bool>,
}

impl Engine {
    /// One with room for so many sockets at once.
    pub(crate) fn new(sockets: usize) -> Rc<Self> {
        Rc::new(Self {
            now: Cell::default(),
            alarms: RefCell::default(),
            rows: RefCell::default(),
            room: RefCell::new(Room::new(sockets)),
            next_socket: Cell::default(),
            next_alarm: Cell::default(),
            deeds: RefCell::default(),
            computed: Cell::default(),
            is_computing: Cell::default(),
        })
    }

    /// Room for so many sockets at once from now on; those that are open stay.
    pub(crate) fn set_sockets(&self, sockets: usize) {
        self.room.borrow_mut().limit(sockets);
        self.open_waiting();
    }

    /// The time, since the driver began. It stands still while a future is polled.
    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    /// Somebody computed so many units, and has more to compute.
    pub(crate) fn compute(&self, units: u32, has_more: bool) {
        self.computed.set(self.computed.get().saturating_add(units));
        self.is_computing.set(has_more);
    }

    /// What the driver is to do next.
    pub(crate) fn next_deed(&self) -> Option<Deed> {
        let deed = self.deeds.borrow_mut().pop_front();
        if let Some(Deed::Open(id, ..)) = deed {
            self.tell(id, |row| row.begin(self.now()));
        }
        deed
    }

    /// Whether somebody waits to receive, so that the driver may read.
    pub(crate) fn wants(&self, id: Id) -> bool {
        self.rows.borrow().get(&id).is_some_and(|row| row.borrow().wants())
    }

    /// Takes what happened. News of a socket that was closed meanwhile is passed over.
    pub(crate) fn handle(&self, id: Id, event: Event<'_>) {
        if let Event::Crowded = event {
            if let Some(call) = self.tell(id, Row::put_back) {
                self.room.borrow_mut().put_back(call, id, self.now());
            }
            return;
        }
        let first = self.tell(id, |row| row.handle(event)).flatten();
        first.into_iter().for_each(|octets| self.push(Deed::Send(id, octets)));
    }

    fn tell<T>(&self, id: Id, news: impl FnOnce(&mut Row) -> T) -> Option<T> {
        self.rows.borrow().get(&id).map(|row| news(&mut row.borrow_mut()))
    }

    fn begin_turn(&self, now: Duration) {
        self.now.set(now);
        self.is_computing.set(false);
        let first = self.alarms.borrow().keys().next().copied();
        if first.is_some_and(|(time, _)| time <= now) {
            let later = self.alarms.borrow_mut().split_off(&(now, u64::MAX));
            self.alarms.replace(later).into_values().for_each(Waker::wake);
        }
        if self.room.borrow_mut().may_try_again(now) {
            self.open_waiting();
        }
    }

    /// The earliest time that somebody waits for.
    pub(crate) fn wake(&self) -> Option<Duration> {
        let alarm = self.alarms.borrow().keys().next().map(|(time, _)| *time);
        let times = [alarm, self.room.borrow().try_again()];
        times.into_iter().flatten().min()
    }

    /// Opens what waits, as far as there is room.
    fn open_waiting(&self) {
        while let Some(open) = self.room.borrow_mut().next(self.now()) {
            self.push(open.deed());
        }
    }

    fn push(&self, deed: Deed) {
        self.deeds.borrow_mut().push_back(deed);
    }
}
