//! Zone keys (RFC 4034 section 2, RFC 3110). Pure.

use hickory_resolver::proto::dnssec::crypto::Digest;
use hickory_resolver::proto::dnssec::{Algorithm, DigestType, PublicKey, PublicKeyBuf};
use hickory_resolver::proto::rr::Name;

use super::period::Period;
use crate::budget::{Budget, Exhausted};
use crate::dns::wire::names::canonical_wire;
use crate::dns::wire::{Rrset, rtype};

const FLAG_ZONE_KEY: u16 = 0x0100;
const FLAG_ENTRY_POINT: u16 = 0x0001;
/// The revoke bit, in the second octet of the flags.
const REVOKED: u8 = 0x80;
const PROTOCOL: u8 = 3;

/// Keys of one tag and algorithm that are looked at: tags meet by chance once in thousands of zones (CVE-2023-50387).
const MAX_KEYS_PER_TAG: usize = 4;

/// Octets of the shortest modulus (RFC 5702 section 2.1).
const MIN_RSA_MODULUS: usize = 64;
/// The moduli that can be checked, in octets.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 128..=1024;
/// The largest exponent that can be checked.
const MAX_RSA_EXPONENT: u64 = (1 << 33) - 1;

const P256_UNITS: u32 = 50;
const P384_UNITS: u32 = 500;
const ED25519_UNITS: u32 = 35;

/// A DNSKEY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    flags: u16,
    pub(crate) algorithm: u8,
    pub(crate) tag: u16,
    public_key: PublicKeyBuf,
}

/// The parts of an RSA key (RFC 3110 section 2).
struct Rsa<'k> {
    exponent: &'k [u8],
    modulus: &'k [u8],
}

/// A key that says of itself that it is revoked (RFC 5011 section 2.1).
#[derive(Debug)]
pub(crate) struct RevokedKey {
    /// As it signs.
    pub(crate) shown: Key,
    /// As it was before, with another tag.
    pub(crate) plain: Key,
}

impl RevokedKey {
    /// None where the key is none of a zone, or is not revoked.
    pub(crate) fn from_rdata(rdata: &[u8]) -> Option<Self> {
        if !is_revoked(rdata) {
            return None;
        }
        let plain = [&rdata[..1], &[rdata[1] ^ REVOKED], &rdata[2..]].concat();
        Some(Self { shown: Key::of_zone(rdata)?, plain: Key::of_zone(&plain)? })
    }
}

impl Key {
    /// Reads a key that may sign a zone: zone-key bit, not revoked, the protocol (RFC 4034 2.1, RFC 5011 2.1).
    pub(crate) fn from_rdata(rdata: &[u8]) -> Option<Self> {
        if is_revoked(rdata) { None } else { Self::of_zone(rdata) }
    }

    fn of_zone(rdata: &[u8]) -> Option<Self> {
        let (&[flags0, flags1, PROTOCOL, algorithm], key) = rdata.split_first_chunk()? else {
            return None;
        };
        let flags = u16::from_be_bytes([flags0, flags1]);
        if flags & FLAG_ZONE_KEY == 0 || key.is_empty() {
            return None;
        }
        let public_key = PublicKeyBuf::new(key.to_vec(), Algorithm::from_u8(algorithm));
        Some(Self { flags, algorithm, tag: tag(rdata), public_key })
    }

    /// Whether it is meant to be what others vouch for (RFC 4034 section 2.1.1).
    pub(crate) fn is_entry_point(&self) -> bool {
        self.flags & FLAG_ENTRY_POINT != 0
    }

    /// Whether a signature is one of this key.
    pub(crate) async fn verify(
        &self,
        message: &[u8],
        signature: &[u8],
        budget: &Budget,
    ) -> Result<bool, Exhausted> {
        budget.pass_over(message.len()).await?;
        budget.work(self.units()).await?;
        let check = || self.public_key.verify(message, signature).is_ok();
        #[cfg(dane_policy_fuzzing)]
        let check =
            || crate::fuzzing::signature::is_good([self.octets(), message, signature], check);
        Ok(supported(self.algorithm) && check())
    }

    /// The digest of a DS record for this key (RFC 4034 section 5.1.4).
    pub(crate) async fn digest(
        &self,
        apex: &Name,
        digest_type: u8,
        budget: &Budget,
    ) -> Result<Option<Vec<u8>>, Exhausted> {
        budget.pass_over(self.octets().len()).await?;
        Ok(self.digest_as(apex, digest_type))
    }

    /// The same of a key that somebody here chose.
    pub(super) fn digest_as(&self, apex: &Name, digest_type: u8) -> Option<Vec<u8>> {
        let [head, tail] = [self.flags.to_be_bytes(), [PROTOCOL, self.algorithm]];
        let digested = [&*canonical_wire(apex), &head, &tail, self.octets()];
        let digest = Digest::from_iter(digested, DigestType::from(digest_type));
        digest.ok().map(|digest| digest.as_ref().to_vec())
    }

