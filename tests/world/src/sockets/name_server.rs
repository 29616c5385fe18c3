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
    let server = server.clone();
    serve(udp, tcp, move |query, over_tcp| server.reply(query, over_tcp));
    Ok(address)
}

/// Answers on these sockets by what a function replies to a query, over UDP or TCP; the threads end with the process.
pub fn serve<F>(udp: UdpSocket, tcp: TcpListener, reply: F)
where
    F: Fn(&[u8], bool) -> Option<Vec<u8>> + Send + Sync + 'static,
{
    let for_udp = Arc::new(reply);
    let for_tcp = for_udp.clone();
    thread::spawn(move || {
        for stream in tcp.incoming().flatten() {
            let reply = for_tcp.clone();
            thread::spawn(move || serve_tcp(stream, &*reply));
        }
    });
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = udp.recv_from(&mut buffer) {
            if let Some(reply) = for_udp(&buffer[..length], false) {
                let _ = udp.send_to(&reply, client);
            }
        }
    });
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
fn serve_tcp(mut stream: TcpStream, reply: impl Fn(&[u8], bool) -> Option<Vec<u8>>) -> Option<()> {
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).ok()?;
        let mut query = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut query).ok()?;
        let reply = reply(&query, true)?;
        let mut framed = (reply.len() as u16).to_be_bytes().to_vec();
        framed.extend(reply);
        stream.write_all(&framed).ok()?;
    }
}
