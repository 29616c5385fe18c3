//! A connected socket, as the futures of a call see it.

use std::cell::RefCell;
use std::collections::TryReserveError;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::{Deed, Engine, Event, Id, Kind, SOCKETS};
use crate::memory;
use crate::waiters::Waiters;

/// What is known of a socket. It holds one datagram, or as many octets of a stream as somebody waits for: the driver reads
/// on when they are taken.
pub(super) struct Row {
    kind: Kind,
    /// What to send first.
    first: Option<First>,
    opened: Option<(Option<SocketAddr>, u16)>,
    received: Option<Vec<u8>>,
    least: usize,
    has_ended: bool,
    failed: Option<io::Error>,
    waiters: Waiters,
}

/// Makes a message with 16 random bits in it.
type First = Box<dyn FnOnce(u16) -> Vec<u8>>;

impl Row {
    fn new(kind: Kind, first: Option<First>) -> Self {
        Self {
            kind,
            first,
            opened: None,
            received: None,
            least: 1,
            has_ended: false,
            failed: None,
            waiters: Waiters::default(),
        }
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
                    return Some(first(token));
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
        }
        self.waiters.wake();
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

/// A socket that is connected, or about to be; closed when it is dropped.
pub(crate) struct Socket {
    engine: Rc<Engine>,
    id: Id,
    row: Rc<RefCell<Row>>,
}

impl Engine {
    /// Connects, once there is room for one more socket.
    pub(crate) async fn open(self: &Rc<Self>, kind: Kind, peer: SocketAddr) -> io::Result<Socket> {
        let socket = self.begin(kind, peer, None).await;
        poll_fn(|context| socket.poll(context, |row| row.opened.map(|_| Ok(())))).await?;
        Ok(socket)
    }

    /// The same, to send what `first` makes of 16 random bits as soon as it is connected.
    pub(crate) async fn ask(
        self: &Rc<Self>,
        kind: Kind,
        peer: SocketAddr,
        first: impl FnOnce(u16) -> Vec<u8> + 'static,
    ) -> Socket {
        self.begin(kind, peer, Some(Box::new(first))).await
    }

    async fn begin(self: &Rc<Self>, kind: Kind, peer: SocketAddr, first: Option<First>) -> Socket {
        poll_fn(|context| {
            if self.rows.borrow().len() < SOCKETS {
                return Poll::Ready(());
            }
            self.room.add(context);
            Poll::Pending
        })
        .await;
        let id = Id(self.next_socket.replace(self.next_socket.get() + 1));
        let row = Rc::new(RefCell::new(Row::new(kind, first)));
        self.rows.borrow_mut().insert(id, row.clone());
        self.push(Deed::Open(id, kind, peer));
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
        self.engine.push(Deed::Close(self.id));
        self.engine.room.wake();
    }
}
