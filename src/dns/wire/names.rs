//! Domain names: parsing what strangers send, and the arithmetic of labels.

use std::ops::Deref;

use hickory_resolver::proto::rr::Name;
use hickory_resolver::proto::serialize::binary::BinDecodable;

use crate::text::without_final_dot;

/// Why a text is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidName {
    /// It has no label.
    Empty,
    /// An octet is no printable ASCII, or a space or backslash; names beyond ASCII are written as A-labels.
    NotAscii,
    /// Two dots in a row, or one in front.
    EmptyLabel,
    /// A label of more than 63 octets, or more than 253 in all (RFC 1035 section 2.3.4).
    TooLong,
}

impl std::error::Error for InvalidName {}

/// Octets of the longest name (RFC 1035 section 2.3.4), and of it as text, without a final dot.
pub(super) const MAX_OCTETS: usize = 255;
const MAX_LENGTH: usize = 253;

/// Parses a domain name of A-labels; one final dot is accepted and removed (RFC 1035 section 2.3.4).
pub(crate) fn parse(text: &str) -> Result<Name, InvalidName> {
    let text = without_final_dot(text);
    if text.is_empty() {
        return Err(InvalidName::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(InvalidName::TooLong);
    }
    if !text.bytes().all(|byte| byte == b'.' || is_plain_octet(byte)) {
        return Err(InvalidName::NotAscii);
    }
    if text.split('.').any(str::is_empty) {
        return Err(InvalidName::EmptyLabel);
    }
    from_labels(text.split('.').map(str::as_bytes)).ok_or(InvalidName::TooLong)
}

/// The name of these labels, in lower case, where they are such.
pub(crate) fn from_labels<'l>(labels: impl Iterator<Item = &'l [u8]>) -> Option<Name> {
    Name::from_bytes(&CanonicalWire::of(labels)?).ok()
}

/// The name without its first label.
pub(crate) fn parent(name: &Name) -> Name {
    ancestor(name, depth(name).saturating_sub(1))
}

/// The last labels of a name, or all of it where it has no more.
pub(crate) fn ancestor(name: &Name, labels: usize) -> Name {
    let last = name.iter().skip(depth(name).saturating_sub(labels));
    from_labels(last).expect("labels of a name make a name")
}

/// `prefix` labels in front of `name`, where the result fits (RFC 1035 section 2.3.4).
pub(crate) fn prepend(prefix: &[&str], name: &Name) -> Option<Name> {
    let mut name = name.clone();
    for label in prefix.iter().rev() {
        name = name.prepend_label(label.as_bytes()).ok()?;
    }
    name.set_fqdn(true);
    Some(name)
}

/// The presentation of a name (RFC 1035 section 5.1), without a final dot; "." for the root. Printable ASCII.
pub(crate) fn display(name: &Name) -> String {
    let mut text = String::with_capacity(name.len());
    for label in name.iter() {
        if !text.is_empty() {
            text.push('.');
        }
        for &octet in label {
            match octet {
                b'.' | b'\\' => text.extend(['\\', octet.into()]),
                _ if octet.is_ascii_graphic() => text.push(octet.into()),
                _ => text.push_str(&format!("\\{octet:03}")),
            }
        }
    }
    if text.is_empty() { ".".into() } else { text }
}

/// Whether the name is one that can be written without escapes, as every host name can.
pub(crate) fn is_plain(name: &Name) -> bool {
    name.iter().flatten().copied().all(is_plain_octet)
}

fn is_plain_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'.' | b'\\')
}

/// The number of labels, the root and a leading `*` not counted (RFC 4034 section 3.1.3).
pub(crate) fn label_count(name: &Name) -> usize {
    name.num_labels().into()
}

/// The number of labels, a leading `*` included.
pub(crate) fn depth(name: &Name) -> usize {
    label_count(name) + usize::from(name.is_wildcard())
}

/// Whether `name` lies strictly below `ancestor`.
pub(crate) fn is_below(name: &Name, ancestor: &Name) -> bool {
    ancestor.zone_of(name) && depth(name) > depth(ancestor)
}

/// The longest name that encloses both.
pub(crate) fn common_ancestor(left: &Name, right: &Name) -> Name {
    let shared = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    ancestor(left, shared)
}

/// `*` in front of `name`.
pub(crate) fn wildcard_of(name: &Name) -> Option<Name> {
    prepend(&["*"], name)
}

/// The name in lower-case wire format (RFC 4034 section 6.2).
pub(crate) fn canonical_wire(name: &Name) -> CanonicalWire {
    CanonicalWire::of(name.iter()).expect("labels of a name make a name")
}

/// A name in lower-case wire format.
pub(crate) struct CanonicalWire {
    octets: [u8; MAX_OCTETS],
    length: usize,
}

