//! A connected socket, as the futures of a call see it.

use std::cell::RefCell;
use std::collections::TryReserveError;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::Poll;

use super::{Deed, Engine, Event, Id, Kind, SOCKETS};
use crate::memory;

/// What is known of a socket. It holds one datagram, or as many octets of a stream as somebody waits for: the driver reads
/// on when they are taken.
#[derive(Debug)]
pub(super) struct Row {
    kind: Kind,
    opened: Option<(Option<SocketAddr>, u16)>,
    received: Option<Vec<u8>>,
    least: usize,
    has_ended: bool,
    failed: Option<io::Error>,
}

impl Row {
    fn new(kind: Kind) -> Self {
        let (opened, received, failed) = (None, None, None);
        Self { kind, opened, received, least: 1, has_ended: false, failed }
    }

    pub(super) fn wants(&self) -> bool {
        !self.has_enough() && !self.has_ended && self.failed.is_none()
    }

    fn has_enough(&self) -> bool {
        let is_enough =
            |octets: &Vec<u8>| self.kind == Kind::Datagram || octets.len() >= self.least;
        self.received.as_ref().is_some_and(is_enough)
    }

    /// Takes what happened. Whether somebody may wait for it.
    pub(super) fn handle(&mut self, event: Event) -> bool {
        match event {
            Event::Opened { local, token } => self.opened = Some((local, token)),
            Event::Received(octets) if self.kind == Kind::Datagram => self.received = Some(octets),
            Event::Received(octets) if octets.is_empty() => self.has_ended = true,
            Event::Received(octets) => match self.append(&octets) {
                Ok(()) => return !self.wants(),
                Err(_) => self.failed = Some(io::ErrorKind::OutOfMemory.into()),
            },
            Event::Failed(error) => self.failed = Some(error),
        }
        true
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

/// A connected socket; closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    engine: Rc<Engine>,
    id: Id,
    row: Rc<RefCell<Row>>,
    local: Option<SocketAddr>,
    token: u16,
}

impl Engine {
    /// Connects, once there is room for one more socket.
    pub(crate) async fn open(self: &Rc<Self>, kind: Kind, peer: SocketAddr) -> io::Result<Socket> {
        let begin = || self.rows.borrow().len() < SOCKETS;
        poll_fn(|_| if begin() { Poll::Ready(()) } else { Poll::Pending }).await;
        let id = Id(self.next.replace(self.next.get() + 1));
        let row = Rc::new(RefCell::new(Row::new(kind)));
        self.rows.borrow_mut().insert(id, row.clone());
        self.push(Deed::Open(id, kind, peer));
        let mut socket = Socket { engine: self.clone(), id, row, local: None, token: 0 };
        let opened = poll_fn(|_| socket.poll(|row| row.opened.map(Ok))).await?;
        (socket.local, socket.token) = opened;
        Ok(socket)
    }
}

impl Socket {
    /// This end, of a stream.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    /// 16 random bits that came with it.
    pub(crate) fn token(&self) -> u16 {
        self.token
    }

    /// Sends; what goes wrong shows when something is to be received.
    pub(crate) fn send(&self, octets: Vec<u8>) {
        self.engine.push(Deed::Send(self.id, octets));
    }

    /// A datagram, or octets of a stream; none at its end.
    pub(crate) async fn receive(&self) -> io::Result<Vec<u8>> {
        self.receive_at_least(1).await
    }

    /// So many octets of a stream and perhaps some more; fewer where it ends.
    pub(crate) async fn receive_at_least(&self, least: usize) -> io::Result<Vec<u8>> {
        poll_fn(|_| {
            self.poll(|row| {
                row.least = least;
                row.take().map(Ok)
            })
        })
        .await
    }

    /// What came before a failure comes before it here too.
    fn poll<T>(&self, take: impl FnOnce(&mut Row) -> Option<io::Result<T>>) -> Poll<io::Result<T>> {
        let mut row = self.row.borrow_mut();
        let news = take(&mut row).or_else(|| row.failed.take().map(Err));
        news.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.engine.rows.borrow_mut().remove(&self.id);
        self.engine.push(Deed::Close(self.id));
        // Somebody may wait for its place.
        self.engine.has_news.set(true);
    }
}
