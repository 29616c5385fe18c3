//! The embedded world's name server without its judgement: every question has the CD bit. It lies about one name.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;

use kit::sys::wait::PATIENCE;

use crate::dns::client::{read_framed, write_framed};
use crate::dns::wire::{self, CNAME, Message, OPT, Record};

/// A name that does not exist in a signed zone; the lie is that it is an alias.
pub const FORGED: &str = "forged.test";
/// Of this, which is an alias itself, and leads to servers that can be verified.
pub const TARGET: &str = "mail.example-org.test";

/// The second half of the flags.
const FLAGS: usize = 3;
const CHECKING_DISABLED: u8 = 0x10;

/// Starts it; the threads end with the process.
pub fn start(server: SocketAddr) -> io::Result<SocketAddr> {
    let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = udp.local_addr()?;
    let tcp = TcpListener::bind(address)?;
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            let (query, socket) = (unchecked(&buffer[..length]), udp.try_clone());
            thread::spawn(move || over_udp(&query?, server, client, &socket.ok()?));
        }
    });
    thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            thread::spawn(move || over_tcp(stream, server));
        }
    });
    Ok(address)
}

fn unchecked(query: &[u8]) -> Option<Vec<u8>> {
    let mut query = query.to_vec();
    *query.get_mut(FLAGS)? |= CHECKING_DISABLED;
    Some(query)
}

fn over_udp(query: &[u8], server: SocketAddr, client: SocketAddr, to: &UdpSocket) -> Option<()> {
    if let Some(reply) = lie(query) {
        return to.send_to(&reply.to_wire(), client).ok().map(|_| ());
    }
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    socket.send_to(query, server).ok()?;
    let mut buffer = [0; 4096];
    let (length, _) = socket.recv_from(&mut buffer).ok()?;
    to.send_to(&buffer[..length], client).ok().map(|_| ())
}

/// What an attacker might say who cannot sign.
fn lie(query: &[u8]) -> Option<Message> {
    let Message { id, name, rtype, .. } = Message::parse(query)?;
    if name != wire::name(FORGED) {
        return None;
    }
    let rdata = wire::name(TARGET);
    let answer = vec![Record { owner: name.clone(), rtype: CNAME, class: 1, ttl: 3600, rdata }];
    let opt = Record { owner: vec![0], rtype: OPT, class: 1232, ttl: 0x8000, rdata: Vec::new() };
    let additional = vec![opt];
    Some(Message { id, flags: 0x8190, name, rtype, answer, additional, ..Message::default() })
}

fn over_tcp(mut client: TcpStream, server: SocketAddr) -> Option<()> {
    let mut server = TcpStream::connect(server).ok()?;
    loop {
        write_framed(&mut server, &unchecked(&read_framed(&mut client).ok()?)?).ok()?;
        write_framed(&mut client, &read_framed(&mut server).ok()?).ok()?;
    }
}
