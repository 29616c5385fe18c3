//! Trust anchors (RFC 4033 section 2), as DS and DNSKEY lines.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hickory_resolver::proto::rr::Name;

use super::delegation::{Ds, EntryPoints};
use super::key::{self, Key};
use crate::dns::wire::names;

/// The root's key-signing keys 20326 (2017) and 38696 (2024), from IANA's root-anchors.xml of 2024-07-18.
const ROOT: &[u8] = b"\
. DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

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
}

/// Configured entry points into signed zones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Anchors(Vec<(Name, Anchor)>);

/// One entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Ds(Ds),
    Key(Key),
}

impl Anchors {
    /// The root of the Internet.
    pub(crate) fn iana() -> Self {
        Self::parse(ROOT).unwrap_or_default()
    }

    /// Reads one anchor a line: `NAME [TTL] [IN] DS ...` or `DNSKEY ...`; `;` and `#` start a comment.
    ///
    /// One whose algorithm, digest type or size of key is not supported is passed over where another of its name is.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, InvalidAnchors> {
        let text = str::from_utf8(text).map_err(|_| InvalidAnchors::NotText)?;
        let mut anchors = Vec::new();
        let mut unsupported = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split([';', '#']).next().unwrap_or_default();
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            if fields.is_empty() {
                continue;
            }
            let at_line = |fault| InvalidAnchors::Line { line: number + 1, fault };
            let (name, anchor) = parse_line(&fields).map_err(at_line)?;
            match anchor.fault() {
                None => anchors.push((name, anchor)),
                Some(fault) => unsupported.push((name, at_line(fault))),
            }
        }
        let is_usable = |name: &Name| anchors.iter().any(|(usable, _)| usable == name);
        if let Some((_, fault)) = unsupported.into_iter().find(|(name, _)| !is_usable(name)) {
            return Err(fault);
        }
        if anchors.is_empty() {
            return Err(InvalidAnchors::Empty);
        }
        Ok(Self(anchors))
    }

    /// The anchors at a name.
    pub(crate) fn at(&self, name: &Name) -> EntryPoints {
        let here = || self.0.iter().filter(|(at, _)| at == name).map(|(_, anchor)| anchor);
        let ds =
            |anchor: &Anchor| if let Anchor::Ds(ds) = anchor { Some(ds.clone()) } else { None };
        let key =
            |anchor: &Anchor| if let Anchor::Key(key) = anchor { Some(key.clone()) } else { None };
        EntryPoints::anchors(here().filter_map(ds), here().filter_map(key).collect())
    }

    /// The closest name with an anchor that encloses `name`.
    pub(crate) fn enclosing(&self, name: &Name) -> Option<&Name> {
        let enclosing = self.0.iter().map(|(at, _)| at).filter(|at| at.zone_of(name));
        enclosing.max_by_key(|at| names::depth(at))
    }

    /// The names that have anchors.
    pub(crate) fn names(&self) -> Vec<&Name> {
        let mut names: Vec<&Name> = self.0.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        names
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
        }
    }
}

fn parse_line(fields: &[&str]) -> Result<(Name, Anchor), AnchorFault> {
    let anchor = read_line(fields).ok_or(AnchorFault::NotAnchor)?;
    match &anchor.1 {
        Anchor::Ds(ds) if !ds.has_its_length() => {
            Err(AnchorFault::DigestLength { octets: ds.digest.len(), digest_type: ds.digest_type })
        }
        _ => Ok(anchor),
    }
}

fn read_line(fields: &[&str]) -> Option<(Name, Anchor)> {
    let (owner, mut rest) = fields.split_first()?;
    let name = if *owner == "." { Name::root() } else { names::parse(owner).ok()? };
    while let [field, tail @ ..] = rest {
        let is_ttl = field.bytes().all(|byte| byte.is_ascii_digit());
        if !is_ttl && !field.eq_ignore_ascii_case("IN") {
            break;
        }
        rest = tail;
    }
    let anchor = match rest {
        [kind, tag, algorithm, digest_type, digest @ ..] if kind.eq_ignore_ascii_case("DS") => {
            let digest = HEXLOWER_PERMISSIVE.decode(digest.concat().as_bytes()).ok()?;
            Anchor::Ds(Ds {
                tag: tag.parse().ok()?,
                algorithm: algorithm_number(algorithm)?,
                digest_type: digest_type.parse().ok()?,
                digest: Some(digest).filter(|digest| !digest.is_empty())?,
            })
        }
        [kind, flags, protocol, algorithm, key @ ..] if kind.eq_ignore_ascii_case("DNSKEY") => {
            let mut rdata = flags.parse::<u16>().ok()?.to_be_bytes().to_vec();
            rdata.push(protocol.parse().ok()?);
            rdata.push(algorithm_number(algorithm)?);
            rdata.extend(BASE64.decode(key.concat().as_bytes()).ok()?);
            Anchor::Key(Key::from_rdata(&rdata)?)
        }
        _ => return None,
    };
    Some((name, anchor))
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
    fn the_built_in_anchors_are_both_root_keys() {
        let anchors = Anchors::iana().0;
        let tags: Vec<u16> = anchors
            .into_iter()
            .filter_map(|(_, anchor)| if let Anchor::Ds(ds) = anchor { Some(ds.tag) } else { None })
            .collect();
        assert_eq!(tags, [20326, 38696]);
    }

    #[test]
    fn lines_may_have_ttl_class_comments_and_spaces() {
        let (first, second) = DIGEST.split_at(30);
        let text = format!(
            "; comment\n\nexample.  3600 IN DS 1 13 2 {first} {second} ; tail\n. IN DNSKEY 257 3 13 AQID BAUG\n\
             org. DS 2 ecdsap256sha256 2 {}\n",
            DIGEST.to_uppercase()
        );
        let anchors = Anchors::parse(text.as_bytes()).unwrap();
        assert_eq!(anchors.names().len(), 3);
        let [(_, example), (_, _), (_, org)] = &anchors.0[..] else { panic!() };
        assert!(matches!(org, Anchor::Ds(Ds { tag: 2, algorithm: 13, .. })));
        assert!(matches!(example, Anchor::Ds(Ds { tag: 1, .. })));
    }

    #[test]
    fn the_closest_anchor_encloses() {
        let text = format!(". DS 1 13 2 {DIGEST}\nexample. DS 1 13 2 {DIGEST}\n");
        let anchors = Anchors::parse(text.as_bytes()).unwrap();
        let enclosing = |name: &str| {
            anchors.enclosing(&names::parse(name).unwrap()).map(names::display).unwrap()
        };
        assert_eq!(enclosing("a.example"), "example");
        assert_eq!(enclosing("example"), "example");
        assert_eq!(enclosing("example.org"), ".");
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
            assert!(Anchors::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let error = Anchors::parse(format!(". DS 1 13 2 {DIGEST}\nfoo bar").as_bytes());
        let fault = AnchorFault::NotAnchor;
        assert_eq!(error, Err(InvalidAnchors::Line { line: 2, fault }));
    }

    /// A typing error must not make a signed zone look unsigned.
    #[test]
    fn rfc4033_2_an_anchor_that_is_not_supported_is_an_error_unless_another_of_its_name_is() {
        let error = |text: &str| Anchors::parse(text.as_bytes()).unwrap_err().to_string();
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
            assert_eq!(Anchors::parse(beside.as_bytes()).unwrap().0.len(), 2, "{line}");
        }
        let short = format!("{good}. DS 1 13 2 {}", &DIGEST[2..]);
        let why = "line 2 has a digest of another length (31) than digest type 2 makes";
        assert_eq!(error(&short), why);
    }
}
