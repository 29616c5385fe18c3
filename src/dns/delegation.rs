//! DS records against a zone's keys (RFC 4035 section 5.2, RFC 4509, RFC 6840 section 5.2). Pure.

use hickory_resolver::proto::dnssec::DigestType;
use hickory_resolver::proto::rr::Name;

use super::budget::Budget;
use super::message::Rrsig;
use super::signature::{self, Fault, Key, Rrset, Signed, ZoneKeys, keys_of, supported_algorithm};

const SHA1: u8 = 1;

/// A DS record (RFC 4034 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ds {
    pub(crate) tag: u16,
    pub(crate) algorithm: u8,
    pub(crate) digest_type: u8,
    pub(crate) digest: Vec<u8>,
}

impl Ds {
    /// Reads the RDATA; None where it is too short.
    pub(crate) fn from_rdata(rdata: &[u8]) -> Option<Self> {
        let [tag0, tag1, algorithm, digest_type, digest @ ..] = rdata else { return None };
        Some(Self {
            tag: u16::from_be_bytes([*tag0, *tag1]),
            algorithm: *algorithm,
            digest_type: *digest_type,
            digest: digest.to_vec(),
        })
    }

    fn is_supported(&self) -> bool {
        supported_algorithm(self.algorithm) && DigestType::from(self.digest_type).is_supported()
    }

    fn matches(&self, apex: &Name, key: &Key) -> bool {
        if self.tag != key.tag || self.algorithm != key.algorithm {
            return false;
        }
        key.to_dnskey()
            .to_digest(apex, DigestType::from(self.digest_type))
            .is_ok_and(|digest| digest.as_ref() == self.digest)
    }
}

/// The DS records that count: supported ones, and SHA-1 only where nothing better is there (RFC 4509 section 3).
///
/// None left means that the zone below is insecure (RFC 4035 section 5.2).
pub(crate) fn usable(records: &[Ds]) -> Vec<&Ds> {
    let supported: Vec<&Ds> = records.iter().filter(|ds| ds.is_supported()).collect();
    let better = supported.iter().any(|ds| ds.digest_type != SHA1);
    supported.into_iter().filter(|ds| !better || ds.digest_type != SHA1).collect()
}

/// The keys of a zone, where its DNSKEY RRset is signed by a key that `entry` vouches for (RFC 4035 section 5.2).
pub(crate) fn zone_keys(
    rrset: &Rrset,
    signatures: &[&Rrsig],
    entry: impl Fn(&Key) -> bool,
    now: u32,
    budget: &Budget,
) -> Result<(ZoneKeys, Signed), Fault> {
    let apex = &rrset.owner;
    let keys = keys_of(rrset);
    let trusted: Vec<Key> = keys.iter().filter(|key| entry(key)).cloned().collect();
    if trusted.is_empty() {
        return Err(Fault::NoEntryKey);
    }
    let entry_points = ZoneKeys { apex: apex.clone(), keys: trusted };
    let signed = signature::verify(rrset, signatures, &entry_points, now, budget)?;
    Ok((ZoneKeys { apex: apex.clone(), keys }, signed))
}

/// Whether one of the DS records vouches for a key.
pub(crate) fn vouches(records: &[&Ds], apex: &Name, key: &Key) -> bool {
    records.iter().any(|ds| ds.matches(apex, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ds(algorithm: u8, digest_type: u8) -> Ds {
        Ds { tag: 1, algorithm, digest_type, digest: vec![0; 32] }
    }

    #[test]
    fn rfc4035_5_2_unsupported_ds_do_not_count() {
        for (algorithm, digest_type) in
            [(13, 3), (13, 9), (1, 2), (3, 2), (6, 2), (16, 2), (250, 2)]
        {
            assert!(usable(&[ds(algorithm, digest_type)]).is_empty(), "{algorithm} {digest_type}");
        }
        for algorithm in [5, 7, 8, 10, 13, 14, 15] {
            for digest_type in [1, 2, 4] {
                assert_eq!(usable(&[ds(algorithm, digest_type)]).len(), 1);
            }
        }
    }

    #[test]
    fn rfc4509_3_sha1_only_without_better() {
        let mixed = [ds(13, 1), ds(8, 2)];
        assert_eq!(usable(&mixed), [&mixed[1]]);
        let better_is_unsupported = [ds(13, 1), ds(16, 2)];
        assert_eq!(usable(&better_is_unsupported), [&better_is_unsupported[0]]);
    }
}
