//! DNS messages as the lab's own tools read and write them: nothing is shared with the library under test.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER;

pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const CNAME: u16 = 5;
pub const SOA: u16 = 6;
pub const MX: u16 = 15;
pub const AAAA: u16 = 28;
pub const DNAME: u16 = 39;
pub const OPT: u16 = 41;
pub const DS: u16 = 43;
pub const RRSIG: u16 = 46;
pub const NSEC: u16 = 47;
pub const DNSKEY: u16 = 48;
pub const NSEC3: u16 = 50;
pub const TLSA: u16 = 52;

pub const NOERROR: u16 = 0;
pub const SERVFAIL: u16 = 2;
pub const NXDOMAIN: u16 = 3;
pub const REFUSED: u16 = 5;

pub const FLAG_TRUNCATED: u16 = 0x0200;
pub const FLAG_AUTHENTIC: u16 = 0x0020;

/// Names are uncompressed and keep their case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub owner: Vec<u8>,
    pub rtype: u16,
    pub class: u16,
    pub ttl: u32,
    pub rdata: Vec<u8>,
}

impl Record {
    /// The type an RRSIG covers; other records cover themselves.
    pub fn covers(&self) -> u16 {
        match self.rtype {
            RRSIG => u16::from_be_bytes([self.rdata[0], self.rdata[1]]),
            other => other,
        }
    }

    pub fn is_denial(&self) -> bool {
        matches!(self.covers(), NSEC | NSEC3)
    }

    pub fn is_at(&self, owner: &[u8]) -> bool {
        self.owner.eq_ignore_ascii_case(owner)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Message {
    pub id: u16,
    pub flags: u16,
    pub name: Vec<u8>,
    pub rtype: u16,
    pub answer: Vec<Record>,
    pub authority: Vec<Record>,
    pub additional: Vec<Record>,
}

impl Message {
    pub fn rcode(&self) -> u16 {
        self.flags & 0xf
    }

    pub fn set_rcode(&mut self, rcode: u16) {
        self.flags = (self.flags & !0xf) | rcode;
    }

    pub fn is_authentic(&self) -> bool {
        self.flags & FLAG_AUTHENTIC != 0
    }

    pub fn is_truncated(&self) -> bool {
        self.flags & FLAG_TRUNCATED != 0
    }

    /// A query with EDNS; `flags` are RD and perhaps CD or AD.
    pub fn query(id: u16, flags: u16, name: &[u8], rtype: u16, dnssec_ok: bool) -> Self {
        let ttl = if dnssec_ok { 0x8000 } else { 0 };
        let opt = Record { owner: vec![0], rtype: OPT, class: 1232, ttl, rdata: Vec::new() };
        let (name, additional) = (name.to_vec(), vec![opt]);
        Self { id, flags, name, rtype, additional, ..Self::default() }
    }

    pub fn parse(wire: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes(wire.get(at..at + 2)?.try_into().ok()?));
        let (name, mut at) = read_name(wire, 12)?;
        let mut message =
            Self { id: word(0)?, flags: word(2)?, name, rtype: word(at)?, ..Self::default() };
        at += 4;
        for (section, count) in [
            (&mut message.answer, word(6)?),
            (&mut message.authority, word(8)?),
            (&mut message.additional, word(10)?),
        ] {
            for _ in 0..count {
                let (record, end) = read_record(wire, at)?;
                section.push(record);
                at = end;
            }
        }
        Some(message)
    }

    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let counts = [&self.answer, &self.authority, &self.additional].map(|s| s.len() as u16);
        for word in [self.id, self.flags, 1, counts[0], counts[1], counts[2]] {
            out.extend(word.to_be_bytes());
        }
        let question = out.len() as u16;
        out.extend(&self.name);
        out.extend(self.rtype.to_be_bytes());
        out.extend([0, 1]);
        for record in self.answer.iter().chain(&self.authority).chain(&self.additional) {
            if record.owner == self.name && record.owner.len() > 2 {
                out.extend((0xc000 | question).to_be_bytes());
            } else {
                out.extend(&record.owner);
            }
            out.extend(record.rtype.to_be_bytes());
            out.extend(record.class.to_be_bytes());
            out.extend(record.ttl.to_be_bytes());
            out.extend((record.rdata.len() as u16).to_be_bytes());
            out.extend(&record.rdata);
        }
        out
    }
}

fn read_name(wire: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let (mut name, mut end) = (Vec::new(), None);
    loop {
        let length = *wire.get(at)?;
        if length >= 0xc0 {
            end.get_or_insert(at + 2);
            let target = usize::from(length & 0x3f) << 8 | usize::from(*wire.get(at + 1)?);
            at = Some(target).filter(|target| *target < at)?;
            continue;
        }
        name.extend(wire.get(at..=at + usize::from(length))?);
        at += 1 + usize::from(length);
        if length == 0 {
            return Some((name, end.unwrap_or(at)));
        }
    }
}

