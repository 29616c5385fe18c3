//! One SMTP connection, from the greeting to the TLS handshake (RFC 3207).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rustls::ProtocolVersion;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::client_name::literal;
use super::plain::Plain;
use super::reply::Reply;
use super::tls::Handshake;

/// Patience with a goodbye, whose outcome changes nothing.
const GOODBYE: Duration = Duration::from_secs(2);

const READY: u16 = 220;

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

/// Connects, speaks SMTP up to STARTTLS, and shakes hands; says goodbye and disconnects. Done by `deadline`.
pub async fn connect(target: &Target<'_>, deadline: Instant) -> Attempt {
    let dead = |cause: String| Attempt::ConnectionFailed(format!("{}: {cause}", target.address));
    let mut session = match timeout_at(deadline, TcpStream::connect(target.address)).await {
        Ok(Ok(stream)) => match stream.set_nodelay(true) {
            Ok(()) => Session { stream: Plain(stream), deadline },
            Err(error) => return dead(error.kind().to_string()),
        },
        Ok(Err(error)) => return dead(error.kind().to_string()),
        Err(_) => return dead("no TCP connection in time".into()),
    };
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
    match session.shake_hands(target.server_name).await {
        Ok((chain, version)) => Attempt::Established { chain, version },
        Err(cause) => failed(&cause),
    }
}

struct Session {
    stream: Plain,
    deadline: Instant,
}

impl Session {
    /// Waits for the greeting and says EHLO.
    async fn greet(&mut self, name: Option<&str>) -> Result<Reply, String> {
        let greeting = self.read_reply().await.map_err(|cause| format!("greeting: {cause}"))?;
        if greeting.code != READY {
            return Err(format!("greeting: {}", greeting.summary()));
        }
        let name = match name {
            Some(name) => name.to_owned(),
            None => {
                literal(self.stream.0.local_addr().map_err(|error| error.kind().to_string())?.ip())
            }
        };
        self.exchange(&format!("EHLO {name}\r\n")).await.map_err(|cause| format!("EHLO: {cause}"))
    }

    async fn exchange(&mut self, command: &str) -> Result<Reply, String> {
        let sent = timeout_at(self.deadline, self.stream.write_all(command.as_bytes())).await;
        sent.map_err(|_| TIMEOUT.to_owned())?.map_err(|error| error.kind().to_string())?;
        self.read_reply().await
    }

    /// Reads one reply and nothing after it: octets sent ahead of our next word are an injection (RFC 3207 section 6).
    async fn read_reply(&mut self) -> Result<Reply, String> {
        let mut input = Vec::new();
        let mut chunk = [0; 1024];
        loop {
            let length = match timeout_at(self.deadline, self.stream.read(&mut chunk)).await {
                Err(_) => return Err(TIMEOUT.into()),
                Ok(Err(error)) => return Err(error.kind().to_string()),
                Ok(Ok(0)) => return Err("connection closed".into()),
                Ok(Ok(length)) => length,
            };
            input.extend_from_slice(chunk.get(..length).unwrap_or_default());
            match Reply::parse(&input) {
                Ok(None) => {}
                Ok(Some((reply, taken))) if taken == input.len() => return Ok(reply),
                Ok(Some(_)) => return Err("data injected after the reply".into()),
                Err(malformed) => return Err(malformed.text().into()),
            }
        }
    }

    /// The handshake; the chain and the version.
    async fn shake_hands(self, name: &str) -> Result<(Vec<Vec<u8>>, &'static str), String> {
        let dns_name = ServerName::try_from(name.to_owned());
        let with_sni = matches!(dns_name, Ok(ServerName::DnsName(_)));
        let nameless = || ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into());
        let server_name = dns_name.unwrap_or_else(|_| nameless());
        let handshake = Handshake::new(with_sni).map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(handshake.config.clone());
        let connecting = connector.connect(server_name, self.stream);
        let mut stream = match timeout_at(self.deadline, connecting).await {
            Err(_) => return Err("TLS handshake: no answer in time".into()),
            Ok(Err(error)) => return Err(format!("TLS handshake: {}", cause_of(&error))),
            Ok(Ok(stream)) => stream,
        };
        let version = match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => return Err("TLS handshake: unknown version".into()),
        };
        say_goodbye(&mut stream, self.deadline).await;
        Ok((handshake.chain(), version))
    }

    async fn quit(&mut self) {
        say_goodbye(&mut self.stream, self.deadline).await;
    }
}

const TIMEOUT: &str = "no answer in time";

fn cause_of(error: &io::Error) -> String {
    match error.get_ref() {
        _ if error.kind() == io::ErrorKind::UnexpectedEof => "connection closed".into(),
        Some(inner) => inner.to_string(),
        None => error.kind().to_string(),
    }
}

/// QUIT (RFC 5321 section 4.1.1.10), and a moment for the reply, so that the server logs no broken connection.
async fn say_goodbye(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), deadline: Instant) {
    let goodbye = async {
        stream.write_all(b"QUIT\r\n").await?;
        stream.flush().await?;
        let _any_reply_will_do = stream.read(&mut [0; 512]).await?;
        stream.shutdown().await
    };
    let patience = GOODBYE.min(deadline.saturating_duration_since(Instant::now()));
    drop(timeout(patience, goodbye).await);
}
