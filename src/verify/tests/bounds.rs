//! What a verification may cost.

use super::*;

#[test]
fn work_is_bounded() {
    let (root, intermediate, leaf) = three();
    let records = [root.record(2, 0, 1)];
    let long: Vec<&Made> =
        std::iter::once(&leaf).chain([&intermediate].repeat(MAX_CERTIFICATES)).collect();
    assert_refused(&judge(&records, &long), Detail::LimitExceeded);
    let huge = vec![0; MAX_OCTETS];
    let found = verify(&records, &[&leaf.der, &huge], &["mx.example.org"], NOW);
    assert_refused(&found, Detail::LimitExceeded);
    // Certificates of one name and key that all sign each other: every path is signed, none ends.
    let (name, pkcs8) = (ca_params("Mesh"), root.key.serialize_der());
    let key = || {
        let der = pkcs8.clone().into();
        KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256).unwrap()
    };
    let hub = Made { der: Vec::new(), key: key(), params: name.clone() };
    let mesh: Vec<Made> = (0..30).map(|_| hub.issue_for(name.clone(), key())).collect();
    let leaf = hub.issue(leaf_params());
    let elsewhere = Made::root(ca_params("Elsewhere"));
    // Nine of them have 81 signatures between them and more paths than are tried; thirty have more signatures, too.
    for (length, detail) in
        [(3, Detail::ChainInvalid), (9, Detail::LimitExceeded), (30, Detail::LimitExceeded)]
    {
        let chain: Vec<&Made> = std::iter::once(&leaf).chain(&mesh[..length]).collect();
        assert_refused(&judge(&[elsewhere.record(2, 0, 0)], &chain), detail);
    }
}

/// A certificate of so many octets.
fn of_octets(octets: usize) -> Made {
    let with_padding = |padding: usize| {
        let mut params = leaf_params();
        let unknown =
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![0; padding]);
        params.custom_extensions = vec![unknown];
        // As long as any other's.
        params.serial_number = Some(7.into());
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Made { der, key, params }
    };
    let more = with_padding(70_000).der.len() - 70_000;
    with_padding(octets - more)
}

#[test]
fn the_largest_certificate_and_the_largest_chain_are_looked_at() {
    let (largest, larger) = (of_octets(MAX_OCTETS), of_octets(MAX_OCTETS + 1));
    assert_eq!(largest.der.len(), MAX_OCTETS);
    assert_matched(&judge(&[largest.record(3, 1, 1)], &[&largest]), 0);
    assert_refused(&judge(&[larger.record(3, 1, 1)], &[&larger]), Detail::LimitExceeded);
    let (root, intermediate, leaf) = three();
    let records = [root.record(2, 0, 1)];
    let sent = [&leaf, &intermediate, &root].map(|made| made.der.as_slice());
    let left = MAX_OCTETS - sent.concat().len();
    for (octets, detail) in [(left, Detail::Matched), (left + 1, Detail::LimitExceeded)] {
        let rest = vec![0; octets];
        let chain = [&sent[..], &[&rest]].concat();
        let found = verify(&records, &chain, &["mx.example.org"], NOW);
        assert_eq!(found.detail, detail, "{}", found.text);
    }
    let mut chain = vec![leaf.der.as_slice(); MAX_CERTIFICATES];
    let huge = vec![0; MAX_OCTETS];
    chain[1] = &huge;
    let found = verify(&records, &chain, &["mx.example.org"], NOW);
    assert!(found.text.ends_with("more than 102400 octets of certificates"), "{}", found.text);
    chain.push(&leaf.der);
    let found = verify(&records, &chain, &["mx.example.org"], NOW);
    assert!(found.text.ends_with("more than 32 certificates"), "{}", found.text);
}

#[test]
fn signature_checks_are_bounded() {
    let (root, _, _) = three();
    let leaf = root.issue(leaf_params());
    // A key in DNS costs one check.
    let stranger = |_| Made::root(ca_params("Stranger")).record(2, 1, 0);
    let mut records: Vec<Record> = (1..MAX_SIGNATURES).map(stranger).collect();
    records.push(root.record(2, 1, 0));
    assert_matched(&judge(&records, &[&leaf]), 0);
    records.insert(0, stranger(0));
    assert_refused(&judge(&records, &[&leaf]), Detail::LimitExceeded);
}

#[test]
fn who_has_a_deadline_gives_way_between_signature_checks() {
    let (root, intermediate, leaf) = three();
    let records = [root.record(2, 0, 1)];
    let chain = [leaf.der.as_slice(), &intermediate.der, &root.der];
    let verify = |turns: u32| {
        let pace = Pace::steady();
        let mut verification =
            pin!(verify_at(&pace, &records, Shown::Chain(&chain), &["mx.example.org"], NOW));
        let mut context = Context::from_waker(Waker::noop());
        for turn in 1.. {
            if let Poll::Ready(outcome) = verification.as_mut().poll(&mut context) {
                return outcome;
            }
            pace.resume(turn > turns);
        }
        unreachable!()
    };
    assert_matched(&verify(1), 2);
    assert_refused(&verify(0), Detail::LimitExceeded);
    assert!(verify(0).text.ends_with("no time left to verify the chain"));
}
