//! One question to one server, over UDP and, where the reply is truncated, TCP (RFC 1035 4.2, RFC 7766).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_resolver::proto::rr::Name;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::dns::wire::{self, UDP_PAYLOAD, Wants};
use crate::memory;

/// Datagrams that do not answer the question before a server counts as failed: a bound on forged floods.
const MAX_STRAY_DATAGRAMS: u32 = 256;

/// A question in wire format.
pub(crate) struct Question<'a> {
    id: u16,
    name: &'a Name,
    rtype: u16,
    wire: Vec<u8>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(name: &'a Name, rtype: u16, wants: Wants) -> io::Result<Self> {
        let mut id = [0; 2];
        rustls::crypto::ring::default_provider()
            .secure_random
            .fill(&mut id)
            .map_err(|_| io::Error::other("no randomness"))?;
        let id = u16::from_be_bytes(id);
        Ok(Self { id, name, rtype, wire: wire::query(id, name, rtype, wants) })
    }

    fn is_answered_by(&self, wire: &[u8]) -> bool {
        wire::answers(wire, self.id, self.name, self.rtype)
    }
}

/// Asks over UDP. The socket is connected: other senders' datagrams never reach us, and a closed port is known at once.
pub(crate) async fn ask_udp(server: SocketAddr, question: &Question<'_>) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(&question.wire).await?;
    let mut buffer = vec![0; usize::from(UDP_PAYLOAD) * 4];
    for _ in 0..MAX_STRAY_DATAGRAMS {
        let length = socket.recv(&mut buffer).await?;
        let reply = buffer.get(..length).unwrap_or_default();
        if question.is_answered_by(reply) {
            return Ok(reply.to_vec());
        }
    }
    Err(io::Error::other("too many stray datagrams"))
}

/// Asks over TCP; the two-octet length bounds the reply.
pub(crate) async fn ask_tcp(server: SocketAddr, question: &Question<'_>) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.wire.len()).map_err(io::Error::other)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(&question.wire);
    stream.write_all(&framed).await?;
    let length = stream.read_u16().await?;
    if memory::is_short() {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let mut reply = Vec::new();
    memory::fallibly(|| reply.try_reserve_exact(length.into()))?;
    reply.resize(length.into(), 0);
    stream.read_exact(&mut reply).await?;
    if !question.is_answered_by(&reply) {
        return Err(io::Error::other("reply to another question"));
    }
    Ok(reply)
}
