//! The mail that the servers took.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// A message that a server took.
#[derive(Clone, Debug)]
pub struct Message {
    /// Empty where it is a notice about another (RFC 5321 section 4.5.5).
    pub sender: String,
    pub recipient: String,
    /// Whose server took it, and where.
    pub host: String,
    pub address: IpAddr,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The server that the client asked TLS for (SNI).
    pub server_name: Option<String>,
}

/// What all servers took.
#[derive(Clone, Default)]
pub struct Mail(Arc<Mutex<Vec<Message>>>);

impl Mail {
    /// Every message so far.
    pub fn taken(&self) -> Vec<Message> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn take(&self, message: Message) {
        self.0.lock().unwrap().push(message);
    }
}
