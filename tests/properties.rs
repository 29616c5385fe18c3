//! What holds of every verification, on chains by chance (RFC 7671 sections 5 and 9).

use dane_policy::tlsa::Record;
use dane_policy::verify::{MAX_CERTIFICATES, Match, Verification, verify};
use world::Random;
use world::chains::{Case, Generator, record};
use world::forge::{Key, basic_constraints, draft};

const SEED: u64 = 7;
const CASES: usize = 1500;

fn records(case: &Case) -> Vec<Record<'_>> {
    let records = case.records.iter().map(|(usage, selector, matching_type, data)| Record {
        usage: *usage,
        selector: *selector,
        matching_type: *matching_type,
        data: data.into(),
    });
    records.collect()
}

fn judge(case: &Case, records: &[Record], chain: &[Vec<u8>]) -> Verification {
    let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let found = verify(records, &chain, &case.names, case.now);
    let again = verify(records, &chain, &case.names, case.now);
    assert_eq!(found, again, "the same input gives the same output");
    let texts = found.records.iter().map(|record| &*record.text).chain([found.text.as_str()]);
    for text in texts {
        assert!(text.bytes().all(|octet| (0x20..0x7f).contains(&octet)), "{text:?}");
        assert!(!text.is_empty() && text.len() <= 200, "{text:?}");
    }
    assert_eq!(found.records.len(), records.len());
    assert_eq!(found.record.is_some(), found.result == Match::Matched);
    found
}

#[test]
fn rfc7671_5_2_order_duplicates_and_strangers_behind_the_server_do_not_matter() {
    let (mut generator, mut random) = (Generator::new(SEED), Random::new(SEED));
    let stranger = |n: usize| {
        let (key, name) = (Key::p256(), format!("Stranger {n}"));
        draft(&name, &name, &[basic_constraints(true, None)]).sign(&key, &key)
    };
    let strangers: Vec<Vec<u8>> = (0..4).map(stranger).collect();
    let mut matched = 0;
    for number in 0..CASES {
        let case = generator.case();
        let records = records(&case);
        let found = judge(&case, &records, &case.chain).result;
        matched += usize::from(found == Match::Matched);
        let mut chain = case.chain.clone();
        chain.extend(case.chain.iter().cloned());
        chain.extend(strangers.iter().take(random.below(5)).cloned());
        chain.push(b"no certificate at all".to_vec());
        assert!(chain.len() <= MAX_CERTIFICATES);
        random.shuffle(&mut chain[1..]);
        let shuffled = judge(&case, &records, &chain);
        assert_eq!(shuffled.result, found, "case {number}: {}", shuffled.text);
    }
    assert!(matched > CASES / 5, "{matched}");
}

#[test]
fn rfc7671_9_more_records_never_unmatch_but_by_digest_agility() {
    let (mut generator, mut random) = (Generator::new(SEED + 1), Random::new(SEED + 1));
    let other = Key::p256();
    let der = draft("Other", "Other", &[basic_constraints(true, None)]).sign(&other, &other);
    for number in 0..CASES {
        let case = generator.case();
        let mut records = records(&case);
        let before = judge(&case, &records, &case.chain);
        let (usage, selector) = (random.below(5) as u8, random.below(3) as u8);
        let (_, _, matching_type, mut data) =
            record(usage, selector.min(1), random.below(3) as u8, &der, &other);
        if random.one_in(4) {
            data.pop();
        }
        let added = Record { usage, selector, matching_type, data: data.into() };
        let is_stronger = records.iter().any(|it| {
            (it.usage, it.selector) == (usage, selector) && it.matching_type < matching_type
        });
        let at = random.below(records.len() + 1);
        records.insert(at, added.clone());
        let after = judge(&case, &records, &case.chain);
        match before.result {
            Match::Matched if is_stronger && added.usability().is_ok() => {}
            Match::Matched => assert_eq!(after.result, Match::Matched, "case {number}"),
            _ => assert_ne!(after.result, Match::Matched, "case {number}: a stranger's record"),
        }
    }
}

#[test]
fn no_octets_panic() {
    let (mut generator, mut random) = (Generator::new(SEED + 2), Random::new(SEED + 2));
    for _ in 0..CASES {
        let case = generator.case();
        let (mut records, mut chain) = (records(&case), case.chain.clone());
        for _ in 0..3 {
            let of_record = random.one_in(4);
            let octets = if of_record {
                let index = random.below(records.len());
                records[index].data.to_mut()
            } else {
                let index = random.below(chain.len());
                &mut chain[index]
            };
            let (length, octet) = (octets.len(), random.below(256) as u8);
            match random.below(4) {
                0 => octets.truncate(random.below(length + 1)),
                1 => octets.insert(random.below(length + 1), octet),
                _ if length > 0 => octets[random.below(length)] = octet,
                _ => octets.push(octet),
            }
        }
        judge(&case, &records, &chain);
        let junk: Vec<u8> = (0..random.below(200)).map(|_| random.below(256) as u8).collect();
        judge(&case, &records, &[junk]);
        judge(&case, &records, &[]);
    }
}
