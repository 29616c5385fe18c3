//! Digest agility (RFC 7671 section 9).

use super::Record;
use super::record::{DANE_EE, FULL, SPKI};

/// The strongest digest of each usage and selector among the usable records.
pub(crate) struct Agility([u8; 4]);

impl Agility {
    pub(crate) fn of(records: &[Record]) -> Self {
        let mut strongest = [FULL; 4];
        for record in records.iter().filter(|record| record.usability().is_ok()) {
            let entry = &mut strongest[Self::index(record)];
            *entry = record.matching_type.max(*entry);
        }
        Self(strongest)
    }

    /// Usage and selector of a usable record as one number.
    fn index(record: &Record) -> usize {
        usize::from(record.usage == DANE_EE) * 2 + usize::from(record.selector == SPKI)
    }

    /// Whether a record counts: usable, and Full(0) or the strongest digest of its usage and selector.
    pub(crate) fn counts(&self, record: &Record) -> bool {
        record.usability().is_ok()
            && (record.matching_type == FULL || record.matching_type == self.strongest(record))
    }

    /// The matching type of the strongest digest beside this usable record.
    pub(crate) fn strongest(&self, record: &Record) -> u8 {
        self.0[Self::index(record)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(records: &[(u8, u8, u8, usize)]) -> Vec<bool> {
        let records: Vec<Record> = records
            .iter()
            .map(|&(usage, selector, matching_type, length)| Record {
                usage,
                selector,
                matching_type,
                data: vec![0; length].into(),
            })
            .collect();
        let agility = Agility::of(&records);
        records.iter().map(|record| agility.counts(record)).collect()
    }

    #[test]
    fn rfc7671_9_strongest_digest_per_usage_and_selector() {
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 2, 64)]), [false, true]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 0, 2, 64)]), [true, true]);
        assert_eq!(counts(&[(2, 1, 1, 32), (3, 1, 2, 64)]), [true, true]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 1, 32)]), [true, true]);
    }

    #[test]
    fn rfc7671_9_each_usage_and_selector_has_its_own_strongest() {
        let kinds = [(2, 0), (2, 1), (3, 0), (3, 1)];
        for (usage, selector) in kinds {
            for (other_usage, other_selector) in kinds {
                let both = [(usage, selector, 1, 32), (other_usage, other_selector, 2, 64)];
                let are_apart = (usage, selector) != (other_usage, other_selector);
                assert_eq!(counts(&both), [are_apart, true], "{both:?}");
            }
        }
    }

    #[test]
    fn rfc7671_9_unusable_records_are_discarded_first() {
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 2, 32)]), [true, false]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 7, 64)]), [true, false]);
    }
}
