//! How the trust anchors of a zone and its keys stand to each other, which a roll of its keys changes (RFC 5011, RFC 7583
//! section 3.3). Pure.

use super::delegation::{EntryPoints, is_signed_by, revoked};
use super::key::Key;
use crate::budget::{Budget, Exhausted};
use crate::dns::wire::Rrset;

/// The tags of a zone's trust anchors, and of keys that might be some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roll {
    /// Anchors that sign the zone's keys.
    pub(crate) signing: Vec<u16>,
    /// Anchors that are among the keys, and do not sign them.
    pub(crate) silent: Vec<u16>,
    /// Anchors that are not among the keys.
    pub(crate) absent: Vec<u16>,
    /// Anchors that are shown revoked.
    pub(crate) revoked: Vec<u16>,
    /// Keys that are meant to sign keys, and are no anchors.
    pub(crate) unknown: Vec<u16>,
}

impl Roll {
    /// As a DNSKEY RRset shows it.
    pub(crate) async fn of(
        rrset: &Rrset,
        points: &EntryPoints,
        now: i64,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let keys = points.keys_of(rrset, budget).await?;
        let revoked = revoked(rrset, points, &keys, None, now, budget).await?;
        let mut roll = Self { revoked: tags(&revoked), ..Self::default() };
        for key in keys.iter().filter(|key| !revoked.contains(key)) {
            if !points.vouch_for(&keys, key, budget).await? {
                roll.unknown.extend(key.is_entry_point().then_some(key.tag));
            } else if is_signed_by(rrset, key, &keys, now, budget).await? {
                roll.signing.push(key.tag);
            } else {
                roll.silent.push(key.tag);
            }
        }
        for tag in points.tags() {
            let known = [&roll.signing, &roll.silent, &roll.revoked, &roll.absent];
            if !known.iter().any(|tags| tags.contains(&tag)) {
                roll.absent.push(tag);
            }
        }
        Ok(roll)
    }
}

fn tags(keys: &[Key]) -> Vec<u16> {
    keys.iter().map(|key| key.tag).collect()
}
