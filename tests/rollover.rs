//! `dane-verify --next` and `--rehearse`: what is to be published, when, and what senders do meanwhile.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::slice;

use dane_policy::tlsa::Record;
use dane_policy::verify::{Match, verify};
use data_encoding::{BASE64_MIME, HEXLOWER};
use serde_json::{Value, json};
use world::Random;
use world::chains::{NOW, Tlsa, record};
use world::forge::{Draft, Key, basic_constraints, dns_names, draft};

mod toolchain;

use toolchain::*;

const HOST: &str = "mx.example.org";
const TTL: i64 = 3600;

/// Certificates as a server shows them, its own first, with their keys.
struct Shown {
    chain: Vec<Vec<u8>>,
    keys: Vec<Key>,
}

impl Shown {
    /// A certificate for a new key that vouches for itself.
    fn alone() -> Self {
        let key = Key::p256();
        Self { chain: vec![server(HOST).sign(&key, &key)], keys: vec![key] }
    }

    /// A certificate under a trust anchor, which is shown as well.
    fn under(anchor: &Self) -> Self {
        Self::drawn_up(anchor, server("Anchor"))
    }

    fn drawn_up(anchor: &Self, leaf: Draft) -> Self {
        let key = Key::p256();
        let signed = leaf.sign(&key, &anchor.keys[0]);
        let anchor_key = Key::public_only(anchor.keys[0].spki.clone());
        Self { chain: vec![signed, anchor.chain[0].clone()], keys: vec![key, anchor_key] }
    }

    /// The same with an intermediate between them.
    fn far_under(anchor: &Self) -> Self {
        let between = Key::p256();
        let ca = draft("Between", "Anchor", &[basic_constraints(true, None)]);
        let between = Self { chain: vec![ca.sign(&between, &anchor.keys[0])], keys: vec![between] };
        let mut shown = Self::drawn_up(&between, server("Between"));
        shown.chain.push(anchor.chain[0].clone());
        shown.keys.push(Key::public_only(anchor.keys[0].spki.clone()));
        shown
    }

    /// Another certificate for the same key.
    fn renewed(&self) -> Self {
        let again = Draft { serial: vec![2], ..server(HOST) };
        let key = &self.keys[0];
        Self { chain: vec![again.sign(key, key)], keys: vec![Key::public_only(key.spki.clone())] }
    }

    /// The record of a kind for one of the certificates.
    fn record(&self, (usage, selector, matching_type): Kind, depth: usize) -> Tlsa {
        record(usage, selector, matching_type, &self.chain[depth], &self.keys[depth])
    }

    fn matches(&self, records: &[Tlsa], now: i64) -> Match {
        let rdata = |(usage, selector, matching_type, data): &Tlsa| {
            Record::from_rdata(&[&[*usage, *selector, *matching_type], &data[..]].concat())
                .into_owned()
        };
        let records: Vec<Record> = records.iter().map(rdata).collect();
        let chain: Vec<&[u8]> = self.chain.iter().map(Vec::as_slice).collect();
        verify(&records, &chain, &[HOST], now).result
    }

    /// As PEM text, with the label of now or that of old.
    fn pem(&self, label: &str) -> String {
        let block = |der: &Vec<u8>| {
            let text = BASE64_MIME.encode(der);
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
        };
        self.chain.iter().map(block).collect()
    }
}

type Kind = (u8, u8, u8);

fn server(issuer: &str) -> Draft {
    draft(HOST, issuer, &[dns_names(&[HOST])])
}

fn anchor() -> Shown {
    let key = Key::p256();
    let ca = draft("Anchor", "Anchor", &[basic_constraints(true, None)]).sign(&key, &key);
    Shown { chain: vec![ca], keys: vec![key] }
}

fn text((usage, selector, matching_type, data): &Tlsa) -> String {
    format!("{usage} {selector} {matching_type} {}", HEXLOWER.encode(data))
}

fn kind(record: &Tlsa) -> Kind {
    (record.0, record.1, record.2)
}

/// The tool, and a folder for its files.
struct Tool {
    program: PathBuf,
    folder: PathBuf,
}

impl Tool {
    fn new(name: &str) -> Option<Self> {
        Some(Self { program: build()?.join("dane-verify"), folder: scratch(name) })
    }

