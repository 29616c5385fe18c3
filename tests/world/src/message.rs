//! Queries in, replies out (RFC 1035 section 4.1).

use std::collections::HashMap;

use hickory_resolver::proto::rr::Name;

use crate::records::{CNAME, MX, NSEC, NSEC3, RRSIG};
use crate::resolver::{Answer, Standing, read_name};
use crate::signer::Record;

const NOERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const EDE_BOGUS: u16 = 6;
/// Octets of a label, and of a name (RFC 1035 section 2.3.4).
const MAX_LABEL: u8 = 63;
const MAX_NAME: usize = 255;

/// What a client asks.
pub struct Query {
    id: u16,
    recursion_desired: bool,
    pub name: Name,
    pub rtype: u16,
    authentic_data: bool,
    checking_disabled: bool,
    dnssec_ok: bool,
    has_edns: bool,
    pub payload: usize,
}

impl Query {
    /// Reads a query with one question and perhaps an OPT record; None for anything else.
    pub fn parse(wire: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_be_bytes(wire.get(at..at + 2)?.try_into().ok()?));
        let flags = word(2)?;
        if flags & 0x8000 != 0 || word(4)? != 1 {
            return None;
        }
        let mut end = 12;
        while *wire.get(end)? != 0 {
            if wire[end] > MAX_LABEL {
                return None;
            }
            end += 1 + usize::from(wire[end]);
        }
        let name = wire.get(12..=end).filter(|name| name.len() <= MAX_NAME).map(read_name)?;
        let opt = wire.get(end + 5..).filter(|opt| opt.len() >= 11 && opt[..3] == [0, 0, 41]);
        Some(Self {
            id: word(0)?,
            recursion_desired: flags & 0x0100 != 0,
            name,
            rtype: word(end + 1)?,
            authentic_data: flags & 0x20 != 0,
            checking_disabled: flags & 0x10 != 0,
            dnssec_ok: opt.is_some_and(|opt| opt[7] & 0x80 != 0),
            has_edns: opt.is_some(),
            payload: opt
                .map_or(512, |opt| usize::from(u16::from_be_bytes([opt[3], opt[4]])).max(512)),
        })
    }

    /// The reply; over UDP it is truncated to the client's payload size.
    pub fn reply(&self, mut answer: Answer, limit: usize) -> Vec<u8> {
        let bogus = answer.standing == Standing::Bogus && !self.checking_disabled;
        if bogus {
            let nothing = Default::default();
            answer = Answer {
                rcode: SERVFAIL,
                answer: vec![],
                authority: vec![],
                junk: nothing,
                ..answer
            };
        }
        if !self.dnssec_ok {
            let keep = |record: &Record| {
                record.rtype == self.rtype || !matches!(record.rtype, RRSIG | NSEC | NSEC3)
            };
            answer.answer.retain(keep);
            answer.authority.retain(keep);
        }
        if answer.is_compact && self.dnssec_ok && answer.rcode == NXDOMAIN {
            answer.rcode = NOERROR;
        }
        // Tests move records from reply to reply, so names are compressed only where it takes that.
        for names in [Names::spelled_out(), Names::compressed()] {
            let reply = self.encode(&answer, bogus, false, names);
            if reply.len() <= limit {
                return reply;
            }
        }
        let nothing = Default::default();
        let empty = Answer { answer: vec![], authority: vec![], junk: nothing, ..answer };
        self.encode(&empty, bogus, true, Names::spelled_out())
    }

    fn encode(&self, answer: &Answer, bogus: bool, truncated: bool, mut names: Names) -> Vec<u8> {
        let secure = answer.standing == Standing::Secure && answer.rcode != SERVFAIL;
        let wants_ad = self.authentic_data || self.dnssec_ok;
        let mut flags = 0x8080 | u16::from(answer.rcode);
        flags |= u16::from(self.recursion_desired) << 8;
        flags |= u16::from(truncated) << 9;
        flags |= u16::from(secure && wants_ad && !self.checking_disabled) << 5;
        flags |= u16::from(self.checking_disabled) << 4;
        let (junk, junk_records) = &answer.junk;
        let counts = [answer.answer.len() as u16 + junk_records, answer.authority.len() as u16];
        let mut out = Vec::new();
        for word in [self.id, flags, 1, counts[0], counts[1], u16::from(self.has_edns)] {
            out.extend(word.to_be_bytes());
        }
        names.write(&self.name, &mut out);
        out.extend(self.rtype.to_be_bytes());
        out.extend([0, 1]);
        answer.answer.iter().for_each(|record| names.write_record(record, &mut out));
        out.extend(junk);
        answer.authority.iter().for_each(|record| names.write_record(record, &mut out));
        if self.has_edns {
            out.extend([0, 0, 41, 16, 0, 0, 0, u8::from(self.dnssec_ok) << 7, 0]);
            let text = b"broken on purpose";
            let mut options = Vec::new();
            if bogus {
                options.extend([0, 15]);
                options.extend((text.len() as u16 + 2).to_be_bytes());
                options.extend(EDE_BOGUS.to_be_bytes());
                options.extend(text);
            }
            out.extend((options.len() as u16).to_be_bytes());
            out.extend(options);
        }
        out
    }
}

/// Where names stand in a message, for those that end as they do (RFC 1035 section 4.1.4).
struct Names {
    known: HashMap<Name, u16>,
    is_used: bool,
}

impl Names {
    fn spelled_out() -> Self {
        Self { known: HashMap::new(), is_used: false }
    }

    fn compressed() -> Self {
        Self { known: HashMap::new(), is_used: true }
    }

    fn write(&mut self, name: &Name, out: &mut Vec<u8>) {
        let labels: Vec<&[u8]> = name.iter().collect();
        for (position, label) in labels.iter().enumerate() {
            if self.is_used {
                let rest = name.trim_to(labels.len() - position);
                if let Some(offset) = self.known.get(&rest) {
                    out.extend((0xc000 | offset).to_be_bytes());
                    return;
                }
                if out.len() < 0x4000 {
                    self.known.insert(rest, out.len() as u16);
                }
            }
            out.push(label.len() as u8);
            out.extend(*label);
        }
        out.push(0);
    }

    fn write_record(&mut self, record: &Record, out: &mut Vec<u8>) {
        self.write(&record.owner, out);
        out.extend(record.rtype.to_be_bytes());
        out.extend([0, 1]);
        out.extend(record.ttl.to_be_bytes());
        let start = out.len();
        out.extend([0, 0]);
        match (record.rtype, &record.rdata[..]) {
            (CNAME, target) => self.write(&read_name(target), out),
            (MX, [high, low, target @ ..]) => {
                out.extend([high, low]);
                self.write(&read_name(target), out);
            }
            (_, rdata) => out.extend(rdata),
        }
        let length = (out.len() - start - 2) as u16;
        out[start..start + 2].copy_from_slice(&length.to_be_bytes());
    }
}
