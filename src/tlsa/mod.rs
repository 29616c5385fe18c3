//! TLSA records: which are usable, and which count (RFC 6698, RFC 7671).

mod agility;
mod record;
mod usability;

use crate::decide::Tlsa;

pub(crate) use agility::Agility;
pub use record::Record;
#[cfg(feature = "capi")]
pub(crate) use record::SHA2_512;
pub(crate) use record::{CERT, DANE_EE, DANE_TA, FULL, SHA2_256, SPKI};
pub use usability::Unusable;

/// Whether a server's key is all that the usable records speak of: DANE-EE(3) SPKI(1), at least one and no others.
pub(crate) fn only_keys(records: &[Record]) -> bool {
    let mut usable = records.iter().filter(|record| record.usability().is_ok()).peekable();
    usable.peek().is_some()
        && usable.all(|record| (record.usage, record.selector) == (DANE_EE, SPKI))
}

/// The TLSA column of secure records: none, some usable, or none usable (RFC 7671 section 4).
pub fn status(records: &[Record]) -> Tlsa {
    if records.is_empty() {
        Tlsa::Nxdomain
    } else if records.iter().any(|record| record.usability().is_ok()) {
        Tlsa::Secure
    } else {
        Tlsa::Unusable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7671_5_1_a_raw_key_is_for_records_of_the_key_alone() {
        let only_keys =
            |kinds: &[(u8, u8, u8, usize)]| {
                let records = kinds.iter().map(|&(usage, selector, matching_type, length)| {
                    Record { usage, selector, matching_type, data: vec![0; length].into() }
                });
                super::only_keys(&records.collect::<Vec<_>>())
            };
        let key = (3, 1, 1, 32);
        assert!(only_keys(&[key]));
        assert!(only_keys(&[key, (3, 1, 2, 64), key]));
        for other in [(3, 0, 1, 32), (2, 1, 1, 32), (2, 0, 2, 64)] {
            assert!(!only_keys(&[key, other]) && !only_keys(&[other, key]) && !only_keys(&[other]));
        }
        let unusable = [(3, 0, 1, 31), (1, 1, 1, 32), (3, 1, 9, 32)];
        for other in unusable {
            assert!(only_keys(&[key, other]) && !only_keys(&[other]));
        }
        assert!(!only_keys(&[]) && !only_keys(&unusable));
    }
}
