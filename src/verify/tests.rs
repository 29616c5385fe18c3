//! RFC 7671 and RFC 7672 section 3, on certificates made for the purpose.

mod bounds;
mod raw_key;
mod told;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PublicKeyData, date_time_ymd,
};
use sha2::{Digest, Sha256, Sha512};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use world::{chains, forge};

use super::*;
use crate::decide::Certificate as Column;

/// 2026-01-01.
const NOW: i64 = 1_767_225_600;

struct Made {
    der: Vec<u8>,
    key: KeyPair,
    params: CertificateParams,
}

fn params(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    params
}

fn ca_params(common_name: &str) -> CertificateParams {
    let mut params = params(common_name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Made {
    fn root(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, key, params }
    }

    fn issue(&self, params: CertificateParams) -> Self {
        self.issue_for(params, KeyPair::generate().unwrap())
    }

    fn issue_for(&self, params: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &issuer).unwrap().der().to_vec();
        Self { der, key, params }
    }

    fn record(&self, usage: u8, selector: u8, matching_type: u8) -> Record<'static> {
        let selected =
            if selector == 0 { self.der.clone() } else { self.key.subject_public_key_info() };
        let data = match matching_type {
            0 => selected,
            1 => Sha256::digest(&selected).to_vec(),
            _ => Sha512::digest(&selected).to_vec(),
        };
        Record { usage, selector, matching_type, data: data.into() }
    }
}

/// Another certificate for the same key, so that both match a record of the key and both continue a path.
fn same_key(made: &Made) -> KeyPair {
    let der = made.key.serialize_der().into();
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256).unwrap()
}

fn leaf_params() -> CertificateParams {
    params("mx.example.org", &["mx.example.org"])
}

fn judge(records: &[Record], chain: &[&Made]) -> Verification {
    judge_for(records, chain, &["mx.example.org"])
}

fn judge_for(records: &[Record], chain: &[&Made], names: &[&str]) -> Verification {
    let chain: Vec<&[u8]> = chain.iter().map(|made| made.der.as_slice()).collect();
    verify(records, &chain, names, NOW)
}

#[track_caller]
fn assert_refused(found: &Verification, detail: Detail) {
    assert_eq!((found.result, found.detail), (Match::Mismatched, detail), "{}", found.text);
    assert_eq!(found.certificate, Column::Unsuccessful);
    assert_eq!((found.record, found.depth), (None, None));
}

#[track_caller]
fn assert_matched(found: &Verification, depth: usize) {
    assert_eq!(found.result, Match::Matched, "{}", found.text);
    assert_eq!((found.certificate, found.depth), (Column::Successful, Some(depth)));
}

/// A root, an intermediate and a leaf.
fn three() -> (Made, Made, Made) {
    let root = Made::root(ca_params("Root"));
    let intermediate = root.issue(ca_params("Intermediate"));
    let leaf = intermediate.issue(leaf_params());
    (root, intermediate, leaf)
}

#[test]
fn rfc7671_5_1_dane_ee_ignores_everything_but_the_octets() {
    let mut odd = params("no name", &[]);
    odd.not_after = date_time_ymd(2021, 1, 1);
    odd.key_usages = vec![KeyUsagePurpose::CrlSign];
    odd.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    let mut unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
    unknown.set_criticality(true);
    odd.custom_extensions = vec![unknown];
    let leaf = Made::root(odd);
    for selector in [0, 1] {
        for matching_type in [0, 1, 2] {
            let found = judge_for(&[leaf.record(3, selector, matching_type)], &[&leaf], &[]);
            assert_matched(&found, 0);
            assert_eq!(found.name, None);
        }
    }
}

#[test]
fn rfc7671_5_1_dane_ee_matches_the_leaf_only() {
    let (root, intermediate, leaf) = three();
    let chain = [&leaf, &intermediate, &root];
    assert_refused(&judge(&[intermediate.record(3, 1, 1)], &chain), Detail::NoMatch);
    assert_matched(&judge(&[leaf.record(3, 1, 1)], &chain), 0);
}

