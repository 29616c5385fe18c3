//! Who was connected to, and by whom.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// How often each host was connected to, and by whom.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    by_host: BTreeMap<String, usize>,
    clients: BTreeMap<String, Vec<String>>,
    log: Option<File>,
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
