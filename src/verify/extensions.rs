//! The extensions that decide whether a certificate may stand on a path (RFC 5280 section 4.2.1).

use x509_parser::extensions::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, NameConstraints, SubjectAlternativeName,
};
use x509_parser::prelude::{FromDer, X509Error};

use crate::der::Extension;

/// The last octet of each identifier below 2.5.29.
const KEY_USAGE: u8 = 15;
const SUBJECT_ALT_NAME: u8 = 17;
const BASIC_CONSTRAINTS: u8 = 19;
const NAME_CONSTRAINTS: u8 = 30;
const EXTENDED_KEY_USAGE: u8 = 37;
/// CRL distribution points and all about policies: any policy will do, and revocation is not asked for.
const NO_MATTER: [u8; 5] = [31, 32, 33, 36, 54];

/// The extensions of one certificate.
#[derive(Default)]
pub(super) struct Extensions<'a> {
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) alternative_name: Option<SubjectAlternativeName<'a>>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) name_constraints: Option<NameConstraints<'a>>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage<'a>>,
}

impl<'a> Extensions<'a> {
    /// Reads the contents of Extensions; what matters must parse and come once, and nothing unknown be critical.
    pub(super) fn parse(mut input: &'a [u8]) -> Result<Self, &'static str> {
        let mut extensions = Self::default();
        while !input.is_empty() {
            let extension = Extension::take(&mut input).ok_or("an extension does not parse")?;
            let value = extension.value;
            match extension.id {
                [0x55, 0x1d, KEY_USAGE] => once(&mut extensions.key_usage, value)?,
                [0x55, 0x1d, SUBJECT_ALT_NAME] => once(&mut extensions.alternative_name, value)?,
                [0x55, 0x1d, BASIC_CONSTRAINTS] => once(&mut extensions.basic_constraints, value)?,
                [0x55, 0x1d, NAME_CONSTRAINTS] => once(&mut extensions.name_constraints, value)?,
                [0x55, 0x1d, EXTENDED_KEY_USAGE] => {
                    once(&mut extensions.extended_key_usage, value)?;
                }
                [0x55, 0x1d, last] if NO_MATTER.contains(last) => {}
                _ if extension.is_critical => return Err("unknown critical extension"),
                _ => {}
            }
        }
        Ok(extensions)
    }
}

fn once<'a, T: FromDer<'a, X509Error>>(
    slot: &mut Option<T>,
    value: &'a [u8],
) -> Result<(), &'static str> {
    match T::from_der(value) {
        Ok((&[], parsed)) if slot.is_none() => *slot = Some(parsed),
        Ok((&[], _)) => return Err("an extension comes twice"),
        _ => return Err("an extension does not parse"),
    }
    Ok(())
}
