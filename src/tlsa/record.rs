//! One TLSA record.

use std::borrow::Cow;
use std::fmt;

use crate::text::Hex;

/// A TLSA record as published (RFC 6698 section 2.1), usable or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record<'d> {
    /// Certificate usage.
    pub usage: u8,
    /// Selector.
    pub selector: u8,
    /// Matching type.
    pub matching_type: u8,
    /// Certificate association data.
    pub data: Cow<'d, [u8]>,
}

/// DANE-TA(2).
pub(crate) const DANE_TA: u8 = 2;
/// DANE-EE(3).
pub(crate) const DANE_EE: u8 = 3;
/// Cert(0).
pub(crate) const CERT: u8 = 0;
/// SPKI(1).
pub(crate) const SPKI: u8 = 1;
/// Full(0).
pub(crate) const FULL: u8 = 0;
/// SHA2-256(1).
pub(crate) const SHA2_256: u8 = 1;
/// SHA2-512(2).
pub(crate) const SHA2_512: u8 = 2;
/// Reserved for private use (RFC 7218), never usable: stands for octets that RDATA lacks.
const PRIVATE: u8 = 255;
/// Octets of the data in a text.
const SHOWN: usize = 6;

impl<'d> Record<'d> {
    /// Reads RDATA; what is too short to be a record becomes an unusable one.
    pub fn from_rdata(rdata: &'d [u8]) -> Self {
        let field = |index: usize| rdata.get(index).copied().unwrap_or(PRIVATE);
        Self {
            usage: field(0),
            selector: field(1),
            matching_type: field(2),
            data: rdata.get(3..).unwrap_or_default().into(),
        }
    }

    /// The same with data of its own.
    pub fn into_owned(self) -> Record<'static> {
        Record { data: self.data.into_owned().into(), ..self }
    }

    /// The whole record as in a zone file (RFC 6698 section 2.2), on one line.
    pub fn zone_text(&self) -> String {
        let Self { usage, selector, matching_type, data } = self;
        format!("{usage} {selector} {matching_type} {}", Hex(data))
    }
}

impl fmt::Display for Record<'_> {
    /// `3 1 1 0123456789ab...`: enough of the data to tell records apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} ", self.usage, self.selector, self.matching_type)?;
        let more = if self.data.len() > SHOWN { "..." } else { "" };
        write!(f, "{}{more}", Hex(&self.data[..self.data.len().min(SHOWN)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6698_2_1_short_rdata_is_an_unusable_record() {
        for length in 0..3 {
            let record = Record::from_rdata(&[3, 1, 1][..length]);
            assert!(record.usability().is_err(), "{length}");
        }
        let record = Record::from_rdata(&[3, 1, 1, 9]);
        assert_eq!((record.usage, record.selector, record.matching_type), (3, 1, 1));
        assert_eq!(record.to_string(), "3 1 1 09");
        let shown =
            |octets| Record::from_rdata(&[3, 1, 1, 9, 9, 9, 9, 9, 9, 9][..octets]).to_string();
        assert_eq!(
            (shown(9), shown(10)),
            ("3 1 1 090909090909".into(), "3 1 1 090909090909...".into())
        );
    }

    #[test]
    fn rfc8460_4_4_a_policy_string_is_the_whole_record() {
        let rdata = [&[2, 0, 1][..], &[0xab; 32]].concat();
        let record = Record::from_rdata(&rdata);
        assert_eq!(record.zone_text(), format!("2 0 1 {}", "ab".repeat(32)));
    }
}
