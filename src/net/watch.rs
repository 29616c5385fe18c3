//! The network for many calls: one descriptor to wait for, and nothing that waits.
//!
//! A process that forked off has the descriptors too, of the same open files; so a socket is deregistered and shut down
//! before it is closed, and in the other process everything is closed and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use super::clock::{self, Clock};
use super::readiness::Readiness;
use super::sockets::Sockets;
use crate::engine::{Deed, Driver, Engine, Event, Id};

/// Sockets open at once where the system allows as many.
const SOCKETS: u64 = 256;

/// The network, for many calls.
#[derive(Debug)]
pub(crate) struct Watch {
    clock: Clock,
    sockets: Sockets,
    readiness: Readiness,
    /// The sockets that are watched, and what for; nothing, where one was told of that is told of once.
    watched: BTreeMap<Id, PollFlags>,
    /// Those of which that may have changed, or that nobody waits for now.
    unsettled: BTreeSet<Id>,
    /// The time that the timer is set to.
    alarm: Option<Duration>,
}

impl Watch {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            clock: Clock::new(),
            sockets: Sockets::default(),
            readiness: Readiness::new()?,
            watched: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            alarm: None,
        })
    }

    /// Half of the descriptors that the process may still open, as far as it has none above this one; and not too many.
    pub(crate) fn sockets(&self) -> usize {
        let used = u64::try_from(self.as_fd().as_raw_fd()).unwrap_or_default();
        let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let half = most.saturating_sub(used) / 2;
        usize::try_from(half.clamp(1, SOCKETS)).unwrap_or(1)
    }

    /// Has the descriptor readable from this time on; where there is none, only for sockets.
    pub(crate) fn set_alarm(&mut self, alarm: Option<Duration>) {
        let now = self.clock.now();
        // A time that has come stays so, whichever it was.
        let alarm = alarm.map(|alarm| if alarm <= now { Duration::ZERO } else { alarm });
        // One that comes too early costs less than to set it for every reply.
        let is_early =
            self.alarm.is_some_and(|set| now < set && alarm.is_some_and(|alarm| set < alarm));
        if alarm != self.alarm && !is_early {
            self.readiness.set_timer(alarm.map(|alarm| alarm.saturating_sub(now)));
            self.alarm = alarm;
        }
    }

    /// Waits for the descriptor. False where a signal came.
    pub(crate) fn wait_for_descriptor(&self, patience: Option<Duration>) -> io::Result<bool> {
        let patience = patience.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.readiness, PollFlags::IN)], patience.as_ref()) {
            Ok(_) => Ok(true),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Watches each socket for what somebody waits for.
    pub(crate) fn settle(&mut self, engine: &Engine) {
        for id in std::mem::take(&mut self.unsettled) {
            if let Err(error) = self.watch(id, engine) {
                self.close(id);
                engine.handle(id, Event::Failed(error));
            }
        }
    }

    /// One that nobody waits for is left out: its end would be reported again and again.
    fn watch(&mut self, id: Id, engine: &Engine) -> io::Result<()> {
        let Some(connection) = self.sockets.get(id) else { return Ok(()) };
        let events = connection.events(engine.wants(id));
        if events.is_empty() {
            self.unsettled.insert(id);
            if self.watched.remove(&id).is_some() {
                self.readiness.forget(connection)?;
            }
            return Ok(());
        }
        match self.watched.insert(id, events) {
            None => self.readiness.watch(connection, id, events),
            Some(watched) if watched != events => self.readiness.change(connection, id, events),
            Some(_) => Ok(()),
        }
    }

    fn close(&mut self, id: Id) {
        self.forget(id);
        if let Some(connection) = self.sockets.remove(id) {
            connection.shut_down();
        }
    }

    /// Watches it no more.
    fn forget(&mut self, id: Id) {
        if let (Some(events), Some(connection)) = (self.watched.remove(&id), self.sockets.get(id))
            && !events.is_empty()
        {
            let _closing_does_it_too_where_no_child_has_it = self.readiness.forget(connection);
        }
        self.unsettled.remove(&id);
    }

    fn judge(&mut self, id: Id, engine: &Engine, outcome: io::Result<()>) {
        self.unsettled.insert(id);
        if let Err(error) = outcome {
            self.close(id);
            let is_crowded =
                matches!(Errno::from_io_error(&error), Some(Errno::MFILE | Errno::NFILE));
            let event = if is_crowded { Event::Crowded } else { Event::Failed(error) };
            engine.handle(id, event);
        }
    }
}

impl Driver for Watch {
    fn now(&mut self, _computed: u32) -> Duration {
        self.clock.now()
    }

    fn unix_time(&self) -> i64 {
        clock::unix_time()
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        if let Deed::Close(id) = deed {
            return self.close(id);
        }
        if let Deed::Release(id) = deed {
            self.forget(id);
        }
        let (id, outcome) = self.sockets.perform(deed, engine);
        self.judge(id, engine, outcome);
    }

    /// Hands over what happened, and does not wait.
    fn wait(&mut self, _until: Duration, engine: &Engine) -> io::Result<()> {
        self.settle(engine);
        let ready = self.readiness.ready()?;
        if !Readiness::KEEPS_TIME {
            self.alarm = None;
        }
        for id in ready {
            if self.sockets.get(id).is_some_and(Readiness::tells_once) {
                self.watched.insert(id, PollFlags::empty());
            }
            let progress = self.sockets.progress(id, engine);
            self.judge(id, engine, progress);
        }
        Ok(())
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.readiness.as_fd()
    }
}
