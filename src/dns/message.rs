//! DNS messages: the query we send, and the parts of a reply that a proof needs (RFC 1035 section 4.1).
//!
//! A reply is at most 65,535 octets, which bounds its records. TLSA data is kept as it came,
//! so that a malformed record is an unusable one and not an unreadable reply.

use hickory_resolver::proto::rr::Name;
use hickory_resolver::proto::serialize::binary::{BinDecodable, BinDecoder, DecodeError};

use super::{names, rtype};
use crate::text::escaped;

/// The EDNS payload size we offer: unfragmented on any path (RFC 9715).
pub(crate) const UDP_PAYLOAD: u16 = 1232;

/// Labels and compression pointers of one name: it has at most 127 labels, and no use for more pointers.
const MAX_NAME_STEPS: usize = 254;

const CLASS_IN: u16 = 1;
const FLAG_RESPONSE: u16 = 0x8000;
const FLAG_TRUNCATED: u16 = 0x0200;
const FLAG_RECURSION_DESIRED: u16 = 0x0100;
const FLAG_AUTHENTIC_DATA: u16 = 0x0020;
const FLAG_CHECKING_DISABLED: u16 = 0x0010;
const EDNS_DNSSEC_OK: u32 = 0x8000;
const EDNS_OPTION_EDE: u16 = 15;

/// A record; names inside its RDATA are uncompressed and in lower case (RFC 4034 section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) owner: Name,
    pub(crate) rtype: u16,
    pub(crate) ttl: u32,
    pub(crate) rdata: Vec<u8>,
}

/// A signature (RFC 4034 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rrsig {
    pub(crate) owner: Name,
    pub(crate) covered: u16,
    pub(crate) algorithm: u8,
    pub(crate) labels: u8,
    pub(crate) original_ttl: u32,
    pub(crate) expiration: u32,
    pub(crate) inception: u32,
    pub(crate) key_tag: u16,
    pub(crate) signer: Name,
    pub(crate) signature: Vec<u8>,
}

/// The records of one section that a proof needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) records: Vec<Record>,
    pub(crate) signatures: Vec<Rrsig>,
}

/// A reply to one of our queries.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) rcode: u16,
    pub(crate) authentic: bool,
    pub(crate) truncated: bool,
    pub(crate) answer: Section,
    pub(crate) authority: Section,
    /// Extended DNS errors (RFC 8914), as one line of printable ASCII.
    pub(crate) extended_error: Option<String>,
}

/// What the query asks of the resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// DO and CD: every signature and proof, and no judgement.
    Proofs,
    /// AD: the resolver's judgement (RFC 6840 section 5.7).
    Judgement,
    /// CD alone: the records, whatever is wrong with their signatures.
    Records,
}

/// A query in wire format.
pub(crate) fn query(id: u16, name: &Name, rtype: u16, wants: Wants) -> Vec<u8> {
    let (flags, edns_flags) = match wants {
        Wants::Proofs => (FLAG_RECURSION_DESIRED | FLAG_CHECKING_DISABLED, EDNS_DNSSEC_OK),
        Wants::Judgement => (FLAG_RECURSION_DESIRED | FLAG_AUTHENTIC_DATA, 0),
        Wants::Records => (FLAG_RECURSION_DESIRED | FLAG_CHECKING_DISABLED, 0),
    };
    let mut wire = Vec::with_capacity(name.len() + 32);
    for word in [id, flags, 1, 0, 0, 1] {
        wire.extend(word.to_be_bytes());
    }
    wire.extend(names::canonical_wire(name));
    wire.extend(rtype.to_be_bytes());
    wire.extend(CLASS_IN.to_be_bytes());
    wire.push(0);
    wire.extend(rtype::OPT.to_be_bytes());
    wire.extend(UDP_PAYLOAD.to_be_bytes());
    wire.extend(edns_flags.to_be_bytes());
    wire.extend(0u16.to_be_bytes());
    wire
}

/// Whether `wire` is a reply to this query: ID, question, response bit. Everything else is ignored noise.
pub(crate) fn answers(wire: &[u8], id: u16, name: &Name, rtype: u16) -> bool {
    let question = || -> Result<bool, DecodeError> {
        let mut decoder = BinDecoder::new(wire);
        let header = Header::read(&mut decoder)?;
        if header.id != id || header.flags & FLAG_RESPONSE == 0 || header.counts[0] != 1 {
            return Ok(false);
        }
        let asked = read_name(&mut decoder)?;
        let asked_type = u16_of(&mut decoder)?;
        Ok(asked == *name && asked_type == rtype && u16_of(&mut decoder)? == CLASS_IN)
    };
    question().unwrap_or(false)
}