    /// Its status, output and complaint.
    fn run(&self, published: &[Tlsa], shown: [&Shown; 2], more: &[&str]) -> (i32, String, String) {
        let files = ["current.pem", "new.pem"].map(|name| self.folder.join(name));
        fs::write(&files[0], shown[0].pem("CERTIFICATE")).unwrap();
        fs::write(&files[1], shown[1].pem("X509 CERTIFICATE")).unwrap();
        let mut command = Command::new(&self.program);
        command.arg("--next").arg(&files[1]).args(["--time", &NOW.to_string()]);
        for record in published {
            command.args(["--tlsa", &text(record)]);
        }
        let output = command.args(more).arg(&files[0]).output().unwrap();
        let said = String::from_utf8(output.stderr.clone()).unwrap();
        (output.status.code().unwrap(), stdout(&output), said)
    }

    /// The plan and its rehearsal, with the exit status.
    fn plan(&self, published: &[Tlsa], shown: [&Shown; 2], more: &[&str]) -> (i32, Value) {
        let usual = ["--json", "--rehearse", "--name", HOST, "--ttl", "3600"];
        let (status, text, said) = self.run(published, shown, &[&usual, more].concat());
        assert_eq!(said, "");
        assert_eq!(text.lines().count(), 1);
        (status, serde_json::from_str(&text).unwrap())
    }
}

/// The RRsets before the certificate is changed, and after.
fn rrsets(plan: &Value) -> [Vec<Tlsa>; 2] {
    let field = |record: &Value, name| u8::try_from(record[name].as_u64().unwrap()).unwrap();
    let of = |stage: &str| {
        let there = |record: &&Value| matches!(record[stage].as_str(), Some("keep" | "publish"));
        let records = plan["records"].as_array().unwrap().iter().filter(there);
        let read = |record: &Value| {
            let data = HEXLOWER.decode(record["data"].as_str().unwrap().as_bytes()).unwrap();
            let [usage, selector, matching_type] =
                ["usage", "selector", "matching_type"].map(|name| field(record, name));
            (usage, selector, matching_type, data)
        };
        records.map(read).collect()
    };
    ["first", "last"].map(of)
}

/// Whether mail waits in an order; None where it is left out.
fn waits(plan: &Value, order: &str) -> Option<bool> {
    let orders = plan["rehearsal"].as_array().unwrap();
    let order = orders.iter().find(|found| found["order"] == order)?;
    let moments = order["moments"].as_array().unwrap();
    let any = moments.iter().any(|moment| moment["waits"] == true);
    assert_eq!(order["waits"], any);
    Some(any)
}

/// RFC 7671 section 8: each kind of records matches the chain on its own.
fn each_kind_matches(records: &[Tlsa], shown: &Shown, now: i64) -> bool {
    records.iter().all(|one| {
        let of_kind: Vec<Tlsa> =
            records.iter().filter(|other| kind(other) == kind(one)).cloned().collect();
        shown.matches(&of_kind, now) == Match::Matched
    })
}

fn sorted(records: &[Tlsa]) -> Vec<String> {
    let mut texts: Vec<String> = records.iter().map(text).collect();
    texts.sort();
    texts
}

#[test]
fn rfc7671_8_1_new_records_beside_the_old_ones() {
    let Some(tool) = Tool::new("rollover-fixed") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let kinds = [(3, 1, 1), (3, 0, 1), (3, 1, 2), (3, 0, 2), (3, 1, 0), (3, 0, 0)];
    for kinds in kinds.map(|kind| vec![kind]).into_iter().chain([kinds.to_vec()]) {
        let of = |shown: &Shown| kinds.iter().map(|kind| shown.record(*kind, 0)).collect();
        let [before, after]: [Vec<Tlsa>; 2] = [of(&old), of(&new)];
        let (status, plan) = tool.plan(&before, [&old, &new], &[]);
        let [both, last] = rrsets(&plan);
        assert_eq!((status, &plan["problem"]), (0, &Value::Null), "{kinds:?}");
        assert_eq!((&plan["current"], &plan["new"]), (&json!("matched"), &json!("mismatched")));
        assert_eq!(sorted(&both), sorted(&[before, after.clone()].concat()), "{kinds:?}");
        assert_eq!(sorted(&last), sorted(&after));
        assert_eq!(plan["install"], 2 * TTL);
        assert_eq!(plan["owner"], "_25._tcp.mx.example.org.");
        assert_eq!(waits(&plan, "plan"), Some(false));
        for early in ["certificate-first", "caches", "records-first", "at-once"] {
            assert_eq!(waits(&plan, early), Some(true), "{early}");
        }
    }
}

