//! The embedded test world: a private signed DNS and STARTTLS servers on loopback, in this process.
//!
//! The name server answers as a resolver does that knows everything; zones are signed when asked. What a
//! case calls bogus is really broken: an altered, expired or missing signature, or a DS that matches no key.
//!
//! Beside it: certificates of every kind ([`forge`]), and chains by chance ([`chains`]).

mod build;
mod cases;
mod certificate;
pub mod chains;
pub mod forge;
mod guest;
pub mod hostile;
pub mod large;
mod message;
mod name_server;
mod random;
mod records;
mod resolver;
mod rows;
mod rsa;
mod signer;
mod smtp;
mod sockets;
mod zone;

use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;

pub use cases::{Case, Expected};
pub use guest::Guest;
pub use random::Random;
pub use smtp::{Connections, Mail, Message};

use name_server::NameServer;
use smtp::Servers;

/// A running world; its servers stop with the process.
pub struct World {
    /// The name server, UDP and TCP.
    pub dns: SocketAddr,
    /// The port of every SMTP server.
    pub smtp_port: u16,
    /// The root's trust anchor, as a DS line.
    pub anchor: String,
    /// The DS line and the DNSKEY line of the zone `test`, for use as anchors.
    pub test_anchors: [String; 2],
    /// What is there to see, and what to expect.
    pub cases: Vec<Case>,
    /// The SMTP connections so far.
    pub connections: Connections,
    /// The mail that its servers took so far.
    pub mail: Mail,
    /// What another program may serve; nothing listens there.
    pub guests: Vec<Guest>,
    name_server: Arc<NameServer>,
}

impl World {
    /// Builds the zones, makes the certificates and starts every server.
    pub fn start() -> io::Result<Self> {
        Self::start_on(0, Ipv6Addr::LOCALHOST)
    }

    /// The same with every SMTP server on this port, where 0 means any that is free, and one at this IPv6 address, if it is
    /// this machine's.
    pub fn start_on(smtp_port: u16, ipv6: Ipv6Addr) -> io::Result<Self> {
        let (connections, mail) = (Connections::default(), Mail::default());
        let ports = sockets::Ports::find(smtp_port, ipv6)?;
        let mut builder = build::Builder::new(ports.port, ports.ipv6);
        let mut cases = rows::build(&mut builder);
        cases.extend(cases::build(&mut builder));
        large::build(&mut builder);
        let guests = guest::build(&mut builder);
        let servers = Servers::new(ports.port, builder.take_servers(), &connections, &mail);
        sockets::mail_servers::start(&ports, &servers.into())?;
        let anchor = builder.ds_line(".");
        let test_anchors = [builder.ds_line("test"), builder.key_line("test")];
        let smtp_port = builder.port;
        let name_server = Arc::new(NameServer::new(builder.finish()));
        let dns = sockets::name_server::start(&name_server)?;
        Ok(Self {
            dns,
            smtp_port,
            anchor,
            test_anchors,
            cases,
            connections,
            mail,
            guests,
            name_server,
        })
    }

    /// Mends whatever is broken in the DNS; what is insecure or missing remains so.
    pub fn repair(&self) {
        self.name_server.repair();
    }
}
