//! Trust anchors as text: DS and DNSKEY lines, with the states that RFC 5011 gives them where a resolver keeps them.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hickory_resolver::proto::rr::Name;

use super::delegation::Ds;
use super::key::{self, Key, RevokedKey};
use crate::dns::wire::names;

/// Before the number of the state that a resolver remembers of a key, as unbound-anchor(8) and others write it.
const STATE: &str = ";;state=";

/// Why trust anchors were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidAnchors {
    /// They are not UTF-8.
    NotText,
    /// There is no DS and no DNSKEY record.
    Empty,
    /// A line that cannot be used.
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        fault: AnchorFault,
    },
}

/// What is wrong with a line of trust anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnchorFault {
    /// Neither a DS nor a zone-signing DNSKEY record.
    NotAnchor,
    /// A digest of so many octets, which is not the length of its type.
    DigestLength {
        /// Octets of the digest.
        octets: usize,
        /// Its type (RFC 4034 section 5.1.3).
        digest_type: u8,
    },
    /// An algorithm that is not supported (RFC 4034 appendix A.1).
    Algorithm(u8),
    /// A digest type that is not supported.
    DigestType(u8),
    /// A key of a size that cannot be checked.
    KeySize,
    /// Not one of the states of RFC 5011 section 4.
    State,
}

/// One entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Ds(Ds),
    Key(Key),
}

/// What a text says of the keys at names.
#[derive(Debug, Default)]
pub(super) struct AnchorText {
    pub(super) anchors: Vec<(Name, Anchor)>,
    pub(super) revoked: Vec<(Name, Key)>,
}

/// What becomes of a line.
enum Line {
    Anchor(Anchor),
    Revoked(Key),
    /// Of a key that does not count, or no longer.
    Nothing,
}

impl AnchorText {
    /// Reads one anchor a line: `NAME [TTL] [IN] DS ...` or `DNSKEY ...`; `;` and `#` start a comment.
    ///
    /// Of keys with a state only those that it makes an anchor count (RFC 5011 section 4.2). One whose algorithm, digest
    /// type or size of key is not supported is passed over where another of its name is.
    pub(super) fn read(text: &[u8]) -> Result<Self, InvalidAnchors> {
        let text = str::from_utf8(text).map_err(|_| InvalidAnchors::NotText)?;
        let mut read = Self::default();
        let mut unsupported = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let at_line = |fault| InvalidAnchors::Line { line: number + 1, fault };
            let Some((name, line)) = read_line(line).map_err(at_line)? else { continue };
            match line {
                Line::Anchor(anchor) => match anchor.fault() {
                    None => read.anchors.push((name, anchor)),
                    Some(fault) => unsupported.push((name, at_line(fault))),
                },
                Line::Revoked(key) => read.revoked.push((name, key)),
                Line::Nothing => {}
            }
        }
        let is_usable = |name: &Name| read.anchors.iter().any(|(usable, _)| usable == name);
        match unsupported.into_iter().find(|(name, _)| !is_usable(name)) {
            Some((_, fault)) => Err(fault),
            None if read.anchors.is_empty() && read.revoked.is_empty() => {
                Err(InvalidAnchors::Empty)
            }
            None => Ok(read),
        }
    }
}

impl Anchor {
    /// Why it cannot be used here, where a later version may.
    fn fault(&self) -> Option<AnchorFault> {
        let algorithm = match self {
            Self::Ds(ds) => ds.algorithm,
            Self::Key(key) => key.algorithm,
        };
        match self {
            _ if !key::supported(algorithm) => Some(AnchorFault::Algorithm(algorithm)),
            Self::Ds(ds) if !ds.is_supported() => Some(AnchorFault::DigestType(ds.digest_type)),
            Self::Key(key) if !key.is_checkable() => Some(AnchorFault::KeySize),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(super) fn tag(&self) -> u16 {
        match self {
            Self::Ds(ds) => ds.tag,
            Self::Key(key) => key.tag,
        }
    }

    /// Whether it vouches for a key of this zone.
    pub(super) fn is_of(&self, key: &Key, apex: &Name) -> bool {
        match self {
            Self::Ds(ds) => {
                let is_alike = (ds.tag, ds.algorithm) == (key.tag, key.algorithm);
                is_alike && key.digest_as(apex, ds.digest_type).as_ref() == Some(&ds.digest)
            }
            Self::Key(anchor) => anchor == key,
        }
    }
}

impl fmt::Display for InvalidAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => f.write_str("trust anchors are not text"),
            Self::Empty => f.write_str("no DS or DNSKEY record"),
            Self::Line { line, fault } => write!(f, "line {line} {fault}"),
        }
    }
}

impl std::error::Error for InvalidAnchors {}