/// Reads a reply.
pub(crate) fn parse(wire: &[u8]) -> Result<Message, DecodeError> {
    let mut decoder = BinDecoder::new(wire);
    let header = Header::read(&mut decoder)?;
    let [questions, answers, authorities, additionals] = header.counts;
    for _ in 0..questions {
        read_name(&mut decoder)?;
        u16_of(&mut decoder)?;
        u16_of(&mut decoder)?;
    }
    let mut message = Message {
        rcode: header.flags & 0x000f,
        authentic: header.flags & FLAG_AUTHENTIC_DATA != 0,
        truncated: header.flags & FLAG_TRUNCATED != 0,
        answer: Section::default(),
        authority: Section::default(),
        extended_error: None,
    };
    if message.truncated {
        return Ok(message);
    }
    message.answer = section(&mut decoder, answers)?;
    message.authority = section(&mut decoder, authorities)?;
    for _ in 0..additionals {
        let raw = RawRecord::read(&mut decoder)?;
        if raw.rtype == rtype::OPT {
            message.rcode |= ((raw.ttl >> 24) as u16) << 4;
            message.extended_error = extended_error(raw.rdata);
        }
    }
    Ok(message)
}

struct Header {
    id: u16,
    flags: u16,
    counts: [u16; 4],
}

impl Header {
    fn read(decoder: &mut BinDecoder<'_>) -> Result<Self, DecodeError> {
        let id = u16_of(decoder)?;
        let flags = u16_of(decoder)?;
        let mut counts = [0; 4];
        for count in &mut counts {
            *count = u16_of(decoder)?;
        }
        Ok(Self { id, flags, counts })
    }
}

struct RawRecord<'a> {
    owner: Name,
    rtype: u16,
    class: u16,
    ttl: u32,
    rdata: &'a [u8],
    start: usize,
}

impl<'a> RawRecord<'a> {
    fn read(decoder: &mut BinDecoder<'a>) -> Result<Self, DecodeError> {
        let owner = read_name(decoder)?;
        let rtype = u16_of(decoder)?;
        let class = u16_of(decoder)?;
        let ttl = u32_of(decoder)?;
        let length = u16_of(decoder)?;
        let start = decoder.index();
        let rdata = decoder.read_slice(length.into())?.unverified();
        Ok(Self { owner, rtype, class, ttl, rdata, start })
    }

    /// The RDATA behind `skip` octets as one name that ends where the RDATA ends.
    fn name_after(&self, decoder: &BinDecoder<'a>, skip: usize) -> Result<Name, DecodeError> {
        let (name, end) = self.name_at(decoder, skip)?;
        if end == self.rdata.len() { Ok(name) } else { Err(DecodeError::InsufficientBytes) }
    }

    fn name_at(&self, decoder: &BinDecoder<'a>, skip: usize) -> Result<(Name, usize), DecodeError> {
        let mut inner = decoder.clone(position(self.start + skip)?);
        let name = read_name(&mut inner)?;
        let end = inner.index().checked_sub(self.start).filter(|end| *end <= self.rdata.len());
        Ok((name.to_lowercase(), end.ok_or(DecodeError::InsufficientBytes)?))
    }
}

fn section(decoder: &mut BinDecoder<'_>, count: u16) -> Result<Section, DecodeError> {
    let mut section = Section::default();
    for _ in 0..count {
        let raw = RawRecord::read(decoder)?;
        if raw.class != CLASS_IN {
            continue;
        }
        let rdata = match raw.rtype {
            rtype::RRSIG => {
                section.signatures.push(signature(&raw, decoder)?);
                continue;
            }
            rtype::CNAME | rtype::DNAME => names::canonical_wire(&raw.name_after(decoder, 0)?),
            rtype::MX => {
                let mut rdata = raw.rdata.get(..2).ok_or(DecodeError::InsufficientBytes)?.to_vec();
                rdata.extend(names::canonical_wire(&raw.name_after(decoder, 2)?));
                rdata
            }
            rtype::A | rtype::AAAA => {
                let length = if raw.rtype == rtype::A { 4 } else { 16 };
                if raw.rdata.len() != length {
                    return Err(DecodeError::InsufficientBytes);
                }
                raw.rdata.to_vec()
            }
            rtype::DS | rtype::DNSKEY | rtype::NSEC | rtype::NSEC3 | rtype::TLSA => {
                raw.rdata.to_vec()
            }
            _ => continue,
        };
        section.records.push(Record {
            owner: raw.owner.to_lowercase(),
            rtype: raw.rtype,
            ttl: raw.ttl,
            rdata,
        });
    }
    Ok(section)
}

