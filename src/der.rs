//! As much of DER as odd certificates allow to be read (X.690, RFC 5280 section 4.1): everything is kept as sent.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BOOLEAN: u8 = 0x01;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const ISSUER_ID: u8 = 0x81;
const SUBJECT_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;
/// UTF8String, PrintableString, TeletexString, IA5String, VisibleString.
const TEXTS: [u8; 5] = [0x0c, 0x13, 0x14, 0x16, 0x1a];

/// One element: identifier, the whole encoding, and its contents.
#[derive(Clone, Copy, Debug)]
struct Element<'a> {
    tag: u8,
    whole: &'a [u8],
    contents: &'a [u8],
}

/// Takes one element off the input; definite lengths of up to four octets, minimally encoded.
fn take<'a>(input: &mut &'a [u8]) -> Option<Element<'a>> {
    let whole = *input;
    let [tag, first, rest @ ..] = whole else { return None };
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long @ 0x81..=0x84 => {
            let (octets, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = octets.iter().fold(0usize, |sum, octet| sum << 8 | usize::from(*octet));
            let is_minimal = octets.first() != Some(&0) && length > 0x7f;
            (Some(length).filter(|_| is_minimal)?, rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some(Element { tag: *tag, whole: whole.get(..whole.len() - rest.len())?, contents })
}

fn expect<'a>(input: &mut &'a [u8], tag: u8) -> Option<Element<'a>> {
    take(input).filter(|element| element.tag == tag)
}

/// The contents of the only element of the input.
fn only(mut input: &[u8], tag: u8) -> Option<&[u8]> {
    let element = expect(&mut input, tag)?;
    input.is_empty().then_some(element.contents)
}

/// Whether the input is one complete SEQUENCE.
pub(crate) fn is_sequence(input: &[u8]) -> bool {
    only(input, SEQUENCE).is_some()
}

/// A BIT STRING of whole octets.
fn bits<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    expect(input, BIT_STRING)?.contents.strip_prefix(&[0])
}

/// The parts of a certificate that are matched or verified, as encoded (RFC 5280 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Certificate<'a> {
    /// What is signed.
    pub(crate) tbs: &'a [u8],
    /// Whether it has no version number, which makes it X.509 v1.
    pub(crate) is_v1: bool,
    /// The contents of the AlgorithmIdentifier that is signed.
    pub(crate) signed_algorithm: &'a [u8],
    /// The issuer's Name.
    pub(crate) issuer: &'a [u8],
    /// The Validity.
    pub(crate) validity: &'a [u8],
    /// The subject's Name.
    pub(crate) subject: &'a [u8],
    /// The subject's SubjectPublicKeyInfo.
    pub(crate) spki: &'a [u8],
    /// The contents of Extensions.
    pub(crate) extensions: &'a [u8],
    /// The contents of the signature's AlgorithmIdentifier.
    pub(crate) signature_algorithm: &'a [u8],
    /// The signature.
    pub(crate) signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads exactly one certificate.
    pub(crate) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut certificate = only(der, SEQUENCE)?;
        let tbs = expect(&mut certificate, SEQUENCE)?;
        let signature_algorithm = expect(&mut certificate, SEQUENCE)?.contents;
        let signature = bits(&mut certificate)?;
        if !certificate.is_empty() {
            return None;
        }
        let mut fields = tbs.contents;
        let is_v1 = fields.first() != Some(&VERSION);
        if !is_v1 {
            take(&mut fields)?;
        }
        expect(&mut fields, INTEGER)?;
        let signed_algorithm = expect(&mut fields, SEQUENCE)?.contents;
        let issuer = expect(&mut fields, SEQUENCE)?.whole;
        let validity = expect(&mut fields, SEQUENCE)?.whole;
        let subject = expect(&mut fields, SEQUENCE)?.whole;
        let spki = expect(&mut fields, SEQUENCE)?.whole;
        while matches!(fields, [ISSUER_ID | SUBJECT_ID, ..]) {
            take(&mut fields)?;
        }
        let extensions = match fields {
            [] => &[],
            _ => only(only(fields, EXTENSIONS)?, SEQUENCE)?,
        };
        Some(Self {
            tbs: tbs.whole,
            is_v1,
            signed_algorithm,
            issuer,
            validity,
            subject,
            spki,
            extensions,
            signature_algorithm,
            signature,
        })
    }
}

/// The subject's SubjectPublicKeyInfo, as encoded, of a certificate of which nothing behind it needs to be readable.
pub(crate) fn subject_public_key_info(der: &[u8]) -> Option<&[u8]> {
    let mut fields = expect(&mut only(der, SEQUENCE)?, SEQUENCE)?.contents;
    if fields.first() == Some(&VERSION) {
        take(&mut fields)?;
    }
    expect(&mut fields, INTEGER)?;
    for _signature_issuer_validity_subject in 0..4 {
        expect(&mut fields, SEQUENCE)?;
    }
    Some(expect(&mut fields, SEQUENCE)?.whole)
}

