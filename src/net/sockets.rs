//! All sockets of a driver.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use super::connection::Connection;
use super::tokens::Tokens;
use crate::engine::{Deed, Engine, Event, Id, Kind};

/// Octets read at once; a reply over UDP has fewer. Where it is filled, the next is twice as large.
const CHUNK: usize = 8 * 1024;
const MAX_CHUNK: usize = 64 * 1024;

/// Sockets, and what is told to the engine of them. Where one fails it is closed.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    connections: BTreeMap<Id, Connection>,
    buffer: Vec<u8>,
    tokens: Tokens,
}

impl Sockets {
    pub(super) fn iter(&self) -> impl Iterator<Item = (Id, &Connection)> {
        self.connections.iter().map(|(id, connection)| (*id, connection))
    }

    pub(super) fn get(&self, id: Id) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// Does what is to be done with a socket.
    pub(super) fn perform(&mut self, deed: Deed, engine: &Engine) -> (Id, io::Result<()>) {
        match deed {
            Deed::Open(id, kind, peer) => (id, self.open(id, kind, peer, engine)),
            Deed::Send(id, octets) => (id, self.send(id, &octets)),
            Deed::Close(id) => {
                drop(self.remove(id));
                (id, Ok(()))
            }
            Deed::Release(id) => {
                let released = self.remove(id).map(Connection::release);
                released.into_iter().for_each(|event| engine.handle(id, event));
                (id, Ok(()))
            }
        }
    }

    fn open(&mut self, id: Id, kind: Kind, peer: SocketAddr, engine: &Engine) -> io::Result<()> {
        let mut connection = Connection::open(kind, peer)?;
        let is_open = kind == Kind::Datagram;
        let event = is_open.then(|| connection.opened(&mut self.tokens)).transpose()?;
        self.connections.insert(id, connection);
        event.into_iter().for_each(|event| engine.handle(id, event));
        Ok(())
    }

    fn send(&mut self, id: Id, octets: &[u8]) -> io::Result<()> {
        self.connections.get_mut(&id).map_or(Ok(()), |connection| connection.send(octets))
    }

    /// Goes on with a socket that is ready.
    pub(super) fn progress(&mut self, id: Id, engine: &Engine) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(&id) else { return Ok(()) };
        self.buffer.resize(CHUNK.max(self.buffer.len()), 0);
        let room = self.buffer.len();
        let buffer = engine.wants(id).then_some(&mut self.buffer[..]);
        let event = connection.progress(buffer, &mut self.tokens)?;
        let is_filled = matches!(&event, Some(Event::Received(octets)) if octets.len() == room);
        event.into_iter().for_each(|event| engine.handle(id, event));
        if is_filled {
            self.buffer.resize(MAX_CHUNK.min(2 * room), 0);
        }
        Ok(())
    }

    /// Takes one out, to be closed.
    pub(super) fn remove(&mut self, id: Id) -> Option<Connection> {
        self.connections.remove(&id)
    }
}