    /// Whether signatures by this key can be checked at all: an RSA key may be too short, too long or its exponent too
    /// large for that. What is no key is one that verifies nothing.
    pub(crate) fn is_checkable(&self) -> bool {
        let Some(Rsa { exponent, modulus }) = self.rsa() else { return true };
        RSA_MODULUS.contains(&modulus.len())
            && exponent.len() <= size_of::<u64>()
            && number(exponent) <= MAX_RSA_EXPONENT
    }

    /// What a check costs: for RSA, multiplications times the square of the length, as measured.
    fn units(&self) -> u32 {
        match (self.algorithm, self.rsa()) {
            (13, _) => P256_UNITS,
            (14, _) => P384_UNITS,
            (15, _) => ED25519_UNITS,
            (_, Some(Rsa { exponent, modulus })) if self.is_checkable() => {
                let exponent = number(exponent);
                let multiplications =
                    13 + (u64::BITS - exponent.leading_zeros()) + exponent.count_ones();
                let words = modulus.len().div_ceil(8) as u32;
                1 + multiplications * words * words / 1600
            }
            _ => 1,
        }
    }

    fn rsa(&self) -> Option<Rsa<'_>> {
        let (length, rest) = match self.octets() {
            [0, high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
            [length, rest @ ..] => (u16::from(*length), rest),
            [] => return None,
        };
        let (exponent, modulus) = rest.split_at_checked(length.into())?;
        let is_key = matches!(self.algorithm, 5 | 7 | 8 | 10) && modulus.len() >= MIN_RSA_MODULUS;
        is_key.then_some(Rsa { exponent, modulus })
    }

    fn octets(&self) -> &[u8] {
        self.public_key.public_bytes()
    }
}

/// Whether a key says that it is revoked (RFC 5011 section 7).
pub(super) fn is_revoked(rdata: &[u8]) -> bool {
    rdata.get(1).is_some_and(|low| low & REVOKED != 0)
}

/// The number that eight octets at most are.
fn number(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet))
}

/// RFC 4034 appendix B.
fn tag(rdata: &[u8]) -> u16 {
    let sum: u32 = rdata
        .iter()
        .enumerate()
        .map(|(i, octet)| if i % 2 == 0 { u32::from(*octet) << 8 } else { u32::from(*octet) })
        .fold(0, u32::wrapping_add);
    (sum.wrapping_add(sum >> 16) & 0xffff) as u16
}

/// RSASHA1, RSASHA1-NSEC3-SHA1, RSASHA256, RSASHA512, ECDSA P-256 and P-384, Ed25519.
pub(crate) fn supported(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7 | 8 | 10 | 13 | 14 | 15)
}

/// Whether its signatures are over SHA-1.
pub(crate) fn is_sha1(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7)
}

/// Keys of a zone, each tag's together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZoneKeys {
    pub(crate) apex: Name,
    keys: Vec<Key>,
    /// When the signature over them counts, where there is one.
    pub(crate) period: Option<Period>,
    /// Whether signatures over SHA-1 count (RFC 9905).
    pub(crate) takes_sha1: bool,
}

impl ZoneKeys {
    /// Of each tag and algorithm the first few.
    pub(crate) fn new(apex: Name, mut keys: Vec<Key>) -> Self {
        keys.sort_by_key(place);
        let mut same = 0;
        let mut last = None;
        keys.retain(|key| {
            same = if last == Some(place(key)) { same + 1 } else { 1 };
            last = Some(place(key));
            same <= MAX_KEYS_PER_TAG
        });
        Self { apex, keys, period: None, takes_sha1: true }
    }

    /// The keys of a DNSKEY RRset.
    pub(crate) async fn of(rrset: &Rrset, budget: &Budget) -> Result<Self, Exhausted> {
        debug_assert_eq!(rrset.rtype, rtype::DNSKEY);
        let octets = rrset.rdata.iter().map(Vec::len).sum();
        budget.pass_over(octets).await?;
        budget.sort(rrset.rdata.len())?;
        budget.keep(octets + rrset.rdata.len() * 2 * size_of::<Key>())?;
        let keys = rrset.rdata.iter().filter_map(|rdata| Key::from_rdata(rdata)).collect();
        Ok(Self::new(rrset.owner.clone(), keys))
    }

