//! What of a reply speaks of its question (RFC 1035 section 4.1).
//!
//! Of the answer section that is the name asked about and the redirections above it, of the authority section a few
//! denials, and nothing else is kept: what a name server adds costs no memory. TLSA data is kept as it came, so that a
//! malformed record is an unusable one and not an unreadable reply.

use hickory_resolver::proto::rr::Name;

use super::header::{CLASS_IN, FLAG_AUTHENTIC_DATA, FLAG_RESPONSE, FLAG_TRUNCATED, Header};
use super::reader::Reader;
use super::record::Record;
use super::rrset::Rrset;
use super::{names, rtype};
use crate::budget::{Budget, Exhausted};

/// Denial RRsets of one reply that are looked at; an honest one has at most four.
const MAX_DENIAL_RRSETS: usize = 16;
/// DNAME RRsets of one reply that are looked at; an honest one has one above the name.
const MAX_DNAME_RRSETS: usize = 3;
/// Octets of a resolver's own words that are kept.
const MAX_WORDS: usize = 120;
/// Labels that are read or compared in a unit.
const LABELS_PER_UNIT: usize = 128;

const EDNS_OPTION_EDE: u16 = 15;

/// The RRsets of one section that speak of the question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section(pub(crate) Vec<Rrset>);

impl Section {
    /// The RRset of this owner and type, if there is any.
    pub(crate) fn rrset(&self, owner: &Name, rtype: u16) -> Option<&Rrset> {
        self.0.iter().find(|rrset| rrset.rtype == rtype && rrset.owner == *owner)
    }
}

/// A reply to one of our queries.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) rcode: u16,
    pub(crate) authentic: bool,
    pub(crate) truncated: bool,
    pub(crate) answer: Section,
    pub(crate) authority: Section,
    pub(crate) extended_error: Option<ExtendedError>,
}

impl Message {
    fn rrsets(&self) -> impl Iterator<Item = &Rrset> {
        self.answer.0.iter().chain(&self.authority.0)
    }

    /// Octets that its records take.
    pub(crate) fn kept_octets(&self) -> usize {
        self.rrsets().map(Rrset::all_kept_octets).sum()
    }

    /// Seconds for which all of it counts (RFC 1035 section 3.2.1); without records no time at all.
    pub(crate) fn ttl(&self) -> u32 {
        self.rrsets().map(|rrset| rrset.ttl).min().unwrap_or(0)
    }
}

/// Why the resolver has no answer (RFC 8914 section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExtendedError {
    pub(crate) code: u16,
    /// The beginning of its own words, whatever octets they are.
    pub(crate) words: Vec<u8>,
}

/// Why a reply cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Malformed,
    Exhausted(Exhausted),
}

impl From<Exhausted> for Unreadable {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

/// Whether `wire` is a reply to this query: ID, question, response bit. Everything else is ignored noise.
pub(crate) fn answers(wire: &[u8], id: u16, name: &Name, rtype: u16) -> bool {
    let mut reader = Reader::new(wire);
    let mut question = || -> Option<bool> {
        let header = Header::read(&mut reader)?;
        if header.id != id || header.flags & FLAG_RESPONSE == 0 || header.counts[0] != 1 {
            return Some(false);
        }
        reader.name()?;
        let is_name = reader.labels_above(name) == Some(0);
        Some(is_name && reader.u16()? == rtype && reader.u16()? == CLASS_IN)
    };
    question().unwrap_or(false)
}

/// Reads a reply to the question for `name` and `rtype`.
pub(crate) async fn parse(
    wire: &[u8],
    name: &Name,
    rtype: u16,
    budget: &Budget,
) -> Result<Message, Unreadable> {
    budget.pass_over(wire.len()).await?;
    let mut reader = Reader::new(wire);
    let message = Parts { reader: &mut reader, name, rtype, budget }.message();
    budget.work(u32::try_from(reader.steps / LABELS_PER_UNIT).unwrap_or(u32::MAX)).await?;
    message
}

/// Reads the parts of a message that speak of a question.
struct Parts<'r, 'a, 'q> {
    reader: &'r mut Reader<'a>,
    name: &'q Name,
    rtype: u16,
    budget: &'q Budget,
}

