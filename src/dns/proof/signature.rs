//! One RRset, its signatures and a zone's keys (RFC 4035 section 5.3). Pure.

use super::key::{self, Key, ZoneKeys};
use super::period::Period;
use super::validity::Validity;
use crate::budget::{Budget, Exhausted};
use crate::cause::Fault;
use crate::dns::wire::names;
use crate::dns::wire::{Rrset, Rrsig};

/// Failed public-key operations that one RRset may cost (KeyTrap, CVE-2023-50387).
const FAILURES_PER_RRSET: u32 = 8;

/// What a good signature says besides "authentic".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    /// Labels of the owner that was signed; fewer than the owner has means a wildcard expansion.
    pub(crate) labels: usize,
    /// When the RRset counts: by inception, TTLs and expiration.
    pub(crate) validity: Validity,
    /// The TTL that was signed.
    pub(crate) ttl: u32,
    pub(crate) period: Period,
}

/// Verifies an RRset under a zone's keys (RFC 4035 section 5.3.1 to 5.3.3); one good signature suffices, and of the faults
/// of all that were tried the most telling counts.
///
/// `now` is in seconds since 1970, compared modulo 2^32 in serial arithmetic without tolerance (RFC 4034 3.1.5).
pub(crate) async fn verify(
    rrset: &Rrset,
    zone: &ZoneKeys,
    now: i64,
    budget: &Budget,
) -> Result<Signed, Fault> {
    let mut fault = Fault::Missing;
    let mut failures = 0;
    for signature in &rrset.signatures {
        match judge(rrset, signature, zone, now, budget, &mut failures).await {
            Ok(signed) => return Ok(signed),
            Err(fault @ Fault::Exhausted(_)) => return Err(fault),
            Err(other) => fault = fault.max(other),
        }
    }
    Err(fault)
}

async fn judge(
    rrset: &Rrset,
    signature: &Rrsig,
    zone: &ZoneKeys,
    now: i64,
    budget: &Budget,
    failures: &mut u32,
) -> Result<Signed, Fault> {
    budget.work(1).await?;
    if signature.signer != zone.apex || !zone.apex.zone_of(&rrset.owner) {
        return Err(Fault::ForeignSigner);
    }
    let labels = usize::from(signature.labels);
    if labels > names::label_count(&rrset.owner) || labels < names::depth(&zone.apex) {
        return Err(Fault::Invalid);
    }
    if serial_after(signature.inception, signature.expiration) {
        return Err(Fault::Invalid);
    }
    let clock = now as u32;
    if serial_after(clock, signature.expiration) {
        return Err(Fault::Expired(date(signature.expiration, now)));
    }
    if serial_after(signature.inception, clock) {
        return Err(Fault::NotYetValid(date(signature.inception, now)));
    }
    let keys = zone.named(signature.algorithm, signature.key_tag);
    if keys.is_empty() {
        return Err(Fault::UnknownKey);
    }
    if !keys.iter().any(Key::is_checkable) {
        return Err(Fault::UncheckableKey);
    }
    if !zone.takes_sha1 && key::is_sha1(signature.algorithm) {
        return Err(Fault::Sha1);
    }
    let message = signed_data(rrset, signature).ok_or(Fault::Invalid)?;
    for key in keys {
        if *failures >= FAILURES_PER_RRSET {
            return Err(Exhausted::FailingSignatures.into());
        }
        if key.verify(&message, &signature.signature, budget).await? {
            let until_expiration = signature.expiration.wrapping_sub(clock);
            let after = rrset.ttl.min(signature.original_ttl).min(until_expiration);
            let before = clock.wrapping_sub(signature.inception);
            let (since, until) = (date(signature.inception, now), date(signature.expiration, now));
            return Ok(Signed {
                labels,
                validity: Validity { before, after },
                ttl: signature.original_ttl,
                period: Period { since, until },
            });
        }
        *failures += 1;
    }
    Err(Fault::Invalid)
}

/// RFC 1982: whether `left` is later than `right`.
fn serial_after(left: u32, right: u32) -> bool {
    left != right && left.wrapping_sub(right) < 0x8000_0000
}

/// The seconds since 1970 of a signature's time, which lies within 68 years of now (RFC 4034 section 3.1.5).
fn date(at: u32, now: i64) -> i64 {
    now.saturating_add(i64::from(at.wrapping_sub(now as u32) as i32))
}

