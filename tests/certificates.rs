//! Odd certificates, made from the DER up; each case is named by the section it comes from.

use std::time::{Duration, Instant};

use dane_policy::cause::Detail;
use dane_policy::tlsa::Record;
use dane_policy::verify::{
    MAX_CERTIFICATES, MAX_OCTETS, Match, Verification, verify, verify_raw_key,
};
use data_encoding::BASE64;
use world::chains::{NOW, record};
use world::forge::{
    Draft, Key, alternative_names, basic_constraints, common_name, dns_names, draft,
    extended_key_usage, extension, key_usage, name, name_constraints, sequence, tlv,
};

const HOST: &str = "mx.example.org";
const PRINTABLE: u8 = 0x13;
const BMP: u8 = 0x1e;
const UNKNOWN: &[u8] = &[0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1];
/// For mx.example.org, signed with SHA-1 by the first RSA key of the test world, which signs nothing so weak itself.
const SHA1_SIGNED: &str = "\
    MIICnjCCAYYCAQcwDQYJKoZIhvcNAQEFBQAwDzENMAsGA1UEAwwEUm9vdDAgFw0y\
    NjExMjQwMjM1MjRaGA8yMDUxMDcxNjAyMzUyNFowGTEXMBUGA1UEAwwObXguZXhh\
    bXBsZS5vcmcwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDBsmJb5Exu\
    9DYHSypGKKGwqXXCMwJyp8GQQ+vvQUMNzUmKDvTi0PzA0LZGINM9/LUOl4yJBakq\
    r4jVjPuGFT2u25lxxib7UQ/+GT+HN+iYwjKn8PV5yIwXQwGezy7TvChs+EPVfLJP\
    RCi0QTHL7Ms10vNIMH63dGZPrcsADxpo+qaR2WVCJYKtVuj2DhdYcZD6NnOmo6Ap\
    FU26PlgojGhcPchJfZwPb+CZbf93o1x1vCZiHCBBxGSaUkDvkPzFdXckXB9hMS7M\
    4MDhSAhoWNXi/sHyTlRf6SQqMhwoioIjvGUe/xNDFTYq4dUfXmSgo03L8Mwi3MLB\
    8SQsyfrQbyV1AgMBAAEwDQYJKoZIhvcNAQEFBQADggEBAFxP9es2llC1ojkgLHN1\
    LUbqckDqUDw28OQgE1KrBc9h0lXYdSyQvVFnfsy/QEw+WEEWZte1424LsXpujemx\
    q4NfiorHqKfvx6vqQC5eCTJGvo3mo5iX5K6voqdhTnw6vGmt48qU1vnMert/YiPn\
    DolLOjFuUSKNROUVYMZtnGT2jicqDGoTTgD8Q2v+dAAS12cUDmJS6spKrWcJdtGR\
    odpDg8gCLibmQ/g1D8miyTt77Vz0W6j20Wlv3DsNaVGIbnS0KOYDKl0KyEo2CCFt\
    eTrnsxgDIGk6ynxaGpGDHtJV5PTCaaAr4ZXAWW/6eTs7tAHbupApuKngBpX+ORMX\
    87c=\
    ";

fn tlsa((usage, selector, matching_type, data): (u8, u8, u8, Vec<u8>)) -> Record<'static> {
    Record { usage, selector, matching_type, data: data.into() }
}

fn judge(record: Record, chain: &[&[u8]]) -> Verification {
    verify(&[record], chain, &[HOST], NOW)
}

#[track_caller]
fn assert_matched(found: &Verification, depth: usize) {
    assert_eq!((found.result, found.depth), (Match::Matched, Some(depth)), "{}", found.text);
}

#[track_caller]
fn assert_refused(found: &Verification, detail: Detail, text: &str) {
    assert_eq!((found.result, found.detail), (Match::Mismatched, detail), "{}", found.text);
    assert!(found.text.contains(text), "{}", found.text);
}

fn ca() -> Vec<Vec<u8>> {
    vec![basic_constraints(true, None), key_usage(0x04)]
}

fn server() -> Draft {
    draft(HOST, "Root", &[dns_names(&[HOST])])
}

