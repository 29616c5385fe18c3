//! STARTTLS servers, well and badly behaved.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use crate::certificate::Identity;

/// How long a stalling server holds its connection.
const STALL: Duration = Duration::from_secs(60);

/// TLS fatal alert "handshake failure".
const ALERT: &[u8] = &[21, 3, 1, 0, 2, 2, 40];

/// A hello that chooses TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA (RFC 2246 section 7.4.1.3); the random lies between.
const TLS_1_0_HELLO: [&[u8]; 3] =
    [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1], &[7; 32], &[0, 0, 0x2f, 0]];

/// What a server does.
pub enum Behaviour {
    Starttls(Tls),
    NoStarttls,
    RefusesEhlo,
    /// Never says a word.
    Silent,
    /// Accepts STARTTLS and never says a word again.
    SilentAfterStarttls,
    RefusesStarttls,
    ClosesAfterStarttls,
    /// Speaks only a version of TLS that is too old.
    OldTls,
    /// Answers the client's hello with an alert.
    Alert,
    /// Greets with 554.
    Unwelcoming,
    /// Sends more than the reply to STARTTLS.
    Injects(Tls),
}

/// The TLS side of a server.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Shows this identity with further certificates, to everyone.
    pub fn new(identity: &Identity, others: &[&Identity]) -> Self {
        Self::with(identity, others, None, &[&TLS12, &TLS13])
    }

    pub fn only(identity: &Identity, version: &'static SupportedProtocolVersion) -> Self {
        Self::with(identity, &[], None, &[version])
    }

    /// Shows this identity's certificate without having its key.
    pub fn impostor(identity: &Identity, version: &'static SupportedProtocolVersion) -> Self {
        let mut impostor = Identity::server("impostor.test");
        impostor.der.clone_from(&identity.der);
        Self::with(&impostor, &[], None, &[version])
    }

    /// Shows this identity only to those who name it, and another certificate to the rest.
    pub fn for_name(identity: &Identity, name: &str) -> Self {
        Self::with(identity, &[], Some(name), &[&TLS12, &TLS13])
    }

    fn with(
        identity: &Identity,
        others: &[&Identity],
        name: Option<&str>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let resolver = Certificates {
            name: name.map(str::to_owned),
            named: certified(identity, others),
            fallback: certified(&Identity::server("fallback.test"), &[]),
        };
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        Self { config: config.into() }
    }
}

fn certified(identity: &Identity, others: &[&Identity]) -> Arc<CertifiedKey> {
    let chain = [identity].into_iter().chain(others.iter().copied());
    let chain = chain.map(|identity| CertificateDer::from(identity.der.clone())).collect();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    CertifiedKey::new(chain, ring::sign::any_supported_type(&key).unwrap()).into()
}

#[derive(Debug)]
struct Certificates {
    name: Option<String>,
    named: Arc<CertifiedKey>,
    fallback: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let matches = self.name.is_none() || self.name.as_deref() == hello.server_name();
        Some(if matches { self.named.clone() } else { self.fallback.clone() })
    }
}

/// One server to start.
pub struct Server {
    pub name: String,
    pub address: IpAddr,
    pub behaviour: Behaviour,
}

/// How often each host was connected to, and by whom.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    by_host: BTreeMap<String, usize>,
    clients: BTreeMap<String, Vec<String>>,
    log: Option<File>,
}

impl Connections {
    /// Connections accepted for a host so far.
    pub fn of(&self, host: &str) -> usize {
        self.0.lock().unwrap().by_host.get(host).copied().unwrap_or(0)
    }

    /// What the clients of a host called themselves in EHLO, before TLS.
    pub fn clients_of(&self, host: &str) -> Vec<String> {
        self.0.lock().unwrap().clients.get(host).cloned().unwrap_or_default()
    }

    /// From now on appends the host's name to a file before a connection is greeted.
    pub fn log_to(&self, path: &Path) -> io::Result<()> {
        self.0.lock().unwrap().log = Some(File::create(path)?);
        Ok(())
    }

    fn count(&self, host: &str) {
        let mut counts = self.0.lock().unwrap();
        *counts.by_host.entry(host.to_owned()).or_default() += 1;
        if let Some(log) = &mut counts.log {
            writeln!(log, "{host}").expect("the log of connections is writable");
        }
    }

    fn greeted(&self, host: &str, line: &str) {
        let name = line.trim_end().split_once(' ').map(|(_, name)| name.to_owned());
        let mut counts = self.0.lock().unwrap();
        counts.clients.entry(host.to_owned()).or_default().push(name.unwrap_or_default());
    }
}

/// A message that a server took.
#[derive(Clone, Debug)]
pub struct Message {
    pub recipient: String,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The server that the client asked TLS for (SNI).
    pub server_name: Option<String>,
}

/// What all servers took.
#[derive(Clone, Default)]
pub struct Mail(Arc<Mutex<Vec<Message>>>);

impl Mail {
    /// Every message so far.
    pub fn taken(&self) -> Vec<Message> {
        self.0.lock().unwrap().clone()
    }
}

