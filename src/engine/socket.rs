//! A connected socket, as the futures of a call see it.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::Poll;

use super::{Deed, Engine, Event, Id, Kind, SOCKETS};

/// What is known of a socket. It holds one piece of what came at a time: the driver reads the next when that is taken.
#[derive(Debug)]
pub(super) struct Row {
    kind: Kind,
    opened: Option<(Option<SocketAddr>, u16)>,
    received: Option<Vec<u8>>,
    has_ended: bool,
    failed: Option<io::Error>,
}

impl Row {
    fn new(kind: Kind) -> Self {
        Self { kind, opened: None, received: None, has_ended: false, failed: None }
    }

    pub(super) fn wants(&self) -> bool {
        self.received.is_none() && !self.has_ended && self.failed.is_none()
    }

    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Opened { local, token } => self.opened = Some((local, token)),
            Event::Received(octets) => {
                self.has_ended = self.kind == Kind::Stream && octets.is_empty();
                self.received = Some(octets);
            }
            Event::Failed(error) => self.failed = Some(error),
        }
    }
}

/// A connected socket; closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    engine: Rc<Engine>,
    id: Id,
    local: Option<SocketAddr>,
    token: u16,
}

impl Engine {
    /// Connects, once there is room for one more socket.
    pub(crate) async fn open(self: &Rc<Self>, kind: Kind, peer: SocketAddr) -> io::Result<Socket> {
        let begin = || self.rows.borrow().len() < SOCKETS;
        poll_fn(|_| if begin() { Poll::Ready(()) } else { Poll::Pending }).await;
        let id = Id(self.next.replace(self.next.get() + 1));
        self.rows.borrow_mut().insert(id, Row::new(kind));
        self.push(Deed::Open(id, kind, peer));
        let mut socket = Socket { engine: self.clone(), id, local: None, token: 0 };
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

    /// A datagram, or the octets of a stream that are there; none at its end.
    pub(crate) async fn receive(&self) -> io::Result<Vec<u8>> {
        let take = |row: &mut Row| {
            let octets = row.received.take();
            octets.or_else(|| row.has_ended.then(Vec::new)).map(Ok)
        };
        poll_fn(|_| self.poll(take)).await
    }

    /// What came before a failure comes before it here too.
    fn poll<T>(&self, take: impl FnOnce(&mut Row) -> Option<io::Result<T>>) -> Poll<io::Result<T>> {
        let mut rows = self.engine.rows.borrow_mut();
        let row = rows.get_mut(&self.id);
        let news = row.and_then(|row| take(row).or_else(|| row.failed.take().map(Err)));
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
