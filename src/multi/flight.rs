//! The calls under way, by whatever driver.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::rc::Rc;
use std::time::Duration;

use super::outcome::{Found, Outcome};
use crate::context::{Begun, Place, Settings};
use crate::dns::{Call, Shared};
use crate::engine::{Driver, Engine, Roots, Turn};

/// Octets that all calls may keep together, unless set otherwise.
const MEMORY: usize = 64 * 1024 * 1024;

/// The calls under way, and what came of those that are done.
pub(crate) struct Flight<T> {
    pub(super) settings: Settings,
    engine: Rc<Engine>,
    shared: Rc<Shared>,
    roots: Roots<Found>,
    calls: BTreeMap<u64, Passenger<T>>,
    done: VecDeque<(u64, Outcome<T>)>,
    begun: u64,
    /// Octets that all calls may keep together, and do.
    memory: usize,
    kept: usize,
}

/// A call under way.
struct Passenger<T> {
    tag: T,
    call: Rc<Call>,
    /// Octets that it kept after its last turn.
    kept: usize,
    /// It is ending before its time.
    is_ending: bool,
}

impl<T> Flight<T> {
    pub(crate) fn new(settings: Settings, sockets: usize) -> Self {
        Self {
            settings,
            engine: Engine::new(sockets),
            shared: Rc::default(),
            roots: Roots::new(),
            calls: BTreeMap::new(),
            done: VecDeque::new(),
            begun: 0,
            memory: MEMORY,
            kept: 0,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What all calls may keep together from now on.
    pub(crate) fn set_memory(&mut self, octets: usize) {
        self.memory = octets;
        self.spare_memory();
    }

    /// Begins a call, which does nothing before its first turn.
    pub(crate) fn begin<F>(
        &mut self,
        driver: &mut dyn Driver,
        tag: T,
        begin: impl FnOnce(&Settings, Place<'_>) -> Begun<F>,
    ) where
        F: Into<Found> + 'static,
    {
        let number = self.begun;
        self.begun += 1;
        let place = Place { engine: &self.engine, shared: &self.shared, driver, number };
        let Begun { call, work } = begin(&self.settings, place);
        self.roots.begin(number, Box::pin(async { work.await.into() }));
        self.calls.insert(number, Passenger { tag, call, kept: 0, is_ending: false });
    }

    /// Drops the call that began last, before its first turn.
    #[cfg(feature = "capi")]
    pub(crate) fn forget_last(&mut self) {
        if let Some((number, _)) = self.calls.pop_last() {
            self.roots.cancel(number);
        }
    }

    /// Takes what happens until that time, as far as the driver waits.
    pub(crate) fn wait(&mut self, driver: &mut dyn Driver, until: Duration) -> io::Result<()> {
        let waited = driver.wait(until, &self.engine);
        self.engine.perform(driver);
        waited
    }

    /// Lets the next call with news go on; false where there is none.
    pub(crate) fn turn(&mut self, driver: &mut dyn Driver) -> bool {
        if self.roots.only_computes() {
            // What came meanwhile goes before. An error is told by whoever waits next.
            let now = driver.now(0);
            let _heard = self.wait(driver, now);
        }
        match self.roots.turn(driver, &self.engine) {
            Turn::Idle => return false,
            Turn::Done(number, found) => self.end(number, Ok(found)),
            Turn::On => self.count(self.roots.at()),
        }
        self.spare_memory();
        true
    }

    /// Ends the call whose turn it was with an error, whatever came of it.
    #[cfg(feature = "capi")]
    pub(crate) fn abandon(&mut self, driver: &mut dyn Driver, error: io::Error) {
        let number = self.roots.at();
        let done = self.done.iter_mut().find(|(other, _)| *other == number);
        match done {
            Some((_, outcome)) => outcome.found = Err(error),
            None => self.end(number, Err(error)),
        }
        self.roots.cancel(number);
        self.engine.perform(driver);
    }

    fn end(&mut self, number: u64, found: io::Result<Found>) {
        if let Some(Passenger { tag, kept, is_ending, .. }) = self.calls.remove(&number) {
            self.kept -= if is_ending { 0 } else { kept };
            self.done.push_back((number, Outcome { tag, found }));
        }
    }

    /// What a call keeps after its turn.
    fn count(&mut self, number: u64) {
        if let Some(passenger) = self.calls.get_mut(&number).filter(|call| !call.is_ending) {
            let kept = passenger.call.budget.kept();
            self.kept = self.kept + kept - passenger.kept;
            passenger.kept = kept;
        }
    }

    /// Ends the calls that hold most, while all hold too much.
    fn spare_memory(&mut self) {
        while self.kept > self.memory {
            let under_way = self.calls.values_mut().filter(|call| !call.is_ending);
            let Some(largest) = under_way.max_by_key(|call| call.kept) else { return };
            largest.is_ending = true;
            self.kept -= largest.kept;
            largest.call.end();
        }
    }

    /// Drops every call for which `is_meant`, done ones too.
    pub(crate) fn cancel(&mut self, driver: &mut dyn Driver, is_meant: impl Fn(&T) -> bool) {
        self.done.retain(|(_, outcome)| !is_meant(&outcome.tag));
        self.calls.retain(|number, Passenger { tag, kept, is_ending, .. }| {
            let is_meant = is_meant(tag);
            if is_meant {
                self.kept -= if *is_ending { 0 } else { *kept };
                self.roots.cancel(*number);
            }
            !is_meant
        });
        self.engine.perform(driver);
    }

    /// A call that is done, in the order in which they were.
    pub(crate) fn next(&mut self) -> Option<Outcome<T>> {
        self.done.pop_front().map(|(_, outcome)| outcome)
    }

    /// Calls under way, and those that are done and not taken.
    pub(crate) fn running(&self) -> usize {
        self.calls.len() + self.done.len()
    }

    pub(crate) fn has_outcome(&self) -> bool {
        !self.done.is_empty()
    }

    /// When there is something to do; zero where there is already, none where nothing runs.
    pub(crate) fn wake(&self) -> Option<Duration> {
        if self.has_outcome() || (self.running() > 0 && self.roots.has_news()) {
            return Some(Duration::ZERO);
        }
        self.engine.wake()
    }
}