/// The server's certificate below a root that allows all, both with P-256 keys.
fn below_root(leaf: &Draft, key: &Key) -> (Verification, Verification) {
    let root = Key::p256();
    let root_der = draft("Root", "Root", &ca()).sign(&root, &root);
    let der = leaf.sign(key, &root);
    let ee = judge(tlsa(record(3, 0, 1, &der, key)), &[&der]);
    assert_matched(&judge(tlsa(record(3, 1, 1, &der, key)), &[&der, &root_der]), 0);
    assert_matched(&judge(tlsa(record(3, 1, 0, &der, key)), &[&der]), 0);
    (ee, judge(tlsa(record(2, 1, 1, &root_der, &root)), &[&der, &root_der]))
}

/// The same for a root made differently and an ordinary server below it.
fn root_made(change: impl Fn(&mut Draft)) -> Verification {
    let (root, leaf) = (Key::p256(), Key::p256());
    let mut root_draft = draft("Root", "Root", &ca());
    change(&mut root_draft);
    let root_der = root_draft.sign(&root, &root);
    let der = server().sign(&leaf, &root);
    judge(tlsa(record(2, 0, 1, &root_der, &root)), &[&der, &root_der])
}

#[test]
fn rfc5280_4_1_2_1_version_1() {
    let mut leaf = server();
    (leaf.version, leaf.extensions) = (1, Vec::new());
    let (ee, ta) = below_root(&leaf, &Key::p256());
    assert_matched(&ee, 0);
    assert_matched(&ta, 1);
    let version_1 = |draft: &mut Draft| (draft.version, draft.extensions) = (1, Vec::new());
    assert_matched(&root_made(version_1), 1);
    // Extensions are not for v1 (RFC 5280 4.1.2.9), yet where they stand they apply.
    let with = |added: Vec<u8>| {
        root_made(move |draft| (draft.version, draft.extensions) = (1, vec![added.clone()]))
    };
    let refused = |added, why| assert_refused(&with(added), Detail::ChainInvalid, why);
    assert_matched(&with(extension(UNKNOWN, false, [5, 0])), 1);
    refused(extension(UNKNOWN, true, [5, 0]), "unknown critical extension");
    refused(basic_constraints(false, None), "not a certification authority");
    refused(name_constraints(&[], &[(2, b"example.org")]), "outside the name constraints");

    let (root, middle, leaf) = (Key::p256(), Key::p256(), Key::p256());
    let root_der = draft("Root", "Root", &ca()).sign(&root, &root);
    let mut old = draft("Old", "Root", &[]);
    old.version = 1;
    let old_der = old.sign(&middle, &root);
    let der = draft(HOST, "Old", &[dns_names(&[HOST])]).sign(&leaf, &middle);
    let chain: [&[u8]; 3] = [&der, &old_der, &root_der];
    let found = judge(tlsa(record(2, 0, 1, &root_der, &root)), &chain);
    assert_refused(&found, Detail::ChainInvalid, "not a certification authority");
    assert_matched(&judge(tlsa(record(2, 0, 1, &old_der, &middle)), &chain), 1);
}

#[test]
fn rfc5280_4_1_2_2_odd_serial_numbers() {
    for serial in [vec![0xff, 1], vec![0], vec![0x80], vec![0x7f; 100], vec![0, 0, 1]] {
        let leaf = Draft { serial, ..server() };
        let (ee, ta) = below_root(&leaf, &Key::p256());
        assert_matched(&ee, 0);
        assert_matched(&ta, 1);
    }
}

#[test]
fn rfc5280_4_1_1_2_the_algorithm_is_the_one_that_is_signed() {
    let leaf = Draft { names_another_algorithm: true, ..server() };
    let (ee, ta) = below_root(&leaf, &Key::p256());
    assert_matched(&ee, 0);
    assert_refused(&ta, Detail::ChainInvalid, "the signature on mx.example.org");
}

