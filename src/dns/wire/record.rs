//! One resource record, as it stands in a message (RFC 1035 section 4.1.3).

use super::reader::Reader;
use super::rrset::Rrsig;
use super::rtype;

/// A record, but for its owner, whose labels the reader holds; and the place of its data.
pub(super) struct Record<'a> {
    pub(super) rtype: u16,
    pub(super) class: u16,
    pub(super) ttl: u32,
    pub(super) data: &'a [u8],
    start: usize,
}

impl<'a> Record<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        reader.name()?;
        let (rtype, class, ttl) = (reader.u16()?, reader.u16()?, reader.u32()?);
        let length = reader.u16()?;
        let start = reader.at;
        Some(Self { rtype, class, ttl, data: reader.slice(length.into())?, start })
    }

    /// Reads the labels of the name behind `skip` octets of the data, and gives where in the data it ends.
    fn name(&self, reader: &mut Reader<'a>, skip: usize) -> Option<usize> {
        let after = std::mem::replace(&mut reader.at, self.start.checked_add(skip)?);
        reader.name()?;
        let end = std::mem::replace(&mut reader.at, after).checked_sub(self.start)?;
        Some(end).filter(|end| *end <= self.data.len())
    }

    /// The data in canonical form (RFC 4034 section 6.2); None where it is malformed.
    pub(super) fn canonical(&self, reader: &mut Reader<'a>) -> Option<Vec<u8>> {
        let name_after = |reader: &mut Reader<'a>, skip: usize| {
            let end = self.name(reader, skip)?;
            reader.last_wire().filter(|_| end == self.data.len())
        };
        match self.rtype {
            rtype::CNAME | rtype::DNAME => Some(name_after(reader, 0)?.to_vec()),
            rtype::MX => Some([self.data.get(..2)?, &name_after(reader, 2)?].concat()),
            rtype::A => (self.data.len() == 4).then(|| self.data.to_vec()),
            rtype::AAAA => (self.data.len() == 16).then(|| self.data.to_vec()),
            _ => Some(self.data.to_vec()),
        }
    }

    pub(super) fn signature(&self, reader: &mut Reader<'a>) -> Option<Rrsig> {
        let mut fields = Reader::new(self.data);
        let covered = fields.u16()?;
        let (algorithm, labels) = (fields.u8()?, fields.u8()?);
        let (original_ttl, expiration, inception) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let key_tag = fields.u16()?;
        let end = self.name(reader, fields.at)?;
        Some(Rrsig {
            covered,
            algorithm,
            labels,
            original_ttl,
            expiration,
            inception,
            key_tag,
            signer: reader.last_name()?,
            signature: self.data.get(end..)?.to_vec(),
        })
    }
}
