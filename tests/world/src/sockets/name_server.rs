//! The name server, UDP and TCP.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::thread;

use crate::name_server::NameServer;

/// Starts answering; the threads end with the process.
pub fn start(server: &Arc<NameServer>) -> io::Result<SocketAddr> {
    let (udp, tcp) = bind()?;
    let address = udp.local_addr()?;
    let for_tcp = server.clone();
    thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            let server = for_tcp.clone();
            thread::spawn(move || serve_tcp(stream, &server));
        }
    });
    let for_udp = server.clone();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            if let Some(reply) = for_udp.reply(&buffer[..length], false) {
                let _ = udp.send_to(&reply, client);
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

/// Closes where there is no reply.
fn serve_tcp(mut stream: TcpStream, server: &NameServer) -> Option<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut query = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut query).ok()?;
        let reply = server.reply(&query, true)?;
        let mut framed = (reply.len() as u16).to_be_bytes().to_vec();
        framed.extend(reply);
        stream.write_all(&framed).ok()?;
    }
}
