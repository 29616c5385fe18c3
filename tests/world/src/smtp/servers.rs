//! All mail servers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::{Behaviour, Connections, Conversation, Mail, Server};
use crate::sender;

/// The mail servers by address, all on one port, and what they tell of their clients.
pub struct Servers {
    by_address: BTreeMap<SocketAddr, Arc<Server>>,
    hostile: Vec<SocketAddr>,
    connections: Connections,
    mail: Mail,
    are_strangers: AtomicBool,
    /// Milliseconds.
    round_trip: AtomicU64,
}

impl Servers {
    pub fn new(
        port: u16,
        servers: Vec<Server>,
        hostile: Vec<Server>,
        connections: &Connections,
        mail: &Mail,
    ) -> Self {
        let address = |server: &Server| SocketAddr::new(server.address, port);
        let are_hostile = hostile.iter().map(address).collect();
        let all = servers.into_iter().chain(hostile);
        Self {
            by_address: all.map(|server| (address(&server), server.into())).collect(),
            hostile: are_hostile,
            connections: connections.clone(),
            mail: mail.clone(),
            are_strangers: AtomicBool::new(false),
            round_trip: AtomicU64::new(0),
        }
    }

    /// Whether every server but the senders' own shows a certificate that nothing promises, as one would that stands in
    /// its place.
    pub fn set_strangers(&self, are_strangers: bool) {
        self.are_strangers.store(are_strangers, Ordering::Relaxed);
    }

    /// How far away every server seems.
    pub fn set_round_trip(&self, milliseconds: u64) {
        self.round_trip.store(milliseconds, Ordering::Relaxed);
    }

    pub fn round_trip(&self) -> Duration {
        Duration::from_millis(self.round_trip.load(Ordering::Relaxed))
    }

    /// Of those who do as servers do, or of the others.
    pub fn addresses(&self, of_hostile: bool) -> impl Iterator<Item = SocketAddr> {
        let is_meant = move |address: &SocketAddr| self.hostile.contains(address) == of_hostile;
        self.by_address.keys().copied().filter(is_meant)
    }

    /// Whether a connection is neither made nor refused.
    pub fn is_black_hole(&self, address: SocketAddr) -> bool {
        let server = self.by_address.get(&address);
        server.is_some_and(|server| matches!(server.behaviour, Behaviour::BlackHole))
    }

    /// Counts a connection, and begins to talk; None where nobody listens.
    pub fn accept(&self, address: SocketAddr) -> Option<Conversation> {
        let server = self.by_address.get(&address).filter(|_| !self.is_black_hole(address))?;
        self.connections.count(&server.name);
        let is_stranger = self.are_strangers.load(Ordering::Relaxed) && server.name != sender::HOST;
        let visit = self.connections.visit(&server.name, address);
        let (connections, mail) = (self.connections.clone(), self.mail.clone());
        Some(Conversation::new(server.clone(), is_stranger, visit, connections, mail))
    }
}
