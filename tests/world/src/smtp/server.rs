//! A mail server.

use std::net::IpAddr;

use super::Behaviour;

/// A host's server.
pub struct Server {
    pub name: String,
    pub address: IpAddr,
    pub behaviour: Behaviour,
}
