//! One SMTP connection, from its greeting to the end of the TLS handshake (RFC 3207).

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::client_name::literal;
use super::reply::{Malformed, Reader, Reply};
use super::tls::Tls;
use crate::engine::{Engine, Kind, Released, Socket};

const READY: u16 = 220;
const CLOSING: u16 = 421;
const QUIT: &[u8] = b"QUIT\r\n";

/// Where to connect and what to say.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    /// The address to connect to.
    pub(crate) address: SocketAddr,
    /// The name for the EHLO command; without one, the address literal of this end (RFC 5321 section 4.1.4).
    pub(crate) ehlo_name: Option<&'a str>,
    /// The server name indication; not sent where it is no DNS name.
    pub(crate) server_name: &'a str,
}

/// Who connects: a call of the engine's, done by a deadline in the engine's time.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'e> {
    pub(crate) engine: &'e Rc<Engine>,
    pub(crate) call: u64,
    pub(crate) deadline: Duration,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

/// What a connection showed. The texts are one line of printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// TLS is up; the chain is DER, the server's certificate first.
    Established {
        /// The certificates as sent.
        chain: Vec<Vec<u8>>,
        /// "TLSv1.3" or "TLSv1.2".
        version: &'static str,
    },
    /// The EHLO reply does not offer STARTTLS, or EHLO is refused.
    NoStarttls(String),
    /// The server refused the STARTTLS command.
    StarttlsRefused(String),
    /// The TLS handshake failed.
    HandshakeFailed(String),
    /// No TCP connection, or no greeting.
    ConnectionFailed(String),
}

/// A connection that stands, where SMTP begins anew: behind the handshake, or in the clear.
pub(crate) struct Link {
    engine: Rc<Engine>,
    socket: Socket,
    deadline: Duration,
    /// The server's first reply as it came, printable.
    greeting: String,
    tls: Option<Tls>,
}

/// What is left of a link that is the engine's no more.
pub(crate) struct Parts {
    pub(crate) stream: Released,
    pub(crate) greeting: String,
    pub(crate) tls: Option<Tls>,
}

/// Connects, speaks SMTP up to STARTTLS, and shakes hands. There is a link where TLS stands or was not offered.
pub(crate) async fn connect(caller: Caller<'_>, target: &Target<'_>) -> (Seen, Option<Link>) {
    let address = target.address;
    let dead = |cause: String| (Seen::ConnectionFailed(format!("{address}: {cause}")), None);
    let refused = |what: &str, reply: &Reply| format!("{address}: {what}: {}", reply.summary());
    let mut link = match Link::open(caller, address).await {
        Ok(link) => link,
        Err(cause) => return dead(cause),
    };
    let ehlo = match link.hello(target.ehlo_name).await {
        Ok(reply) if reply.code == CLOSING => return dead(format!("EHLO: {}", reply.summary())),
        Ok(reply) => reply,
        Err(cause) => return dead(format!("EHLO: {cause}")),
    };
    if ehlo.code != 250 || !ehlo.offers("STARTTLS") {
        return (Seen::NoStarttls(refused("no STARTTLS offered", &ehlo)), Some(link));
    }
    let failed = |cause: &str| (Seen::HandshakeFailed(format!("{address}: {cause}")), None);
    match link.exchange("STARTTLS\r\n").await {
        Ok(reply) if reply.code == READY => {}
        Ok(reply) if reply.code >= 400 => {
            link.quit();
            return (Seen::StarttlsRefused(refused("STARTTLS refused", &reply)), None);
        }
        Ok(reply) => return failed(&format!("unexpected reply to STARTTLS: {}", reply.summary())),
        Err(cause) => return failed(&format!("STARTTLS: {cause}")),
    }
    match link.shake_hands(target.server_name, caller.now).await {
        Ok((chain, version)) => (Seen::Established { chain, version }, Some(link)),
        Err(cause) => failed(&format!("TLS handshake: {cause}")),
    }
}

