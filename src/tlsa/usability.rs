//! Which records can be used at all (RFC 7671 section 4, RFC 7672 section 3.1.3).

use super::Record;
use super::record::{CERT, DANE_EE, DANE_TA, FULL, SHA2_256, SHA2_512, SPKI};
use crate::cause::Detail;
use crate::der;

/// Why a record is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unusable {
    /// For programs.
    pub detail: Detail,
    /// For people.
    pub text: &'static str,
}

impl Record<'_> {
    /// Whether the record can be matched against a chain; PKIX-TA(0) and PKIX-EE(1) cannot (RFC 7672 3.1.3).
    pub fn usability(&self) -> Result<(), Unusable> {
        let unusable = |detail, text| Err(Unusable { detail, text });
        if !matches!(self.usage, DANE_TA | DANE_EE) {
            return unusable(
                Detail::UsageUnsupported,
                "certificate usage is not DANE-TA or DANE-EE",
            );
        }
        if !matches!(self.selector, CERT | SPKI) {
            return unusable(Detail::SelectorUnknown, "unknown selector");
        }
        let length = match self.matching_type {
            FULL => return self.full_usability(),
            SHA2_256 => 32,
            SHA2_512 => 64,
            _ => return unusable(Detail::MatchingTypeUnknown, "unknown matching type"),
        };
        if self.data.len() != length {
            return unusable(Detail::DataMalformed, "digest of the wrong length");
        }
        Ok(())
    }

    /// Full(0) data is exactly one certificate; or one SEQUENCE, since a public key is compared and not read.
    fn full_usability(&self) -> Result<(), Unusable> {
        let parses = match self.selector {
            CERT => der::Certificate::parse(&self.data).is_some(),
            _ => der::is_sequence(&self.data),
        };
        let text = if self.data.is_empty() { "no data" } else { "data does not parse" };
        if parses { Ok(()) } else { Err(Unusable { detail: Detail::DataMalformed, text }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(usage: u8, selector: u8, matching_type: u8, data: &[u8]) -> Option<Detail> {
        let record = Record { usage, selector, matching_type, data: data.into() };
        record.usability().err().map(|unusable| unusable.detail)
    }

    #[test]
    fn rfc7671_4_usable_and_unusable() {
        for usage in [2, 3] {
            for selector in [0, 1] {
                assert_eq!(detail(usage, selector, 1, &[0; 32]), None);
                assert_eq!(detail(usage, selector, 2, &[0; 64]), None);
                for (matching_type, length) in [(1, 31), (1, 33), (1, 64), (1, 0), (2, 32), (2, 65)]
                {
                    let data = vec![0; length];
                    assert_eq!(
                        detail(usage, selector, matching_type, &data),
                        Some(Detail::DataMalformed)
                    );
                }
                assert_eq!(detail(usage, selector, 0, &[]), Some(Detail::DataMalformed));
                for junk in [&[0x30][..], &[0x30, 1], &[0x30, 0, 0], &[0x31, 0], &[0x30, 0x80]] {
                    assert_eq!(detail(usage, selector, 0, junk), Some(Detail::DataMalformed));
                }
                assert_eq!(
                    detail(usage, selector, 255, &[0; 32]),
                    Some(Detail::MatchingTypeUnknown)
                );
            }
            assert_eq!(detail(usage, 0, 0, &[0x30, 0]), Some(Detail::DataMalformed));
            assert_eq!(detail(usage, 1, 0, &[0x30, 0]), None);
        }
        for usage in [0, 1, 4, 7, 255] {
            assert_eq!(detail(usage, 1, 1, &[0; 32]), Some(Detail::UsageUnsupported));
        }
        assert_eq!(detail(3, 2, 1, &[0; 32]), Some(Detail::SelectorUnknown));
        assert_eq!(detail(3, 1, 7, &[0; 32]), Some(Detail::MatchingTypeUnknown));
    }
}
