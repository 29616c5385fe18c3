//! One question to one server, over UDP or TCP (RFC 1035 4.2, RFC 7766).

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use crate::dns::wire::{self, Wants};
use crate::engine::{Beginning, Engine, First, Joint, Kind, Once, Socket};

/// Datagrams that do not answer the question before a server counts as failed: a bound on forged floods.
const MAX_STRAY_DATAGRAMS: u32 = 256;
/// The length before a message over TCP.
const PREFIX: usize = 2;

/// A question to a server; the name comes last, as to compare it costs most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) rtype: u16,
    pub(super) wants: Wants,
    pub(super) server: SocketAddr,
    pub(super) name: Name,
}

/// The octets of a reply, or why there are none.
type Heard = io::Result<Vec<u8>>;

/// A question on its way to a server, or that waits to be sent.
pub(super) struct Exchange {
    beginning: Beginning,
    /// How long who asked is going to wait from then on, and until when for that.
    patience: Duration,
    deadline: Duration,
    /// It has been asked anew.
    superseded: Once<()>,
    heard: Joint<Heard>,
}

impl Exchange {
    /// Sends the question for a call, when it is that call's turn and if its deadline has not come. Its ID is random, as its port is.
    pub(super) fn begin(
        engine: &Rc<Engine>,
        call: u64,
        deadline: Duration,
        kind: Kind,
        question: &Question,
        patience: Duration,
    ) -> Self {
        let Question { server, name, rtype, wants } = question;
        // The socket has the ID.
        let query = wire::query(0, name, *rtype, *wants);
        let first = match kind {
            Kind::Datagram => First { octets: query, place: 0 },
            Kind::Stream => First { octets: framed(&query), place: PREFIX },
        };
        let socket = engine.ask(call, kind, *server, deadline, first);
        let (beginning, question) = (socket.beginning(), question.clone());
        let heard = Joint::new(async move {
            match kind {
                Kind::Datagram => datagram(&socket, &question).await,
                Kind::Stream => message(&socket, &question).await,
            }
        });
        Self { beginning, patience, deadline, superseded: Once::default(), heard }
    }

    /// When it was sent, if it was.
    pub(super) fn begun(&self) -> Option<Duration> {
        self.beginning.time()
    }

    /// Until when who asked is going to wait.
    pub(super) fn ends(&self) -> Duration {
        self.begun().map_or(self.deadline, |begun| begun + self.patience)
    }

    /// Tells those who wait that the question is asked anew.
    pub(super) fn supersede(&self) {
        self.superseded.set(());
    }

    pub(super) async fn superseded(&self) {
        self.superseded.wait().await;
    }

    pub(super) async fn heard(&self) -> &Heard {
        self.heard.wait().await
    }
}

async fn datagram(socket: &Socket, question: &Question) -> io::Result<Vec<u8>> {
    for _ in 0..MAX_STRAY_DATAGRAMS {
        let reply = socket.receive().await?;
        if is_answered_by(socket, question, &reply) {
            return Ok(reply);
        }
    }
    Err(io::Error::other("too many stray datagrams"))
}

/// One message of a stream; the two-octet length bounds it.
async fn message(socket: &Socket, question: &Question) -> io::Result<Vec<u8>> {
    let prefix = socket.receive_at_least(PREFIX).await?;
    let end = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let length = prefix.first_chunk::<PREFIX>().ok_or_else(end)?;
    let length = PREFIX + usize::from(u16::from_be_bytes(*length));
    socket.give_back(prefix);
    let mut reply = socket.receive_at_least(length).await?;
    if reply.len() < length {
        return Err(end());
    }
    reply.truncate(length);
    drop(reply.drain(..PREFIX));
    if !is_answered_by(socket, question, &reply) {
        return Err(io::Error::other("reply to another question"));
    }
    Ok(reply)
}

fn is_answered_by(socket: &Socket, question: &Question, reply: &[u8]) -> bool {
    socket.token().is_some_and(|id| wire::answers(reply, id, &question.name, question.rtype))
}

/// A message as it goes over a stream; a query, whose name is bounded, is never too long for its length.
fn framed(message: &[u8]) -> Vec<u8> {
    let [.., high, low] = message.len().to_be_bytes();
    [&[high, low], message].concat()
}