/// Connects and says nothing, for a session in the clear.
pub(crate) async fn greet(caller: Caller<'_>, address: SocketAddr) -> Result<Link, Seen> {
    let opened = Link::open(caller, address).await;
    opened.map_err(|cause| Seen::ConnectionFailed(format!("{address}: {cause}")))
}

impl Link {
    /// Connects, and takes the greeting.
    async fn open(caller: Caller<'_>, address: SocketAddr) -> Result<Self, String> {
        let Caller { engine, call, deadline, .. } = caller;
        let socket = engine.connect(call, Kind::Stream, address, deadline);
        if engine.within(deadline, socket.begins()).await.is_none() {
            return Err("no socket was free in time".into());
        }
        match engine.within(deadline, socket.opens()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err(cause_of(&error)),
            None => return Err("no TCP connection in time".into()),
        }
        let engine = engine.clone();
        let mut link = Self { engine, socket, deadline, greeting: String::new(), tls: None };
        let greeting = link.read_reply().await.map_err(|cause| format!("greeting: {cause}"))?;
        if greeting.code != READY {
            return Err(format!("greeting: {}", greeting.summary()));
        }
        link.greeting = greeting.text();
        Ok(link)
    }

    async fn hello(&self, name: Option<&str>) -> Result<Reply, String> {
        let local = || self.socket.local().map(|local| literal(local.ip()));
        let name = name.map(str::to_owned).or_else(local).unwrap_or_default();
        self.exchange(&format!("EHLO {name}\r\n")).await
    }

    async fn exchange(&self, command: &str) -> Result<Reply, String> {
        self.socket.send(command.into());
        self.read_reply().await
    }

    async fn read_reply(&self) -> Result<Reply, String> {
        let mut reader = Reader::default();
        loop {
            let octets = self.receive().await?;
            if let Some(reply) = reader.take(&octets).map_err(Malformed::text)? {
                return Ok(reply);
            }
        }
    }

    /// What the server sent; its end is an error.
    async fn receive(&self) -> Result<Vec<u8>, String> {
        match self.engine.within(self.deadline, self.socket.receive()).await {
            None => Err("no answer in time".into()),
            Some(Err(error)) => Err(cause_of(&error)),
            Some(Ok(octets)) if octets.is_empty() => Err("connection closed".into()),
            Some(Ok(octets)) => Ok(octets),
        }
    }

    /// The handshake; the chain and the version.
    async fn shake_hands(
        &mut self,
        name: &str,
        now: i64,
    ) -> Result<(Vec<Vec<u8>>, &'static str), String> {
        let mut tls = Tls::new(name, now).map_err(|error| error.to_string())?;
        loop {
            self.socket.send(tls.output());
            if !tls.is_handshaking() {
                break;
            }
            let octets = self.receive().await?;
            // One message of the handshake has 64 KiB at most, which rustls sees to.
            if let Err(error) = tls.take(&octets) {
                // The server is told why, if it listens.
                self.socket.send(tls.output());
                return Err(error.to_string());
            }
        }
        let version = tls.version().ok_or("unknown version")?;
        let chain = tls.chain();
        self.tls = Some(tls);
        Ok((chain, version))
    }

    /// QUIT (RFC 5321 section 4.1.1.10). Nobody waits for the reply: no message was sent that it could tell of.
    pub(crate) fn quit(mut self) {
        let words = match self.tls.take() {
            None => QUIT.into(),
            Some(mut tls) => {
                tls.say(QUIT);
                tls.close();
                tls.output()
            }
        };
        self.socket.send(words);
    }

    /// Gives the connection away.
    pub(crate) async fn release(self) -> io::Result<Parts> {
        let Self { socket, greeting, tls, .. } = self;
        Ok(Parts { stream: socket.release().await?, greeting, tls })
    }
}

fn cause_of(error: &io::Error) -> String {
    error.kind().to_string()
}
