//! What goes wrong on a network, and what becomes of the octets.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use world::Random;

use super::question::{Question, question};
use crate::engine::Event;

/// What is about to happen to a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A datagram socket is made.
    Port,
    /// A connection stands.
    Connection,
    /// Nobody listens, and says so.
    Refusal,
    /// A name server's reply over UDP.
    Datagram,
    /// A name server's reply over TCP.
    Reply,
    /// What a mail server says before TLS.
    Speech,
    /// What it says in TLS.
    Records,
    /// The end of a stream.
    End,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    AsItIs,
    /// It never comes, nor what would follow it on the same stream.
    Lost,
    /// It comes so much later, and on a stream all that follows too.
    Late(Duration),
    /// Once more after so long, which datagrams alone can.
    Twice(Duration),
    /// A name server's: the sections are left out, and TC says so.
    Truncated,
    /// It breaks off, and so does the stream.
    Cut(Place),
    /// What a stream brings comes in two pieces, the second after so long.
    Pieces(Place, Duration),
    /// The connection is reset instead.
    Reset,
    /// Nobody is there.
    Refused,
    /// An error instead: a name server's response code without AD, 421 of a mail server, and in TLS an alert.
    Error(u8),
    /// Bits are turned over in what a name server says, as a number has it.
    Altered(u64),
}

/// A place among octets, near an end: what lies between may be longer by an octet in another run, as some signatures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// After so many octets.
    After(usize),
    /// Before so many that are the last.
    Before(usize),
}

/// Who says what becomes of everything.
pub(crate) trait Faults {
    /// What becomes of what is about to happen.
    fn fate(&mut self, happening: Happening) -> Fate;

    /// How far the time leaps while a driver waits or computes.
    fn leap(&mut self) -> Duration {
        Duration::ZERO
    }

    /// By how many seconds the wall clock is wrong from now on, where that changes.
    fn clock(&mut self) -> Option<i64> {
        None
    }
}

/// Nothing goes wrong.
pub(crate) struct Calm;

impl Faults for Calm {
    fn fate(&mut self, _: Happening) -> Fate {
        Fate::AsItIs
    }
}

/// What happened, and what became of it.
pub(crate) type Course = Rc<RefCell<Vec<(Happening, Fate)>>>;

/// Faults that somebody takes notes of.
pub(crate) struct Watched<F> {
    pub(crate) faults: F,
    pub(crate) course: Course,
}

impl<F: Faults> Faults for Watched<F> {
    fn fate(&mut self, happening: Happening) -> Fate {
        let fate = self.faults.fate(happening);
        self.course.borrow_mut().push((happening, fate));
        fate
    }

    fn leap(&mut self) -> Duration {
        self.faults.leap()
    }

    fn clock(&mut self) -> Option<i64> {
        self.faults.clock()
    }
}

impl Happening {
    /// Each way in which it can fail; some of them are an example for many.
    pub(crate) fn failures(self) -> &'static [Fate] {
        use Fate::*;
        const SERVFAIL: Fate = Error(2);
        const REFUSED: Fate = Error(5);
        const LATE: Fate = Late(Duration::from_secs(1));
        /// Beyond the patience with a server in its first round.
        const TOO_LATE: Fate = Late(Duration::from_secs(4));
        const TWICE: Fate = Twice(Duration::from_millis(1));
        const PIECES: Fate = Pieces(Place::After(1), Duration::from_millis(1));
        match self {
            Self::Port => &[Refused],
            Self::Connection => &[Lost, LATE, TOO_LATE, Reset, Refused],
            Self::Refusal => &[Lost, LATE, TOO_LATE, Reset],
            Self::Datagram => &[
                Lost,
                LATE,
                TOO_LATE,
                TWICE,
                Truncated,
                Cut(Place::Before(1)),
                Reset,
                Refused,
                SERVFAIL,
                REFUSED,
            ],
            Self::Reply => &[
                Lost,
                LATE,
                TOO_LATE,
                PIECES,
                Truncated,
                Cut(Place::After(1)),
                Cut(Place::Before(1)),
                Reset,
                SERVFAIL,
                REFUSED,
            ],
            Self::Speech | Self::Records => &[
                Lost,
                LATE,
                TOO_LATE,
                PIECES,
                Cut(Place::After(1)),
                Cut(Place::Before(1)),
                Reset,
                Error(0),
            ],
            Self::End => &[Lost, LATE, TOO_LATE, Reset],
        }
    }

    pub(super) fn is_of_stream(self) -> bool {
        !matches!(self, Self::Port | Self::Datagram)
    }

    pub(super) fn is_of_name_server(self) -> bool {
        matches!(self, Self::Datagram | Self::Reply)
    }
}

impl Fate {
    pub(super) fn is_fault(self) -> bool {
        self != Self::AsItIs
    }
}

impl Place {
    /// The place in octets of which there is at least one: short of their end.
    fn within(self, length: usize) -> usize {
        let last = length.saturating_sub(1);
        match self {
            Self::After(octets) => octets.min(last),
            Self::Before(octets) => length.saturating_sub(octets.max(1)),
        }
    }
}