#[test]
fn rfc7672_4_a_new_trust_anchor_is_published_first() {
    let Some(tool) = Tool::new("rollover-anchor") else { return };
    let (one, other) = (anchor(), anchor());
    let old = Shown::under(&one);
    for kind in [(2, 0, 1), (2, 1, 1), (2, 0, 2), (2, 1, 0), (2, 0, 0)] {
        let published = [old.record(kind, 1)];
        // Under the same anchor there is nothing to do.
        let (status, plan) = tool.plan(&published, [&old, &Shown::under(&one)], &[]);
        assert_eq!((status, &plan["install"], &plan["new"]), (0, &json!(0), &json!("matched")));
        assert_eq!(
            rrsets(&plan).map(|rrset| sorted(&rrset)),
            [sorted(&published), sorted(&published)]
        );
        assert_eq!(plan["rehearsal"].as_array().unwrap().len(), 1);
        let new = Shown::under(&other);
        let (status, plan) = tool.plan(&published, [&old, &new], &[]);
        let [both, last] = rrsets(&plan);
        let wanted = new.record(kind, 1);
        assert_eq!(status, 0, "{kind:?} {plan}");
        assert_eq!(sorted(&both), sorted(&[published[0].clone(), wanted.clone()]));
        assert_eq!(sorted(&last), sorted(&[wanted]));
        assert_eq!(waits(&plan, "certificate-first"), Some(true));
    }
}

/// What cannot be said of both chains goes, and comes back when the new chain is there.
#[test]
fn rfc7671_8_2_between_usages_the_servers_own_keys_are_published() {
    let Some(tool) = Tool::new("rollover-usages") else { return };
    let (alone, under) = (Shown::alone(), Shown::under(&anchor()));
    let ee = |shown: &Shown| shown.record((3, 1, 1), 0);
    let ta = under.record((2, 1, 1), 1);
    let both_keys = sorted(&[ee(&alone), ee(&under)]);
    // From a trust anchor to a certificate without one.
    let (status, plan) = tool.plan(slice::from_ref(&ta), [&under, &alone], &[]);
    assert_eq!(status, 0);
    assert_eq!(
        rrsets(&plan).map(|rrset| sorted(&rrset)),
        [both_keys.clone(), sorted(&[ee(&alone)])]
    );
    // To a trust anchor that was published too early: it matches no chain of today.
    let (status, plan) = tool.plan(&[ee(&alone), ta.clone()], [&alone, &under], &[]);
    assert_eq!(status, 0);
    assert_eq!(rrsets(&plan)[0].len(), 2);
    assert_eq!(sorted(&rrsets(&plan)[0]), both_keys);
    let (_, said, _) =
        tool.run(&[ee(&alone), ta], [&alone, &under], &["--name", "mx.example.org."]);
    let gone = "; remove 2 1 1 ";
    let line = said.lines().find(|line| line.contains(gone)).unwrap();
    assert!(line.ends_with("matches the new chain; no record of its kind can match the other"));
    assert!(said.contains("\n     _25._tcp.mx.example.org. IN TLSA 3 1 1 "), "{said}");
}

#[test]
fn the_same_key_needs_no_new_record_of_it() {
    let Some(tool) = Tool::new("rollover-key") else { return };
    let old = Shown::alone();
    let new = old.renewed();
    let key = old.record((3, 1, 1), 0);
    let (status, plan) = tool.plan(slice::from_ref(&key), [&old, &new], &[]);
    assert_eq!((status, &plan["install"]), (0, &json!(0)));
    assert_eq!(
        rrsets(&plan).map(|rrset| sorted(&rrset)),
        [sorted(slice::from_ref(&key)), sorted(slice::from_ref(&key))]
    );
    let (status, said, _) = tool.run(slice::from_ref(&key), [&old, &new], &["--rehearse"]);
    assert_eq!(status, 0);
    assert!(said.contains("1. Publish nothing: today's records will do\n"), "{said}");
    assert!(said.contains("The TTL of today's records is taken to be 3600 s: say --ttl\n"));
    assert!(said.ends_with("No step is too early: who knows every kind of record takes either certificate at any time.\n"));
    // The certificate is another one.
    let certificate = old.record((3, 0, 1), 0);
    let (_, plan) = tool.plan(&[key.clone(), certificate.clone()], [&old, &new], &[]);
    let wanted = [key, certificate, new.record((3, 0, 1), 0)];
    assert_eq!(sorted(&rrsets(&plan)[0]), sorted(&wanted));
}