#[test]
fn rfc7672_3_1_3_no_usable_record_is_its_own_result() {
    let leaf = Made::root(leaf_params());
    for records in
        [vec![], vec![leaf.record(1, 1, 1)], vec![leaf.record(0, 1, 1), leaf.record(3, 1, 9)]]
    {
        let found = judge(&records, &[&leaf]);
        assert_eq!(found.result, Match::NoUsableRecords);
        assert_eq!(found.certificate, Column::Established);
        assert_eq!(found.records.len(), records.len());
        let found = judge(&records, &[]);
        assert_eq!(found.result, Match::NoUsableRecords);
        assert_eq!(found.certificate, Column::Unsuccessful);
        assert_eq!(found.text, "the server sent no certificate");
    }
}

#[test]
fn rfc7671_9_digest_agility() {
    let (leaf, other) = (Made::root(leaf_params()), Made::root(leaf_params()));
    let judge = |records: &[Record]| judge(records, &[&leaf]).result;
    assert_eq!(judge(&[leaf.record(3, 1, 1), other.record(3, 1, 2)]), Match::Mismatched);
    assert_eq!(judge(&[leaf.record(3, 1, 1), other.record(3, 0, 2)]), Match::Matched);
    assert_eq!(judge(&[other.record(3, 1, 1), leaf.record(3, 1, 2)]), Match::Matched);
    assert_eq!(judge(&[leaf.record(3, 1, 0), other.record(3, 1, 2)]), Match::Matched);
    let mut malformed = other.record(3, 1, 2);
    malformed.data.to_mut().pop();
    assert_eq!(judge(&[leaf.record(3, 1, 1), malformed]), Match::Matched);
}

#[test]
fn rfc7671_4_every_record_has_its_own_judgement() {
    let (root, _, _) = three();
    let (leaf, other) = (root.issue(leaf_params()), Made::root(leaf_params()));
    let records = [
        leaf.record(1, 1, 1),
        root.record(2, 1, 1),
        other.record(3, 1, 2),
        leaf.record(3, 1, 1),
        leaf.record(3, 0, 1),
    ];
    let details = |records: &[Record], chain: &[&Made]| -> Vec<Detail> {
        judge(records, chain).records.iter().map(|judgement| judgement.detail).collect()
    };
    let (unusable, aside) = (Detail::UsageUnsupported, Detail::WeakerDigest);
    assert_eq!(
        details(&records, &[&leaf, &root]),
        [unusable, Detail::None, Detail::NoMatch, aside, Detail::Matched]
    );
    assert_eq!(
        details(&records[..4], &[&leaf, &root]),
        [unusable, Detail::Matched, Detail::NoMatch, aside]
    );
    assert_eq!(
        details(&records, &[]),
        [unusable, Detail::NoMatch, Detail::NoMatch, aside, Detail::NoMatch]
    );
}

#[test]
fn an_empty_or_unreadable_chain_is_a_mismatch() {
    let leaf = Made::root(leaf_params());
    for record in [leaf.record(3, 1, 1), leaf.record(2, 0, 0)] {
        assert_refused(&judge(std::slice::from_ref(&record), &[]), Detail::NoMatch);
        let junk = verify(std::slice::from_ref(&record), &[b"junk"], &["mx.example.org"], NOW);
        assert_refused(&junk, Detail::ChainInvalid);
    }
}

