//! What is told of a chain that does not match, and of each record.

use super::*;

#[test]
fn each_record_is_told_when_the_certificate_that_it_names_ends() {
    let until = |year, mut params: CertificateParams| {
        params.not_after = date_time_ymd(year, 1, 1);
        params
    };
    let root = Made::root(until(2080, ca_params("Root")));
    let leaf = root.issue(until(2021, leaf_params()));
    let (other, absent) = (Made::root(leaf_params()), Made::root(ca_params("Absent")));
    let records = [
        other.record(3, 1, 1),
        leaf.record(3, 1, 1),
        root.record(2, 0, 1),
        leaf.record(3, 0, 2),
        absent.record(2, 1, 1),
        leaf.record(1, 1, 1),
    ];
    let ends = |found: &Verification| -> Vec<_> {
        found.records.iter().map(|record| record.expires).collect()
    };
    let (in_2021, in_2080) = (Some(1_609_459_200), Some(3_471_292_800));
    let found = judge(&records, &[&leaf, &root]);
    assert_matched(&found, 0);
    assert_eq!(ends(&found), [None, in_2021, in_2080, in_2021, None, None]);
    let found = judge(&records[2..3], &[&leaf, &root]);
    assert_refused(&found, Detail::Expired);
    assert_eq!(ends(&found), [in_2080], "of what it names, not of what it vouches for");
    assert_eq!(ends(&judge(&records[..1], &[])), [None]);
    let mut odd = Made::root(leaf_params());
    let tag = odd.der.windows(2).position(|octets| octets == [0x17, 13]).unwrap();
    odd.der[tag + 2] = b'x';
    let found = judge(&[odd.record(3, 1, 1)], &[&odd]);
    assert_eq!(ends(&found), [Some(253_402_300_799)], "no date can be read");
}

#[test]
fn the_failure_that_came_farthest_is_told_and_of_equal_ones_the_first() {
    let order = [
        Detail::NoMatch,
        Detail::TaAbsent,
        Detail::ChainInvalid,
        Detail::LimitExceeded,
        Detail::Expired,
        Detail::NameMismatch,
    ];
    assert!(order.is_sorted_by(|one, next| progress(*one) < progress(*next)));
    assert!(progress(Detail::None) < progress(Detail::NoMatch));
    assert_eq!(progress(Detail::NotYetValid), progress(Detail::Expired));
    let (root, _, _) = three();
    let leaf = root.issue(params("other.test", &[]));
    let (one, other) = (Made::root(leaf_params()), Made::root(leaf_params()));
    let (first, second) = (one.record(3, 1, 1), other.record(3, 1, 1));
    let told = |records: &[&Record]| {
        let records: Vec<Record> = records.iter().copied().cloned().collect();
        judge(&records, &[&leaf, &root]).text
    };
    let anchor = root.record(2, 0, 1);
    for records in [[&first, &second, &anchor], [&anchor, &second, &first]] {
        assert!(told(&records).starts_with(&format!("TLSA {anchor}: ")), "{}", told(&records));
    }
    assert!(told(&[&first, &second]).starts_with(&format!("TLSA {first}: ")));
    assert!(told(&[&second, &first]).starts_with(&format!("TLSA {second}: ")));
}

#[test]
fn of_several_paths_to_an_anchor_the_one_that_came_farthest_is_told() {
    let hub = Made::root(ca_params("Hub"));
    let until = |year, mut params: CertificateParams| {
        params.not_after = date_time_ymd(year, 1, 1);
        let key = same_key(&hub);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Made { der, key, params }
    };
    let (in_2021, in_2022) = (until(2021, ca_params("Hub")), until(2022, ca_params("Hub")));
    let no_authority = until(2100, params("Hub", &[]));
    let leaf = hub.issue(leaf_params());
    let records = [hub.record(2, 1, 1)];
    for chain in [[&leaf, &in_2021, &no_authority], [&leaf, &no_authority, &in_2021]] {
        assert_refused(&judge(&records, &chain), Detail::Expired);
    }
    let told = |one, other| judge(&records, &[&leaf, one, other]).text;
    assert!(told(&in_2021, &in_2022).contains("expired at 2021"), "{}", told(&in_2021, &in_2022));
    assert!(told(&in_2022, &in_2021).contains("expired at 2022"), "{}", told(&in_2022, &in_2021));
}