impl CanonicalWire {
    /// That of these labels, where they make a name.
    pub(crate) fn of<'l>(labels: impl Iterator<Item = &'l [u8]>) -> Option<Self> {
        let (mut octets, mut end) = ([0; MAX_OCTETS], 0);
        for label in labels {
            let length =
                u8::try_from(label.len()).ok().filter(|length| (1..64).contains(length))?;
            *octets.get_mut(end)? = length;
            end += 1;
            octets.get_mut(end..)?.get_mut(..label.len())?.copy_from_slice(label);
            end += label.len();
        }
        octets.get_mut(..end)?.make_ascii_lowercase();
        (end < MAX_OCTETS).then_some(Self { octets, length: end + 1 })
    }
}

impl Deref for CanonicalWire {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc1035_2_3_4_a_name_is_made_of_labels_that_it_can_have() {
        let made = |labels: &[&[u8]]| from_labels(labels.iter().copied());
        assert_eq!(made(&[]), Some(Name::root()));
        assert_eq!(made(&[b"MX", b"Example"]), parse("mx.example").ok());
        let long = [b'a'; 63];
        assert!(made(&[&long[..]; 3]).is_some() && made(&[&long[..]; 4]).is_none());
        assert!(made(&[&[b'a'; 64]]).is_none() && made(&[&[b'a'; 200]]).is_none());
        assert!(made(&[b"a", b""]).is_none());
        let name = parse("*.a.b").unwrap();
        assert_eq!((depth(&name), label_count(&name)), (3, 2));
        let above = [3, 2, 1, 0].map(|labels| display(&ancestor(&name, labels)));
        assert_eq!(above, ["*.a.b", "a.b", "b", "."]);
        assert_eq!((ancestor(&name, 4), parent(&Name::root())), (name, Name::root()));
    }

    #[test]
    fn rfc1035_2_3_4_names_are_bounded() {
        assert_eq!(display(&parse("Example.ORG.").unwrap()), "example.org");
        assert_eq!(parse(""), Err(InvalidName::Empty));
        assert_eq!(parse("."), Err(InvalidName::Empty));
        assert_eq!(parse("a..b"), Err(InvalidName::EmptyLabel));
        assert_eq!(parse(".a"), Err(InvalidName::EmptyLabel));
        assert_eq!(parse("a.."), Err(InvalidName::EmptyLabel));
        assert_eq!(parse("b\u{fc}cher.example"), Err(InvalidName::NotAscii));
        assert_eq!(parse("a b.example"), Err(InvalidName::NotAscii));
        assert_eq!(parse(&"a".repeat(64)), Err(InvalidName::TooLong));
        assert!(parse(&"a".repeat(63)).is_ok());
        let longest = [&"a".repeat(63) as &str; 3].join(".") + "." + &"a".repeat(61);
        assert_eq!(longest.len(), 253);
        assert!(parse(&longest).is_ok());
        assert_eq!(parse(&(longest + "a")), Err(InvalidName::TooLong));
    }

    #[test]
    fn rfc1035_5_1_what_is_special_is_escaped() {
        let name = |labels: &[&[u8]]| Name::from_labels(labels.iter().copied()).unwrap();
        for (labels, text) in [
            (&[b"mx+1".as_slice(), b"a_b", b"*"][..], "mx+1.a_b.*"),
            (&[b"a.b", b"c\\d"], r"a\.b.c\\d"),
            (&[b"\xfc \x07\""], r#"\252\032\007""#),
            (&[], "."),
        ] {
            assert_eq!(display(&name(labels)), text);
        }
        assert!(is_plain(&name(&[b"mx+1", b"a_b", b"*"])));
        for special in [b"a.b".as_slice(), b"a\\b", b"\xfc", b" ", b"\0"] {
            assert!(!is_plain(&name(&[special])), "{special:?}");
        }
    }

    #[test]
    fn rfc4034_3_1_3_label_count() {
        assert_eq!(label_count(&parse("a.example").unwrap()), 2);
        assert_eq!(label_count(&parse("*.example").unwrap()), 1);
        assert_eq!(depth(&parse("*.example").unwrap()), 2);
        assert_eq!(label_count(&Name::root()), 0);
    }

    #[test]
    fn rfc4034_6_1_no_name_is_below_itself() {
        let name = |text| parse(text).unwrap();
        assert!(is_below(&name("a.example"), &name("example")));
        assert!(is_below(&name("*.example"), &name("EXAMPLE")));
        assert!(is_below(&name("example"), &Name::root()));
        assert!(!is_below(&name("example"), &name("example")));
        assert!(!is_below(&name("*.example"), &name("*.example")));
        assert!(!is_below(&Name::root(), &Name::root()));
        assert!(!is_below(&name("example"), &name("a.example")));
        assert!(!is_below(&name("a.example"), &name("ample")));
    }
}