#[test]
fn rfc7671_5_2_every_form_of_dane_ta() {
    let (root, intermediate, leaf) = three();
    let whole = [&leaf, &intermediate, &root];
    for (anchor, depth) in [(&intermediate, 1), (&root, 2)] {
        for selector in [0, 1] {
            for matching_type in [0, 1, 2] {
                let found = judge(&[anchor.record(2, selector, matching_type)], &whole);
                assert_matched(&found, depth);
                assert_eq!(found.name.as_deref(), Some("mx.example.org"));
            }
        }
    }
    // RFC 7671 5.2.2 and 5.2.3: the anchor comes from DNS; of a bare key, the certificate it signed counts.
    assert_matched(&judge(&[root.record(2, 0, 0)], &[&leaf, &intermediate]), 2);
    assert_matched(&judge(&[root.record(2, 1, 0)], &[&leaf, &intermediate]), 1);
    assert_refused(&judge(&[root.record(2, 0, 1)], &[&leaf, &intermediate]), Detail::TaAbsent);
    assert_refused(&judge(&[root.record(2, 1, 1)], &[&leaf, &intermediate]), Detail::TaAbsent);
    assert_refused(&judge(&[root.record(2, 0, 0)], &[&leaf]), Detail::ChainInvalid);
}

#[test]
fn order_duplicates_and_extras_do_not_matter() {
    let (root, intermediate, leaf) = three();
    let stranger = Made::root(ca_params("Stranger"));
    let chain = [&leaf, &root, &stranger, &intermediate, &intermediate, &leaf];
    assert_matched(&judge(&[root.record(2, 0, 1)], &chain), 2);
}

#[test]
fn rfc7671_5_2_the_leaf_is_no_anchor_above_itself() {
    let leaf = Made::root(leaf_params());
    for (selector, matching_type) in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)] {
        let found = judge(&[leaf.record(2, selector, matching_type)], &[&leaf, &leaf]);
        assert_eq!(found.result, Match::Mismatched, "2 {selector} {matching_type}: {}", found.text);
    }
    assert_matched(&judge(&[leaf.record(2, 1, 0)], &[&leaf]), 0);
    let mut authority = leaf_params();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = Made::root(authority);
    assert_refused(&judge(&[authority.record(2, 1, 1)], &[&authority; 2]), Detail::TaAbsent);
    let (root, _, _) = three();
    let issued = root.issue(leaf_params());
    assert_eq!(judge(&[issued.record(2, 1, 1)], &[&issued, &root]).result, Match::Mismatched);
    assert_eq!(judge(&[issued.record(2, 1, 0)], &[&issued, &root]).result, Match::Mismatched);
}

#[test]
fn several_issuers_of_one_name_are_all_tried() {
    let right = Made::root(ca_params("Same Name"));
    let wrong = Made::root(ca_params("Same Name"));
    let leaf = right.issue(leaf_params());
    assert_matched(&judge(&[right.record(2, 1, 1)], &[&leaf, &wrong, &right]), 1);
    let root = Made::root(ca_params("Cross Root"));
    let key = KeyPair::from_pkcs8_der_and_sign_algo(
        &right.key.serialize_der().into(),
        &rcgen::PKCS_ECDSA_P256_SHA256,
    );
    let crossed = root.issue_for(ca_params("Same Name"), key.unwrap());
    let found = judge(&[root.record(2, 0, 1)], &[&leaf, &right, &wrong, &crossed, &root]);
    assert_eq!(found.result, Match::Matched, "{}", found.text);
}

#[test]
fn rfc7672_3_2_2_reference_names() {
    let root = Made::root(ca_params("Root"));
    let leaf = root.issue(params("x", &["example.org"]));
    let records = [root.record(2, 0, 1)];
    assert_refused(&judge(&records, &[&leaf, &root]), Detail::NameMismatch);
    assert_refused(&judge_for(&records, &[&leaf, &root], &[]), Detail::NameMismatch);
    let found = judge_for(&records, &[&leaf, &root], &["mx.example.org", "example.org"]);
    assert_eq!(found.name.as_deref(), Some("example.org"));
}

#[test]
fn rfc7672_3_2_3_the_common_name_counts_only_without_dns_names() {
    let root = Made::root(ca_params("Root"));
    let records = [root.record(2, 0, 1)];
    let only_cn = root.issue(params("mx.example.org", &[]));
    assert_matched(&judge(&records, &[&only_cn, &root]), 1);
    let both = root.issue(params("mx.example.org", &["other.test"]));
    assert_refused(&judge(&records, &[&both, &root]), Detail::NameMismatch);
}