/// The length before a message over TCP.
pub(super) const PREFIX: usize = 2;

/// A message as it goes over TCP.
pub(super) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    [&length, message].concat()
}

/// What comes instead of one event, each so much later.
type Events = Vec<(Duration, Event<'static>)>;

/// What becomes of an event, and whether a stream goes on after it.
pub(super) fn outcome(fate: Fate, happening: Happening, event: Event<'static>) -> (Events, bool) {
    let failed = |kind: io::ErrorKind| (vec![(Duration::ZERO, Event::Failed(kind.into()))], false);
    match (fate, event) {
        (Fate::Lost, _) => (Vec::new(), !happening.is_of_stream()),
        (Fate::Reset, _) => failed(io::ErrorKind::ConnectionReset),
        (Fate::Refused, _) => failed(io::ErrorKind::ConnectionRefused),
        (Fate::Late(delay), event) => (vec![(delay, event)], true),
        (fate, Event::Received(octets)) if !octets.is_empty() => {
            of_octets(fate, happening, octets.into_owned())
        }
        (_, event) => (vec![(Duration::ZERO, event)], true),
    }
}

/// The same of octets, of which there are some.
fn of_octets(fate: Fate, happening: Happening, octets: Vec<u8>) -> (Events, bool) {
    let received = |octets: &[u8]| Event::Received(octets.to_vec().into());
    let (at_once, is_stream) = (Duration::ZERO, happening.is_of_stream());
    match fate {
        Fate::Twice(delay) if !is_stream => {
            (vec![(at_once, received(&octets)), (delay, received(&octets))], true)
        }
        Fate::Cut(place) => {
            let mut events = vec![(at_once, received(&octets[..place.within(octets.len())]))];
            if is_stream {
                events.retain(
                    |(_, event)| !matches!(event, Event::Received(kept) if kept.is_empty()),
                );
                events.push((at_once, received(&[])));
            }
            (events, !is_stream)
        }
        Fate::Pieces(place, delay) if is_stream && octets.len() > 1 => {
            let (first, second) = octets.split_at(place.within(octets.len()).max(1));
            (vec![(at_once, received(first)), (delay, received(second))], true)
        }
        fate => {
            let octets = said_instead(fate, happening, octets);
            (vec![(at_once, Event::Received(octets.into()))], true)
        }
    }
}

/// What a mail server says instead, before TLS and in it (RFC 5321 section 3.8, RFC 8446 section 6.2).
const CLOSING: &[u8] = b"421 closing\r\n";
const INTERNAL_ERROR: &[u8] = &[21, 3, 3, 0, 2, 2, 80];

/// What is heard where this was said.
fn said_instead(fate: Fate, happening: Happening, octets: Vec<u8>) -> Vec<u8> {
    let of_dns = |mut message: Vec<u8>| match fate {
        Fate::Truncated => truncated(&message),
        Fate::Error(rcode) => error(&message, rcode),
        Fate::Altered(number) => {
            alter(&mut message, number);
            message
        }
        _ => message,
    };
    match (happening, fate) {
        (Happening::Datagram, _) => of_dns(octets),
        (Happening::Reply, _) => framed(&of_dns(octets[PREFIX..].to_vec())),
        (Happening::Speech, Fate::Error(_)) => CLOSING.into(),
        (Happening::Records, Fate::Error(_)) => INTERNAL_ERROR.into(),
        _ => octets,
    }
}

const HEADER: usize = 12;
const TRUNCATED: u8 = 2;

/// Header and question of a message, with these flags and no record; one whose question is spoiled as it is.
fn without_records(message: &[u8], flags: [u8; 2]) -> Vec<u8> {
    let Some(Question { end, .. }) = question(message) else { return message.to_vec() };
    let head = [&message[..2], &flags, &[0, 1, 0, 0, 0, 0, 0, 0]].concat();
    [&head, &message[HEADER..end]].concat()
}

/// A reply without its records, which says that it is truncated.
fn truncated(reply: &[u8]) -> Vec<u8> {
    without_records(reply, [reply[2] | TRUNCATED, reply[3]])
}

/// An error instead of a reply.
pub(super) fn error(reply: &[u8], rcode: u8) -> Vec<u8> {
    const RECURSION_AVAILABLE: u8 = 0x80;
    without_records(reply, [reply[2] & !TRUNCATED, RECURSION_AVAILABLE | rcode])
}

/// Turns over a few bits behind the question, and sometimes before it.
fn alter(reply: &mut [u8], number: u64) {
    let mut random = Random::new(number);
    let behind = question(reply).map_or(0, |question| question.end);
    let start = if random.one_in(8) { 0 } else { behind.min(reply.len() - 1) };
    for _ in 0..=random.below(3) {
        let at = start + random.below(reply.len() - start);
        reply[at] ^= 1 << random.below(8);
    }
}
