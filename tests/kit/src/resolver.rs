//! The resolver of the mail server under test: the world's answers at port 53, and what was asked for.

use std::io;
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use world::World;

const PORT: u16 = 53;

/// Places in a message (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
const FLAGS: usize = 2;
const HEADER: usize = 12;
const RESPONSE: u8 = 0x80;
const RECURSION_AVAILABLE: u8 = 0x80;
const AUTHENTIC_DATA: u8 = 0x20;
const CHECKING_DISABLED: u8 = 0x10;
const SERVFAIL: u8 = 2;
const RCODES: [&str; 6] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/// What the resolver makes of DNSSEC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It validates: AD for what is secure, SERVFAIL for what is bogus.
    SetsAd,
    /// It hands everything on with its signatures, and judges nothing.
    None,
}

impl Judgement {
    /// Where such a resolver listens.
    pub const fn address(self) -> &'static str {
        match self {
            Self::SetsAd => "127.0.2.4",
            Self::None => "127.0.2.5",
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::SetsAd => "ad",
            Self::None => "none",
        }
    }
}

/// A question and what came of it.
#[derive(Clone, Debug)]
pub struct Question {
    pub asked: Instant,
    pub name: String,
    pub rtype: u16,
    pub rcode: &'static str,
    pub is_authentic: bool,
}

impl Question {
    /// The type by its name, as far as mail has to do with it.
    pub fn type_name(&self) -> String {
        match self.rtype {
            1 => "A".into(),
            2 => "NS".into(),
            5 => "CNAME".into(),
            6 => "SOA".into(),
            12 => "PTR".into(),
            15 => "MX".into(),
            16 => "TXT".into(),
            28 => "AAAA".into(),
            43 => "DS".into(),
            48 => "DNSKEY".into(),
            52 => "TLSA".into(),
            other => format!("TYPE{other}"),
        }
    }
}

/// One that runs; its threads end with the process.
#[derive(Clone)]
pub struct Resolver {
    world: Arc<World>,
    judgement: Judgement,
    questions: Arc<Mutex<Vec<Question>>>,
}

impl Resolver {
    pub fn start(world: &Arc<World>, judgement: Judgement) -> io::Result<Self> {
        let address: IpAddr = judgement.address().parse().map_err(io::Error::other)?;
        let (udp, tcp) = (UdpSocket::bind((address, PORT))?, TcpListener::bind((address, PORT))?);
        let resolver = Self { world: world.clone(), judgement, questions: Arc::default() };
        let here = resolver.clone();
        world::serve_dns(udp, tcp, move |query, over_tcp| here.reply(query, over_tcp));
        Ok(resolver)
    }

    /// Everything that was asked so far.
    pub fn questions(&self) -> Vec<Question> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When it was asked last.
    pub fn last_asked(&self) -> Option<Instant> {
        let questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        questions.last().map(|question| question.asked)
    }

    /// Where the world is silent, what a resolver says that has waited long enough. None: the query is none.
    fn reply(&self, query: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        let asked = Instant::now();
        let (name, rtype) = question(query)?;
        let mut query = query.to_vec();
        if self.judgement == Judgement::None {
            query[FLAGS + 1] |= CHECKING_DISABLED;
        }
        let reply = self.world.answer(&query, over_tcp).unwrap_or_else(|| failure(&query));
        let rcode = RCODES.get(usize::from(reply[FLAGS + 1] & 15)).copied().unwrap_or("other");
        let is_authentic = reply[FLAGS + 1] & AUTHENTIC_DATA != 0;
        let question = Question { asked, name, rtype, rcode, is_authentic };
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).push(question);
        Some(reply)
    }
}

/// A failure in reply to a query, with its question alone.
fn failure(query: &[u8]) -> Vec<u8> {
    let end = question_end(query).unwrap_or(HEADER);
    let mut reply = query[..end].to_vec();
    reply[FLAGS] |= RESPONSE;
    reply[FLAGS + 1] = RECURSION_AVAILABLE | SERVFAIL;
    reply[HEADER - 2..HEADER].fill(0);
    reply
}

/// The name, in escaped presentation format, and the type of the first question.
fn question(query: &[u8]) -> Option<(String, u16)> {
    let end = question_end(query)?;
    let (mut rest, mut name) = (&query[HEADER..end - 5], String::new());
    while let [length, more @ ..] = rest {
        let (label, after) = more.split_at_checked(usize::from(*length))?;
        if !name.is_empty() {
            name.push('.');
        }
        for octet in label {
            match octet {
                b'.' | b'\\' => name.extend(['\\', char::from(*octet)]),
                b'!'..=b'~' => name.push(char::from(*octet)),
                _ => name += &format!("\\{octet:03}"),
            }
        }
        rest = after;
    }
    let rtype = u16::from_be_bytes([query[end - 4], query[end - 3]]);
    Some((if name.is_empty() { ".".into() } else { name }, rtype))
}

/// Where the first question ends.
fn question_end(query: &[u8]) -> Option<usize> {
    let mut end = HEADER;
    while *query.get(end)? != 0 {
        end += 1 + usize::from(query[end]);
    }
    Some(end + 5).filter(|end| *end <= query.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_is_cut_anywhere_is_none() {
        let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        query.extend(b"\x03a.b\x04test\0\0\x34\0\x01");
        assert_eq!(question(&query), Some(("a\\.b.test".into(), 52)));
        for length in 0..query.len() {
            assert_eq!(question(&query[..length]), None);
        }
        let reply = failure(&query);
        assert_eq!((&reply[..4], reply.len()), (&[0, 7, 0x81, 0x82][..], query.len()));
    }
}