#[test]
fn rfc5280_6_1_dates_of_the_whole_path() {
    let aged = |mut params: CertificateParams| {
        params.not_after = date_time_ymd(2021, 1, 1);
        params
    };
    let early = |mut params: CertificateParams| {
        params.not_before = date_time_ymd(2090, 1, 1);
        params
    };
    let root = Made::root(ca_params("Root"));
    let old_leaf = root.issue(aged(leaf_params()));
    assert_refused(&judge(&[root.record(2, 0, 1)], &[&old_leaf, &root]), Detail::Expired);
    assert_refused(&judge(&[root.record(2, 1, 0)], &[&old_leaf]), Detail::Expired);
    let young_leaf = root.issue(early(leaf_params()));
    assert_refused(&judge(&[root.record(2, 0, 1)], &[&young_leaf, &root]), Detail::NotYetValid);
    let mut last_second = leaf_params();
    last_second.not_after = date_time_ymd(2026, 1, 1);
    last_second.not_before = last_second.not_after;
    let leaf = root.issue(last_second);
    assert_matched(&judge(&[root.record(2, 0, 1)], &[&leaf, &root]), 1);
    let old_middle = root.issue(aged(ca_params("Middle")));
    let leaf = old_middle.issue(leaf_params());
    assert_refused(&judge(&[root.record(2, 0, 1)], &[&leaf, &old_middle, &root]), Detail::Expired);
    let old_root = Made::root(aged(ca_params("Old Root")));
    let leaf = old_root.issue(leaf_params());
    assert_refused(&judge(&[old_root.record(2, 0, 1)], &[&leaf, &old_root]), Detail::Expired);
    // What lies above the anchor does not matter, and a bare key has no dates.
    let middle = old_root.issue(ca_params("Middle"));
    let leaf = middle.issue(leaf_params());
    assert_matched(&judge(&[middle.record(2, 0, 1)], &[&leaf, &middle, &old_root]), 1);
    assert_matched(&judge(&[old_root.record(2, 1, 0)], &[&leaf, &middle]), 1);
}

#[test]
fn rfc5280_4_2_1_9_path_length() {
    let mut short = ca_params("Short");
    short.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let short = Made::root(short);
    let direct = short.issue(leaf_params());
    assert_matched(&judge(&[short.record(2, 0, 1)], &[&direct, &short]), 1);
    let middle = short.issue(ca_params("Middle"));
    let leaf = middle.issue(leaf_params());
    for selector in [0, 1] {
        assert_refused(
            &judge(&[short.record(2, selector, 1)], &[&leaf, &middle, &short]),
            Detail::ChainInvalid,
        );
    }
    assert_matched(&judge(&[short.record(2, 1, 0)], &[&leaf, &middle]), 1);
}

#[test]
fn rfc5280_4_2_1_10_name_constraints() {
    let constrained = |permitted: Vec<GeneralSubtree>, excluded: Vec<GeneralSubtree>| {
        let mut params = ca_params("Constrained");
        params.name_constraints =
            Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded });
        let root = Made::root(params);
        let leaf = root.issue(leaf_params());
        judge(&[root.record(2, 0, 1)], &[&leaf, &root])
    };
    let dns = |name: &str| vec![GeneralSubtree::DnsName(name.into())];
    assert_matched(&constrained(dns("example.org"), vec![]), 1);
    assert_refused(&constrained(dns("example.net"), vec![]), Detail::ChainInvalid);
    assert_refused(&constrained(vec![], dns("example.org")), Detail::ChainInvalid);
    assert_matched(&constrained(vec![], dns("example.net")), 1);
    let directory = |name: &str| {
        let mut base = DistinguishedName::new();
        base.push(DnType::CommonName, name);
        vec![GeneralSubtree::DirectoryName(base)]
    };
    assert_matched(&constrained(directory("MX.example.org"), vec![]), 1);
    assert_refused(&constrained(directory("elsewhere"), vec![]), Detail::ChainInvalid);
    assert_refused(&constrained(vec![], directory("mx.example.org")), Detail::ChainInvalid);
}