#[test]
fn rfc5480_2_2_a_compressed_point_is_hashed_as_it_is() {
    let (ee, ta) = below_root(&server(), &Key::compressed());
    assert_matched(&ee, 0);
    assert_matched(&ta, 1);
    // As an issuer's key it is not supported; the text does not blame the signature.
    let (root, leaf) = (Key::compressed(), Key::p256());
    let der = server().sign(&leaf, &root);
    let found = judge(tlsa((2, 1, 0, root.spki.clone())), &[&der]);
    assert_refused(&found, Detail::ChainInvalid, "too weak or not supported");
}

#[test]
fn rfc7671_5_2_3_a_bare_key_that_is_none() {
    let (root, leaf) = (Key::p256(), Key::p256());
    let der = server().sign(&leaf, &root);
    let found = judge(tlsa((2, 1, 0, vec![0x30, 0])), &[&der]);
    assert_refused(&found, Detail::ChainInvalid, "the key in the record does not parse");
}

#[test]
fn rfc7671_5_1_weak_and_odd_keys() {
    let (ee, ta) = below_root(&server(), &Key::rsa_1024());
    assert_matched(&ee, 0);
    assert_eq!(ee.detail, Detail::WeakKey);
    assert_refused(&ta, Detail::ChainInvalid, "the key is too weak");
    let odd = |algorithm: &[u8]| Key::public_only(sequence(&[algorithm.to_vec(), tlv(3, [0, 1])]));
    let unknown = odd(&tlv(0x30, tlv(6, [0x2a, 3])));
    let (ee, ta) = below_root(&server(), &unknown);
    assert_matched(&ee, 0);
    assert_refused(&ta, Detail::ChainInvalid, "of unknown kind");
    // RSASSA-PSS (RFC 4055 section 1.2): the same key under its own identifier.
    let mut spki = Key::rsa_2048(true).spki;
    let position = spki.windows(3).position(|octets| octets == [1, 1, 1]).unwrap();
    spki[position + 2] = 10;
    let (_, ta) = below_root(&server(), &Key::public_only(spki));
    assert_matched(&ta, 1);
}

/// What packaging.md says of kinds that are not verified.
#[test]
fn rfc7671_5_1_a_server_may_have_a_key_by_which_nobody_may_sign() {
    const P521: [u8; 18] =
        [0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 35];
    const ED448: [u8; 7] = [0x30, 5, 6, 3, 0x2b, 0x65, 0x71];
    let key = |algorithm: &[u8], bits: Vec<u8>| {
        Key::public_only(sequence(&[algorithm.to_vec(), tlv(3, [vec![0], bits].concat())]))
    };
    for key in [key(&P521, [vec![4], vec![7; 132]].concat()), key(&ED448, vec![7; 57])] {
        let (ee, ta) = below_root(&server(), &key);
        assert_matched(&ee, 0);
        assert_eq!(ee.detail, Detail::Matched);
        assert_matched(&ta, 1);
        assert_signs_nothing(&key);
    }
}

/// A key whose signatures nobody here can check is no anchor's.
fn assert_signs_nothing(key: &Key) {
    let (root, leaf) = (draft("Root", "Root", &ca()).sign(key, key), Key::p256());
    let below = server().sign(&leaf, key);
    let found = judge(tlsa(record(2, 1, 1, &root, key)), &[&below, &root]);
    assert_refused(&found, Detail::ChainInvalid, "too weak or not supported");
}

/// Nothing but the server's own certificate and key counts under DANE-EE, so neither need be of a kind that is known.
#[test]
fn rfc9881_ml_dsa_matches_by_its_octets_and_signs_nothing() {
    for key in Key::ml_dsa() {
        let certificate = server().sign(&key, &key);
        for (selector, matching_type) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let ours = tlsa(record(3, selector, matching_type, &certificate, &key));
            let found = judge(ours.clone(), &[&certificate]);
            assert_matched(&found, 0);
            assert_eq!(found.detail, Detail::Matched, "{}", found.text);
            let found = verify_raw_key(&[ours], &key.spki, NOW);
            let result = if selector == 1 { Match::Matched } else { Match::Mismatched };
            assert_eq!(found.result, result, "{}", found.text);
        }
        // A server's key of this kind is as good as any below an anchor that signs by another, and itself no anchor.
        assert_matched(&below_root(&server(), &key).1, 1);
        assert_signs_nothing(&key);
    }
}

