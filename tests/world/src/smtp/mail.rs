//! The mail that the servers took.

use std::sync::{Arc, Mutex};

/// A message that a server took.
#[derive(Clone, Debug)]
pub struct Message {
    pub recipient: String,
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
