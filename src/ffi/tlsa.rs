//! TLSA records and octets, the two structures that C sees inside of.

use super::error::Code;
use super::text::array;
use crate::memory;
use crate::tlsa::Record;

/// Octets that somebody else owns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dane_policy_bytes {
    /// May be NULL where `length` is 0.
    pub data: *const u8,
    /// Number of octets.
    pub length: usize,
}

/// A TLSA record (RFC 6698 section 2.1).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct dane_policy_tlsa {
    /// Certificate usage.
    pub usage: u8,
    /// Selector.
    pub selector: u8,
    /// Matching type.
    pub matching_type: u8,
    /// Certificate association data.
    pub data: dane_policy_bytes,
}

impl dane_policy_bytes {
    pub(super) fn of(octets: &[u8]) -> Self {
        Self { data: octets.as_ptr(), length: octets.len() }
    }

    /// The octets, for as long as the caller keeps them.
    pub(super) unsafe fn get<'a>(&self) -> Result<&'a [u8], Code> {
        // SAFETY: the caller fills the structure by the header's rules.
        unsafe { array(self.data, self.length) }
    }
}

impl dane_policy_tlsa {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            usage: record.usage,
            selector: record.selector,
            matching_type: record.matching_type,
            data: dane_policy_bytes::of(&record.data),
        }
    }
}

/// The records that C hands over, whose data stays where it is.
pub(super) unsafe fn records<'a>(
    data: *const dane_policy_tlsa,
    length: usize,
) -> Result<Vec<Record<'a>>, Code> {
    // SAFETY: the caller gives `length` records.
    let given = unsafe { array(data, length) }?;
    let mut records = Vec::new();
    memory::fallibly(|| records.try_reserve_exact(given.len()))?;
    for tlsa in given {
        // SAFETY: as above, for the data of each record.
        let data = unsafe { tlsa.data.get() }?;
        records.push(Record {
            usage: tlsa.usage,
            selector: tlsa.selector,
            matching_type: tlsa.matching_type,
            data: data.into(),
        });
    }
    Ok(records)
}
