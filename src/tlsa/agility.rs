//! Digest agility (RFC 7671 section 9).

use super::Record;
use super::record::FULL;

/// Whether each record counts: usable, and Full(0) or the strongest digest of its usage and selector.
pub(crate) fn counting(records: &[Record]) -> Vec<bool> {
    let usable: Vec<&Record> = records.iter().filter(|record| record.usability().is_ok()).collect();
    let strongest = |of: &Record| {
        usable
            .iter()
            .filter(|record| (record.usage, record.selector) == (of.usage, of.selector))
            .map(|record| record.matching_type)
            .max()
    };
    records
        .iter()
        .map(|record| {
            let is_strong =
                record.matching_type == FULL || Some(record.matching_type) == strongest(record);
            is_strong && record.usability().is_ok()
        })
        .collect()
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
                data: vec![0; length],
            })
            .collect();
        counting(&records)
    }

    #[test]
    fn rfc7671_9_strongest_digest_per_usage_and_selector() {
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 2, 64)]), [false, true]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 0, 2, 64)]), [true, true]);
        assert_eq!(counts(&[(2, 1, 1, 32), (3, 1, 2, 64)]), [true, true]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 1, 32)]), [true, true]);
    }

    #[test]
    fn rfc7671_9_unusable_records_are_discarded_first() {
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 2, 32)]), [true, false]);
        assert_eq!(counts(&[(3, 1, 1, 32), (3, 1, 7, 64)]), [true, false]);
    }
}
