//! A connected socket, as the futures of a call see it.

use std::cell::RefCell;
use std::collections::TryReserveError;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::room::Open;
use super::{Deed, Engine, Event, Id, Kind};
use crate::memory;
use crate::waiters::Waiters;

/// What is known of a socket. It holds one datagram, or as many octets of a stream as somebody waits for: the driver reads
/// on when they are taken.
pub(super) struct Row {
    call: u64,
    kind: Kind,
    /// It has its turn: it is being opened, or open.
    has_begun: bool,
    /// When it first had it.
    begun: Option<Duration>,
    /// What to send first.
    first: Option<First>,
    opened: Option<(Option<SocketAddr>, u16)>,
    received: Option<Vec<u8>>,
    least: usize,
    has_ended: bool,
    failed: Option<io::Error>,
    released: Option<(OwnedFd, Vec<u8>)>,
    waiters: Waiters,
}

/// What is sent as soon as a socket is connected: octets, of which the two at a place are random.
pub(crate) struct First {
    pub(crate) octets: Vec<u8>,
    pub(crate) place: usize,
}

impl First {
    fn with(mut self, token: u16) -> Vec<u8> {
        self.octets[self.place..self.place + 2].copy_from_slice(&token.to_be_bytes());
        self.octets
    }
}

impl Row {
    fn new(call: u64, kind: Kind, first: Option<First>) -> Self {
        Self {
            call,
            kind,
            has_begun: false,
            begun: None,
            first,
            opened: None,
            received: None,
            least: 1,
            has_ended: false,
            failed: None,
            released: None,
            waiters: Waiters::default(),
        }
    }

    /// It is its turn.
    pub(super) fn begin(&mut self, now: Duration) {
        self.has_begun = true;
        self.begun.get_or_insert(now);
        self.waiters.wake_all();
    }

    /// It was not its turn yet. Gives the call that it is of.
    pub(super) fn put_back(&mut self) -> u64 {
        self.has_begun = false;
        self.call
    }

    pub(super) fn wants(&self) -> bool {
        !self.has_enough() && !self.has_ended && self.failed.is_none()
    }

    fn has_enough(&self) -> bool {
        let is_enough =
            |octets: &Vec<u8>| self.kind == Kind::Datagram || octets.len() >= self.least;
        self.received.as_ref().is_some_and(is_enough)
    }

    /// Takes what happened, and wakes who can go on with it. Gives what is to be sent first, once that can be.
    pub(super) fn handle(&mut self, event: Event<'_>) -> Option<Vec<u8>> {
        match event {
            Event::Opened { local, token } => {
                self.opened = Some((local, token));
                if let Some(first) = self.first.take() {
                    return Some(first.with(token));
                }
            }
            Event::Received(octets) if self.kind == Kind::Datagram => {
                self.received = Some(octets.into_owned());
            }
            Event::Received(octets) if octets.is_empty() => self.has_ended = true,
            Event::Received(octets) => match self.append(&octets) {
                Ok(()) if self.wants() => return None,
                Ok(()) => {}
                Err(_) => self.failed = Some(io::ErrorKind::OutOfMemory.into()),
            },
            Event::Failed(error) => self.failed = Some(error),
            Event::Crowded => return None,
            Event::Released(descriptor, unsent) => self.released = Some((descriptor, unsent)),
        }
        self.waiters.wake_all();
        None
    }

    fn append(&mut self, octets: &[u8]) -> Result<(), TryReserveError> {
        let received = self.received.get_or_insert_default();
        let more = self.least.saturating_sub(received.len()).max(octets.len());
        memory::fallibly(|| received.try_reserve_exact(more))?;
        received.extend_from_slice(octets);
        Ok(())
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        if self.has_enough() || self.has_ended {
            return Some(self.received.take().unwrap_or_default());
        }
        None
    }
}

/// A stream that was given away.
pub(crate) struct Released {
    pub(crate) descriptor: OwnedFd,
    /// What is still to be sent.
    pub(crate) unsent: Vec<u8>,
    /// What came and was not taken.
    pub(crate) received: Vec<u8>,
}

/// When a socket has its turn.
pub(crate) struct Beginning(Rc<RefCell<Row>>);

impl Beginning {
    /// When it first had it, if it had.
    pub(crate) fn time(&self) -> Option<Duration> {
        self.0.borrow().begun
    }
}

/// A socket that is connected, or about to be, or waits for its turn; closed when it is dropped.
pub(crate) struct Socket {
    engine: Rc<Engine>,
    id: Id,
    row: Rc<RefCell<Row>>,
}

