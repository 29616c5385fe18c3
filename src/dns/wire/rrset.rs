//! An RRset with its signatures, as one reply has them (RFC 4034 sections 3 and 6.3).

use hickory_resolver::proto::rr::Name;

/// The records of one owner and type, without duplicates, in canonical order, and the signatures over them.
///
/// Names inside the data are uncompressed and in lower case (RFC 4034 section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rrset {
    pub(crate) owner: Name,
    pub(crate) rtype: u16,
    /// The smallest of the records' TTLs.
    pub(crate) ttl: u32,
    pub(crate) rdata: Vec<Vec<u8>>,
    pub(crate) signatures: Vec<Rrsig>,
}

/// A signature (RFC 4034 section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rrsig {
    pub(crate) covered: u16,
    pub(crate) algorithm: u8,
    pub(crate) labels: u8,
    pub(crate) original_ttl: u32,
    pub(crate) expiration: u32,
    pub(crate) inception: u32,
    pub(crate) key_tag: u16,
    pub(crate) signer: Name,
    pub(crate) signature: Vec<u8>,
}

impl Rrset {
    /// One without records, which are to follow.
    pub(crate) fn new(owner: Name, rtype: u16) -> Self {
        Self { owner, rtype, ttl: u32::MAX, rdata: Vec::new(), signatures: Vec::new() }
    }

    pub(crate) fn add(&mut self, ttl: u32, rdata: Vec<u8>) {
        self.ttl = self.ttl.min(ttl);
        self.rdata.push(rdata);
    }

    /// One record.
    #[cfg(test)]
    pub(crate) fn of(owner: Name, rtype: u16, ttl: u32, rdata: &[u8]) -> Self {
        let mut rrset = Self::new(owner, rtype);
        rrset.add(ttl, rdata.to_vec());
        rrset
    }

    /// Brings the records into canonical order (RFC 4034 section 6.3).
    pub(crate) fn sort(&mut self) {
        self.rdata.sort_unstable();
        self.rdata.dedup();
    }

    /// Octets that all of it takes.
    pub(crate) fn all_kept_octets(&self) -> usize {
        let records = self.rdata.iter().map(|rdata| Self::kept_octets(rdata));
        records.chain(self.signatures.iter().map(Rrsig::kept_octets)).sum()
    }

    /// Octets that a record takes in an RRset, whose list grows by doubling.
    pub(crate) fn kept_octets(rdata: &[u8]) -> usize {
        2 * size_of::<Vec<u8>>() + rdata.len()
    }
}

impl Rrsig {
    /// Octets that it takes in an RRset.
    pub(crate) fn kept_octets(&self) -> usize {
        2 * (size_of::<Self>() + self.signer.len()) + self.signature.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::{names, rtype};

    /// What an RRset takes beside what is charged for it.
    #[test]
    fn an_rrset_takes_no_more_than_is_charged_and_half_of_it_at_least() {
        let signature = Rrsig {
            covered: rtype::TLSA,
            algorithm: 13,
            labels: 2,
            original_ttl: 9,
            expiration: 9,
            inception: 9,
            key_tag: 9,
            signer: names::parse("a-longer-name.example").unwrap(),
            signature: vec![0; 64],
        };
        let mut rrset = Rrset::new(names::parse("a.example").unwrap(), rtype::TLSA);
        for count in 1..20 {
            rrset.add(9, vec![0; 5 * count]);
            rrset.signatures.push(signature.clone());
            let records = count.next_power_of_two() * size_of::<Vec<u8>>();
            let data: usize = rrset.rdata.iter().map(Vec::len).sum();
            let signatures = count.next_power_of_two() * size_of::<Rrsig>();
            let least = records + data + signatures + count * (64 + signature.signer.len());
            let charged = rrset.all_kept_octets();
            assert!((least..2 * least).contains(&charged), "{count}: {least} {charged}");
            rrset.signatures.clear();
            let without = rrset.all_kept_octets();
            assert!((records + data..3 * (records + data)).contains(&without), "{count}");
            rrset.signatures = vec![signature.clone(); count];
        }
    }
}
