//! One descriptor that is readable when a socket is ready or a time has come: kqueue(2). The only `unsafe` of its room.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::process;
use std::ptr::without_provenance_mut;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::PollFlags;
use rustix::event::kqueue::{Event, EventFilter, EventFlags, kevent, kqueue};
use rustix::io::{Errno, FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};

use super::connection::{Connection, FIRST_DESCRIPTOR};
use crate::engine::Id;

/// Sockets that are told of at once; the others are told of the next time.
const EVENTS: usize = 256;
const TIMER: isize = 0;
/// The shortest timer that every BSD has.
const AT_ONCE: u128 = 1;
/// A timer that is set again before it is over, in milliseconds.
const MAX_AFTER: u128 = 1 << 30;

/// Level-triggered readiness of sockets, and a timer.
#[derive(Debug)]
pub(super) struct Readiness {
    kqueue: ManuallyDrop<OwnedFd>,
    /// The process that made it: a child has no kqueue, and perhaps another file of that number.
    owner: u32,
}

impl Readiness {
    /// Whether a time that has come makes it readable until the timer is set again, whoever looks.
    pub(super) const KEEPS_TIME: bool = false;

    pub(super) fn new() -> io::Result<Self> {
        let mut descriptor = kqueue()?;
        if descriptor.as_raw_fd() < FIRST_DESCRIPTOR {
            descriptor = fcntl_dupfd_cloexec(&descriptor, FIRST_DESCRIPTOR)?;
        }
        fcntl_setfd(&descriptor, FdFlags::CLOEXEC)?;
        Ok(Self { kqueue: ManuallyDrop::new(descriptor), owner: process::id() })
    }

    pub(super) fn watch(&self, socket: &Connection, id: Id, events: PollFlags) -> io::Result<()> {
        self.change(socket, id, events)
    }

    pub(super) fn change(&self, socket: &Connection, id: Id, events: PollFlags) -> io::Result<()> {
        let socket = socket.as_fd().as_raw_fd();
        let filters = [
            (EventFilter::Read(socket), events.contains(PollFlags::IN)),
            (EventFilter::Write(socket), events.contains(PollFlags::OUT)),
        ];
        for (filter, is_wanted) in filters {
            self.set(filter, if is_wanted { EventFlags::ADD } else { EventFlags::DELETE }, id.0)?;
        }
        Ok(())
    }

    /// Whether it tells of such a socket once, and then not until that is changed.
    pub(super) fn tells_once(_socket: &Connection) -> bool {
        false
    }

    pub(super) fn forget(&self, socket: &Connection) -> io::Result<()> {
        self.change(socket, Id(0), PollFlags::empty())
    }

    /// Has the descriptor readable after so long a time, rounded up to milliseconds; never, for none.
    pub(super) fn set_timer(&self, after: Option<Duration>) {
        let flags = match after {
            Some(_) => EventFlags::ADD | EventFlags::ONESHOT,
            None => EventFlags::DELETE,
        };
        let milliseconds = after.unwrap_or_default().as_nanos().div_ceil(1_000_000);
        let milliseconds = milliseconds.clamp(AT_ONCE, MAX_AFTER).try_into().unwrap_or(u64::MAX);
        let timer = Some(Duration::from_millis(milliseconds));
        let set = self.set(EventFilter::Timer { ident: TIMER, timer }, flags, 0);
        debug_assert!(set.is_ok(), "a timer and a time that are valid");
    }

    /// The sockets that are ready now.
    pub(super) fn ready(&self) -> io::Result<Vec<Id>> {
        let mut events = Vec::<Event>::with_capacity(EVENTS);
        // SAFETY: what is registered is forgotten before it is closed, and no change is made here.
        let heard = unsafe {
            kevent(&*self.kqueue, &[], spare_capacity(&mut events), Some(Duration::ZERO))
        };
        match heard {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let sockets = events.iter().filter(|event| socket_of(event.filter()).is_some());
        Ok(sockets.map(|event| Id(event.udata().addr() as u64)).collect())
    }

    /// One change; what is not there need not be deleted.
    fn set(&self, filter: EventFilter, flags: EventFlags, number: u64) -> io::Result<()> {
        let number = usize::try_from(number).map_err(io::Error::other)?;
        let change = Event::new(filter, flags, without_provenance_mut(number));
        let mut no_events: [Event; 0] = [];
        // SAFETY: the socket is open, and forgotten before it is closed.
        match unsafe { kevent(&*self.kqueue, &[change], &mut no_events[..], None) } {
            Err(Errno::NOENT) if flags.contains(EventFlags::DELETE) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(()),
        }
    }
}

fn socket_of(filter: EventFilter) -> Option<RawFd> {
    match filter {
        EventFilter::Read(socket) | EventFilter::Write(socket) => Some(socket),
        _ => None,
    }
}

impl AsFd for Readiness {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.kqueue.as_fd()
    }
}

impl Drop for Readiness {
    fn drop(&mut self) {
        if self.owner == process::id() {
            // SAFETY: it is dropped here and nowhere else.
            unsafe { ManuallyDrop::drop(&mut self.kqueue) };
        }
    }
}
