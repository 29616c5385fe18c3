//! DS records and anchors against a zone's keys (RFC 4035 section 5.2, RFC 4509, RFC 6840 section 5.2). Pure.

use super::key::{self, Key, RevokedKey, ZoneKeys};
use super::signature::{self, Signed};
use crate::budget::{Budget, Exhausted};
use crate::cause::Fault;
use crate::dns::wire::Rrset;

const SHA1: u8 = 1;
/// SHA-1, SHA-256, SHA-384, and the octets of their digests.
const DIGESTS: [(u8, usize); 3] = [(SHA1, 20), (2, 32), (4, 48)];

/// A DS record (RFC 4034 section 5).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

    /// Whether both numbers are supported.
    pub(crate) fn is_supported(&self) -> bool {
        key::supported(self.algorithm) && self.length_of_type().is_some()
    }

    /// Whether the digest has the length of its type; so has one of an unknown type.
    pub(crate) fn has_its_length(&self) -> bool {
        self.length_of_type().is_none_or(|length| self.digest.len() == length)
    }

    fn length_of_type(&self) -> Option<usize> {
        let (_, length) =
            DIGESTS.iter().find(|(digest_type, _)| *digest_type == self.digest_type)?;
        Some(*length)
    }

    /// Which keys it may be for, and by which digest.
    fn place(&self) -> (u16, u8, u8) {
        (self.tag, self.algorithm, self.digest_type)
    }
}

/// What vouches for a zone: the DS records of its parent that count, in order, or anchors.
pub(crate) struct EntryPoints {
    ds: Vec<Ds>,
    keys: Vec<Key>,
    is_anchor: bool,
    takes_sha1: bool,
}

impl EntryPoints {
    /// DS records that are supported, and SHA-1 only where nothing better is there (RFC 4509 section 3).
    ///
    /// None left means that the zone below is insecure (RFC 4035 section 5.2).
    pub(crate) fn delegation(ds: impl IntoIterator<Item = Ds>) -> Self {
        let mut ds: Vec<Ds> = ds.into_iter().filter(Ds::is_supported).collect();
        if ds.iter().any(|ds| ds.digest_type != SHA1) {
            ds.retain(|ds| ds.digest_type != SHA1);
        }
        ds.sort_unstable();
        ds.dedup();
        Self { ds, keys: Vec::new(), is_anchor: false, takes_sha1: true }
    }

    /// Configured ones.
    pub(crate) fn anchors(ds: impl IntoIterator<Item = Ds>, keys: Vec<Key>) -> Self {
        Self { keys, is_anchor: true, ..Self::delegation(ds) }
    }

    /// Those that do without SHA-1, as algorithm and as digest; none left of a delegation means that the zone below is insecure
    /// (RFC 9905 section 2), and none of a zone's anchors that nothing there is known.
    pub(crate) fn without_sha1(mut self) -> Self {
        self.ds.retain(|ds| ds.digest_type != SHA1 && !key::is_sha1(ds.algorithm));
        self.keys.retain(|key| !key::is_sha1(key.algorithm));
        Self { takes_sha1: false, ..self }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ds.is_empty() && self.keys.is_empty()
    }

    /// The keys of a zone, and whether SHA-1 counts there.
    pub(super) async fn keys_of(
        &self,
        rrset: &Rrset,
        budget: &Budget,
    ) -> Result<ZoneKeys, Exhausted> {
        let mut keys = ZoneKeys::of(rrset, budget).await?;
        keys.takes_sha1 = self.takes_sha1;
        Ok(keys)
    }

    /// Whether one of them vouches for a key.
    pub(super) async fn vouch_for(
        &self,
        keys: &ZoneKeys,
        key: &Key,
        budget: &Budget,
    ) -> Result<bool, Exhausted> {
        Ok(self.keys.contains(key) || self.ds_for(keys, key, budget).await? > 0)
    }

    /// The tag of each.
    pub(super) fn tags(&self) -> impl Iterator<Item = u16> {
        let ds = self.ds.iter().map(|ds| ds.tag);
        ds.chain(self.keys.iter().map(|key| key.tag))
    }