/// A stronger digest beside a weaker one hides it, and so must be there for each chain (RFC 7671 section 9).
#[test]
fn rfc7671_9_each_digest_is_there_for_each_chain() {
    let Some(tool) = Tool::new("rollover-digests") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let published = [old.record((3, 1, 1), 0), new.record((3, 1, 2), 0)];
    assert_eq!(old.matches(&published, NOW), Match::Mismatched);
    let (status, plan) = tool.plan(&published, [&old, &new], &[]);
    assert_eq!((status, &plan["problem"]), (1, &Value::Null), "mail waits until caches forget");
    assert_eq!(waits(&plan, "plan"), Some(true));
    let [both, last] = rrsets(&plan);
    let of = |shown: &Shown| [(3, 1, 1), (3, 1, 2)].map(|kind| shown.record(kind, 0));
    assert_eq!(sorted(&both), sorted(&[of(&old), of(&new)].concat()));
    assert_eq!(sorted(&last), sorted(&of(&new)));
    let (status, said, _) = tool.run(&published, [&old, &new], &[]);
    assert_eq!(status, 0, "a plan there is");
    assert!(said.contains("\nMail waits already\n"), "{said}");
}

#[test]
fn what_matches_nothing_is_told() {
    let Some(tool) = Tool::new("rollover-garbage") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let key = old.record((3, 1, 1), 0);
    let (to_come, garbage) = ((3, 1, 1, vec![7; 32]), (3, 0, 2, vec![7; 64]));
    let (pkix, torn) = ((1, 1, 1, key.3.clone()), (3, 1, 1, vec![7; 31]));
    let published = [pkix, key.clone(), to_come.clone(), garbage, torn];
    let (status, plan) = tool.plan(&published, [&old, &new], &[]);
    assert_eq!(status, 0);
    let wanted = [key.clone(), new.record((3, 1, 1), 0), to_come.clone()];
    assert_eq!(sorted(&rrsets(&plan)[0]), sorted(&wanted));
    assert_eq!(sorted(&rrsets(&plan)[1]), sorted(&wanted[1..]));
    let (_, said, _) = tool.run(&published, [&old, &new], &[]);
    for line in [
        format!(
            "     ; remove 1 1 1 {}..., which is unusable: usage-unsupported\n",
            HEXLOWER.encode(&key.3[..6])
        ),
        "     ; remove 3 0 2 070707070707..., which matches neither chain\n".into(),
        "     ; remove 3 1 1 070707070707..., which is unusable: data-malformed\n".into(),
        format!(
            "     _25._tcp.HOST. IN TLSA {} ; stays, matches neither chain; of use only to another server or a key to come\n",
            text(&to_come)
        ),
    ] {
        assert!(said.contains(&line), "{line}{said}");
    }
    // Nothing usable at all: senders look at no certificate.
    let (status, plan) = tool.plan(&published[..1], [&old, &new], &[]);
    assert_eq!((status, &plan["current"], &plan["install"]), (0, &json!("unusable"), &json!(0)));
    assert_eq!(sorted(&rrsets(&plan)[0]), sorted(&[key, new.record((3, 1, 1), 0)]));
    assert_eq!(plan["rehearsal"][0]["moments"][0]["action"], "encrypt");
}

#[test]
fn a_first_publication_binds_nobody_before_it() {
    let Some(tool) = Tool::new("rollover-first") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let (status, plan) = tool.plan(&[], [&old, &new], &[]);
    assert_eq!((status, &plan["current"], &plan["install"]), (0, &json!("none"), &json!(0)));
    let records = [&old, &new].map(|shown| shown.record((3, 1, 1), 0));
    assert_eq!(sorted(&rrsets(&plan)[0]), sorted(&records));
    assert_eq!(plan["rehearsal"][0]["moments"][0]["action"], "opportunistic");
    assert_eq!(waits(&plan, "certificate-first"), None);
    assert_eq!(waits(&plan, "records-first"), Some(true));
    // For one certificate, which stays.
    let (status, plan) = tool.plan(&[], [&old, &old], &[]);
    assert_eq!((status, rrsets(&plan)[0].len()), (0, 1));
}