impl fmt::Display for AnchorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnchor => f.write_str("is neither a DS nor a zone-signing DNSKEY record"),
            Self::DigestLength { octets, digest_type } => write!(
                f,
                "has a digest of another length ({octets}) than digest type {digest_type} makes"
            ),
            Self::Algorithm(number) => write!(f, "has the unsupported algorithm {number}"),
            Self::DigestType(number) => write!(f, "has the unsupported digest type {number}"),
            Self::KeySize => f.write_str("has a key of a size that cannot be checked"),
            Self::State => f.write_str("has a state that no key has"),
        }
    }
}

/// None where there is no record.
fn read_line(line: &str) -> Result<Option<(Name, Line)>, AnchorFault> {
    let record = line.split([';', '#']).next().unwrap_or_default();
    let fields: Vec<&str> = record.split_ascii_whitespace().collect();
    let Some((owner, fields)) = fields.split_first() else { return Ok(None) };
    let name = if *owner == "." { Some(Name::root()) } else { names::parse(owner).ok() };
    let name = name.ok_or(AnchorFault::NotAnchor)?;
    let record = without_ttl_and_class(fields);
    let line = match State::of(line)? {
        State::Anchor => Line::Anchor(read_anchor(record)?),
        State::Revoked => {
            let rdata = dnskey(record).ok_or(AnchorFault::NotAnchor)?;
            Line::Revoked(RevokedKey::from_rdata(&rdata).ok_or(AnchorFault::NotAnchor)?.plain)
        }
        State::Other => Line::Nothing,
    };
    Ok(Some((name, line)))
}

fn without_ttl_and_class<'f, 'l>(mut fields: &'f [&'l str]) -> &'f [&'l str] {
    while let [field, rest @ ..] = fields {
        let is_ttl = field.bytes().all(|byte| byte.is_ascii_digit());
        if !is_ttl && !field.eq_ignore_ascii_case("IN") {
            break;
        }
        fields = rest;
    }
    fields
}

fn read_anchor(record: &[&str]) -> Result<Anchor, AnchorFault> {
    let key = || Some(Anchor::Key(Key::from_rdata(&dnskey(record)?)?));
    let anchor = ds(record).map(Anchor::Ds).or_else(key).ok_or(AnchorFault::NotAnchor)?;
    match &anchor {
        Anchor::Ds(ds) if !ds.has_its_length() => {
            Err(AnchorFault::DigestLength { octets: ds.digest.len(), digest_type: ds.digest_type })
        }
        _ => Ok(anchor),
    }
}

fn ds(record: &[&str]) -> Option<Ds> {
    let [kind, tag, algorithm, digest_type, digest @ ..] = record else { return None };
    let digest = HEXLOWER_PERMISSIVE.decode(digest.concat().as_bytes()).ok()?;
    Some(Ds {
        tag: kind.eq_ignore_ascii_case("DS").then(|| tag.parse().ok())??,
        algorithm: algorithm_number(algorithm)?,
        digest_type: digest_type.parse().ok()?,
        digest: Some(digest).filter(|digest| !digest.is_empty())?,
    })
}

/// The RDATA of a key.
fn dnskey(record: &[&str]) -> Option<Vec<u8>> {
    let [kind, flags, protocol, algorithm, key @ ..] = record else { return None };
    let flags: u16 = kind.eq_ignore_ascii_case("DNSKEY").then(|| flags.parse().ok())??;
    let mut rdata = flags.to_be_bytes().to_vec();
    rdata.push(protocol.parse().ok()?);
    rdata.push(algorithm_number(algorithm)?);
    rdata.extend(BASE64.decode(key.concat().as_bytes()).ok()?);
    Some(rdata)
}

/// What the state of a key makes of it (RFC 5011 section 4).
enum State {
    /// Valid, missing, or in a text that has no states.
    Anchor,
    Revoked,
    /// New, on hold, or removed.
    Other,
}

impl State {
    fn of(line: &str) -> Result<Self, AnchorFault> {
        let Some((_, state)) = line.split_once(STATE) else { return Ok(Self::Anchor) };
        match state.split_ascii_whitespace().next() {
            Some("2" | "3") => Ok(Self::Anchor),
            Some("4") => Ok(Self::Revoked),
            Some("0" | "1" | "5") => Ok(Self::Other),
            _ => Err(AnchorFault::State),
        }
    }
}