/// Octets of the fields before the signer (RFC 4034 section 3.1), and of type, class, TTL and length of a record.
const SIGNATURE_FIELDS: usize = 18;
const RECORD_FIELDS: usize = 10;

/// RFC 4034 section 3.1.8.1: the RRSIG RDATA without the signature, then every record in canonical form.
fn signed_data(rrset: &Rrset, signature: &Rrsig) -> Option<Vec<u8>> {
    let labels = usize::from(signature.labels);
    let owner = if labels < names::label_count(&rrset.owner) {
        names::wildcard_of(&names::ancestor(&rrset.owner, labels))?
    } else {
        rrset.owner.clone()
    };
    let owner = names::canonical_wire(&owner);
    let records = rrset.rdata.iter().map(|rdata| owner.len() + RECORD_FIELDS + rdata.len());
    let octets = SIGNATURE_FIELDS + signature.signer.len() + 1 + records.sum::<usize>();
    let mut data = Vec::with_capacity(octets);
    data.extend(signature.covered.to_be_bytes());
    data.extend([signature.algorithm, signature.labels]);
    data.extend(signature.original_ttl.to_be_bytes());
    data.extend(signature.expiration.to_be_bytes());
    data.extend(signature.inception.to_be_bytes());
    data.extend(signature.key_tag.to_be_bytes());
    data.extend_from_slice(&names::canonical_wire(&signature.signer));
    for rdata in &rrset.rdata {
        data.extend_from_slice(&owner);
        data.extend(rrset.rtype.to_be_bytes());
        data.extend([0, 1]);
        data.extend(signature.original_ttl.to_be_bytes());
        data.extend(u16::try_from(rdata.len()).ok()?.to_be_bytes());
        data.extend_from_slice(rdata);
    }
    Some(data)
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::dnssec::crypto::EcdsaSigningKey;
    use hickory_resolver::proto::dnssec::{Algorithm, PublicKey, SigningKey, TBS};
    use hickory_resolver::proto::rr::Name;

    use super::*;
    use crate::budget::at_once;
    use crate::dns::wire::rtype;

    #[test]
    fn rfc1982_serial_arithmetic() {
        assert!(serial_after(2, 1) && !serial_after(1, 2) && !serial_after(7, 7));
        assert!(serial_after(5, u32::MAX - 5) && !serial_after(u32::MAX - 5, 5));
        assert!(!serial_after(0, 1 << 31) && !serial_after(1 << 31, 0), "undefined");
    }

    fn signature(change: impl Fn(&mut Rrsig)) -> Fault {
        let name = |text: &str| names::parse(text).unwrap();
        let key = Key::from_rdata(&[1, 0, 3, 13, 9]).unwrap();
        let rsa = Key::from_rdata(&[&[1, 0, 3, 8, 1, 3][..], &[0xff; 64]].concat()).unwrap();
        let zone = ZoneKeys::new(name("example"), vec![key.clone(), rsa.clone()]);
        let mut rrset = Rrset::of(name("a.example"), rtype::A, 9, &[0; 4]);
        let mut signature = Rrsig {
            covered: rtype::A,
            algorithm: 13,
            labels: 2,
            original_ttl: 9,
            expiration: 2000,
            inception: 1000,
            key_tag: key.tag,
            signer: zone.apex.clone(),
            signature: vec![0; 64],
        };
        change(&mut signature);
        if signature.key_tag == 0 {
            (signature.algorithm, signature.key_tag) = (8, rsa.tag);
        }
        rrset.signatures.push(signature);
        at_once(verify(&rrset, &zone, 1500, &Budget::for_tests())).unwrap_err()
    }

    #[test]
    fn rfc4035_5_3_1_what_a_signature_must_say() {
        assert_eq!(signature(|_| {}), Fault::Invalid);
        assert_eq!(signature(|s| s.key_tag ^= 1), Fault::UnknownKey);
        assert_eq!(signature(|s| s.algorithm = 8), Fault::UnknownKey);
        assert_eq!(signature(|s| s.key_tag = 0), Fault::UncheckableKey, "RSA of 512 bits");
        assert_eq!(signature(|s| s.signer = Name::root()), Fault::ForeignSigner);
        assert_eq!(signature(|s| s.labels = 3), Fault::Invalid);
        assert_eq!(signature(|s| s.labels = 0), Fault::Invalid);
        assert_eq!(signature(|s| s.expiration = 1499), Fault::Expired(1499));
        assert_eq!(signature(|s| s.inception = 1501), Fault::NotYetValid(1501));
        assert_eq!(signature(|s| s.inception = 2001), Fault::Invalid);
    }

    /// A zone whose key really signs.
    struct Signer {
        key: EcdsaSigningKey,
        zone: ZoneKeys,
    }

    impl Signer {
        fn new(apex: &str) -> Self {
            let algorithm = Algorithm::ECDSAP256SHA256;
            let pkcs8 = EcdsaSigningKey::generate_pkcs8(algorithm).unwrap();
            let key = EcdsaSigningKey::from_pkcs8(&pkcs8, algorithm).unwrap();
            let mut rdata = vec![1, 0, 3, 13];
            rdata.extend(key.to_public_key().unwrap().public_bytes());
            let apex = names::parse(apex).unwrap();
            Self { key, zone: ZoneKeys::new(apex, vec![Key::from_rdata(&rdata).unwrap()]) }
        }

        /// Signs as a zone does that has `rrset` at this owner, perhaps a wildcard.
        fn sign(&self, rrset: &Rrset, owner: &str) -> Rrsig {
            let owner = names::parse(owner).unwrap();
            let mut signature = Rrsig {
                covered: rrset.rtype,
                algorithm: 13,
                labels: names::label_count(&owner) as u8,
                original_ttl: 300,
                expiration: 2000,
                inception: 1000,
                key_tag: self.zone.iter().next().unwrap().tag,
                signer: self.zone.apex.clone(),
                signature: Vec::new(),
            };
            let at_owner = Rrset { owner, ..rrset.clone() };
            let data = signed_data(&at_owner, &signature).unwrap();
            signature.signature = self.key.sign(&TBS::from(&data[..])).unwrap();
            signature
        }

        fn verify(&self, rrset: &Rrset, signatures: &[&Rrsig], now: i64) -> Result<Signed, Fault> {
            let signatures = signatures.iter().copied().cloned().collect();
            let rrset = Rrset { signatures, ..rrset.clone() };
            at_once(verify(&rrset, &self.zone, now, &Budget::for_tests()))
        }
    }

    fn rrset(owner: &str, addresses: &[[u8; 4]]) -> Rrset {
        let owner = names::parse(owner).unwrap();
        let mut rrset = Rrset::new(owner, rtype::A);
        addresses.iter().for_each(|address| rrset.add(60, address.to_vec()));
        rrset.sort();
        rrset
    }

    #[test]
    fn rfc4035_5_3_3_a_good_signature_and_what_breaks_it() {
        let signer = Signer::new("example");
        let set = rrset("a.example", &[[1; 4], [2; 4]]);
        let good = signer.sign(&set, "a.example");
        for (now, before, after) in [(1500, 500, 60), (1990, 990, 10), (1000, 0, 60)] {
            let validity = Validity { before, after };
            let period = Period { since: 1000, until: 2000 };
            let signed = Signed { labels: 2, validity, ttl: 300, period };
            assert_eq!(signer.verify(&set, &[&good], now), Ok(signed), "{now}");
        }
        assert_eq!(signer.verify(&set, &[&good], 2001), Err(Fault::Expired(2000)));
        assert_eq!(signer.verify(&set, &[&good], 999), Err(Fault::NotYetValid(1000)));
        for other in [
            rrset("b.example", &[[1; 4], [2; 4]]),
            rrset("a.example", &[[1; 4]]),
            rrset("a.example", &[[1; 4], [2; 4], [3; 4]]),
            Rrset { rtype: rtype::TLSA, ..set.clone() },
        ] {
            assert_eq!(signer.verify(&other, &[&good], 1500), Err(Fault::Invalid), "{other:?}");
        }
        assert!(Signer::new("example").verify(&set, &[&good], 1500).is_err());
    }

    #[test]
    fn rfc4034_6_3_order_case_and_duplicates_do_not_matter() {
        let signer = Signer::new("example");
        let good = signer.sign(&rrset("a.example", &[[1; 4], [2; 4]]), "a.example");
        let same = rrset("A.Example", &[[2; 4], [1; 4], [2; 4]]);
        assert!(signer.verify(&same, &[&good], 1500).is_ok());
    }

    #[test]
    fn rfc4035_5_3_1_one_good_signature_of_several_suffices() {
        let signer = Signer::new("example");
        let set = rrset("a.example", &[[1; 4]]);
        let good = signer.sign(&set, "a.example");
        let foreign = Rrsig { signer: Name::root(), ..good.clone() };
        let expired = Rrsig { expiration: 1001, ..good.clone() };
        let mut broken = good.clone();
        broken.signature[9] ^= 1;
        assert!(signer.verify(&set, &[&foreign, &expired, &broken, &good], 1500).is_ok());
        let told = signer.verify(&set, &[&foreign, &expired, &broken], 1500);
        assert_eq!(told, Err(Fault::Expired(1001)), "the most telling cause");
        let outside = rrset("a.other", &[[1; 4]]);
        assert_eq!(signer.verify(&outside, &[&good], 1500), Err(Fault::ForeignSigner), "stolen");
    }

    #[test]
    fn rfc4035_5_3_2_an_expanded_wildcard_shows_in_the_labels() {
        let signer = Signer::new("example");
        let expanded = rrset("x.y.example", &[[1; 4]]);
        let wildcard = signer.sign(&expanded, "*.example");
        let signed = signer.verify(&expanded, &[&wildcard], 1500).unwrap();
        assert_eq!((signed.labels, names::label_count(&expanded.owner)), (1, 3));
        let deeper = Rrsig { labels: 2, ..wildcard };
        assert_eq!(signer.verify(&expanded, &[&deeper], 1500), Err(Fault::Invalid));
        let itself = rrset("*.example", &[[1; 4]]);
        let signed = signer.verify(&itself, &[&signer.sign(&itself, "*.example")], 1500).unwrap();
        assert_eq!(signed.labels, names::label_count(&itself.owner), "no expansion");
    }

    /// Even where the zone has signed it so.
    #[test]
    fn rfc4035_5_3_1_no_more_labels_than_the_owner_and_no_fewer_than_the_zone() {
        let signer = Signer::new("y.example");
        let set = rrset("x.y.example", &[[1; 4]]);
        for (owner, want) in [
            ("x.y.example", true),
            ("*.y.example", true),
            ("*.example", false),
            ("w.x.y.example", false),
        ] {
            let mut signature = signer.sign(&set, owner);
            if !want {
                let data = signed_data(&set, &signature).unwrap();
                signature.signature = signer.key.sign(&TBS::from(&data[..])).unwrap();
            }
            let found = signer.verify(&set, &[&signature], 1500);
            assert_eq!(found.is_ok(), want, "{owner} {found:?}");
        }
    }

    #[test]
    fn rfc4034_3_1_5_times_lie_within_68_years_of_now() {
        assert_eq!(date(1_580_515_200, 1_795_000_000), 1_580_515_200);
        assert_eq!(date(u32::MAX, 1 << 32), (1 << 32) - 1);
        assert_eq!(date(5, 1 << 32), (1 << 32) + 5);
    }

    #[test]
    fn failures_per_rrset_are_bounded() {
        let zone = names::parse("example").unwrap();
        let key = Key::from_rdata(&[1, 0, 3, 13, 9]).unwrap();
        let keys = ZoneKeys::new(zone.clone(), vec![key.clone(); 100]);
        let mut rrset = Rrset::of(zone.clone(), rtype::A, 9, &[0; 4]);
        let signature = Rrsig {
            covered: rtype::A,
            algorithm: 13,
            labels: 1,
            original_ttl: 9,
            expiration: 2000,
            inception: 1000,
            key_tag: key.tag,
            signer: zone,
            signature: vec![0; 64],
        };
        rrset.signatures = vec![signature; 100];
        let budget = Budget::for_tests();
        let verified = at_once(verify(&rrset, &keys, 1500, &budget));
        assert_eq!(verified, Err(Exhausted::FailingSignatures.into()));
        // Three signatures are looked at, two at every key of their tag and one at none.
        assert_eq!(budget.spent().work, 3 + 8 * (1 + 50));
    }
}