#[test]
fn rfc5280_6_1_3_of_what_is_self_issued_the_certificate_of_the_server_alone_is_constrained() {
    let mut constrained = ca_params("Itself");
    constrained.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".into())],
        excluded_subtrees: vec![],
    });
    let root = Made::root(constrained);
    let judge = |names: &[&str]| {
        let leaf = root.issue(params("Itself", names));
        judge(&[root.record(2, 0, 1)], &[&leaf, &root])
    };
    assert_matched(&judge(&["mx.example.org"]), 1);
    assert_refused(&judge(&["mx.example.org", "mx.example.net"]), Detail::ChainInvalid);
    let mut renewed = params("Itself", &["mx.example.net"]);
    renewed.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let renewed = root.issue(renewed);
    let leaf = renewed.issue(leaf_params());
    let found = judge_for(&[root.record(2, 0, 1)], &[&leaf, &renewed, &root], &["mx.example.org"]);
    assert_matched(&found, 2);
}

#[test]
fn rfc5280_4_2_1_10_an_empty_subject_is_not_constrained() {
    let mut base = DistinguishedName::new();
    base.push(DnType::CommonName, "elsewhere");
    let mut params = ca_params("Constrained");
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DirectoryName(base)],
        excluded_subtrees: vec![],
    });
    let root = Made::root(params);
    let mut nameless = leaf_params();
    nameless.distinguished_name = DistinguishedName::new();
    let leaf = root.issue(nameless);
    assert_matched(&judge(&[root.record(2, 0, 1)], &[&leaf, &root]), 1);
}

#[test]
fn the_anchor_itself_is_tried_before_what_it_signed_under_its_own_name() {
    let root = Made::root(ca_params("Root"));
    let renewed = root.issue_for(ca_params("Root"), same_key(&root));
    let leaf = root.issue(leaf_params());
    assert_matched(&judge(&[root.record(2, 0, 1)], &[&leaf, &renewed, &root]), 1);
}

#[test]
fn rfc7672_3_1_1_a_key_of_2048_bits_is_not_weak() {
    let key = forge::Key::rsa_2048(true);
    let leaf = forge::draft("mx.example.org", "mx.example.org", &[]).sign(&key, &key);
    let (usage, selector, matching_type, data) = chains::record(3, 1, 1, &leaf, &key);
    let record = Record { usage, selector, matching_type, data: data.into() };
    let found = verify(&[record], &[&leaf], &["mx.example.org"], NOW);
    assert_eq!(found.detail, Detail::Matched, "{}", found.text);
}

#[test]
fn no_altered_octet_is_accepted_and_none_panics() {
    let (root, intermediate, leaf) = three();
    let records = [root.record(2, 0, 1)];
    let names = ["mx.example.org"];
    let original = [leaf.der.clone(), intermediate.der.clone(), root.der.clone()];
    for (position, certificate) in original.iter().enumerate() {
        for index in 0..certificate.len() {
            for bit in [0x01, 0x80] {
                let mut chain = original.clone();
                chain[position][index] ^= bit;
                let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
                let found = verify(&records, &chain, &names, NOW);
                assert_ne!(found.result, Match::Matched, "certificate {position}, octet {index}");
            }
        }
    }
    let chain: Vec<&[u8]> = original.iter().map(Vec::as_slice).collect();
    assert_eq!(verify(&records, &chain, &names, NOW).result, Match::Matched);
    for length in 0..leaf.der.len() {
        let found = verify(&[leaf.record(3, 1, 1)], &[&leaf.der[..length]], &names, NOW);
        assert_ne!(found.result, Match::Matched);
    }
}

#[test]
fn rfc6698_2_1_full_data_is_exactly_one_object() {
    let (root, _, _) = three();
    let leaf = root.issue(leaf_params());
    for selector in [0, 1] {
        let mut record = root.record(2, selector, 0);
        record.data.to_mut().push(0);
        assert_eq!(judge(&[record], &[&leaf, &root]).result, Match::NoUsableRecords);
    }
}
