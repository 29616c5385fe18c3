//! How the root rolls its key-signing key (RFC 5011, RFC 7583 section 3.3).

use crate::signer::Key;
use crate::zone::Zone;

/// A moment of a roll: which keys the root shows, and which of them sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The old key is there alone.
    Before,
    /// The new one is shown as well, and does not sign.
    Published,
    /// Both sign.
    Both,
    /// The new one signs, and the old one is only shown.
    Retired,
    /// The new one is there alone.
    After,
    /// The old one is shown revoked and signs as such, beside the new one.
    Revoked,
    /// The old one is in the wrong hands: it is shown revoked, and still as it was, beside the new one.
    Emergency,
    /// Somebody shows the old one revoked, but it has not signed as such; both sign.
    Claimed,
    /// The new one is of another algorithm, and all the root's records have a signature of each (RFC 6781 section 4.1.4).
    Algorithm,
    /// Both sign a DNSKEY RRset that needs more than a packet (RFC 9715 section 3.2).
    Large,
}

const P256: u8 = 13;
const ED25519: u8 = 15;
const REVOKED: u8 = 0x80;
const ENTRY_POINT: u8 = 0x01;

/// The keys of a zone while they are rolled.
pub struct Keys {
    /// Those that sign the keys.
    pub of_keys: Vec<Key>,
    /// Those that sign all else.
    pub of_zone: Vec<Key>,
}

/// Has a zone show its keys as of this moment; returns the DS record of the new one.
pub fn roll(zone: &mut Zone, moment: Moment) -> Vec<u8> {
    let old = zone.key.as_ref().unwrap();
    let new = Key::generate(if moment == Moment::Algorithm { ED25519 } else { P256 });
    let ds = new.ds(&zone.apex, None, 2);
    let zone_key = Key::generate(P256).with_flag(ENTRY_POINT);
    let revoked = old.with_flag(REVOKED);
    let mut shown = vec![zone_key.dnskey.clone()];
    let mut of_zone = vec![zone_key];
    let old = old.clone();
    let of_keys = match moment {
        Moment::Before => vec![old],
        Moment::Published => {
            shown.push(new.dnskey);
            vec![old]
        }
        Moment::Both => vec![old, new],
        Moment::Retired => {
            shown.push(old.dnskey);
            vec![new]
        }
        Moment::After => vec![new],
        Moment::Revoked => vec![revoked, new],
        Moment::Emergency => vec![old, revoked, new],
        Moment::Claimed => {
            shown.push(revoked.dnskey);
            vec![old, new]
        }
        Moment::Algorithm => {
            of_zone.push(new.clone());
            vec![old, new]
        }
        Moment::Large => {
            shown.extend([1, 2, 3].map(long_key));
            vec![old, new]
        }
    };
    shown.extend(of_keys.iter().map(|key| key.dnskey.clone()));
    zone.show_keys(shown);
    zone.rolled = Some(Keys { of_keys, of_zone });
    ds
}

/// A key of RSA with 4,096 bits that signs the zone one day, perhaps.
fn long_key(number: u8) -> Vec<u8> {
    [&[1, 0, 3, 8, 3, 1, 0, 1][..], &[0xff; 511], &[number]].concat()
}
