//! The name server, UDP and TCP.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;

use crate::message::Query;
use crate::resolver::{Answer, Zones};

const MAX_MESSAGE: usize = 65_535;

/// Names below this one are truncated over UDP, whatever their size.
const TCP_ONLY: &str = "tcp-only";

/// Starts answering; the threads end with the process.
pub fn start(zones: Arc<RwLock<Zones>>) -> io::Result<SocketAddr> {
    let (udp, tcp) = bind()?;
    let address = udp.local_addr()?;
    let for_tcp = zones.clone();
    thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            let zones = for_tcp.clone();
            thread::spawn(move || serve_tcp(stream, &zones));
        }
    });
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            let Some(query) = Query::parse(&buffer[..length]) else { continue };
            let limit = if is_tcp_only(&query) { 0 } else { query.payload };
            if let Some(answer) = resolve(&zones, &query) {
                let _ = udp.send_to(&query.reply(answer, limit), client);
            }
        }
    });
    Ok(address)
}

/// One port for both.
fn bind() -> io::Result<(UdpSocket, TcpListener)> {
    for _ in 0..100 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr()?) {
            return Ok((udp, tcp));
        }
    }
    Err(io::Error::other("no port is free for both UDP and TCP"))
}

fn is_tcp_only(query: &Query) -> bool {
    query.name.iter().any(|label| label == TCP_ONLY.as_bytes())
}

fn serve_tcp(mut stream: TcpStream, zones: &RwLock<Zones>) -> Option<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut message).ok()?;
        let query = Query::parse(&message)?;
        let reply = query.reply(resolve(zones, &query)?, MAX_MESSAGE);
        let mut framed = (reply.len() as u16).to_be_bytes().to_vec();
        framed.extend(reply);
        stream.write_all(&framed).ok()?;
    }
}

fn resolve(zones: &RwLock<Zones>, query: &Query) -> Option<Answer> {
    zones.read().unwrap_or_else(PoisonError::into_inner).resolve(&query.name, query.rtype)
}
