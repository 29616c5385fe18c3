//! The only sockets, the only clock and the only randomness: a driver of the engine that waits in poll(2).
//!
//! It has no descriptor but its sockets, all close-on-exec and above 2, and none once it is dropped. It starts no thread,
//! touches no signal, and no send of it raises SIGPIPE.

mod connection;

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use crate::engine::{Deed, Driver, Engine, Event, Id, Kind};
use connection::Connection;

/// Octets read at once; a reply over UDP has fewer. Where it is filled, the next is twice as large.
const CHUNK: usize = 8 * 1024;
const MAX_CHUNK: usize = 64 * 1024;

/// The network.
#[derive(Debug)]
pub(crate) struct Net {
    began: Instant,
    connections: BTreeMap<Id, Connection>,
    buffer: Vec<u8>,
}

impl Net {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), connections: BTreeMap::new(), buffer: Vec::new() }
    }

    /// What came of making progress with a connection, told to the engine.
    fn tell(&mut self, id: Id, engine: &Engine, progress: io::Result<Option<Event<'_>>>) {
        match progress {
            Ok(Some(event)) => engine.handle(id, event),
            Ok(None) => {}
            Err(error) => {
                self.connections.remove(&id);
                engine.handle(id, Event::Failed(error));
            }
        }
    }
}

impl Driver for Net {
    fn now(&mut self, _computed: u32) -> Duration {
        self.began.elapsed()
    }

    fn unix_time(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        match deed {
            Deed::Open(id, kind, peer) => {
                let opened = Connection::open(kind, peer).and_then(|mut connection| {
                    let event = if kind == Kind::Datagram { connection.opened()? } else { None };
                    self.connections.insert(id, connection);
                    Ok(event)
                });
                self.tell(id, engine, opened);
            }
            Deed::Send(id, octets) => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    let sent = connection.send(&octets).map(|()| None);
                    self.tell(id, engine, sent);
                }
            }
            Deed::Close(id) => drop(self.connections.remove(&id)),
        }
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        let mut ids = Vec::with_capacity(self.connections.len());
        let mut descriptors = Vec::with_capacity(self.connections.len());
        for (id, connection) in &self.connections {
            let events = connection.events(engine.wants(*id));
            // What nobody waits for is left out: its end would be reported again and again.
            if !events.is_empty() {
                ids.push(*id);
                descriptors.push(PollFd::new(connection, events));
            }
        }
        let patience = until.saturating_sub(self.began.elapsed());
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut descriptors, Some(&patience)) {
            Ok(_) => {}
            // A handler of the caller's ran; the time that is left is worked out anew.
            Err(Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<_> = descriptors.iter().map(|descriptor| descriptor.revents()).collect();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(CHUNK.max(buffer.len()), 0);
        let mut is_filled = false;
        for (id, ready) in ids.into_iter().zip(ready) {
            if let Some(connection) = self.connections.get_mut(&id).filter(|_| !ready.is_empty()) {
                let room = buffer.len();
                let progress = connection.progress(engine.wants(id).then_some(&mut buffer));
                if let Ok(Some(Event::Received(octets))) = &progress {
                    is_filled |= octets.len() == room;
                }
                self.tell(id, engine, progress);
            }
        }
        if is_filled {
            buffer.resize(MAX_CHUNK.min(2 * buffer.len()), 0);
        }
        self.buffer = buffer;
        Ok(())
    }
}
