//! One SMTP connection, from the greeting to the TLS handshake (RFC 3207).

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::client_name::literal;
use super::reply::Reply;
use super::tls::Tls;
use crate::engine::{Engine, Kind, Socket};

/// Patience with a goodbye, whose outcome changes nothing.
const GOODBYE: Duration = Duration::from_secs(2);

const READY: u16 = 220;
const QUIT: &[u8] = b"QUIT\r\n";

/// Where to connect and what to say.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The address to connect to.
    pub address: SocketAddr,
    /// The name for the EHLO command; without one, the address literal of this end (RFC 5321 section 4.1.4).
    pub ehlo_name: Option<&'a str>,
    /// The server name indication; not sent where it is no DNS name.
    pub server_name: &'a str,
}

/// How the connection ended. The texts are one line of printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
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

/// Connects for a call of the engine's, speaks SMTP up to STARTTLS, and shakes hands; says goodbye and disconnects. Done by
/// `deadline`, in the engine's time; `now` is in seconds since 1970.
pub(crate) async fn connect(
    engine: &Rc<Engine>,
    call: u64,
    target: &Target<'_>,
    now: i64,
    deadline: Duration,
) -> Attempt {
    let dead = |cause: String| Attempt::ConnectionFailed(format!("{}: {cause}", target.address));
    let socket = engine.connect(call, Kind::Stream, target.address, deadline);
    if engine.within(deadline, socket.begins()).await.is_none() {
        return dead("no socket was free in time".into());
    }
    match engine.within(deadline, socket.opens()).await {
        Some(Ok(())) => {}
        Some(Err(error)) => return dead(cause_of(&error)),
        None => return dead("no TCP connection in time".into()),
    }
    let session = Session { engine, socket, deadline };
    let ehlo = match session.greet(target.ehlo_name).await {
        Ok(reply) => reply,
        Err(cause) => return dead(cause),
    };
    let refused =
        |what: &str, reply: &Reply| format!("{}: {what}: {}", target.address, reply.summary());
    if ehlo.code != 250 || !ehlo.offers("STARTTLS") {
        session.quit().await;
        return Attempt::NoStarttls(refused("no STARTTLS offered", &ehlo));
    }
    let failed = |cause: &str| Attempt::HandshakeFailed(format!("{}: {cause}", target.address));
    match session.exchange("STARTTLS\r\n").await {
        Ok(reply) if reply.code == READY => {}
        Ok(reply) if reply.code >= 400 => {
            session.quit().await;
            return Attempt::StarttlsRefused(refused("STARTTLS refused", &reply));
        }
        Ok(reply) => return failed(&format!("unexpected reply to STARTTLS: {}", reply.summary())),
        Err(cause) => return failed(&format!("STARTTLS: {cause}")),
    }
    match session.shake_hands(target.server_name, now).await {
        Ok((chain, version)) => Attempt::Established { chain, version },
        Err(cause) => failed(&format!("TLS handshake: {cause}")),
    }
}

struct Session<'e> {
    engine: &'e Engine,
    socket: Socket,
    deadline: Duration,
}

impl Session<'_> {
    /// Waits for the greeting and says EHLO.
    async fn greet(&self, name: Option<&str>) -> Result<Reply, String> {
        let greeting = self.read_reply().await.map_err(|cause| format!("greeting: {cause}"))?;
        if greeting.code != READY {
            return Err(format!("greeting: {}", greeting.summary()));
        }
        let local = || self.socket.local().map(|local| literal(local.ip()));
        let name = name.map(str::to_owned).or_else(local).unwrap_or_default();
        self.exchange(&format!("EHLO {name}\r\n")).await.map_err(|cause| format!("EHLO: {cause}"))
    }

    async fn exchange(&self, command: &str) -> Result<Reply, String> {
        self.socket.send(command.into());
        self.read_reply().await
    }

    /// Reads one reply and nothing after it: octets sent ahead of our next word are an injection (RFC 3207 section 6).
    async fn read_reply(&self) -> Result<Reply, String> {
        let mut input = Vec::new();
        loop {
            input.extend_from_slice(&self.receive(self.deadline).await?);
            match Reply::parse(&input) {
                Ok(None) => {}
                Ok(Some((reply, taken))) if taken == input.len() => return Ok(reply),
                Ok(Some(_)) => return Err("data injected after the reply".into()),
                Err(malformed) => return Err(malformed.text().into()),
            }
        }
    }

    /// What the server sent; its end is an error.
    async fn receive(&self, until: Duration) -> Result<Vec<u8>, String> {
        match self.engine.within(until, self.socket.receive()).await {
            None => Err("no answer in time".into()),
            Some(Err(error)) => Err(cause_of(&error)),
            Some(Ok(octets)) if octets.is_empty() => Err("connection closed".into()),
            Some(Ok(octets)) => Ok(octets),
        }
    }

    /// The handshake; the chain and the version.
    async fn shake_hands(
        &self,
        name: &str,
        now: i64,
    ) -> Result<(Vec<Vec<u8>>, &'static str), String> {
        let mut tls = Tls::new(name, now).map_err(|error| error.to_string())?;
        loop {
            self.socket.send(tls.output());
            if !tls.is_handshaking() {
                break;
            }
            let octets = self.receive(self.deadline).await?;
            // One message of the handshake has 64 KiB at most, which rustls sees to.
            if let Err(error) = tls.take(&octets) {
                // The server is told why, if it listens.
                self.socket.send(tls.output());
                return Err(error.to_string());
            }
        }
        let version = tls.version().ok_or("unknown version")?;
        let chain = tls.chain();
        tls.say(QUIT);
        self.socket.send(tls.output());
        let patience = self.patience();
        while let Ok(octets) = self.receive(patience).await {
            if tls.take(&octets).is_err() || tls.has_heard() {
                break;
            }
        }
        tls.close();
        self.socket.send(tls.output());
        Ok((chain, version))
    }

    /// QUIT (RFC 5321 section 4.1.1.10), and a moment for the reply, so that the server logs no broken connection.
    async fn quit(&self) {
        self.socket.send(QUIT.into());
        let _any_reply_will_do = self.receive(self.patience()).await;
    }

    /// Until when a reply to QUIT is waited for.
    fn patience(&self) -> Duration {
        self.deadline.min(self.engine.now() + GOODBYE)
    }
}

fn cause_of(error: &io::Error) -> String {
    error.kind().to_string()
}
