//! One question to one server, over UDP and, where the reply is truncated, TCP (RFC 1035 4.2, RFC 7766).

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use hickory_resolver::proto::rr::Name;

use crate::dns::wire::{self, Wants};
use crate::engine::{Engine, Kind, Socket};
use crate::memory;

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

/// A connection to a server, which a question is asked over.
pub(crate) struct Exchange<'a> {
    question: Question<'a>,
    kind: Kind,
    socket: Socket,
}

impl<'a> Exchange<'a> {
    /// Connects. The question's ID is random, as its port is.
    pub(crate) async fn open(
        engine: &Rc<Engine>,
        kind: Kind,
        server: SocketAddr,
        question: Question<'a>,
    ) -> io::Result<Self> {
        Ok(Self { question, kind, socket: engine.open(kind, server).await? })
    }

    /// Asks, and gives the reply.
    pub(crate) async fn ask(&self) -> io::Result<Vec<u8>> {
        match self.kind {
            Kind::Datagram => self.by_datagram().await,
            Kind::Stream => self.by_stream().await,
        }
    }

    /// The reply, in one datagram.
    async fn by_datagram(&self) -> io::Result<Vec<u8>> {
        self.socket.send(self.query());
        for _ in 0..MAX_STRAY_DATAGRAMS {
            let reply = self.socket.receive().await?;
            if self.is_answered_by(&reply) {
                return Ok(reply);
            }
        }
        Err(io::Error::other("too many stray datagrams"))
    }

    /// The reply, over a stream; the two-octet length bounds it.
    async fn by_stream(&self) -> io::Result<Vec<u8>> {
        let query = self.query();
        let length = u16::try_from(query.len()).map_err(io::Error::other)?;
        self.socket.send([&length.to_be_bytes(), &query[..]].concat());
        let mut reply = self.socket.receive_at_least(PREFIX).await?;
        let end = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let length = reply.first_chunk::<PREFIX>().ok_or_else(end)?;
        let length = PREFIX + usize::from(u16::from_be_bytes(*length));
        if let Some(more) = length.checked_sub(reply.len()).filter(|more| *more > 0) {
            let rest = self.socket.receive_at_least(more).await?;
            memory::fallibly(|| reply.try_reserve_exact(rest.len()))?;
            reply.extend(rest);
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

    fn query(&self) -> Vec<u8> {
        let Question { name, rtype, wants } = self.question;
        wire::query(self.socket.token(), name, rtype, wants)
    }

    fn is_answered_by(&self, reply: &[u8]) -> bool {
        wire::answers(reply, self.socket.token(), self.question.name, self.question.rtype)
    }
}
