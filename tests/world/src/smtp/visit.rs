//! One connection, as the server saw it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Shown;

/// Something that a client did, or that became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A command, in the clear or not.
    Said(String),
    /// The client's hello: the server that it asked for (SNI), and what it was shown.
    Hello { server_name: Option<String>, shown: Shown },
    /// The handshake is complete, in this version.
    Encrypted(String),
    /// TLS ended in failure: an alert, or what is no TLS.
    Broken(String),
    /// The server took a message for this recipient.
    Took(String),
}

/// All that is known of one connection.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whose server it is.
    pub host: String,
    pub address: SocketAddr,
    pub began: Instant,
    pub events: Vec<(Instant, Event)>,
    /// None while it is open.
    pub ended: Option<Instant>,
}

/// A record that is still written to; the end of the last of its clones is that of the connection.
#[derive(Clone)]
pub struct Visit(Arc<Page>);

struct Page {
    host: String,
    address: IpAddr,
    record: Option<Arc<Mutex<Record>>>,
}

impl Visit {
    /// Writes nothing down without a record.
    pub fn new(host: &str, address: IpAddr, record: Option<Arc<Mutex<Record>>>) -> Self {
        Self(Arc::new(Page { host: host.to_owned(), address, record }))
    }

    pub fn host(&self) -> &str {
        &self.0.host
    }

    pub fn address(&self) -> IpAddr {
        self.0.address
    }

    pub fn note(&self, event: Event) {
        if let Some(mut record) = self.0.record() {
            record.events.push((Instant::now(), event));
        }
    }
}

impl Page {
    fn record(&self) -> Option<MutexGuard<'_, Record>> {
        let record = self.record.as_ref()?;
        Some(record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(mut record) = self.record() {
            record.ended = Some(Instant::now());
        }
    }
}