fn signature(raw: &RawRecord<'_>, decoder: &BinDecoder<'_>) -> Result<Rrsig, DecodeError> {
    let mut fields = BinDecoder::new(raw.rdata);
    let covered = u16_of(&mut fields)?;
    let algorithm = u8_of(&mut fields)?;
    let labels = u8_of(&mut fields)?;
    let original_ttl = u32_of(&mut fields)?;
    let expiration = u32_of(&mut fields)?;
    let inception = u32_of(&mut fields)?;
    let key_tag = u16_of(&mut fields)?;
    let (signer, end) = raw.name_at(decoder, fields.index())?;
    Ok(Rrsig {
        owner: raw.owner.to_lowercase(),
        covered,
        algorithm,
        labels,
        original_ttl,
        expiration,
        inception,
        key_tag,
        signer,
        signature: raw.rdata.get(end..).unwrap_or_default().to_vec(),
    })
}

/// Reads a name, pointers followed (RFC 1035 section 4.1.4).
fn read_name(decoder: &mut BinDecoder<'_>) -> Result<Name, DecodeError> {
    let mut ahead = decoder.clone(position(decoder.index())?);
    for _ in 0..MAX_NAME_STEPS {
        match u8_of(&mut ahead)? {
            0 => return Name::read(decoder),
            high @ 0xc0.. => {
                let here = ahead.index();
                let target = u16::from_be_bytes([high & 0x3f, u8_of(&mut ahead)?]);
                if usize::from(target) >= here {
                    return Err(DecodeError::InsufficientBytes);
                }
                ahead = decoder.clone(target);
            }
            length => {
                ahead.read_slice(length.into())?;
            }
        }
    }
    Err(DecodeError::InsufficientBytes)
}

fn position(index: usize) -> Result<u16, DecodeError> {
    u16::try_from(index).map_err(|_| DecodeError::InsufficientBytes)
}

/// Reads a name out of RDATA whose names are uncompressed.
pub(crate) fn name_in(rdata: &[u8]) -> Option<(Name, &[u8])> {
    let mut decoder = BinDecoder::new(rdata);
    let name = read_name(&mut decoder).ok()?;
    Some((name, rdata.get(decoder.index()..)?))
}

/// RFC 8914 section 2: the code and the resolver's own words.
fn extended_error(mut options: &[u8]) -> Option<String> {
    while let [code0, code1, length0, length1, rest @ ..] = options {
        let length = usize::from(u16::from_be_bytes([*length0, *length1]));
        let (data, next) = rest.split_at_checked(length)?;
        if u16::from_be_bytes([*code0, *code1]) == EDNS_OPTION_EDE
            && let [info0, info1, words @ ..] = data
        {
            let info = u16::from_be_bytes([*info0, *info1]);
            let words: String = escaped(words).take(120).map(char::from).collect();
            let separator = if words.is_empty() { "" } else { ": " };
            return Some(format!("EDE {info}{separator}{words}"));
        }
        options = next;
    }
    None
}

fn u8_of(decoder: &mut BinDecoder<'_>) -> Result<u8, DecodeError> {
    Ok(decoder.read_u8()?.unverified())
}

fn u16_of(decoder: &mut BinDecoder<'_>) -> Result<u16, DecodeError> {
    Ok(decoder.read_u16()?.unverified())
}

