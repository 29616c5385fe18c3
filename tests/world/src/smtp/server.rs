//! A mail server.

use std::net::IpAddr;

use super::Behaviour;

/// One server to start.
pub struct Server {
    pub name: String,
    pub address: IpAddr,
    pub behaviour: Behaviour,
}
