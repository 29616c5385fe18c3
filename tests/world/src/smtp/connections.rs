//! Who was connected to, and by whom.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::{Record, Visit};

/// How often each host was connected to, and by whom.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    by_host: BTreeMap<String, usize>,
    clients: BTreeMap<String, Vec<String>>,
    log: Option<File>,
    /// None where nobody wants them.
    records: Option<Vec<Arc<Mutex<Record>>>>,
}

impl Connections {
    /// Connections accepted for a host so far.
    pub fn of(&self, host: &str) -> usize {
        self.0.lock().unwrap().by_host.get(host).copied().unwrap_or(0)
    }

    /// What the clients of a host called themselves in EHLO, before TLS.
    pub fn clients_of(&self, host: &str) -> Vec<String> {
        self.0.lock().unwrap().clients.get(host).cloned().unwrap_or_default()
    }

    /// From now on appends the host's name to a file before a connection is greeted.
    pub fn log_to(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().log = Some(File::create(path)?);
        Ok(())
    }

    /// From now on keeps a record of every connection.
    pub fn watch(&self) {
        self.0.lock().unwrap().records.get_or_insert_default();
    }

    /// What was seen so far of each since then, in the order of their beginning.
    pub fn records(&self) -> Vec<Record> {
        let counts = self.0.lock().unwrap();
        let copy = |record: &Arc<Mutex<Record>>| {
            record.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        counts.records.iter().flatten().map(copy).collect()
    }

    pub(crate) fn visit(&self, host: &str, address: SocketAddr) -> Visit {
        let (began, events) = (Instant::now(), Vec::new());
        let record = || Record { host: host.to_owned(), address, began, events, ended: None };
        let mut counts = self.0.lock().unwrap();
        let kept = counts.records.as_mut().map(|records| {
            let record = Arc::new(Mutex::new(record()));
            records.push(record.clone());
            record
        });
        Visit::new(host, address.ip(), kept)
    }

    pub(crate) fn count(&self, host: &str) {
        let mut counts = self.0.lock().unwrap();
        *counts.by_host.entry(host.to_owned()).or_default() += 1;
        if let Some(log) = &mut counts.log {
            writeln!(log, "{host}").expect("the log of connections is writable");
        }
    }

    pub(crate) fn greeted(&self, host: &str, line: &str) {
        let name = line.trim_end().split_once(' ').map(|(_, name)| name.to_owned());
        let mut counts = self.0.lock().unwrap();
        counts.clients.entry(host.to_owned()).or_default().push(name.unwrap_or_default());
    }
}