    /// Some of them.
    pub(super) fn only(&self, keys: Vec<Key>) -> Self {
        Self { takes_sha1: self.takes_sha1, ..Self::new(self.apex.clone(), keys) }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// Those that may have made a signature.
    pub(crate) fn named(&self, algorithm: u8, tag: u16) -> &[Key] {
        let start = self.keys.partition_point(|key| place(key) < (algorithm, tag));
        let end = self.keys.partition_point(|key| place(key) <= (algorithm, tag));
        &self.keys[start..end]
    }

    /// Octets that the keys take.
    pub(crate) fn octets(&self) -> usize {
        self.keys.iter().map(|key| key.octets().len() + size_of::<Key>()).sum()
    }
}

fn place(key: &Key) -> (u8, u16) {
    (key.algorithm, key.tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::at_once;

    #[test]
    fn rfc4034_2_1_which_keys_may_sign_zones() {
        assert!(Key::from_rdata(&[1, 0, 3, 13, 9]).is_some());
        assert!(Key::from_rdata(&[1, 1, 3, 13, 9]).is_some());
        for rdata in
            [&[0u8, 0, 3, 13, 9][..], &[1, 0x80, 3, 13, 9], &[1, 0, 2, 13, 9], &[1, 0, 3, 13], &[]]
        {
            assert!(Key::from_rdata(rdata).is_none(), "{rdata:?}");
        }
    }

    fn rsa(modulus: usize, exponent: &[u8]) -> Key {
        let head = [&[1, 1, 3, 8, exponent.len() as u8][..], exponent].concat();
        Key::from_rdata(&[head, vec![0xff; modulus]].concat()).unwrap()
    }

    #[test]
    fn rfc5702_2_which_keys_can_be_checked() {
        for (octets, exponent, can) in [
            (64, &[1u8, 0, 1][..], false),
            (96, &[1, 0, 1], false),
            (128, &[1, 0, 1], true),
            (1024, &[1, 255, 255, 255, 255], true),
            (1025, &[3], false),
            (256, &[1, 0, 0, 0, 0, 1], false),
            (256, &[2, 0, 0, 0, 1], false),
            (256, &[1, 0, 0, 0, 0, 0, 0, 0, 1], false),
        ] {
            assert_eq!(rsa(octets, exponent).is_checkable(), can, "{octets} {exponent:?}");
        }
        for (octets, can) in [(64, false), (128, true), (1024, true), (1025, false)] {
            let long_form = [&[1, 1, 3, 8, 0, 0, 3, 1, 0, 1][..], &vec![0xff; octets]].concat();
            let key = Key::from_rdata(&long_form).unwrap();
            assert_eq!(key.is_checkable(), can, "{octets}, RFC 3110 section 2");
            assert_eq!(key.units(), rsa(octets, &[1, 0, 1]).units());
        }
        assert!(rsa(63, &[3]).is_checkable(), "no key");
        assert!(Key::from_rdata(&[1, 0, 3, 8, 0]).unwrap().is_checkable(), "no key at all");
    }

    #[test]
    fn a_check_costs_by_the_size_of_key_and_exponent() {
        let units = |octets, exponent: &[u8]| rsa(octets, exponent).units();
        assert_eq!((units(256, &[1, 0, 1]), units(512, &[1, 0, 1])), (21, 82));
        assert_eq!((units(1024, &[3]), units(1024, &[1, 255, 255, 255, 255])), (175, 809));
        assert_eq!(units(1025, &[3]), 1, "none is made");
        for (algorithm, want) in [(13, 50), (14, 500), (15, 35), (16, 1)] {
            assert_eq!(Key::from_rdata(&[1, 0, 3, algorithm, 9]).unwrap().units(), want);
        }
    }

    #[test]
    fn the_keys_of_a_zone_are_kept_in_no_more_than_is_charged() {
        let key = |last: u8| [&[1, 0, 3, 8, 0, last, 0, 255 - last][..], &[9; 200]].concat();
        // A list has room for four from the beginning.
        for count in [4, 5, 9] {
            let mut rrset = Rrset::new(Name::root(), rtype::DNSKEY);
            (0..count).for_each(|last| rrset.add(9, key(last)));
            let budget = Budget::for_tests();
            let keys = at_once(ZoneKeys::of(&rrset, &budget)).unwrap();
            let taken = usize::from(count) * 204 + keys.keys.capacity() * size_of::<Key>();
            let charged = budget.spent().memory;
            assert!((taken..2 * taken).contains(&charged), "{taken} {charged}");
            assert_eq!(keys.octets(), keys.keys.len() * (204 + size_of::<Key>()));
        }
    }

    #[test]
    fn cve_2023_50387_few_keys_of_one_tag_count() {
        let key = |last: u8| Key::from_rdata(&[1, 0, 3, 13, 0, last, 0, 255 - last]).unwrap();
        let keys = ZoneKeys::new(Name::root(), (0..100).map(key).collect());
        assert_eq!(keys.named(13, key(0).tag).len(), MAX_KEYS_PER_TAG);
        let other = Key::from_rdata(&[1, 0, 3, 15, 9]).unwrap();
        let keys = ZoneKeys::new(Name::root(), vec![other.clone(), key(1), key(2)]);
        assert_eq!(keys.named(15, other.tag), [other]);
        assert!(keys.named(15, 1).is_empty());
    }
}
