//! Distinguished names (RFC 5280 sections 4.1.2.4 and 7.1), compared as encoded.

use crate::der::{Attribute, attributes};

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

/// Whether two names are the same; case and white space of their texts do not matter.
pub(super) fn equal(one: &[u8], other: &[u8]) -> bool {
    one == other || {
        let (mut one, mut other) = (attributes(one), attributes(other));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some(Some(one)), Some(Some(other))) if same(&one, &other) => {}
                _ => return false,
            }
        }
    }
}

/// Whether a name is the subtree's base or lies below it (RFC 5280 section 4.2.1.10).
pub(super) fn is_within(name: &[u8], base: &[u8]) -> bool {
    let (mut name, mut base) = (attributes(name), attributes(base));
    loop {
        match (name.next(), base.next()) {
            (Some(Some(one)), Some(Some(other))) if same(&one, &other) => {}
            (rest, None) => return rest.is_none_or(|rest| rest.is_some_and(|it| it.is_first)),
            _ => return false,
        }
    }
}

fn same(one: &Attribute<'_>, other: &Attribute<'_>) -> bool {
    let texts_agree = || match (one.text, other.text) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.split_ascii_whitespace(), other.split_ascii_whitespace());
            one.map(str::to_ascii_lowercase).eq(other.map(str::to_ascii_lowercase))
        }
        _ => false,
    };
    (one.id, one.is_first) == (other.id, other.is_first)
        && (one.value == other.value || texts_agree())
}

pub(super) fn is_empty(name: &[u8]) -> bool {
    attributes(name).next().is_none()
}

pub(super) fn common_names(name: &[u8]) -> impl Iterator<Item = &str> {
    texts(name, COMMON_NAME)
}

pub(super) fn mail_addresses(name: &[u8]) -> impl Iterator<Item = &str> {
    texts(name, EMAIL_ADDRESS)
}

fn texts<'a>(name: &'a [u8], id: &'static [u8]) -> impl Iterator<Item = &'a str> {
    attributes(name).flatten().filter(move |it| it.id == id).filter_map(|it| it.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name of one-valued RDNs, each given as string tag, last octet of the 2.5.4 attribute type, and text.
    fn name(attributes: &[(u8, u8, &str)]) -> Vec<u8> {
        let wrap = |tag: u8, contents: Vec<u8>| {
            [vec![tag, u8::try_from(contents.len()).unwrap()], contents].concat()
        };
        let sets = attributes.iter().map(|&(tag, kind, text)| {
            let id = wrap(6, vec![0x55, 4, kind]);
            wrap(0x31, wrap(0x30, [id, wrap(tag, text.into())].concat()))
        });
        wrap(0x30, sets.collect::<Vec<_>>().concat())
    }

    #[test]
    fn rfc5280_7_1_case_and_white_space_do_not_matter() {
        let one = name(&[(0x0c, 10, "Example  Org"), (0x0c, 3, "CA")]);
        assert!(equal(&one, &name(&[(0x13, 10, " example org "), (0x0c, 3, "ca")])));
        assert!(!equal(&one, &name(&[(0x0c, 10, "ExampleOrg"), (0x0c, 3, "CA")])));
        assert!(!equal(&one, &name(&[(0x0c, 11, "Example Org"), (0x0c, 3, "CA")])));
        assert!(!equal(&one, &name(&[(0x0c, 10, "Example Org")])));
        assert_eq!(common_names(&one).collect::<Vec<_>>(), ["CA"]);
        // Two attributes in one RDN are not two RDNs.
        let two = [
            0x30, 22, 0x31, 9, 0x30, 7, 6, 3, 0x55, 4, 3, 12, 0, 0x31, 9, 0x30, 7, 6, 3, 0x55, 4,
            10, 12, 0,
        ];
        let joint = [
            0x30, 20, 0x31, 18, 0x30, 7, 6, 3, 0x55, 4, 3, 12, 0, 0x30, 7, 6, 3, 0x55, 4, 10, 12, 0,
        ];
        assert!(equal(&two, &two) && equal(&joint, &joint));
        assert!(!equal(&two, &joint) && !is_within(&joint, &two));
    }

    #[test]
    fn rfc5280_4_1_2_6_the_mail_addresses_of_a_subject() {
        let id = [&[6, 9], EMAIL_ADDRESS].concat();
        let attribute = [&[0x30, 16][..], &id, &[0x16, 3], b"a@b"].concat();
        let mut subject = [&[0x30, 20, 0x31, 18][..], &attribute].concat();
        assert_eq!(mail_addresses(&subject).collect::<Vec<_>>(), ["a@b"]);
        subject[14] = 2;
        assert_eq!(mail_addresses(&subject).count(), 0);
    }

    #[test]
    fn rfc5280_7_1_what_is_no_text_is_compared_by_its_octets() {
        let bmp = |text| name(&[(0x1e, 3, text)]);
        assert!(equal(&bmp("\0A"), &bmp("\0A")));
        assert!(!equal(&bmp("\0A"), &bmp("\0a")));
        assert!(!equal(&[0x30, 2, 0x31, 0], &[0x30, 2, 0x30, 0]));
        assert!(!equal(b"junk", b"else"));
    }

    #[test]
    fn rfc5280_4_2_1_10_directory_subtrees() {
        let base = name(&[(0x0c, 6, "DE"), (0x0c, 10, "Org")]);
        assert!(is_within(&base, &base));
        assert!(is_within(&name(&[(0x0c, 6, "de"), (0x0c, 10, "org"), (0x0c, 3, "x")]), &base));
        assert!(!is_within(&name(&[(0x0c, 6, "de"), (0x0c, 10, "other")]), &base));
        assert!(!is_within(&name(&[(0x0c, 6, "de")]), &base));
        assert!(is_within(&base, &name(&[])));
        assert!(!is_within(b"junk", &base));
    }
}
