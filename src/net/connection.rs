//! One socket.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::event::PollFlags;
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use rustix::net::sockopt::{set_tcp_nodelay, socket_error};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType, connect, getsockname,
    recv, send, shutdown, socket_with,
};

use super::tokens::Tokens;
use crate::engine::{Event, Kind};

/// Descriptors 0 to 2 are the caller's, closed ones too.
pub(super) const FIRST_DESCRIPTOR: i32 = 3;

/// A connected socket, or one that is about to be.
#[derive(Debug)]
pub(super) struct Connection {
    descriptor: OwnedFd,
    kind: Kind,
    is_open: bool,
    unsent: Vec<u8>,
}

impl Connection {
    /// Begins to connect, which a datagram socket does at once.
    pub(super) fn open(kind: Kind, peer: SocketAddr) -> io::Result<Self> {
        let family = match peer {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let of_kind = match kind {
            Kind::Datagram => SocketType::DGRAM,
            Kind::Stream => SocketType::STREAM,
        };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let mut descriptor = socket_with(family, of_kind, flags, None)?;
        if descriptor.as_raw_fd() < FIRST_DESCRIPTOR {
            descriptor = fcntl_dupfd_cloexec(&descriptor, FIRST_DESCRIPTOR)?;
        }
        if kind == Kind::Stream {
            set_tcp_nodelay(&descriptor, true)?;
        }
        match connect(&descriptor, &peer) {
            // A signal does not end what has begun (connect(2)).
            Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self { descriptor, kind, is_open: false, unsent: Vec::new() })
    }

    /// Takes up a stream where somebody else left it.
    pub(super) fn adopt(descriptor: OwnedFd, unsent: Vec<u8>) -> Self {
        Self { descriptor, kind: Kind::Stream, is_open: true, unsent }
    }

    /// Gives a stream away.
    pub(super) fn release(self) -> Event<'static> {
        Event::Released(self.descriptor, self.unsent)
    }

    /// Whether it brings one event as a rule, and ends; kqueue(2) makes no difference there.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn is_brief(&self) -> bool {
        self.kind == Kind::Datagram
    }

    /// Whether all is sent.
    pub(super) fn is_idle(&self) -> bool {
        self.unsent.is_empty()
    }

    /// What to wait for.
    pub(super) fn events(&self, may_read: bool) -> PollFlags {
        let mut events = PollFlags::empty();
        events.set(PollFlags::OUT, !self.is_open || !self.unsent.is_empty());
        events.set(PollFlags::IN, self.is_open && may_read);
        events
    }

    /// Goes on after a wait: connects, or sends what is left and reads into a buffer.
    pub(super) fn progress<'b>(
        &mut self,
        buffer: Option<&'b mut [u8]>,
        tokens: &mut Tokens,
    ) -> io::Result<Option<Event<'b>>> {
        if !self.is_open {
            return self.opened(tokens).map(Some);
        }
        self.send_rest()?;
        let Some(buffer) = buffer else { return Ok(None) };
        let received = self.receive(buffer)?;
        let received = received.map(|length| buffer.get(..length).unwrap_or_default());
        Ok(received.map(|octets| Event::Received(octets.into())))
    }

    /// How many octets came, 0 at the end of a stream; none where nothing came.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match recv(&self.descriptor, buffer, RecvFlags::empty()) {
            Ok((_, length)) => Ok(Some(length)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The event of a socket that is connected now.
    pub(super) fn opened(&mut self, tokens: &mut Tokens) -> io::Result<Event<'static>> {
        let mut local = None;
        if self.kind == Kind::Stream {
            socket_error(&self.descriptor)??;
            local = Some(getsockname(&self.descriptor)?.try_into()?);
        }
        self.is_open = true;
        Ok(Event::Opened { local, token: tokens.next()? })
    }

    /// Ends a stream for the peer even where a child has this end, too.
    pub(super) fn shut_down(&self) {
        if self.kind == Kind::Stream {
            let _it_may_be_over = shutdown(&self.descriptor, Shutdown::Both);
        }
    }

    /// Sends what is left, as far as it goes without waiting.
    pub(super) fn send_rest(&mut self) -> io::Result<()> {
        let unsent = std::mem::take(&mut self.unsent);
        self.send(&unsent)
    }

    /// Sends as much as goes without waiting, and keeps the rest.
    pub(super) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        if !self.unsent.is_empty() || !self.is_open {
            self.unsent.extend_from_slice(octets);
            return Ok(());
        }
        let mut rest = octets;
        while !rest.is_empty() {
            match send(&self.descriptor, rest, SendFlags::NOSIGNAL) {
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.unsent.extend_from_slice(rest);
        Ok(())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}
