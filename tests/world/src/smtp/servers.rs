//! All mail servers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use super::{Connections, Conversation, Mail, Server};

/// The mail servers by address, all on one port, and what they tell of their clients.
pub struct Servers {
    by_address: BTreeMap<SocketAddr, Arc<Server>>,
    connections: Connections,
    mail: Mail,
}

impl Servers {
    pub fn new(port: u16, servers: Vec<Server>, connections: &Connections, mail: &Mail) -> Self {
        let address = |server: &Server| SocketAddr::new(server.address, port);
        let by_address = servers.into_iter().map(|server| (address(&server), server.into()));
        let (connections, mail) = (connections.clone(), mail.clone());
        Self { by_address: by_address.collect(), connections, mail }
    }

    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.by_address.keys().copied()
    }

    /// Counts a connection, and begins to talk; None where nobody listens.
    pub fn accept(&self, address: SocketAddr) -> Option<Conversation> {
        let server = self.by_address.get(&address)?;
        self.connections.count(&server.name);
        let (connections, mail) = (self.connections.clone(), self.mail.clone());
        Some(Conversation::new(server.clone(), connections, mail))
    }
}