#[test]
fn without_a_path_the_longest_that_is_signed_is_told_and_of_equal_ones_the_first() {
    let (root_a, root_b) = (Made::root(ca_params("Root A")), Made::root(ca_params("Root B")));
    let middle = root_b.issue(ca_params("Middle"));
    let hub = Made::root(ca_params("Hub"));
    let by = |issuer: &Made| issuer.issue_for(ca_params("Hub"), same_key(&hub));
    let (by_a, by_b, by_middle) = (by(&root_a), by(&root_b), by(&middle));
    let leaf = hub.issue(leaf_params());
    let elsewhere = [Made::root(ca_params("Elsewhere")).record(2, 0, 0)];
    let told = |chain: &[&Made]| judge(&elsewhere, &[&[&leaf], chain].concat()).text;
    let ends = |chain: &[&Made], end: &str| {
        let text = told(chain);
        assert!(text.ends_with(end), "{text}");
    };
    let (a, b) = (
        "Hub is issued by Root A, which was not sent",
        "Hub is issued by Root B, which was not sent",
    );
    ends(&[&by_a, &by_b], a);
    ends(&[&by_b, &by_a], b);
    let longest = "Middle is issued by Root B, which was not sent";
    ends(&[&by_a, &by_middle, &middle], longest);
    ends(&[&by_middle, &by_a, &middle], longest);
    ends(&[&hub], "Hub names itself as its issuer");
}

#[test]
fn a_certificate_for_others_is_told_with_three_of_its_names() {
    let (root, _, _) = three();
    let told = |names: &[&str]| {
        let leaf = root.issue(params("x", names));
        judge(&[root.record(2, 0, 1)], &[&leaf, &root]).text
    };
    let names = ["a.test", "b.test", "c.test", "d.test"];
    let for_three = "certificate for a.test, b.test, c.test names none of mx.example.org";
    assert!(told(&names[..3]).ends_with(for_three), "{}", told(&names[..3]));
    let for_four = "certificate for a.test, b.test, c.test, ... names none of mx.example.org";
    assert!(told(&names).ends_with(for_four), "{}", told(&names));
}

#[test]
fn whoever_publishes_a_wrong_record_is_told_the_right_one() {
    let (root, intermediate, leaf) = three();
    let other = Made::root(leaf_params());
    let chain = [&leaf, &intermediate, &root];
    let hex = |record: Record| record.zone_text();
    let told = |records: &[Record]| judge(records, &chain).records[0].text.to_string();
    let as_other_selector = |selector: u8| {
        let Record { data, .. } = leaf.record(3, 1 - selector, 1);
        Record { usage: 3, selector, matching_type: 1, data }
    };
    for (record, text) in [
        (
            other.record(3, 1, 1),
            format!(
                "the server has another key; if that is right, publish {}",
                hex(leaf.record(3, 1, 1))
            ),
        ),
        (
            other.record(3, 0, 0),
            format!(
                "the server has another certificate; if that is right, publish {}",
                hex(leaf.record(3, 0, 1))
            ),
        ),
        (
            as_other_selector(0),
            "this is the server's key, not its certificate; publish it as 3 1 1".into(),
        ),
        (
            as_other_selector(1),
            "this is the server's certificate, not its key; publish it as 3 0 1".into(),
        ),
        (
            intermediate.record(3, 1, 1),
            "this is the key of issuer 1 in the chain; publish it as 2 1 1".into(),
        ),
        (
            root.record(3, 0, 1),
            "this is the certificate of issuer 2 in the chain; publish it as 2 0 1".into(),
        ),
        (
            leaf.record(2, 0, 1),
            format!(
                "names the server's own certificate, no trust anchor; publish {}",
                hex(leaf.record(3, 1, 1))
            ),
        ),
        (other.record(2, 0, 1), "names a certificate the server did not send".into()),
    ] {
        assert_eq!(told(std::slice::from_ref(&record)), text);
        let summary = judge(&[record.clone(), other.record(3, 1, 1)], &chain).text;
        let what = text.split(';').next().unwrap();
        assert_eq!(summary, format!("TLSA {record}: {what}"));
    }
    let stronger = other.record(3, 1, 2);
    let text = told(&[leaf.record(3, 1, 1), stronger.clone()]);
    let begins = "matches, but the stronger digest does not; publish 3 1 2 ";
    assert!(text.starts_with(begins), "{text}");
    let text = told(&[other.record(3, 1, 1), stronger]);
    assert_eq!(text, "set aside: a stronger digest is published");
}

#[test]
fn a_key_of_unknown_kind_is_told_from_a_wrong_signature() {
    let unknown =
        forge::sequence(&[forge::tlv(0x30, forge::tlv(6, [0x2a, 3])), forge::tlv(3, [0, 1])]);
    let (unknown, p256) = (forge::Key::public_only(unknown), forge::Key::p256());
    let authority = [forge::basic_constraints(true, None)];
    let leaf = forge::draft("mx.example.org", "Root", &[]).sign(&p256, &p256);
    for (key, why) in
        [(&unknown, "is too weak or not supported"), (&forge::Key::p256(), "was sent")]
    {
        let root = forge::draft("Root", "Root", &authority).sign(key, &p256);
        let (usage, selector, matching_type, data) = chains::record(2, 0, 1, &root, key);
        let record = Record { usage, selector, matching_type, data: data.into() };
        let found = verify(&[record], &[&leaf, &root], &["mx.example.org"], NOW);
        assert_refused(&found, Detail::ChainInvalid);
        assert!(found.text.ends_with(why), "{}", found.text);
    }
}