fn read_record(wire: &[u8], at: usize) -> Option<(Record, usize)> {
    let (owner, at) = read_name(wire, at)?;
    let fixed: [u8; 10] = wire.get(at..at + 10)?.try_into().ok()?;
    let [t0, t1, c0, c1, ttl @ .., l0, l1] = fixed;
    let (rtype, start) = (u16::from_be_bytes([t0, t1]), at + 10);
    let end = start + usize::from(u16::from_be_bytes([l0, l1]));
    let (names_from, names) = match rtype {
        NS | CNAME | DNAME => (0, 1),
        MX => (2, 1),
        SOA => (0, 2),
        _ => (0, 0),
    };
    let mut rdata = wire.get(start..start + names_from)?.to_vec();
    let mut inside = start + names_from;
    for _ in 0..names {
        let (name, next) = read_name(wire, inside)?;
        rdata.extend(name);
        inside = next;
    }
    rdata.extend(wire.get(inside..end)?);
    let class = u16::from_be_bytes([c0, c1]);
    Some((Record { owner, rtype, class, ttl: u32::from_be_bytes(ttl), rdata }, end))
}

/// The wire format of a name in presentation format; `\` takes the next octet as it is.
pub fn name(text: &str) -> Vec<u8> {
    let (mut wire, mut label) = (Vec::new(), Vec::new());
    let mut octets = text.bytes();
    let mut finish = |label: &mut Vec<u8>| {
        if !label.is_empty() {
            wire.push(label.len() as u8);
            wire.append(label);
        }
    };
    while let Some(octet) = octets.next() {
        match octet {
            b'.' => finish(&mut label),
            b'\\' => label.extend(octets.next()),
            other => label.push(other),
        }
    }
    finish(&mut label);
    wire.push(0);
    wire
}

/// The presentation format of a name, lower case, with a final dot.
pub fn show_name(mut wire: &[u8]) -> String {
    let mut text = String::new();
    while let [length, rest @ ..] = wire
        && *length > 0
    {
        let (label, rest) = rest.split_at(usize::from(*length));
        for octet in label {
            if matches!(octet, b'.' | b'\\') {
                text.push('\\');
            }
            text.push(char::from(octet.to_ascii_lowercase()));
        }
        text.push('.');
        wire = rest;
    }
    if text.is_empty() { ".".into() } else { text }
}

/// The name without its first label.
pub fn parent(wire: &[u8]) -> &[u8] {
    &wire[1 + usize::from(wire[0])..]
}

/// Whether `name` is `ancestor` or lies below it.
pub fn is_within(mut name: &[u8], ancestor: &[u8]) -> bool {
    while !name.eq_ignore_ascii_case(ancestor) {
        if name == [0] {
            return false;
        }
        name = parent(name);
    }
    true
}

/// The word for a type on a command line.
pub fn type_name(rtype: u16) -> &'static str {
    match rtype {
        A => "A",
        CNAME => "CNAME",
        MX => "MX",
        AAAA => "AAAA",
        TLSA => "TLSA",
        DS => "DS",
        DNSKEY => "DNSKEY",
        _ => "?",
    }
}

/// RDATA as dane-check prints it.
pub fn show_rdata(rtype: u16, rdata: &[u8]) -> String {
    match (rtype, rdata) {
        (A, &[a, b, c, d]) => Ipv4Addr::new(a, b, c, d).to_string(),
        (AAAA, _) if rdata.len() == 16 => {
            Ipv6Addr::from(<[u8; 16]>::try_from(rdata).unwrap_or_default()).to_string()
        }
        (CNAME, _) => show_name(rdata),
        (MX, [high, low, exchange @ ..]) => {
            format!("{} {}", u16::from_be_bytes([*high, *low]), show_name(exchange))
        }
        (TLSA, [usage, selector, matching_type, data @ ..]) => {
            format!("{usage} {selector} {matching_type} {}", HEXLOWER.encode(data))
        }
        _ => {
            let mut text = format!("\\# {}", rdata.len());
            let _ = write!(text, " {}", HEXLOWER.encode(rdata));
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_both_forms() {
        assert_eq!(name("a\\.b.c."), b"\x03a.b\x01c\0");
        assert_eq!(show_name(b"\x03A.b\x01c\0"), "a\\.b.c.");
        assert_eq!((name("."), show_name(b"\0")), (vec![0], ".".into()));
        assert!(is_within(&name("x.b.c"), &name("B.c")) && !is_within(&name("xb.c"), &name("b.c")));
    }

    #[test]
    fn a_message_survives() {
        let mut message = Message::query(7, 0x0110, &name("a.example"), MX, true);
        let rdata = b"\0\x0a\x02mx\x07example\0".to_vec();
        let owner = name("a.example");
        message.answer.push(Record { owner, rtype: MX, class: 1, ttl: 9, rdata });
        let again = Message::parse(&message.to_wire()).unwrap();
        assert_eq!((again.answer, again.additional), (message.answer, message.additional));
    }
}