/// A number or a mnemonic (IANA DNS Security Algorithm Numbers).
fn algorithm_number(field: &str) -> Option<u8> {
    Some(match field.to_ascii_uppercase().as_str() {
        "RSASHA1" => 5,
        "RSASHA1-NSEC3-SHA1" => 7,
        "RSASHA256" => 8,
        "RSASHA512" => 10,
        "ECDSAP256SHA256" => 13,
        "ECDSAP384SHA384" => 14,
        "ED25519" => 15,
        "ED448" => 16,
        number => number.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn lines_may_have_ttl_class_comments_and_spaces() {
        let (first, second) = DIGEST.split_at(30);
        let text = format!(
            "; comment\n\nexample.  3600 IN DS 1 13 2 {first} {second} ; tail\n. IN DNSKEY 257 3 13 AQID BAUG\n\
             org. DS 2 ecdsap256sha256 2 {}\n",
            DIGEST.to_uppercase()
        );
        let anchors = AnchorText::read(text.as_bytes()).unwrap().anchors;
        let [(_, example), (_, _), (_, org)] = &anchors[..] else { panic!() };
        assert!(matches!(org, Anchor::Ds(Ds { tag: 2, algorithm: 13, .. })));
        assert!(matches!(example, Anchor::Ds(Ds { tag: 1, .. })));
    }

    #[test]
    fn a_bad_line_is_an_error_and_named() {
        for bad in [
            "",
            "# nothing",
            ". DS 1 13 2",
            ". DS x 13 2 AB",
            ". DNSKEY 256 2 13 AQID",
            ". A 192.0.2.1",
            ". KEY 257 3 13 AQID",
        ] {
            assert!(AnchorText::read(bad.as_bytes()).is_err(), "{bad}");
        }
        let error = AnchorText::read(format!(". DS 1 13 2 {DIGEST}\nfoo bar").as_bytes());
        let fault = AnchorFault::NotAnchor;
        assert_eq!(error.unwrap_err(), InvalidAnchors::Line { line: 2, fault });
    }

    /// A typing error must not make a signed zone look unsigned.
    #[test]
    fn rfc4033_2_an_anchor_that_is_not_supported_is_an_error_unless_another_of_its_name_is() {
        let error = |text: &str| AnchorText::read(text.as_bytes()).unwrap_err().to_string();
        let good = format!(". DS 1 13 2 {DIGEST}\n");
        for (line, fault) in [
            (format!("org. DS 1 200 2 {DIGEST}"), "line 2 has the unsupported algorithm 200"),
            (format!("org. DS 1 13 9 {DIGEST}"), "line 2 has the unsupported digest type 9"),
            ("org. DNSKEY 257 3 16 AQID".into(), "line 2 has the unsupported algorithm 16"),
            (
                format!("org. DNSKEY 257 3 8 AwEAA{}", "x".repeat(87)),
                "line 2 has a key of a size that cannot be checked",
            ),
        ] {
            assert_eq!(error(&(good.clone() + &line)), fault);
            let beside = format!("{good}{line}\norg. DS 1 13 2 {DIGEST}");
            assert_eq!(AnchorText::read(beside.as_bytes()).unwrap().anchors.len(), 2, "{line}");
        }
        let short = format!("{good}. DS 1 13 2 {}", &DIGEST[2..]);
        let why = "line 2 has a digest of another length (31) than digest type 2 makes";
        assert_eq!(error(&short), why);
    }

    #[test]
    fn rfc5011_4_2_only_keys_that_are_valid_or_missing_are_anchors() {
        let read = |flags: u16, state: &str| {
            let key = format!(
                ".\t86400\tIN\tDNSKEY\t{flags} 3 13 AQIDBAUG ;{{id = 7 (ksk), size = 0b}} {state}\n"
            );
            AnchorText::read(
                (format!("; autotrust\n;;id: . 1\n{key}. DS 1 13 2 {DIGEST}\n")).as_bytes(),
            )
        };
        let counts = |flags, state: &str| {
            let AnchorText { anchors, revoked } = read(flags, state).unwrap();
            (anchors.len() - 1, revoked.len())
        };
        assert_eq!(counts(257, ""), (1, 0));
        for (flags, state, anchors, revoked) in [
            (257, "0 [  START  ]", 0, 0),
            (257, "1 [ ADDPEND ] ;;count=4", 0, 0),
            (
                257,
                "2 [  VALID  ] ;;count=0 ;;lastchange=1502474052 ;;Fri Aug 11 17:54:12 2017",
                1,
                0,
            ),
            (257, "3 [ MISSING ]", 1, 0),
            (385, "4 [ REVOKED ]", 0, 1),
            (257, "5 [ REMOVED ]", 0, 0),
        ] {
            let state = format!(";;state={state}");
            assert_eq!(counts(flags, &state), (anchors, revoked), "{state}");
        }
        let fault = |flags, state| {
            let Err(InvalidAnchors::Line { line: 3, fault }) = read(flags, state) else { panic!() };
            fault
        };
        for unknown in [";;state=", ";;state=6", ";;state=VALID", ";;state=2;"] {
            assert_eq!(fault(257, unknown), AnchorFault::State, "{unknown}");
        }
        assert_eq!(fault(385, ""), AnchorFault::NotAnchor);
        assert_eq!(fault(385, ";;state=2"), AnchorFault::NotAnchor, "revoked, whatever the state");
        assert_eq!(fault(257, ";;state=4"), AnchorFault::NotAnchor, "not revoked");
    }
}
