//! A mail server of the test's making: the one of the world's first guest.

#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use world::World;

pub const PATIENCE: Duration = Duration::from_secs(60);
pub const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12, &rustls::version::TLS13];

pub type Tls = StreamOwned<ServerConnection, TcpStream>;

/// The domain's server, for one connection after the other.
pub fn serve(world: &World, script: impl FnOnce(&TcpListener) + Send + 'static) -> JoinHandle<()> {
    serve_as(world, 0, script)
}

/// The same of any guest.
pub fn serve_as<T: Send + 'static>(
    world: &World,
    guest: usize,
    script: impl FnOnce(&TcpListener) -> T + Send + 'static,
) -> JoinHandle<T> {
    let listener = listen(SocketAddr::from((world.guests[guest].address, world.smtp_port)));
    thread::spawn(move || script(&listener))
}

/// A listener before this one may live on for a moment in a process that another test is about to start.
fn listen(address: SocketAddr) -> TcpListener {
    let end = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < end => {
                thread::yield_now();
            }
            bound => return bound.unwrap(),
        }
    }
}

/// A server that greets, does the handshake and then what the script says.
pub fn serve_tls(world: &World, script: impl FnOnce(Tls) + Send + 'static) -> JoinHandle<()> {
    let config = config(world, BOTH);
    serve(world, move |listener| script(starttls(listener, config)))
}

pub fn config(world: &World, versions: &[&'static SupportedProtocolVersion]) -> Arc<ServerConfig> {
    config_of(world, 0, versions)
}

/// The same of any guest.
pub fn config_of(
    world: &World,
    guest: usize,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ServerConfig> {
    let guest = &world.guests[guest];
    let chain = CertificateDer::from_pem_slice(guest.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(guest.key.as_bytes()).unwrap();
    let provider = rustls::crypto::ring::default_provider().into();
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key);
    config.unwrap().into()
}

pub fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads a line by single octets, so that nothing after it is taken.
pub fn line(stream: &mut impl Read) -> String {
    let mut line = Vec::new();
    let mut octet = [0];
    while !line.ends_with(b"\r\n") && stream.read(&mut octet).unwrap() == 1 {
        line.push(octet[0]);
    }
    String::from_utf8(line).unwrap()
}

/// SMTP in the clear up to the reply to STARTTLS.
pub fn up_to_starttls(listener: &TcpListener) -> TcpStream {
    let mut stream = accept(listener);
    stream.write_all(b"220-mx.guest.test\r\n220 at your service\r\n").unwrap();
    assert_eq!(line(&mut stream), "EHLO client.test\r\n");
    stream.write_all(b"250-mx.guest.test\r\n250 STARTTLS\r\n").unwrap();
    assert_eq!(line(&mut stream), "STARTTLS\r\n");
    stream
}

pub fn starttls(listener: &TcpListener, config: Arc<ServerConfig>) -> Tls {
    let mut stream = up_to_starttls(listener);
    stream.write_all(b"220 go ahead\r\n").unwrap();
    let mut connection = ServerConnection::new(config).unwrap();
    connection.complete_io(&mut stream).unwrap();
    StreamOwned::new(connection, stream)
}

pub fn send(tls: &mut Tls, octets: &[u8]) {
    tls.write_all(octets).unwrap();
    tls.flush().unwrap();
}

pub fn close_notify(tls: &mut Tls) {
    tls.conn.send_close_notify();
    tls.conn.complete_io(&mut tls.sock).unwrap();
}
