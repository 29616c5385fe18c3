//! One descriptor that is readable when a socket is ready or a time has come: epoll(7) with a timerfd.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFlags, Timespec};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

use super::connection::{Connection, FIRST_DESCRIPTOR};
use crate::engine::Id;

/// Sockets that are told of at once; the others are told of the next time.
const EVENTS: usize = 256;
/// The timer's place among the sockets, which are numbered from 0.
const TIMER: u64 = u64::MAX;

const AT_ONCE: Duration = Duration::from_nanos(1);
/// A timer that is set again before it is over.
const MAX_AFTER: Duration = Duration::from_secs(1 << 30);

/// Level-triggered readiness of sockets, and a timer.
#[derive(Debug)]
pub(super) struct Readiness {
    epoll: OwnedFd,
    timer: OwnedFd,
}

impl Readiness {
    /// Whether a time that has come makes it readable until the timer is set again, whoever looks.
    pub(super) const KEEPS_TIME: bool = true;

    pub(super) fn new() -> io::Result<Self> {
        let epoll = above(epoll::create(CreateFlags::CLOEXEC)?)?;
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = above(timerfd_create(TimerfdClockId::Monotonic, flags)?)?;
        epoll::add(&epoll, &timer, EventData::new_u64(TIMER), EventFlags::IN)?;
        let readiness = Self { epoll, timer };
        // Where a filter denies these (seccomp(2)), no time would come, and whoever waits for the descriptor would wait on.
        readiness.try_to_set_timer(None)?;
        readiness.ready()?;
        Ok(readiness)
    }

    pub(super) fn watch(&self, socket: &Connection, id: Id, events: PollFlags) -> io::Result<()> {
        let flags = flags(socket, events);
        Ok(epoll::add(&self.epoll, socket, EventData::new_u64(id.0), flags)?)
    }

    pub(super) fn change(&self, socket: &Connection, id: Id, events: PollFlags) -> io::Result<()> {
        let flags = flags(socket, events);
        Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(id.0), flags)?)
    }

    /// Whether it tells of such a socket once, and then not until that is changed.
    pub(super) fn tells_once(socket: &Connection) -> bool {
        socket.is_brief()
    }

    /// Before it is closed: a child may hold it, and it would be told of for ever.
    pub(super) fn forget(&self, socket: &Connection) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Has the descriptor readable after so long a time, from then on; never, for none.
    pub(super) fn set_timer(&self, after: Option<Duration>) {
        let set = self.try_to_set_timer(after);
        debug_assert!(set.is_ok(), "a timer and a time that are valid");
    }

    fn try_to_set_timer(&self, after: Option<Duration>) -> io::Result<()> {
        // Zero is never.
        let after = after.map_or(Duration::ZERO, |after| after.clamp(AT_ONCE, MAX_AFTER));
        let after = Timespec { tv_sec: after.as_secs() as _, tv_nsec: after.subsec_nanos().into() };
        let once = Itimerspec { it_interval: Timespec::default(), it_value: after };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    /// The sockets that are ready now.
    pub(super) fn ready(&self) -> io::Result<Vec<Id>> {
        let mut events = Vec::<Event>::with_capacity(EVENTS);
        let at_once = Some(&Timespec::default());
        match epoll::wait(&self.epoll, spare_capacity(&mut events), at_once) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let numbers = events.into_iter().map(|event| event.data.u64());
        Ok(numbers.filter(|number| *number != TIMER).map(Id).collect())
    }
}

impl AsFd for Readiness {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

fn flags(socket: &Connection, events: PollFlags) -> EventFlags {
    let mut flags = EventFlags::empty();
    flags.set(EventFlags::ONESHOT, Readiness::tells_once(socket));
    flags.set(EventFlags::IN, events.contains(PollFlags::IN));
    flags.set(EventFlags::OUT, events.contains(PollFlags::OUT));
    flags
}

/// Descriptors 0 to 2 are the caller's, closed ones too.
fn above(descriptor: OwnedFd) -> io::Result<OwnedFd> {
    if descriptor.as_raw_fd() >= FIRST_DESCRIPTOR {
        return Ok(descriptor);
    }
    Ok(fcntl_dupfd_cloexec(&descriptor, FIRST_DESCRIPTOR)?)
}