#[test]
fn no_plan_where_there_can_be_none() {
    let Some(tool) = Tool::new("rollover-none") else { return };
    let (one, other) = (anchor(), anchor());
    let old = Shown::under(&one);
    let published = [old.record((2, 1, 1), 1)];
    let elsewhere = Shown::drawn_up(&one, draft("mx", "Anchor", &[dns_names(&["mx.example.com"])]));
    let expired = Draft { validity: ["200101000000Z", "210101000000Z"], ..server("Anchor") };
    let expired = Shown::drawn_up(&other, expired);
    // In an hour, before caches have forgotten the old anchor.
    let short = Draft { validity: ["200101000000Z", "260101010000Z"], ..server("Anchor") };
    let short = Shown::drawn_up(&one, short);
    for (current, new, why) in [
        (&old, &elsewhere, "certificate for mx.example.com names none of mx.example.org"),
        (&old, &expired, "mx.example.org expired at 2021-01-01 00:00:00 UTC"),
        (&short, &Shown::under(&other), "current.pem at T+7200 s: "),
        (
            &expired,
            &old,
            "mail waits already, for today's records match the new chain alone: install it now",
        ),
    ] {
        let (status, plan) = tool.plan(&published, [current, new], &[]);
        let problem = plan["problem"].as_str().unwrap();
        assert!(problem.contains(why), "{problem}");
        assert_eq!((status, &plan["install"], &plan["rehearsal"]), (1, &Value::Null, &Value::Null));
        assert_eq!(plan["records"][0]["first"], Value::Null);
        let (status, said, _) = tool.run(&published, [current, new], &["--name", HOST]);
        assert_eq!((status, said.lines().count()), (1, 2));
        assert!(said.lines().nth(1).unwrap().starts_with("no plan: "), "{said}");
    }
    let junk = Shown { chain: vec![vec![0x30, 0]], keys: Vec::new() };
    for (published, new, more, why) in [
        (&published[..], &old, &[][..], "--next: a record of usage 2 needs --name"),
        (&published, &junk, &["--name", HOST], "new.pem: its first certificate cannot be read"),
        (&published, &old, &["--name", "a b"], "--name: 'a b' is no host name"),
        (&published, &old, &["--name", ""], "--name: '' is no host name"),
        (&published, &old, &["--next", "/none/a"], "--next: /none/a: No such file or directory"),
        (&published, &old, &["--ttl", "-1"], "--ttl: '-1' is not a number from 0 to 2147483647"),
        (&published, &old, &["--propagation", "2147483648"], "--propagation: '2147483648' is not"),
    ] {
        let (status, text, said) = tool.run(published, [&old, new], more);
        assert_eq!((status, &*text), (2, ""), "{why}");
        assert!(said.contains(why), "{said}");
    }
    for option in [&["--rehearse"][..], &["--ttl", "1"], &["--propagation", "1"]] {
        let output = Command::new(&tool.program).args(option).arg("none.pem").output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("dane-verify: {}: needs --next\n", option[0]));
    }
}

/// A certificate under usage 2 is judged at the time when it may be installed.
#[test]
fn dates_count_when_the_certificate_is_shown() {
    let Some(tool) = Tool::new("rollover-dates") else { return };
    let (one, other) = (anchor(), anchor());
    let old = Shown::under(&one);
    let published = [old.record((2, 1, 1), 1)];
    // From half an hour after now.
    let late = || Draft { validity: ["260101003000Z", "491231235959Z"], ..server("Anchor") };
    let new = Shown::drawn_up(&other, late());
    let (status, plan) = tool.plan(&published, [&old, &new], &[]);
    assert_eq!((status, &plan["install"]), (0, &json!(2 * TTL)), "{plan}");
    assert_eq!(rrsets(&plan)[0].len(), 2);
    let new = Shown::drawn_up(&one, late());
    let (status, said, _) = tool.run(&published, [&old, &new], &["--name", HOST, "--rehearse"]);
    assert_eq!(status, 0);
    assert!(said.contains("1. Publish nothing: today's records will do\n"), "{said}");
    assert!(
        said.contains("2. Wait until the new certificate is valid: in 7200 s it is\n"),
        "{said}"
    );
    assert!(said.contains("Too early: the new certificate before the records\n"), "{said}");
}