fn u32_of(decoder: &mut BinDecoder<'_>) -> Result<u32, DecodeError> {
    Ok(decoder.read_u32()?.unverified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        names::parse(text).unwrap()
    }

    fn reply(records: &[&[u8]]) -> Vec<u8> {
        let mut wire = query(7, &name("a.example"), rtype::TLSA, Wants::Proofs);
        wire.truncate(wire.len() - 11);
        wire[2] |= 0x80;
        wire[7] = records.len() as u8;
        wire[11] = 0;
        records.iter().for_each(|record| wire.extend(*record));
        wire
    }

    #[test]
    fn rfc7671_4_short_tlsa_rdata_is_readable() {
        let wire = reply(&[&[0xc0, 12, 0, 52, 0, 1, 0, 0, 0, 9, 0, 2, 3, 1]]);
        assert!(answers(&wire, 7, &name("A.example"), rtype::TLSA));
        let message = parse(&wire).unwrap();
        assert_eq!(message.answer.records[0].rdata, [3, 1]);
        assert_eq!(message.answer.records[0].owner, name("a.example"));
    }

    #[test]
    fn noise_is_not_an_answer() {
        let wire = reply(&[]);
        assert!(!answers(&wire, 8, &name("a.example"), rtype::TLSA));
        assert!(!answers(&wire, 7, &name("b.example"), rtype::TLSA));
        assert!(!answers(&wire, 7, &name("a.example"), rtype::A));
        assert!(!answers(&wire[..11], 7, &name("a.example"), rtype::TLSA));
    }

    #[test]
    fn every_truncation_is_an_error_and_no_panic() {
        let record: &[u8] = &[0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 9, 0, 4, 0, 10, 0xc0, 12];
        let wire = reply(&[record]);
        assert_eq!(parse(&wire).unwrap().answer.records[0].rdata, b"\0\x0a\x01a\x07example\0");
        for length in 0..wire.len() {
            assert!(parse(&wire[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_name_that_leaves_its_rdata_is_malformed() {
        let record: &[u8] = &[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0xc0, 12];
        assert!(parse(&reply(&[record])).is_err());
    }

    /// The cost of a name does not grow with the message.
    #[test]
    fn rfc1035_4_1_4_chains_of_pointers_are_bounded() {
        let with_pointers = |count: usize| {
            let mut wire = reply(&[]);
            wire[7] = 2;
            let chain = wire.len() + 11;
            wire.extend([0, 0xff, 0, 0, 1, 0, 0, 0, 9]);
            wire.extend((2 * count as u16).to_be_bytes());
            let targets = (0..count).map(|i| if i == 0 { 12 } else { chain + 2 * (i - 1) });
            targets.for_each(|to| wire.extend((0xc000 | to as u16).to_be_bytes()));
            let last = chain + 2 * (count - 1);
            wire.extend((0xc000 | last as u16).to_be_bytes());
            wire.extend([0, 52, 0, 1, 0, 0, 0, 9, 0, 1, 3]);
            parse(&wire)
        };
        assert_eq!(with_pointers(100).unwrap().answer.records[0].owner, name("a.example"));
        assert!(with_pointers(300).is_err());
        let forward: &[u8] = &[0xff, 0xff, 0, 52, 0, 1, 0, 0, 0, 9, 0, 1, 3];
        assert!(parse(&reply(&[forward])).is_err());
    }

    #[test]
    fn no_octets_panic() {
        let records: [&[u8]; 4] = [
            &[0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 9, 0, 4, 0, 10, 0xc0, 12],
            b"\xc0\x0c\0\x05\0\x01\0\0\0\x09\0\x05\x02mx\xc0\x0c",
            &[
                0xc0, 12, 0, 46, 0, 1, 0, 0, 0, 9, 0, 24, 0, 1, 13, 2, 0, 0, 0, 9, 0, 0, 0, 9, 0,
                0, 0, 1, 0, 7, 0xc0, 14, 1, 2, 3, 4,
            ],
            &[0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 6, 0, 15, 0, 2, 0, 6],
        ];
        let whole = reply(&records);
        let mut state = 1u64;
        let mut random = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for _ in 0..100_000 {
            let mut wire = whole.clone();
            for _ in 0..=random(4) {
                let at = random(wire.len());
                wire[at] = random(256) as u8;
            }
            wire.truncate(whole.len() - random(3) * random(20));
            let _ = parse(&wire);
            answers(&wire, 7, &name("a.example"), rtype::TLSA);
        }
    }

    #[test]
    fn rfc8914_2_the_words_of_a_resolver_are_escaped_and_bounded() {
        let option = |words: &[u8]| {
            let length = (words.len() + 2) as u8;
            [&[0, 10, 0, 1, 9, 0, 15, 0, length, 0, 22], words].concat()
        };
        assert_eq!(extended_error(&option(b"")).as_deref(), Some("EDE 22"));
        let words = extended_error(&option(b"no\r\n250 OK\xff"));
        assert_eq!(words.as_deref(), Some(r"EDE 22: no\x0d\x0a250 OK\xff"));
        assert_eq!(extended_error(&option(&[b'x'; 250])).map(|words| words.len()), Some(128));
        let whole = option(b"words");
        for length in 0..whole.len() {
            assert_eq!(extended_error(&whole[..length]), None, "{length}");
        }
    }
}