impl Engine {
    /// A connection for a call, begun when it is its turn, if that comes before the deadline.
    pub(crate) fn connect(
        self: &Rc<Self>,
        call: u64,
        kind: Kind,
        peer: SocketAddr,
        deadline: Duration,
    ) -> Socket {
        self.begin(call, kind, peer, deadline, None)
    }

    /// The same, to send something as soon as it is connected.
    pub(crate) fn ask(
        self: &Rc<Self>,
        call: u64,
        kind: Kind,
        peer: SocketAddr,
        deadline: Duration,
        first: First,
    ) -> Socket {
        self.begin(call, kind, peer, deadline, Some(first))
    }

    fn begin(
        self: &Rc<Self>,
        call: u64,
        kind: Kind,
        peer: SocketAddr,
        deadline: Duration,
        first: Option<First>,
    ) -> Socket {
        let id = Id(self.next_socket.replace(self.next_socket.get() + 1));
        let row = Rc::new(RefCell::new(Row::new(call, kind, first)));
        self.rows.borrow_mut().insert(id, row.clone());
        self.room.borrow_mut().wait(call, Open { id, kind, peer, since: self.now(), deadline });
        self.open_waiting();
        Socket { engine: self.clone(), id, row }
    }
}

impl Socket {
    /// This end, of a stream.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.row.borrow().opened.and_then(|(local, _)| local)
    }

    /// The 16 random bits that came with the connection; none before it stands.
    pub(crate) fn token(&self) -> Option<u16> {
        self.row.borrow().opened.map(|(_, token)| token)
    }

    /// When it has its turn, for who does not have the socket.
    pub(crate) fn beginning(&self) -> Beginning {
        Beginning(self.row.clone())
    }

    /// Waits for its turn.
    pub(crate) async fn begins(&self) {
        poll_fn(|context| {
            let row = self.row.borrow();
            if row.has_begun {
                return Poll::Ready(());
            }
            row.waiters.add(context);
            Poll::Pending
        })
        .await;
    }

    /// Waits until it is connected.
    pub(crate) async fn opens(&self) -> io::Result<()> {
        poll_fn(|context| self.poll(context, |row| row.opened.map(|_| Ok(())))).await
    }

    /// Sends; what goes wrong shows when something is to be received.
    pub(crate) fn send(&self, octets: Vec<u8>) {
        self.engine.push(Deed::Send(self.id, octets));
    }

    /// A datagram, or octets of a stream; none at its end.
    pub(crate) async fn receive(&self) -> io::Result<Vec<u8>> {
        self.receive_at_least(1).await
    }

    /// Gives back what was received too early: more is to come before it can be used.
    pub(crate) fn give_back(&self, octets: Vec<u8>) {
        self.row.borrow_mut().received = Some(octets);
    }

    /// So many octets of a stream and perhaps some more; fewer where it ends.
    pub(crate) async fn receive_at_least(&self, least: usize) -> io::Result<Vec<u8>> {
        poll_fn(|context| {
            self.poll(context, |row| {
                row.least = least;
                row.take().map(Ok)
            })
        })
        .await
    }

    /// Gives a stream away.
    pub(crate) async fn release(self) -> io::Result<Released> {
        self.engine.push(Deed::Release(self.id));
        let (descriptor, unsent) =
            poll_fn(|context| self.poll(context, |row| row.released.take().map(Ok))).await?;
        let received = self.row.borrow_mut().received.take().unwrap_or_default();
        Ok(Released { descriptor, unsent, received })
    }

    /// What came before a failure comes before it here too.
    fn poll<T>(
        &self,
        context: &Context<'_>,
        take: impl FnOnce(&mut Row) -> Option<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let mut row = self.row.borrow_mut();
        if let Some(news) = take(&mut row).or_else(|| row.failed.take().map(Err)) {
            return Poll::Ready(news);
        }
        row.waiters.add(context);
        Poll::Pending
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.engine.rows.borrow_mut().remove(&self.id);
        let mut deeds = self.engine.deeds.borrow_mut();
        let opens = |deed: &Deed| matches!(deed, Deed::Open(id, ..) if *id == self.id);
        if self.row.borrow().has_begun {
            deeds.push_back(Deed::Close(self.id));
        } else {
            // It waits for its turn, or its turn came just now.
            deeds.retain(|deed| !opens(deed));
        }
        drop(deeds);
        self.engine.room.borrow_mut().leave(self.row.borrow().call, self.id);
        self.engine.open_waiting();
    }
}