/// One extension (RFC 5280 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension<'a> {
    /// The contents of the object identifier.
    pub(crate) id: &'a [u8],
    /// Whether who does not know it must refuse the certificate.
    pub(crate) is_critical: bool,
    /// What the OCTET STRING holds.
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Takes one extension off the contents of Extensions.
    pub(crate) fn take(input: &mut &'a [u8]) -> Option<Self> {
        let mut fields = expect(input, SEQUENCE)?.contents;
        let id = expect(&mut fields, OBJECT_ID)?.contents;
        let is_critical = match fields {
            [BOOLEAN, ..] => expect(&mut fields, BOOLEAN)?.contents != [0],
            _ => false,
        };
        Some(Self { id, is_critical, value: only(fields, OCTET_STRING)? })
    }
}

/// One attribute of a Name (RFC 5280 section 4.1.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// The contents of the object identifier.
    pub(crate) id: &'a [u8],
    /// The value as encoded.
    pub(crate) value: &'a [u8],
    /// The value as text, where it is of a string type whose octets are ASCII or UTF-8.
    pub(crate) text: Option<&'a str>,
    /// Whether it begins a relative distinguished name.
    pub(crate) is_first: bool,
}

/// The attributes of a Name, in order; None where one cannot be read.
pub(crate) fn attributes(name: &[u8]) -> impl Iterator<Item = Option<Attribute<'_>>> {
    let whole = only(name, SEQUENCE);
    let (mut names, mut set, mut failed) = (whole.unwrap_or_default(), &[][..], whole.is_none());
    std::iter::from_fn(move || {
        if failed || (names.is_empty() && set.is_empty()) {
            return std::mem::take(&mut failed).then_some(None);
        }
        let mut next = || {
            let is_first = set.is_empty();
            if is_first {
                set = expect(&mut names, SET)?.contents;
            }
            let mut fields = expect(&mut set, SEQUENCE)?.contents;
            let id = expect(&mut fields, OBJECT_ID)?.contents;
            let value = take(&mut fields)?;
            let text = TEXTS.contains(&value.tag).then(|| std::str::from_utf8(value.contents).ok());
            fields.is_empty().then_some(Attribute {
                id,
                value: value.whole,
                text: text.flatten(),
                is_first,
            })
        };
        let attribute = next();
        if attribute.is_none() {
            (names, set) = (&[], &[]);
        }
        Some(attribute)
    })
}

/// A SubjectPublicKeyInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey<'a> {
    /// As encoded.
    pub(crate) spki: &'a [u8],
    /// The contents of the AlgorithmIdentifier.
    pub(crate) algorithm: &'a [u8],
    /// The key.
    pub(crate) bits: &'a [u8],
}

impl<'a> PublicKey<'a> {
    /// Reads exactly one key.
    pub(crate) fn parse(spki: &'a [u8]) -> Option<Self> {
        let mut fields = only(spki, SEQUENCE)?;
        let algorithm = expect(&mut fields, SEQUENCE)?.contents;
        let key = bits(&mut fields)?;
        fields.is_empty().then_some(Self { spki, algorithm, bits: key })
    }

    /// Bits of an RSA modulus (RFC 8017 appendix A.1), if this is an RSA key, RSASSA-PSS only or not.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        const RSA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
        const ENCRYPTION_OR_PSS: [u8; 2] = [1, 10];
        let last = self.algorithm.strip_prefix(RSA)?.first()?;
        if !ENCRYPTION_OR_PSS.contains(last) {
            return None;
        }
        let mut fields = only(self.bits, SEQUENCE)?;
        let modulus = expect(&mut fields, INTEGER)?.contents;
        let start = modulus.iter().position(|octet| *octet != 0)?;
        let first = modulus.get(start)?;
        Some((modulus.len() - start) * 8 - first.leading_zeros() as usize)
    }

    /// Bits of an elliptic-curve field, if this is such a key (RFC 5480 section 2.2).
    pub(crate) fn ec_bits(&self) -> Option<usize> {
        const EC: &[u8] = &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        if !self.algorithm.starts_with(EC) {
            return None;
        }
        match self.bits {
            [4, coordinates @ ..] => Some(coordinates.len() * 4),
            [2 | 3, coordinate @ ..] => Some(coordinate.len() * 8),
            _ => None,
        }
    }

    /// Whether this is an elliptic-curve key by one coordinate and a sign (RFC 5480 section 2.2).
    pub(crate) fn is_compressed(&self) -> bool {
        self.ec_bits().is_some() && self.bits.first() != Some(&4)
    }

    /// Whether it is of a kind without weak keys: Ed25519 or Ed448 (RFC 8410), ML-DSA-44, 65 or 87 (RFC 9881).
    pub(crate) fn is_never_weak(&self) -> bool {
        matches!(
            self.algorithm,
            [0x06, 3, 0x2b, 0x65, 0x70 | 0x71]
                | [0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17..=19]
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal_and_inside_the_input() {
        for bad in [
            &[0x30u8][..],
            &[0x30, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x81, 1, 0],
            &[0x30, 0x82, 0, 0x80],
            &[0x30, 0x85, 0, 0, 0, 0, 1, 0],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert!(take(&mut &bad[..]).is_none(), "{bad:?}");
        }
        assert_eq!(only(&[0x30, 1, 7], SEQUENCE), Some(&[7][..]));
        assert_eq!(only(&[0x30, 1, 7, 0], SEQUENCE), None);
    }
}
