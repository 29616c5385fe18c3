//! One question to one server.

use std::io::{self, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use kit::sys::wait::{self, PATIENCE};

use crate::dns::wire::{self, Message};

/// For one reply of a server that may not have started yet.
const STEP: Duration = Duration::from_secs(1);
pub const RECURSE: u16 = 0x0100;
pub const RECURSE_UNCHECKED: u16 = 0x0110;

/// Asks with DO over UDP and, where that is truncated, TCP.
pub fn ask(server: &str, name: &[u8], rtype: u16, flags: u16) -> io::Result<Message> {
    ask_patiently(server, name, rtype, flags, PATIENCE)
}

fn ask_patiently(
    server: &str,
    name: &[u8],
    rtype: u16,
    flags: u16,
    patience: Duration,
) -> io::Result<Message> {
    let query = Message::query(4711, flags, name, rtype, true).to_wire();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(patience))?;
    socket.connect((server, 53))?;
    socket.send(&query)?;
    let mut buffer = [0; 65_535];
    let length = socket.recv(&mut buffer)?;
    let reply = parse(&buffer[..length])?;
    if reply.is_truncated() { parse(&exchange_tcp(server, &query)?) } else { Ok(reply) }
}

fn parse(wire: &[u8]) -> io::Result<Message> {
    Message::parse(wire).ok_or_else(|| io::Error::other("malformed reply"))
}

/// One message over TCP.
fn exchange_tcp(server: &str, query: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((server, 53))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write_framed(&mut stream, query)?;
    read_framed(&mut stream)
}

pub fn write_framed(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let mut framed = (message.len() as u16).to_be_bytes().to_vec();
    framed.extend(message);
    stream.write_all(&framed)
}

pub fn read_framed(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message)?;
    Ok(message)
}

/// Waits until a server answers for a name.
pub fn wait_for(server: &str, name: &str) -> io::Result<()> {
    let wire_name = wire::name(name);
    let serves = || {
        let reply = ask_patiently(server, &wire_name, wire::SOA, RECURSE_UNCHECKED, STEP);
        Ok(reply.is_ok_and(|reply| reply.rcode() == wire::NOERROR))
    };
    wait::must(&format!("{server} does not serve {name}"), serves)
}