    /// How many DS records vouch for a key; each digest is computed once, however many there are.
    async fn ds_for(
        &self,
        keys: &ZoneKeys,
        key: &Key,
        budget: &Budget,
    ) -> Result<usize, Exhausted> {
        let mut found = 0;
        for (digest_type, _) in DIGESTS {
            let place = (key.tag, key.algorithm, digest_type);
            if self.ds.binary_search_by_key(&place, Ds::place).is_err() {
                continue;
            }
            if let Some(digest) = key.digest(&keys.apex, digest_type, budget).await? {
                let Key { tag, algorithm, .. } = *key;
                found += usize::from(
                    self.ds.binary_search(&Ds { tag, algorithm, digest_type, digest }).is_ok(),
                );
            }
        }
        Ok(found)
    }
}

/// How a zone may be entered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// By these keys.
    Signed(ZoneKeys, Signed),
    /// Not at all: signatures of none of the keys that its parent vouches for can be checked, so it is insecure as with
    /// unknown algorithms (RFC 4035 section 5.2). This depends on the DS records and the keys that they digest, and never on
    /// signatures.
    Uncheckable,
}

/// The keys of a zone, where its DNSKEY RRset is signed by a key that is vouched for (RFC 4035 section 5.2).
pub(crate) async fn enter(
    rrset: &Rrset,
    points: &EntryPoints,
    now: i64,
    budget: &Budget,
) -> Result<Entry, Fault> {
    let mut keys = points.keys_of(rrset, budget).await?;
    let mut trusted = Vec::new();
    let mut ds_found = 0;
    for key in keys.iter() {
        let found = points.ds_for(&keys, key, budget).await?;
        ds_found += found;
        if found > 0 || points.keys.contains(key) {
            trusted.push(key.clone());
        }
    }
    if points.is_anchor {
        let mut is_revoked = false;
        if rrset.rdata.iter().any(|rdata| key::is_revoked(rdata)) {
            let among = Some(&trusted[..]).filter(|trusted| !trusted.is_empty());
            // On the heap: every call would want more stack for what is seldom there.
            let revoked = Box::pin(revoked(rrset, points, &keys, among, now, budget)).await?;
            trusted.retain(|key| !revoked.contains(key));
            is_revoked = !revoked.is_empty();
        }
        if trusted.is_empty() {
            return Err(if is_revoked { Fault::RevokedAnchor } else { Fault::NoAnchorKey });
        }
    } else if trusted.is_empty() {
        return Err(Fault::NoEntryKey);
    }
    let is_every_point_known = points.keys.is_empty() && ds_found == points.ds.len();
    if is_every_point_known && !trusted.iter().any(Key::is_checkable) {
        return Ok(Entry::Uncheckable);
    }
    let signed = signature::verify(rrset, &keys.only(trusted), now, budget).await?;
    keys.period = Some(signed.period);
    Ok(Entry::Signed(keys, signed))
}

/// The anchors that a zone shows revoked, signed by themselves as such (RFC 5011 section 2.1); if need be, of some.
pub(super) async fn revoked(
    rrset: &Rrset,
    points: &EntryPoints,
    keys: &ZoneKeys,
    among: Option<&[Key]>,
    now: i64,
    budget: &Budget,
) -> Result<Vec<Key>, Exhausted> {
    let mut revoked = Vec::new();
    let shown = rrset.rdata.iter().filter_map(|rdata| RevokedKey::from_rdata(rdata));
    for RevokedKey { shown, plain } in shown {
        if among.is_none_or(|keys| keys.contains(&plain))
            && points.vouch_for(keys, &plain, budget).await?
            && is_signed_by(rrset, &shown, keys, now, budget).await?
        {
            revoked.push(plain);
        }
    }
    Ok(revoked)
}

