//! One question to one server, over UDP and, where the reply is truncated, TCP (RFC 1035 4.2, RFC 7766).

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use crate::dns::wire::{self, Wants};
use crate::engine::{Engine, Kind, Socket};

/// Datagrams that do not answer the question before a server counts as failed: a bound on forged floods.
const MAX_STRAY_DATAGRAMS: u32 = 256;
/// The length before a message over TCP.
const PREFIX: usize = 2;

/// A question.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) name: &'a Name,
    pub(crate) rtype: u16,
    pub(crate) wants: Wants,
}

/// A question on its way to a server.
pub(crate) struct Exchange<'a> {
    question: Question<'a>,
    kind: Kind,
    socket: Socket,
}

impl<'a> Exchange<'a> {
    /// Sends the question. Its ID is random, as its port is.
    pub(crate) async fn begin(
        engine: &Rc<Engine>,
        kind: Kind,
        server: SocketAddr,
        question: Question<'a>,
    ) -> Self {
        let Question { name, rtype, wants } = question;
        let name = name.clone();
        let query = move |id| {
            let query = wire::query(id, &name, rtype, wants);
            match kind {
                Kind::Datagram => query,
                Kind::Stream => framed(&query),
            }
        };
        Self { question, kind, socket: engine.ask(kind, server, query).await }
    }

    /// The reply.
    pub(crate) async fn reply(&self) -> io::Result<Vec<u8>> {
        match self.kind {
            Kind::Datagram => self.datagram().await,
            Kind::Stream => self.message().await,
        }
    }

    async fn datagram(&self) -> io::Result<Vec<u8>> {
        for _ in 0..MAX_STRAY_DATAGRAMS {
            let reply = self.socket.receive().await?;
            if self.is_answered_by(&reply) {
                return Ok(reply);
            }
        }
        Err(io::Error::other("too many stray datagrams"))
    }

    /// One message of a stream; the two-octet length bounds it.
    async fn message(&self) -> io::Result<Vec<u8>> {
        let mut reply = self.socket.receive_at_least(PREFIX).await?;
        let end = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let length = reply.first_chunk::<PREFIX>().ok_or_else(end)?;
        let length = PREFIX + usize::from(u16::from_be_bytes(*length));
        if reply.len() < length {
            self.socket.give_back(reply);
            reply = self.socket.receive_at_least(length).await?;
        }
        if reply.len() < length {
            return Err(end());
        }
        reply.truncate(length);
        drop(reply.drain(..PREFIX));
        if !self.is_answered_by(&reply) {
            return Err(io::Error::other("reply to another question"));
        }
        Ok(reply)
    }

    fn is_answered_by(&self, reply: &[u8]) -> bool {
        let Question { name, rtype, .. } = self.question;
        self.socket.token().is_some_and(|id| wire::answers(reply, id, name, rtype))
    }
}

/// A message as it goes over a stream; a query, whose name is bounded, is never too long for its length.
fn framed(message: &[u8]) -> Vec<u8> {
    let [.., high, low] = message.len().to_be_bytes();
    [&[high, low], message].concat()
}
