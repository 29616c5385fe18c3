//! The port that all servers share.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

/// One port that is free on every address used.
pub struct Ports {
    pub port: u16,
    pub ipv6: Option<Ipv6Addr>,
    pub first: TcpListener,
}

impl Ports {
    /// This port, or for 0 one that is free on the IPv6 address; nobody else listens in 127.77.0.0/16.
    pub fn find(port: u16, ipv6: Ipv6Addr) -> io::Result<Self> {
        let first = TcpListener::bind((ipv6, port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::new(127, 77, 255, 254), port)))?;
        let address = first.local_addr()?;
        let ipv6 = address.is_ipv6().then_some(ipv6);
        Ok(Self { port: address.port(), ipv6, first })
    }
}