/// Whether this key signed the zone's keys.
pub(super) async fn is_signed_by(
    rrset: &Rrset,
    key: &Key,
    keys: &ZoneKeys,
    now: i64,
    budget: &Budget,
) -> Result<bool, Exhausted> {
    let alone = keys.only(vec![key.clone()]);
    match signature::verify(rrset, &alone, now, budget).await {
        Err(Fault::Exhausted(exhausted)) => Err(exhausted),
        verified => Ok(verified.is_ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::at_once;
    use crate::dns::wire::rtype;
    use hickory_resolver::proto::rr::Name;

    fn ds(algorithm: u8, digest_type: u8) -> Ds {
        Ds { tag: 1, algorithm, digest_type, digest: vec![0; 32] }
    }

    fn usable(records: &[Ds]) -> Vec<Ds> {
        EntryPoints::delegation(records.iter().cloned()).ds
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
        assert_eq!(usable(&mixed), mixed[1..]);
        let better_is_unsupported = [ds(13, 1), ds(16, 2)];
        assert_eq!(usable(&better_is_unsupported), better_is_unsupported[..1]);
    }

    #[test]
    fn rfc9905_2_without_sha1_neither_its_algorithms_nor_its_digests_count() {
        let without = |records: &[Ds]| {
            let points = EntryPoints::delegation(records.iter().cloned()).without_sha1();
            assert_eq!(points.is_empty(), points.ds.is_empty());
            points.ds
        };
        for only in [ds(5, 2), ds(7, 2), ds(5, 1), ds(7, 4), ds(13, 1)] {
            assert_eq!(usable(std::slice::from_ref(&only)).len(), 1);
            assert!(without(std::slice::from_ref(&only)).is_empty(), "{only:?}");
            assert_eq!(without(&[only, ds(13, 2)]), [ds(13, 2)]);
        }
        assert!(without(&[ds(13, 1), ds(7, 2), ds(16, 2)]).is_empty());
        for algorithm in [8, 10, 13, 14, 15] {
            assert_eq!(without(&[ds(algorithm, 4)]), [ds(algorithm, 4)]);
        }
        let key = |algorithm| Key::from_rdata(&[1, 1, 3, algorithm, 9]).unwrap();
        let anchors = |algorithms: &[u8]| {
            let keys = algorithms.iter().map(|algorithm| key(*algorithm)).collect();
            EntryPoints::anchors([ds(7, 2)], keys).without_sha1()
        };
        assert!(anchors(&[5, 7]).is_empty());
        assert_eq!(anchors(&[5, 13]).keys, [key(13)]);
    }

    fn rsa(octets: usize, last: u8) -> Vec<u8> {
        [&[1, 1, 3, 8, 1, 3][..], &vec![0xff; octets - 1], &[last]].concat()
    }

    fn ds_of(rdata: &[u8], digest_type: u8) -> Ds {
        let key = Key::from_rdata(rdata).unwrap();
        let budget = Budget::for_tests();
        let digest = at_once(key.digest(&Name::root(), digest_type, &budget)).unwrap().unwrap();
        Ds { tag: key.tag, algorithm: 8, digest_type, digest }
    }

    fn keys(rdata: &[Vec<u8>]) -> Rrset {
        let mut rrset = Rrset::new(Name::root(), rtype::DNSKEY);
        rdata.iter().for_each(|rdata| rrset.add(9, rdata.clone()));
        rrset
    }

    #[test]
    fn rfc4035_5_2_insecure_only_where_no_key_that_is_vouched_for_can_be_checked() {
        let (short, long) = (rsa(64, 1), rsa(256, 1));
        let entry = |ds: &[&Vec<u8>], rrset: &[&Vec<u8>]| {
            let ds = ds.iter().map(|rdata| ds_of(rdata, 2));
            let rrset: Vec<Vec<u8>> = rrset.iter().copied().cloned().collect();
            at_once(enter(&keys(&rrset), &EntryPoints::delegation(ds), 0, &Budget::for_tests()))
        };
        assert_eq!(entry(&[&short], &[&short]), Ok(Entry::Uncheckable));
        assert_eq!(entry(&[&short], &[&short, &long]), Ok(Entry::Uncheckable), "a zone key");
        assert_eq!(entry(&[&short, &long], &[&short, &long]), Err(Fault::Missing));
        assert_eq!(entry(&[&short, &long], &[&short]), Err(Fault::Missing), "the other left out");
        assert_eq!(entry(&[&long], &[&short]), Err(Fault::NoEntryKey));
        let both = [ds_of(&short, 2), ds_of(&short, 4)];
        let twice = EntryPoints::delegation(both);
        let entry = at_once(enter(&keys(&[short]), &twice, 0, &Budget::for_tests()));
        assert_eq!(entry, Ok(Entry::Uncheckable));
    }

    #[test]
    fn cve_2023_50387_a_digest_is_computed_once() {
        let key = rsa(256, 1);
        let good = ds_of(&key, 2);
        let others = (0..3500u16).map(|number| {
            let mut ds = good.clone();
            ds.digest[..2].copy_from_slice(&number.to_be_bytes());
            ds
        });
        let records: Vec<Ds> = others.chain([good.clone()]).collect();
        let budget = Budget::for_tests();
        let points = EntryPoints::delegation(records);
        let entry = at_once(enter(&keys(&[key]), &points, 0, &budget));
        assert_eq!(entry, Err(Fault::Missing));
        assert_eq!(budget.spent().work, 2, "the keys gone over once, one digest");
    }
}
