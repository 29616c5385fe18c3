//! Raw public keys (RFC 7250), which DANE-EE(3) SPKI(1) records alone can match.

use super::*;

fn shows(made: &Made, records: &[Record]) -> Verification {
    verify_raw_key(records, &made.key.subject_public_key_info(), NOW)
}

#[test]
fn rfc7671_5_1_a_raw_key_is_matched_by_each_record_of_the_key() {
    let server = Made::root(leaf_params());
    for matching_type in [0, 1, 2] {
        let record = server.record(3, 1, matching_type);
        let found = shows(&server, std::slice::from_ref(&record));
        assert_matched(&found, 0);
        assert_eq!((found.detail, found.name), (Detail::Matched, None));
        assert_eq!(found.text, format!("TLSA {record}: matches the server's raw public key"));
        assert_eq!(found.records[0].expires, None);
        // As for certificates.
        assert_matched(&judge(&[record], &[&server]), 0);
    }
    let (other, right) = (Made::root(leaf_params()), server.record(3, 1, 1));
    let found = shows(&server, &[other.record(3, 1, 1), right.clone()]);
    assert_matched(&found, 0);
    assert_eq!(found.records[0].text, "does not match the server's raw public key");
    let found = shows(&server, &[other.record(3, 1, 1)]);
    assert_refused(&found, Detail::NoMatch);
    let advice =
        format!("the server has another key; if that is right, publish {}", right.zone_text());
    assert_eq!(found.records[0].text, advice);
}

#[test]
fn rfc7671_5_1_no_other_record_matches_a_raw_key() {
    let server = Made::root(ca_params("mx.example.org"));
    let key = server.key.subject_public_key_info();
    let record = |usage, selector, matching_type, data: &[u8]| Record {
        usage,
        selector,
        matching_type,
        data: data.to_vec().into(),
    };
    let certificate = "names a certificate, and the server showed a raw public key";
    let anchor = "names a trust anchor, and the server showed a raw public key";
    for (record, text) in [
        (server.record(3, 0, 0), certificate),
        (server.record(3, 0, 1), certificate),
        (server.record(3, 0, 2), certificate),
        // What a certificate that is not there would be, if it were none or empty.
        (record(3, 0, 1, &Sha256::digest([])), certificate),
        (record(3, 0, 2, &Sha512::digest([])), certificate),
        (server.record(2, 0, 0), anchor),
        (server.record(2, 0, 1), anchor),
        (server.record(2, 1, 0), anchor),
        (server.record(2, 1, 1), anchor),
        (server.record(2, 1, 2), anchor),
        (
            record(3, 0, 1, &Sha256::digest(&key)),
            "this is the server's key, not its certificate; publish it as 3 1 1",
        ),
    ] {
        let found = shows(&server, std::slice::from_ref(&record));
        assert_refused(&found, Detail::NoMatch);
        assert_eq!(found.records[0].text, text, "{record}");
        // Nor does it stand in the way of one that does.
        let found = shows(&server, &[record, server.record(3, 1, 1)]);
        assert_matched(&found, 0);
        assert_eq!(found.record, Some(1));
    }
    let found = shows(&server, &[server.record(1, 1, 1)]);
    assert_eq!((found.result, found.certificate), (Match::NoUsableRecords, Column::Established));
}

#[test]
fn rfc7671_9_of_digests_of_a_raw_key_the_strongest_counts() {
    let (server, other) = (Made::root(leaf_params()), Made::root(leaf_params()));
    let found = shows(&server, &[server.record(3, 1, 1), other.record(3, 1, 2)]);
    assert_refused(&found, Detail::NoMatch);
    let text = &found.records[0].text;
    assert!(
        text.starts_with("matches, but the stronger digest does not; publish 3 1 2 "),
        "{text}"
    );
    assert_matched(&shows(&server, &[server.record(3, 1, 1), other.record(3, 0, 2)]), 0);
}

#[test]
fn what_is_no_raw_key_matches_nothing() {
    let server = Made::root(leaf_params());
    let key = server.key.subject_public_key_info();
    let of = |octets: &[u8]| Record {
        usage: 3,
        selector: 1,
        matching_type: 1,
        data: Sha256::digest(octets).to_vec().into(),
    };
    let found = verify_raw_key(&[of(&[])], &[], NOW);
    assert_refused(&found, Detail::NoMatch);
    assert_eq!(found.text, "the server sent no raw public key");
    let unusable = verify_raw_key(&[server.record(1, 1, 1)], &[], NOW);
    assert_eq!(
        (unusable.result, unusable.certificate),
        (Match::NoUsableRecords, Column::Unsuccessful)
    );
    assert_eq!(unusable.detail, Detail::HandshakeFailed);
    let mut octets: Vec<Vec<u8>> = (1..key.len()).map(|length| key[..length].to_vec()).collect();
    octets.extend([[&key[..], &[0]].concat(), [&[0x31], &key[1..]].concat()]);
    for octets in octets {
        let found = verify_raw_key(&[of(&octets)], &octets, NOW);
        assert_refused(&found, Detail::ChainInvalid);
        assert_eq!(found.text, "the server's raw public key does not parse");
    }
    // A certificate is a SEQUENCE too, and no key of its own.
    for record in [server.record(3, 0, 1), server.record(3, 1, 1)] {
        assert_refused(&verify_raw_key(&[record], &server.der, NOW), Detail::NoMatch);
    }
}

#[test]
fn the_largest_raw_key_is_looked_at_and_a_weak_one_is_told() {
    for (octets, detail) in [(MAX_OCTETS, Detail::Matched), (MAX_OCTETS + 1, Detail::LimitExceeded)]
    {
        let key = forge::tlv(0x30, vec![5; octets - 5]);
        assert_eq!(key.len(), octets);
        let data = Sha256::digest(&key).to_vec().into();
        let record = Record { usage: 3, selector: 1, matching_type: 1, data };
        let found = verify_raw_key(&[record], &key, NOW);
        assert_eq!(found.detail, detail, "{}", found.text);
    }
    let weak = forge::Key::rsa_1024();
    let data = weak.spki.clone().into();
    let found = verify_raw_key(
        &[Record { usage: 3, selector: 1, matching_type: 0, data }],
        &weak.spki,
        NOW,
    );
    assert_eq!((found.result, found.detail), (Match::Matched, Detail::WeakKey));
    assert!(found.text.ends_with("matches, although its RSA key has 1024 bits"), "{}", found.text);
}
