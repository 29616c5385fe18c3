//! The embedded test world: a private signed DNS and STARTTLS servers in this process, on loopback or without a socket.
//!
//! The name server answers as a resolver does that knows everything; zones are signed when asked. What a
//! case calls bogus is really broken: an altered, expired or missing signature, or a DS that matches no key.
//!
//! Beside it: certificates of every kind ([`forge`]), and chains by chance ([`chains`]).

mod build;
mod cases;
mod certificate;
pub mod chains;
pub mod counted;
pub mod forge;
mod guest;
pub mod hostile;
pub mod large;
mod lint;
mod message;
mod name_server;
mod random;
mod records;
mod resolver;
mod roll;
mod rows;
mod rsa;
mod rsa_sha1;
pub mod scratch;
pub mod sender;
mod signer;
mod smtp;
mod sockets;
pub mod survey;
mod truth;
mod zone;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

pub use cases::{Case, Expected};
pub use guest::Guest;
pub use random::Random;
pub use roll::Moment;
pub use smtp::{Connections, Conversation, Event, Mail, Message, Record, Shown};
pub use sockets::name_server::serve as serve_dns;
pub use truth::HostTruth;

use name_server::NameServer;
use smtp::Servers;

/// The name server of a world without sockets.
const DNS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53)), 53);

/// The SMTP port of a world without sockets: not 25, at which a case has decoys.
const SMTP_PORT: u16 = 2525;

/// A world; the servers of one that was started stop with the process.
pub struct World {
    /// The name server, UDP and TCP.
    pub dns: SocketAddr,
    /// The port of every SMTP server.
    pub smtp_port: u16,
    /// When it was built, in seconds since 1970: good signatures hold from a day before until a day after,
    /// those of the domains for `dane-check --lint` longer.
    pub now: i64,
    /// The root's trust anchor, as a DS line.
    pub anchor: String,
    /// The same key as a DNSKEY line.
    pub anchor_key: String,
    /// The DS line and the DNSKEY line of the zone `test`, for use as anchors.
    pub test_anchors: [String; 2],
    /// DS lines of the root, with a digest by SHA-1, and of the zone `sha1.test`, for use as anchors.
    pub sha1_anchors: [String; 2],
    /// What is there to see, and what to expect.
    pub cases: Vec<Case>,
    /// The same of domains whose mail servers do what they must not; over sockets nobody listens there before
    /// [`Self::start_hostile`].
    pub hostile: Vec<Case>,
    /// The SMTP connections so far.
    pub connections: Connections,
    /// The mail that its servers took so far.
    pub mail: Mail,
    /// What another program may serve; nothing listens there.
    pub guests: Vec<Guest>,
    name_server: Arc<NameServer>,
    mail_servers: Arc<Servers>,
}

impl World {
    /// Builds the zones, makes the certificates and starts every server.
    pub fn start() -> io::Result<Self> {
        Self::start_on(0, Ipv6Addr::LOCALHOST)
    }

    /// The same with every SMTP server on this port, where 0 means any that is free, and one at this IPv6 address, if it
    /// is this machine's.
    pub fn start_on(smtp_port: u16, ipv6: Ipv6Addr) -> io::Result<Self> {
        let ports = sockets::Ports::find(smtp_port, ipv6)?;
        let world = Self::build(ports.port, ports.ipv6);
        sockets::mail_servers::start(&ports, &world.mail_servers)?;
        Ok(Self { dns: sockets::name_server::start(&world.name_server)?, ..world })
    }

    /// From now on the hostile mail servers listen, too.
    pub fn start_hostile(&self) -> io::Result<()> {
        sockets::mail_servers::start_hostile(&self.mail_servers)
    }

    /// The same servers without a socket or a thread, at addresses that are always the same: [`Self::answer`] and
    /// [`Self::accept`] reach them.
    pub fn without_sockets() -> Self {
        Self::build(SMTP_PORT, Some(Ipv6Addr::LOCALHOST))
    }

    fn build(smtp_port: u16, ipv6: Option<Ipv6Addr>) -> Self {
        let mut builder = build::Builder::new(smtp_port, ipv6);
        let mut cases = rows::build(&mut builder);
        cases.extend(cases::build(&mut builder));
        large::build(&mut builder);
        counted::build(&mut builder);
        sender::build(&mut builder);
        let guests = guest::build(&mut builder);
        lint::build(&mut builder);
        let (connections, mail) = (Connections::default(), Mail::default());
        let servers = builder.take_servers();
        let hostile = cases::hostile(&mut builder);
        let hostile_servers = builder.take_servers();
        Self {
            dns: DNS,
            smtp_port,
            now: builder.now,
            anchor: builder.ds_line("."),
            anchor_key: builder.key_line("."),
            sha1_anchors: [builder.sha1_ds_line("."), builder.ds_line("sha1.test")],
            test_anchors: [builder.ds_line("test"), builder.key_line("test")],
            cases,
            mail_servers: Servers::new(smtp_port, servers, hostile_servers, &connections, &mail)
                .into(),
            hostile,
            connections,
            mail,
            guests,
            name_server: NameServer::new(builder.finish()).into(),
        }
    }

    /// What the name server replies to a query. None: nothing over UDP, and over TCP it closes the connection.
    ///
    /// Over TCP too, query and reply are without the length in front (RFC 1035 section 4.2.2).
    pub fn answer(&self, query: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        self.name_server.reply(query, over_tcp)
    }

    /// A new connection to the mail server at an address. None: nobody listens there, it is refused.
    pub fn accept(&self, address: SocketAddr) -> Option<Conversation> {
        self.mail_servers.accept(address)
    }

    /// Whether a connection to this address is neither made nor refused.
    pub fn is_black_hole(&self, address: SocketAddr) -> bool {
        self.mail_servers.is_black_hole(address)
    }

    /// Whether, from now on, every mail server but the senders' own has a certificate that nothing promises.
    pub fn set_strangers(&self, are_strangers: bool) {
        self.mail_servers.set_strangers(are_strangers);
    }

    /// Over sockets, from now on every mail server seems so many milliseconds away; its name server never does.
    pub fn set_round_trip(&self, milliseconds: u64) {
        self.mail_servers.set_round_trip(milliseconds);
    }

    /// From now on the root shows its keys as of this moment of their roll; returns the trust anchor of the new one, as a
    /// DS line. Each time it is another.
    pub fn roll_root(&self, moment: Moment) -> String {
        records::ds_line(".", &self.name_server.roll_root(moment))
    }

    /// Mends whatever is broken in the DNS; what is insecure or missing remains so.
    pub fn repair(&self) {
        self.name_server.repair();
    }
}