/// Up to its TTL, that second included, a cache may hold what the last name server gave away.
#[test]
fn caches_at_their_edges() {
    let Some(tool) = Tool::new("rollover-edges") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let published = [old.record((3, 1, 1), 0)];
    let early = |plan: &Value, order: &str| -> Vec<(i64, bool)> {
        let orders = plan["rehearsal"].as_array().unwrap();
        let Some(order) = orders.iter().find(|it| it["order"] == order) else { return Vec::new() };
        let moments = order["moments"].as_array().unwrap();
        let mut found: Vec<(i64, bool)> = Vec::new();
        for moment in moments.iter().filter(|moment| moment["chain"] == "new") {
            let (at, waits) = (moment["at"].as_i64().unwrap(), moment["waits"] == true);
            match found.last_mut() {
                Some(last) if last.0 == at => last.1 |= waits,
                _ => found.push((at, waits)),
            }
        }
        found
    };
    for (ttl, propagation, install) in
        [(3600, 0, 7200), (3600, 300, 7200), (60, 900, 961), (0, 0, 1), (1, 0, 2), (0, 5, 6)]
    {
        let more = ["--ttl", &ttl.to_string(), "--propagation", &propagation.to_string()];
        let (status, plan) = tool.plan(&published, [&old, &new], &more);
        assert_eq!((status, &plan["install"]), (0, &json!(install)), "{ttl} {propagation}");
        let last: i64 = ttl + propagation;
        let mut edges = vec![(last - 1, true), (last, true), (last + 1, false)];
        edges.retain(|(at, _)| *at >= 0);
        assert_eq!(early(&plan, "caches"), edges, "{ttl} {propagation}");
        let servers = if propagation > 0 { vec![(propagation, true)] } else { Vec::new() };
        assert_eq!(early(&plan, "name-servers"), servers);
        let at_once: BTreeSet<i64> = [0, 1, last, last + 1].into();
        let at_once: Vec<_> = at_once.into_iter().map(|at| (at, at <= last)).collect();
        assert_eq!(early(&plan, "at-once"), at_once, "{ttl} {propagation}");
        assert!(plan["rehearsal"][0]["moments"][0]["at"] == -1);
        let ages = plan["rehearsal"][0]["moments"].as_array().unwrap().iter();
        assert_eq!(ages.filter_map(|it| it["age"].as_i64()).max(), Some(ttl));
    }
    // Time does not overflow.
    let (status, _) = tool.plan(&published, [&old, &new], &["--time", "9223372036854775807"]);
    assert_eq!(status, 0);
}

/// Text with `HEX` for what stands behind the kind of a record.
fn without_data(text: &str) -> String {
    let mut parts = text.split("3 1 1 ");
    let first = parts.next().unwrap().to_owned();
    let is_data = |c: char| c.is_ascii_hexdigit() || c == '.';
    parts.fold(first, |all, part| all + "3 1 1 HEX" + part.trim_start_matches(is_data))
}

#[test]
fn the_pages_show_what_is_printed() {
    let Some(tool) = Tool::new("rollover-pages") else { return };
    let (old, new) = (Shown::alone(), Shown::alone());
    let published = [old.record((3, 1, 1), 0)];
    let more = ["--rehearse", "--ttl", "3600", "--name", HOST];
    let (status, said, _) = tool.run(&published, [&old, &new], &more);
    assert_eq!(status, 0);
    let said = without_data(&said);
    let read = |page| without_data(&fs::read_to_string(root().join("docs").join(page)).unwrap());
    let (plan, rehearsal) = said.split_once("\n\n").unwrap();
    assert!(read("man/dane-verify.1.scd").contains(&format!("{plan}\n```\n")), "{plan}");
    let indented = plan.replace('\n', "\n    ");
    assert!(read("operators.md").contains(&format!("    {indented}\n")), "{indented}");
    let piece = rehearsal.split("\n\n").find(|part| part.contains("while a cache")).unwrap();
    assert!(read("man/dane-verify.1.scd").contains(&format!("```\n{piece}\n```\n")), "{piece}");
}

