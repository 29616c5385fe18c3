//! All mail servers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Connections, Conversation, Mail, Server};
use crate::sender;

/// The mail servers by address, all on one port, and what they tell of their clients.
pub struct Servers {
    by_address: BTreeMap<SocketAddr, Arc<Server>>,
    connections: Connections,
    mail: Mail,
    are_strangers: AtomicBool,
}

impl Servers {
    pub fn new(port: u16, servers: Vec<Server>, connections: &Connections, mail: &Mail) -> Self {
        let address = |server: &Server| SocketAddr::new(server.address, port);
        let by_address = servers.into_iter().map(|server| (address(&server), server.into()));
        let (connections, mail) = (connections.clone(), mail.clone());
        let by_address = by_address.collect();
        Self { by_address, connections, mail, are_strangers: AtomicBool::new(false) }
    }

    /// Whether every server but the senders' own shows a certificate that nothing promises, as one would that stands in
    /// its place.
    pub fn set_strangers(&self, are_strangers: bool) {
        self.are_strangers.store(are_strangers, Ordering::Relaxed);
    }

    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.by_address.keys().copied()
    }

    /// Counts a connection, and begins to talk; None where nobody listens.
    pub fn accept(&self, address: SocketAddr) -> Option<Conversation> {
        let server = self.by_address.get(&address)?;
        self.connections.count(&server.name);
        let is_stranger = self.are_strangers.load(Ordering::Relaxed) && server.name != sender::HOST;
        let visit = self.connections.visit(&server.name, address);
        let (connections, mail) = (self.connections.clone(), self.mail.clone());
        Some(Conversation::new(server.clone(), is_stranger, visit, connections, mail))
    }
}
