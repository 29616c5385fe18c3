//! The header of a message (RFC 1035 section 4.1.1), and the class of all that is asked.

use super::reader::Reader;

pub(super) const CLASS_IN: u16 = 1;
pub(super) const FLAG_RESPONSE: u16 = 0x8000;
pub(super) const FLAG_TRUNCATED: u16 = 0x0200;
pub(super) const FLAG_RECURSION_DESIRED: u16 = 0x0100;
pub(super) const FLAG_AUTHENTIC_DATA: u16 = 0x0020;
pub(super) const FLAG_CHECKING_DISABLED: u16 = 0x0010;

/// What stands before every message.
pub(super) struct Header {
    pub(super) id: u16,
    pub(super) flags: u16,
    pub(super) counts: [u16; 4],
}

impl Header {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (id, flags) = (reader.u16()?, reader.u16()?);
        let mut counts = [0; 4];
        for count in &mut counts {
            *count = reader.u16()?;
        }
        Some(Self { id, flags, counts })
    }
}
