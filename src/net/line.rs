//! A connection that outlives the call that made it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use super::clock::Clock;
use super::connection::Connection;

/// A stream that is used at once, or with patience.
#[derive(Debug)]
pub(crate) struct Line {
    connection: Connection,
    clock: Clock,
}

impl Line {
    /// Takes up a stream that does not wait, with what is still to be sent over it.
    pub(crate) fn adopt(descriptor: OwnedFd, unsent: Vec<u8>) -> Self {
        Self { connection: Connection::adopt(descriptor, unsent), clock: Clock::new() }
    }

    /// The time since it was adopted.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Sends as much as goes without waiting, and keeps the rest.
    pub(crate) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.connection.send(octets)
    }

    /// Sends what is left, as far as it goes without waiting.
    pub(crate) fn send_rest(&mut self) -> io::Result<()> {
        self.connection.send_rest()
    }

    /// Whether all is sent.
    pub(crate) fn is_idle(&self) -> bool {
        self.connection.is_idle()
    }

    /// How many octets came, 0 at the end of the stream; none where nothing came.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        self.connection.receive(buffer)
    }

    /// Waits until it can go on, or for a time.
    pub(crate) fn wait(&self, may_read: bool, until: Duration) -> io::Result<()> {
        let events = self.connection.events(may_read);
        let patience = until.saturating_sub(self.now());
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.connection, events)], Some(&patience)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends it for the peer even where a child has this end, too.
    pub(crate) fn shut_down(&self) {
        self.connection.shut_down();
    }
}

impl AsFd for Line {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.connection.as_fd()
    }
}