impl<'a> Parts<'_, 'a, '_> {
    fn message(&mut self) -> Result<Message, Unreadable> {
        let header = Header::read(self.reader).ok_or(Unreadable::Malformed)?;
        let [questions, answers, authorities, additionals] = header.counts;
        for _ in 0..questions {
            let question = self.reader.name().and_then(|()| self.reader.u32());
            question.ok_or(Unreadable::Malformed)?;
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
        message.answer = self.section(answers, Self::answer_owner)?;
        message.authority = self.section(authorities, Self::denial_owner)?;
        for _ in 0..additionals {
            let raw = Record::read(self.reader).ok_or(Unreadable::Malformed)?;
            if raw.rtype == rtype::OPT {
                message.rcode |= ((raw.ttl >> 24) as u16) << 4;
                message.extended_error = extended_error(raw.data);
            }
        }
        Ok(message)
    }

    /// The place of the RRset that a record of this type and the owner read last belongs to.
    fn place(&mut self, rtype: u16, section: &Section) -> Option<usize> {
        section.0.iter().position(|rrset| {
            rrset.rtype == rtype && self.reader.labels_above(&rrset.owner) == Some(0)
        })
    }

    /// The owner of a new RRset of the answer, where it is the name asked about or redirects it.
    fn answer_owner(&mut self, rtype: u16, section: &Section) -> Option<Name> {
        let dnames = || section.0.iter().filter(|rrset| rrset.rtype == rtype::DNAME).count();
        let is_wanted = |more: &usize| match rtype {
            rtype::DNAME => *more > 0 && dnames() < MAX_DNAME_RRSETS,
            _ => *more == 0 && (rtype == rtype::CNAME || rtype == self.rtype),
        };
        let is_kept =
            matches!(rtype, rtype::A | rtype::AAAA | rtype::CNAME | rtype::DNAME | rtype::MX)
                || matches!(rtype, rtype::DS | rtype::DNSKEY | rtype::TLSA);
        if !is_kept {
            return None;
        }
        let more = self.reader.labels_above(self.name).filter(is_wanted)?;
        Some(names::ancestor(self.name, names::depth(self.name) - more))
    }

    /// The owner of a new RRset that denies something, if few came before it.
    fn denial_owner(&mut self, rtype: u16, section: &Section) -> Option<Name> {
        let is_denial = matches!(rtype, rtype::NSEC | rtype::NSEC3);
        let is_wanted = is_denial && section.0.len() < MAX_DENIAL_RRSETS;
        is_wanted.then(|| self.reader.last_name()).flatten()
    }

    /// The RRsets of a section whose owner is wanted, each with its signatures.
    fn section(
        &mut self,
        count: u16,
        new_owner: impl Fn(&mut Self, u16, &Section) -> Option<Name>,
    ) -> Result<Section, Unreadable> {
        let mut section = Section::default();
        let start = self.reader.at;
        for _ in 0..count {
            let raw = Record::read(self.reader).ok_or(Unreadable::Malformed)?;
            if raw.class != CLASS_IN {
                continue;
            }
            let place = self.place(raw.rtype, &section).or_else(|| {
                let owner = new_owner(self, raw.rtype, &section)?;
                section.0.push(Rrset::new(owner, raw.rtype));
                Some(section.0.len() - 1)
            });
            if let Some(place) = place {
                let data = raw.canonical(self.reader).ok_or(Unreadable::Malformed)?;
                self.budget.keep(Rrset::kept_octets(&data))?;
                section.0[place].add(raw.ttl, data);
            }
        }
        let end = std::mem::replace(&mut self.reader.at, start);
        for _ in 0..count {
            let raw = Record::read(self.reader).ok_or(Unreadable::Malformed)?;
            if raw.class == CLASS_IN && raw.rtype == rtype::RRSIG {
                self.signature(&raw, &mut section)?;
            }
        }
        self.reader.at = end;
        for rrset in &mut section.0 {
            self.budget.sort(rrset.rdata.len())?;
            rrset.sort();
        }
        Ok(section)
    }

    /// Gives a signature to the RRset that it covers, if that was kept.
    fn signature(&mut self, raw: &Record<'a>, section: &mut Section) -> Result<(), Unreadable> {
        let covered = raw.data.first_chunk().map(|covered| u16::from_be_bytes(*covered));
        let place = covered.and_then(|covered| self.place(covered, section));
        let Some(place) = place else { return Ok(()) };
        let signature = raw.signature(self.reader).ok_or(Unreadable::Malformed)?;
        self.budget.keep(signature.kept_octets())?;
        section.0[place].signatures.push(signature);
        Ok(())
    }
}

/// The first extended error among the options of OPT.
fn extended_error(mut options: &[u8]) -> Option<ExtendedError> {
    while let [code0, code1, length0, length1, rest @ ..] = options {
        let length = usize::from(u16::from_be_bytes([*length0, *length1]));
        let (data, next) = rest.split_at_checked(length)?;
        if u16::from_be_bytes([*code0, *code1]) == EDNS_OPTION_EDE
            && let [info0, info1, words @ ..] = data
        {
            let code = u16::from_be_bytes([*info0, *info1]);
            let words = words.get(..MAX_WORDS).unwrap_or(words).to_vec();
            return Some(ExtendedError { code, words });
        }
        options = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::at_once;
    use crate::dns::wire::{Wants, query};

    fn name(text: &str) -> Name {
        names::parse(text).unwrap()
    }

    fn parse_as(
        wire: &[u8],
        name: &Name,
        rtype: u16,
        budget: &Budget,
    ) -> Result<Message, Unreadable> {
        at_once(super::parse(wire, name, rtype, budget))
    }

    fn parse(wire: &[u8]) -> Result<Message, Unreadable> {
        parse_as(wire, &name("a.example"), rtype::TLSA, &Budget::for_tests())
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
        assert_eq!(message.answer.0[0].rdata, [[3, 1]]);
        assert_eq!(message.answer.0[0].owner, name("a.example"));
    }

    #[test]
    fn noise_is_not_an_answer() {
        let wire = reply(&[]);
        assert!(!answers(&wire, 8, &name("a.example"), rtype::TLSA));
        assert!(!answers(&wire, 7, &name("b.example"), rtype::TLSA));
        assert!(!answers(&wire, 7, &name("a.example"), rtype::A));
        assert!(!answers(&wire[..11], 7, &name("a.example"), rtype::TLSA));
        for (at, octet, what) in [(2, 0x01, "a query"), (5, 0, "no question"), (5, 2, "two")] {
            let mut wire = wire.clone();
            wire[at] = octet;
            assert!(!answers(&wire, 7, &name("a.example"), rtype::TLSA), "{what}");
        }
    }

    #[test]
    fn rfc6891_6_1_3_the_code_of_a_reply_has_twelve_bits() {
        let additional = |rtype: u8| {
            let mut wire = reply(&[&[0, 0, rtype, 4, 0xd0, 0x0a, 0xb1, 0xc1, 0xd1, 0, 0]]);
            wire[3] |= 3;
            wire.swap(7, 11);
            parse(&wire).unwrap().rcode
        };
        assert_eq!(additional(41), 0xa3);
        assert_eq!(additional(16), 3, "no OPT record");
    }

    #[test]
    fn rfc6672_2_3_a_dname_redirects_what_lies_below_it() {
        let dname = |owner: u8| [0xc0, owner, 0, 39, 0, 1, 0, 0, 0, 9, 0, 1, 0];
        let owners = |owner: u8| -> Vec<Name> {
            let sections = parse(&reply(&[&dname(owner)])).unwrap().answer.0;
            sections.into_iter().map(|rrset| rrset.owner).collect()
        };
        assert_eq!(owners(14), [name("example")]);
        assert!(owners(12).is_empty(), "at the name itself");
    }

    #[test]
    fn a_message_takes_what_its_rrsets_take() {
        let wire = reply(&[&[0xc0, 12, 0, 52, 0, 1, 0, 0, 0, 9, 0, 2, 3, 1]]);
        let budget = Budget::for_tests();
        let message = parse_as(&wire, &name("a.example"), rtype::TLSA, &budget).unwrap();
        assert_eq!(message.kept_octets(), message.answer.0[0].all_kept_octets());
        assert!(message.kept_octets() > 0 && budget.spent().memory > message.kept_octets());
    }

    #[test]
    fn names_cost_by_their_labels() {
        let question = [&[1, b'a'].repeat(100)[..], &[0, 0, 1, 0, 1]].concat();
        let mut wire = reply(&[]);
        wire[5] = 100;
        wire.truncate(12);
        (0..100).for_each(|_| wire.extend(&question));
        let budget = Budget::for_tests();
        parse_as(&wire, &name("a.example"), rtype::TLSA, &budget).unwrap();
        let over_octets = 1 + wire.len() as u32 / 512;
        assert_eq!(budget.spent().work, over_octets + 100 * 101 / LABELS_PER_UNIT as u32);
    }

    #[test]
    fn every_truncation_is_an_error_and_no_panic() {
        let record: &[u8] = &[0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 9, 0, 4, 0, 10, 0xc0, 12];
        let wire = reply(&[record]);
        let parse = |wire| parse_as(wire, &name("a.example"), rtype::MX, &Budget::for_tests());
        assert_eq!(parse(&wire).unwrap().answer.0[0].rdata, [b"\0\x0a\x01a\x07example\0"]);
        for length in 0..wire.len() {
            assert!(parse(&wire[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_name_that_leaves_its_rdata_is_malformed() {
        let record: &[u8] = &[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 1, 0xc0, 12];
        assert!(parse(&reply(&[record])).is_err());
    }

    #[test]
    fn what_does_not_speak_of_the_question_costs_nothing() {
        let a = |owner: &[u8]| [owner, &[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]].concat();
        let tlsa = |owner: &[u8]| [owner, &[0, 52, 0, 1, 0, 0, 0, 9, 0, 2, 3, 1]].concat();
        let records = [a(&[0xc0, 12]), tlsa(&[1, b'b', 0xc0, 12]), tlsa(&[0xc0, 14]), tlsa(&[0])];
        let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
        let budget = Budget::for_tests();
        let wire = reply(&records.repeat(50));
        let message = parse_as(&wire, &name("a.example"), rtype::TLSA, &budget).unwrap();
        assert!(message.answer.0.is_empty());
        assert_eq!(budget.spent().memory, 0);
    }

    #[test]
    fn few_denials_of_a_reply_are_kept_and_few_dnames() {
        let record = |number: u8, rtype: u8| {
            let rdata: &[u8] = if rtype == 47 { &[0, 0, 1, 0x40] } else { &[0] };
            let fixed = [0, rtype, 0, 1, 0, 0, 0, 9, 0, rdata.len() as u8];
            [&[1, number, 0xc0, 14], &fixed[..], rdata].concat()
        };
        let denials: Vec<Vec<u8>> = (b'a'..=b'z').map(|number| record(number, 47)).collect();
        let mut wire = reply(&denials.iter().map(Vec::as_slice).collect::<Vec<_>>());
        wire.swap(7, 9);
        assert_eq!(parse(&wire).unwrap().authority.0.len(), MAX_DENIAL_RRSETS);
        let deep = name("a.b.c.d.e.f.example");
        let mut wire = query(7, &deep, rtype::TLSA, Wants::Proofs);
        wire.truncate(wire.len() - 11);
        (wire[2], wire[7], wire[11]) = (wire[2] | 0x80, 6, 0);
        (0..6u8).for_each(|label| {
            wire.extend([0xc0, 14 + 2 * label, 0, 39, 0, 1, 0, 0, 0, 9, 0, 1, 0])
        });
        let message = parse_as(&wire, &deep, rtype::TLSA, &Budget::for_tests()).unwrap();
        assert_eq!(message.answer.0.len(), MAX_DNAME_RRSETS);
    }

    #[test]
    fn rfc4034_6_3_an_rrset_has_its_signatures_and_each_record_once() {
        let tlsa = |last: u8| [0xc0, 12, 0, 52, 0, 1, 0, 0, 0, last, 0, 2, 3, last];
        let signature = |covered: u8| {
            let mut record = vec![0xc0, 12, 0, 46, 0, 1, 0, 0, 0, 9, 0, 22, 0, covered, 13, 2];
            record.extend([0; 14]);
            record.extend([0xc0, 14, 7, 7]);
            record
        };
        let (good, foreign) = (signature(52), signature(1));
        let message =
            parse(&reply(&[&foreign, &tlsa(2), &good, &tlsa(1), &tlsa(2), &good])).unwrap();
        let [rrset] = &message.answer.0[..] else { panic!("{message:?}") };
        assert_eq!((rrset.ttl, &rrset.rdata[..]), (1, &[vec![3, 1], vec![3, 2]][..]));
        assert_eq!(rrset.signatures.len(), 2);
        assert_eq!(rrset.signatures[0].signer, name("example"));
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
        assert_eq!(with_pointers(100).unwrap().answer.0[0].owner, name("a.example"));
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
        let mut budget = Budget::for_tests();
        let mut state = 1u64;
        let mut random = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for round in 0..100_000 {
            if round % 1000 == 0 {
                budget = Budget::for_tests();
            }
            let mut wire = whole.clone();
            for _ in 0..=random(4) {
                let at = random(wire.len());
                wire[at] = random(256) as u8;
            }
            wire.truncate(whole.len() - random(3) * random(20));
            for rtype in [rtype::TLSA, rtype::MX] {
                let _ = parse_as(&wire, &name("a.example"), rtype, &budget);
            }
            answers(&wire, 7, &name("a.example"), rtype::TLSA);
        }
    }

    #[test]
    fn rfc8914_2_the_words_of_a_resolver_are_escaped_and_bounded() {
        let option = |words: &[u8]| {
            let length = (words.len() + 2) as u8;
            [&[0, 10, 0, 1, 9, 0, 15, 0, length, 0, 22], words].concat()
        };
        let error = |words: &[u8]| Some(ExtendedError { code: 22, words: words.to_vec() });
        assert_eq!(extended_error(&option(b"")), error(b""));
        let words = b"no\r\n250 OK\xff";
        assert_eq!(extended_error(&option(words)), error(words));
        assert_eq!(extended_error(&option(&[b'x'; 250])), error(&[b'x'; MAX_WORDS]));
        let whole = option(b"words");
        for length in 0..whole.len() {
            assert_eq!(extended_error(&whole[..length]), None, "{length}");
        }
    }
}