/// The certificate of the same place in the chain is named, else the highest.
#[test]
fn rfc7671_5_2_the_new_record_names_what_the_old_one_did() {
    let Some(tool) = Tool::new("rollover-depth") else { return };
    let (one, other) = (anchor(), anchor());
    let old = Shown::far_under(&one);
    for (new, of, depth) in [
        (Shown::far_under(&other), 1, 1),
        (Shown::far_under(&other), 2, 2),
        (Shown::under(&other), 2, 1),
        (Shown::under(&other), 1, 1),
    ] {
        for kind in [(2, 0, 1), (2, 1, 2)] {
            let published = [old.record(kind, of)];
            let (status, plan) = tool.plan(&published, [&old, &new], &[]);
            let wanted = [published[0].clone(), new.record(kind, depth)];
            assert_eq!((status, sorted(&rrsets(&plan)[0])), (0, sorted(&wanted)), "{of} {depth}");
        }
    }
}

/// Whatever is published and shown, what is proposed matches both chains, the plan's order keeps no mail waiting, and a
/// certificate that comes too early does wherever it matches nothing of today's.
#[test]
fn by_chance() {
    let Some(tool) = Tool::new("rollover-chance") else { return };
    let mut random = Random::new(17);
    let anchors = [anchor(), anchor()];
    let kinds: Vec<Kind> = (0..=3)
        .flat_map(|usage| (0..=1).flat_map(move |s| (0..=2).map(move |m| (usage, s, m))))
        .collect();
    let (mut plans, mut waiting, mut repairs, mut problems) = (0, 0, 0, 0);
    for round in 0..400 {
        let mut shown = || match random.below(6) {
            0 | 1 => Shown::alone(),
            which @ (2 | 3) => Shown::under(&anchors[which - 2]),
            which => Shown::far_under(&anchors[which - 4]),
        };
        let (old, mut new) = (shown(), shown());
        if random.one_in(6) {
            new = old.renewed();
        }
        let mut published: Vec<Tlsa> = Vec::new();
        for _ in 0..*random.pick(&[0, 1, 1, 1, 2, 2, 3, 5]) {
            let kind = *random.pick(&kinds);
            let of = if random.one_in(5) { &new } else { &old };
            let depth = if [0, 2].contains(&kind.0) { random.below(of.chain.len()) } else { 0 };
            let mut one = of.record(kind, depth);
            if random.one_in(8) {
                one.3 = vec![9; one.3.len()];
            }
            published.push(one);
        }
        let context = || format!("round {round}: {:?}", sorted(&published));
        let (status, plan) = tool.plan(&published, [&old, &new], &[]);
        let today = [&old, &new].map(|shown| shown.matches(&published, NOW));
        if plan["problem"] != Value::Null {
            assert_eq!((status, today), (1, [Match::Mismatched, Match::Matched]), "{}", context());
            problems += 1;
            continue;
        }
        plans += 1;
        let [both, last] = rrsets(&plan);
        for (rrset, shown, at) in [
            (&both, &old, 0),
            (&both, &old, 2 * TTL),
            (&both, &new, 2 * TTL),
            (&last, &new, 2 * TTL),
        ] {
            assert_eq!(shown.matches(rrset, NOW + at), Match::Matched, "{}", context());
            assert!(each_kind_matches(rrset, shown, NOW + at), "{}", context());
        }
        let is_broken = today[0] == Match::Mismatched;
        assert_eq!(waits(&plan, "plan"), Some(is_broken), "{}", context());
        assert_eq!(status, i32::from(is_broken), "{}", context());
        let is_noticed = (today[1] == Match::Mismatched).then_some(true);
        assert_eq!(waits(&plan, "certificate-first"), is_noticed, "{}", context());
        assert_eq!(waits(&plan, "caches"), is_noticed, "{}", context());
        let needs_old = sorted(&both) != sorted(&last) && old.matches(&last, NOW) != Match::Matched;
        assert_eq!(waits(&plan, "records-first"), needs_old.then_some(true), "{}", context());
        if is_noticed.is_some() {
            assert_eq!(plan["install"], 2 * TTL);
            waiting += 1;
        }
        repairs += i32::from(is_broken);
    }
    assert!(
        plans > 300 && waiting > 100 && repairs > 10 && problems > 2,
        "{plans} {waiting} {repairs} {problems}"
    );
}