/// How many certificates of each size a chain may have: the limit is their octets.
#[test]
fn rfc9881_chains_of_ml_dsa_are_looked_at() {
    let (root, leaf) = (Key::p256(), Key::p256());
    let root_der = draft("Root", "Root", &ca()).sign(&root, &root);
    let leaf_der = server().sign(&leaf, &root);
    let names = [dns_names(&["mx.example.org", "example.org"]), key_usage(0x80)];
    let most = Key::ml_dsa().map(|key| {
        let other = draft("Intermediate", "Root", &names).sign(&key, &key);
        let detail = |others: usize| {
            let others = vec![&*other; others];
            let chain = [&[&*leaf_der], &others[..], &[&*root_der]].concat();
            judge(tlsa(record(2, 0, 1, &root_der, &root)), &chain).detail
        };
        let most = (1..MAX_CERTIFICATES).rfind(|others| detail(*others) == Detail::Matched);
        let most = most.expect("one at least");
        assert_eq!(detail(most + 1), Detail::LimitExceeded);
        most
    });
    assert_eq!(most, [25, 18, 13]);
}

#[test]
fn rfc5280_4_2_extensions_of_the_server() {
    let with = |added: Vec<u8>| {
        let mut leaf = server();
        leaf.extensions.push(added);
        let (ee, ta) = below_root(&leaf, &Key::p256());
        assert_matched(&ee, 0);
        ta
    };
    let refused = |added, why| assert_refused(&with(added), Detail::ChainInvalid, why);
    assert_matched(&with(extension(UNKNOWN, false, [5, 0])), 1);
    assert_matched(&with(extension(&[0x55, 0x1d, 14], false, b"no key identifier")), 1);
    assert_matched(&with(extension(&[0x55, 0x1d, 36], true, [0x30, 3, 0x80, 1, 0])), 1);
    assert_matched(&with(extension(&[0x55, 0x1d, 31], true, [0x30, 0])), 1);
    assert_matched(&with(extended_key_usage(&[0])), 1);
    assert_matched(&with(basic_constraints(true, Some(0))), 1);
    refused(extension(UNKNOWN, true, [5, 0]), "unknown critical extension");
    refused(dns_names(&[HOST]), "an extension comes twice");
    refused(extension(&[0x55, 0x1d, 15], false, b"junk"), "an extension does not parse");
    refused(extended_key_usage(&[2]), "not for servers");
    refused(key_usage(0x02), "not for TLS");
}

#[test]
fn rfc7671_5_2_what_a_trust_anchor_must_allow() {
    let refused = |change: &dyn Fn(&mut Draft), detail, why| {
        assert_refused(&root_made(change), detail, why);
    };
    let invalid = Detail::ChainInvalid;
    refused(&|it| it.extensions.clear(), invalid, "not a certification authority");
    refused(
        &|it| it.extensions[0] = basic_constraints(false, None),
        invalid,
        "not a certification",
    );
    refused(&|it| it.extensions[1] = key_usage(0x80), invalid, "does not allow signing");
    refused(&|it| it.extensions.push(extended_key_usage(&[0])), invalid, "not for servers");
    refused(&|it| it.extensions.push(extension(UNKNOWN, true, [5, 0])), invalid, "critical");
    refused(&|it| it.validity[1] = "250101000000Z", Detail::Expired, "2025-01-01 00:00:00 UTC");
    refused(&|it| it.validity[0] = "270101000000Z", Detail::NotYetValid, "2027-01-01 00:00:00");
    refused(&|it| it.validity[1] = "junk", invalid, "dates do not parse");
    // Its own signature and issuer do not matter.
    assert_matched(&root_made(|it| it.is_spoiled = true), 1);
    assert_matched(&root_made(|it| it.issuer = common_name("Long gone")), 1);
}

#[test]
fn rfc5280_7_1_names_of_issuers() {
    let root_is = |subject: Vec<u8>| root_made(move |it| it.subject.clone_from(&subject));
    assert_matched(&root_is(name(&[(3, PRINTABLE, " ROOT ")])), 1);
    assert_refused(&root_is(common_name("Rooot")), Detail::ChainInvalid, "issued by Root");
    assert_refused(&root_is(name(&[(3, BMP, "Root")])), Detail::ChainInvalid, "was not sent");
    assert_refused(&root_is(sequence(&[])), Detail::ChainInvalid, "was not sent");
}