/// One port that is free on every address used.
pub struct Ports {
    pub port: u16,
    pub ipv6: Option<Ipv6Addr>,
    first: TcpListener,
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

/// Starts every server on the one port; the threads end with the process.
pub fn start(
    ports: Ports,
    servers: Vec<Server>,
    connections: &Connections,
    mail: &Mail,
) -> io::Result<()> {
    for server in servers {
        let address = SocketAddr::new(server.address, ports.port);
        let listener = if ports.first.local_addr()? == address {
            ports.first.try_clone()?
        } else {
            TcpListener::bind(address)?
        };
        let (connections, mail) = (connections.clone(), mail.clone());
        let server = Arc::new(server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.count(&server.name);
                let (server, mail) = (server.clone(), mail.clone());
                let connections = connections.clone();
                thread::spawn(move || serve(&stream, &server, &connections, mail));
            }
        });
    }
    Ok(())
}

/// The mail that one client hands over.
struct Transaction {
    mail: Mail,
    encrypted: bool,
    server_name: Option<String>,
    recipient: String,
    in_text: bool,
}

impl Transaction {
    fn new(mail: Mail, encrypted: bool) -> Self {
        let (server_name, recipient) = (None, String::new());
        Self { mail, encrypted, server_name, recipient, in_text: false }
    }

    /// The command of a line; a message's text has none.
    fn verb(&self, line: &str) -> String {
        let word = line.trim_end().split(' ').next().unwrap_or_default();
        if self.in_text { String::new() } else { word.to_ascii_uppercase() }
    }

    /// The reply to a line; within a message's text there is none.
    fn reply(&mut self, line: &str) -> &'static [u8] {
        let line = line.trim_end();
        match (self.in_text, &*self.verb(line)) {
            (true, _) if line != "." => return b"",
            (true, _) => {
                self.in_text = false;
                self.mail.0.lock().unwrap().push(Message {
                    recipient: self.recipient.clone(),
                    encrypted: self.encrypted,
                    server_name: self.server_name.clone(),
                });
            }
            (false, "DATA") => {
                self.in_text = true;
                return b"354 go on\r\n";
            }
            (false, "RCPT") => {
                let path = line.split(['<', '>']).nth(1);
                self.recipient = path.unwrap_or_default().to_owned();
            }
            _ => {}
        }
        b"250 ok\r\n"
    }
}

fn serve(
    stream: &TcpStream,
    server: &Server,
    connections: &Connections,
    mail: Mail,
) -> io::Result<()> {
    stream.set_read_timeout(Some(STALL))?;
    stream.set_nodelay(true)?;
    let mut output = stream;
    match server.behaviour {
        Behaviour::Silent => return stall(),
        Behaviour::Unwelcoming => return output.write_all(b"554 no service\r\n"),
        _ => {}
    }
    let name = &server.name;
    output.write_all(format!("220 {name} ESMTP\r\n").as_bytes())?;
    let mut input = BufReader::new(stream);
    let mut line = String::new();
    let mut transaction = Transaction::new(mail.clone(), false);
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = transaction.verb(&line);
        if verb == "EHLO" {
            connections.greeted(name, &line);
        }
        match (&*verb, &server.behaviour) {
            ("EHLO", Behaviour::RefusesEhlo) => output.write_all(b"502 not here\r\n")?,
            ("EHLO", Behaviour::NoStarttls) => {
                output.write_all(format!("250 {name}\r\n").as_bytes())?;
            }
            ("EHLO", _) => {
                let reply = format!("250-{name}\r\n250-SIZE\r\n250 STARTTLS\r\n");
                output.write_all(reply.as_bytes())?;
            }
            ("QUIT", _) => return output.write_all(b"221 bye\r\n"),
            ("STARTTLS", Behaviour::RefusesStarttls) => {
                output.write_all(b"454 TLS not available\r\n")?;
            }
            ("STARTTLS", behaviour) => return starttls(stream, behaviour, mail),
            _ => output.write_all(transaction.reply(&line))?,
        }
    }
}

fn starttls(mut stream: &TcpStream, behaviour: &Behaviour, mail: Mail) -> io::Result<()> {
    const GO_AHEAD: &[u8] = b"220 go ahead\r\n";
    match behaviour {
        Behaviour::Starttls(tls) => {
            stream.write_all(GO_AHEAD)?;
            serve_tls(stream, tls, mail)
        }
        Behaviour::Injects(tls) => {
            stream.write_all(&[GO_AHEAD, b"250 injected\r\n"].concat())?;
            serve_tls(stream, tls, mail)
        }
        Behaviour::OldTls => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf()?;
            stream.write_all(&TLS_1_0_HELLO.concat())
        }
        Behaviour::Alert => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf()?;
            stream.write_all(ALERT)
        }
        Behaviour::SilentAfterStarttls => {
            stream.write_all(GO_AHEAD)?;
            stall()
        }
        // Not with the client's hello unread: that would reset the connection, or not, as time will have it.
        _ => {
            stream.write_all(GO_AHEAD)?;
            BufReader::new(stream).fill_buf().map(|_| ())
        }
    }
}

fn serve_tls(stream: &TcpStream, tls: &Tls, mail: Mail) -> io::Result<()> {
    let connection = ServerConnection::new(tls.config.clone()).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream.try_clone()?));
    let mut line = String::new();
    let mut transaction = Transaction::new(mail, true);
    while stream.read_line(&mut line)? != 0 {
        transaction.server_name = stream.get_ref().conn.server_name().map(str::to_owned);
        if transaction.verb(&line) == "QUIT" {
            let output = stream.get_mut();
            output.write_all(b"221 bye\r\n")?;
            output.conn.send_close_notify();
            return output.flush();
        }
        stream.get_mut().write_all(transaction.reply(&line))?;
        line.clear();
    }
    Ok(())
}

fn stall() -> io::Result<()> {
    thread::sleep(STALL);
    Ok(())
}