#[test]
fn rfc5280_4_2_1_6_no_common_name_beside_unreadable_dns_names() {
    for names in [&[(2, &b"\xff"[..])][..], &[(2, b"")], &[(2, b"mx.example.org\0")]] {
        let leaf = draft(HOST, "Root", &[alternative_names(names)]);
        let (_, ta) = below_root(&leaf, &Key::p256());
        assert_refused(&ta, Detail::NameMismatch, "names none of mx.example.org");
    }
    let address = draft(HOST, "Root", &[alternative_names(&[(7, &[192, 0, 2, 1])])]);
    assert_matched(&below_root(&address, &Key::p256()).1, 1);
}

#[test]
fn rfc5280_4_2_1_6_thousands_of_names() {
    let names: Vec<String> = (0..4000).map(|n| format!("h{n}.example.org")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.push(HOST);
    let leaf = draft("many", "Root", &[dns_names(&names)]);
    assert_matched(&below_root(&leaf, &Key::p256()).1, 1);

    let (root, key) = (Key::p256(), Key::p256());
    let constrained = |trees: usize| {
        let bases: Vec<String> = (0..trees).map(|n| format!("t{n}.test")).collect();
        let trees: Vec<(u8, &[u8])> = bases.iter().map(|base| (2, base.as_bytes())).collect();
        let extensions = [ca(), vec![name_constraints(&[], &trees)]].concat();
        let root_der = draft("Root", "Root", &extensions).sign(&root, &root);
        let der = leaf.sign(&key, &root);
        judge(tlsa(record(2, 0, 1, &root_der, &root)), &[&der, &root_der])
    };
    assert_matched(&constrained(100), 1);
    assert_refused(&constrained(200), Detail::LimitExceeded, "too many name constraints");
}

/// On each of thousands of paths to an anchor the names would be looked at again, for nothing.
#[test]
fn rfc5280_4_2_1_10_constraints_without_a_subtree_cost_nothing() {
    let (root, mesh, key) = (Key::p256(), Key::p256(), Key::p256());
    let issuer = [ca(), vec![name_constraints(&[], &[])]].concat();
    let root_der = draft("Mesh", "Mesh", &issuer).sign(&mesh, &root);
    let names: [(u8, &[u8]); 20_000] = [(2, b"a"); _];
    let mut chain =
        vec![draft(HOST, "Mesh", &[alternative_names(&names)]).sign(&key, &mesh), root_der.clone()];
    for number in 1..9 {
        let certificate = Draft { serial: vec![number], ..draft("Mesh", "Mesh", &issuer) };
        chain.push(certificate.sign(&mesh, &mesh));
    }
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let start = Instant::now();
    let found = judge(tlsa(record(2, 0, 1, &root_der, &root)), &chain);
    assert_refused(&found, Detail::LimitExceeded, "too many certificates that sign each other");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn rfc5280_4_2_1_10_name_constraints_and_who_they_bind() {
    let judge_below = |constraints: Vec<u8>, leaf: &[Vec<u8>], subject: &str| {
        let (root, middle, key) = (Key::p256(), Key::p256(), Key::p256());
        let root_der =
            draft("Root", "Root", &[ca(), vec![constraints]].concat()).sign(&root, &root);
        let middle_der = draft("Middle", "Root", &ca()).sign(&middle, &root);
        let der = draft(subject, "Middle", leaf).sign(&key, &middle);
        let root_record = tlsa(record(2, 0, 1, &root_der, &root));
        judge(root_record, &[&der, &middle_der, &root_der])
    };
    let tree: [(u8, &[u8]); 1] = [(2, b"example.org")];
    let (permitted, excluded) = (name_constraints(&tree, &[]), name_constraints(&[], &tree));
    let here = [dns_names(&[HOST])];
    // An intermediate's common name is no DNS name.
    assert_matched(&judge_below(permitted.clone(), &here, "any"), 2);
    assert_refused(&judge_below(excluded.clone(), &here, "any"), Detail::ChainInvalid, "outside");
    // A common name is bound where it serves as a name, a wildcard where it reaches.
    assert_matched(&judge_below(permitted.clone(), &[], HOST), 2);
    assert_refused(&judge_below(excluded, &[], HOST), Detail::ChainInvalid, "outside");
    let wildcard = [dns_names(&["*.example.org"])];
    let only_mx: [(u8, &[u8]); 1] = [(2, HOST.as_bytes())];
    let found = judge_below(name_constraints(&[], &only_mx), &wildcard, "any");
    assert_refused(&found, Detail::ChainInvalid, "outside");
    let other: [(u8, &[u8]); 1] = [(2, b"other.example.org")];
    assert_matched(&judge_below(name_constraints(&[], &other), &wildcard, "any"), 2);
    // Constraints on what the certificate does not name bind nothing; on what nobody can judge, they refuse.
    let registered: [(u8, &[u8]); 1] = [(8, &[0x2a, 3])];
    let unknown = name_constraints(&registered, &[]);
    let unknown_excluded = name_constraints(&[], &registered);
    assert_matched(&judge_below(unknown.clone(), &here, "any"), 2);
    let both = [alternative_names(&[(2, HOST.as_bytes()), (8, &[0x2a, 3, 4])])];
    assert_refused(&judge_below(unknown, &both, "any"), Detail::ChainInvalid, "outside");
    let found = judge_below(unknown_excluded, &both, "any");
    assert_refused(&found, Detail::ChainInvalid, "outside");
}

#[test]
fn rfc5280_6_1_4_a_self_issued_intermediate_is_not_bound() {
    let (root, next, key) = (Key::p256(), Key::p256(), Key::p256());
    let elsewhere = common_name("Root");
    let constraints = name_constraints(&[], &[(4, &elsewhere)]);
    // Nor does it count in the path length (RFC 5280 4.2.1.9).
    let issuer = [basic_constraints(true, Some(0)), constraints];
    let root_der = draft("Root", "Root", &issuer).sign(&root, &root);
    let rollover = draft("Root", "Root", &ca()).sign(&next, &root);
    let der = server().sign(&key, &next);
    let anchor = tlsa(record(2, 0, 1, &root_der, &root));
    assert_matched(&judge(anchor, &[&der, &rollover, &root_der]), 2);
}

#[test]
fn rfc7671_5_1_a_server_certificate_beyond_the_limit() {
    let key = Key::p256();
    let sized = |octets: usize| {
        let padding = extension(UNKNOWN, false, vec![0; octets]);
        draft(HOST, HOST, &[padding]).sign(&key, &key)
    };
    let (fitting, large) = (sized(MAX_OCTETS - 500), sized(MAX_OCTETS));
    assert_matched(&judge(tlsa(record(3, 0, 1, &fitting, &key)), &[&fitting]), 0);
    let found = judge(tlsa(record(3, 0, 1, &large, &key)), &[&large]);
    assert_refused(&found, Detail::LimitExceeded, "octets is too large");
}

/// A chain of so many certificates, each signed by the next, with the key of the last.
fn long_chain(length: usize) -> (Vec<Vec<u8>>, Key) {
    let keys: Vec<Key> = (0..length).map(|_| Key::p256()).collect();
    let subject = |place: usize| if place == 0 { HOST.into() } else { format!("CA {place}") };
    let chain = (0..length).map(|place| {
        let above = (place + 1).min(length - 1);
        let extensions = if place == 0 { vec![dns_names(&[HOST])] } else { ca() };
        draft(&subject(place), &subject(above), &extensions).sign(&keys[place], &keys[above])
    });
    let chain = chain.collect();
    (chain, keys.into_iter().next_back().unwrap())
}

#[test]
fn rfc7671_5_2_long_chains() {
    let (whole, top) = long_chain(MAX_CERTIFICATES);
    let mut chain: Vec<&[u8]> = whole.iter().map(Vec::as_slice).collect();
    chain[1..].reverse();
    let found = judge(tlsa(record(2, 0, 1, &whole[MAX_CERTIFICATES - 1], &top)), &chain);
    assert_matched(&found, MAX_CERTIFICATES - 1);

    let (whole, top) = long_chain(100);
    let chain: Vec<&[u8]> = whole.iter().map(Vec::as_slice).collect();
    let found = judge(tlsa(record(2, 0, 1, &whole[99], &top)), &chain);
    assert_refused(&found, Detail::LimitExceeded, "more than 32 certificates");
    assert_matched(&judge(tlsa(record(3, 0, 1, &whole[0], &top)), &chain), 0);
}

#[test]
fn rfc7671_5_2_attack_chains() {
    let (victim_ca, attacker) = (Key::p256(), Key::p256());
    let victim = draft("Root", "Root", &ca()).sign(&victim_ca, &victim_ca);
    let forged = server().sign(&attacker, &attacker);
    let own_ca = draft("Root", "Root", &ca()).sign(&attacker, &attacker);
    let mut posing = draft("Middle", "Root", &ca());
    posing.is_spoiled = true;
    let posing = posing.sign(&attacker, &victim_ca);
    let below = draft(HOST, "Middle", &[dns_names(&[HOST])]).sign(&attacker, &attacker);
    for (selector, matching_type) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        let anchor = || tlsa(record(2, selector, matching_type, &victim, &victim_ca));
        for chain in [
            vec![&forged, &victim],
            vec![&forged, &own_ca, &victim],
            vec![&below, &posing, &victim],
            vec![&forged, &forged, &victim, &victim],
        ] {
            let chain: Vec<&[u8]> = chain.into_iter().map(Vec::as_slice).collect();
            assert_refused(&judge(anchor(), &chain), Detail::ChainInvalid, "the signature on");
        }
        let leaf = tlsa(record(2, selector, matching_type, &forged, &attacker));
        if (selector, matching_type) != (1, 0) {
            assert_eq!(judge(leaf, &[&forged, &forged]).result, Match::Mismatched);
        }
    }
}

#[test]
fn rfc7671_5_2_3_a_bare_key_beside_an_unrelated_certificate_of_it() {
    let (root, leaf) = (Key::p256(), Key::p256());
    let der = server().sign(&leaf, &root);
    let stranger = draft("Stranger", "Stranger", &ca()).sign(&root, &root);
    let bare = || tlsa(record(2, 1, 0, &stranger, &root));
    assert_matched(&judge(bare(), &[&der]), 0);
    assert_matched(&judge(bare(), &[&der, &stranger]), 0);
    // Where its certificate was sent, that certificate counts.
    let expired =
        Draft { validity: ["200101000000Z", "250101000000Z"], ..draft("Root", "Root", &ca()) };
    let expired = expired.sign(&root, &root);
    assert_refused(&judge(bare(), &[&der, &expired]), Detail::Expired, "Root expired");
}

#[test]
fn rfc5280_6_1_every_candidate_and_every_signature() {
    for (root, leaf) in [
        (Key::p384(), Key::p256()),
        (Key::ed25519(), Key::ed25519()),
        (Key::rsa_2048(true), Key::rsa_2048(false)),
    ] {
        let root_der = draft("Root", "Root", &ca()).sign(&root, &root);
        let impostor = Key::p256();
        let same_name = draft("Root", "Root", &ca()).sign(&impostor, &impostor);
        let der = server().sign(&leaf, &root);
        let anchor = || tlsa(record(2, 1, 2, &root_der, &root));
        assert_matched(&judge(anchor(), &[&der, &same_name, &root_der]), 1);
        let spoiled = Draft { is_spoiled: true, ..server() }.sign(&leaf, &root);
        let found = judge(anchor(), &[&spoiled, &root_der]);
        assert_refused(&found, Detail::ChainInvalid, "the signature on mx.example.org");
    }
    let sha1 = BASE64.decode(SHA1_SIGNED.as_bytes()).unwrap();
    let issuer = Key::rsa_2048(true);
    let found = judge(tlsa(record(2, 1, 0, &sha1, &issuer)), &[&sha1]);
    assert_refused(&found, Detail::ChainInvalid, "too weak or not supported");
}
