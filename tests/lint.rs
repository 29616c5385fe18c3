//! What `dane-check --lint` finds in the domains of the world.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use world::World;

mod toolchain;

use toolchain::{build, root, scratch, stdout};

/// A domain, and what is found: severity, code, and the host's first label, or nothing of the whole domain.
type Expected = (&'static str, &'static [(&'static str, &'static str, &'static str)]);

/// Of each kind of finding a domain that has it, among others that have not.
const DOMAINS: [Expected; 32] = [
    ("lint-clean.test", &[]),
    ("lint-keys.test", &[("warning", "signature-ends", ""), ("warning", "signature-ends", "mx")]),
    ("lint-later.test", &[]),
    ("lint-elsewhere.test", &[("warning", "signature-ends", "mx")]),
    (
        "lint-ttl.test",
        &[("warning", "long-ttl", "mx"), ("note", "long-ttl", ""), ("note", "long-ttl", "mx")],
    ),
    ("lint-ending.test", &[("warning", "signature-ends", ""), ("warning", "signature-ends", "mx")]),
    ("lint-fresh.test", &[("note", "signature-ends", ""), ("note", "signature-ends", "mx")]),
    ("lint-many.test", &[("warning", "many-records", "mx"), ("note", "record-unmatched", "mx")]),
    ("lint-next.test", &[("note", "record-unmatched", "mx")]),
    ("lint-ignored.test", &[("warning", "usage-ignored", "mx")]),
    ("lint-unusable.test", &[("warning", "record-unusable", "mx"); 4]),
    ("lint-anchor.test", &[("warning", "anchor-only", "mx")]),
    ("lint-deep.test", &[("warning", "anchor-only", "mx")]),
    ("ta-key.test", &[("warning", "anchor-only", "mx"), FRESH_MX, FRESH_HOST]),
    ("lint-whole.test", &[]),
    (
        "lint-expired.test",
        &[("warning", "certificate-expired", "backup"), ("note", "certificate-expired", "mx")],
    ),
    ("lint-some.test", &[("warning", "some-hosts", "backup")]),
    ("lint-backup.test", &[("fault", "no-match", "backup")]),
    ("lint-alias.test", &[("warning", "mx-alias", "mx")]),
    ("lint-own.test", &[("warning", "mx-alias", "mx")]),
    (
        "lint-between.test",
        &[
            ("warning", "mx-alias", "mx"),
            ("warning", "alias-loses-dane", "mx"),
            ("note", "no-dane", ""),
        ],
    ),
    (
        "lint-into-open.test",
        &[
            ("warning", "mx-alias", "mx"),
            ("warning", "alias-loses-dane", "mx"),
            ("note", "no-dane", ""),
        ],
    ),
    ("lint-open.test", &[("note", "no-dane", "")]),
    ("alias.lint-open.test", &[("warning", "mx-alias", "mx"), ("note", "no-dane", "")]),
    // Without MX records none names an alias.
    ("implicit-ee.domain-alias.test", &[("note", "signature-ends", "implicit-ee")]),
    ("lint-nothing-there.test", &[("fault", "mx-none", "")]),
    ("null-alone.test", &[("note", "null-mx", "")]),
    ("tlsa-bogus.test", &[("fault", "tlsa-bogus", "mx"), FRESH_MX, FRESH_HOST]),
    (
        "pkix-ta-only.test",
        &[
            ("fault", "tlsa-unusable", "mx"),
            ("warning", "usage-ignored", "mx"),
            FRESH_MX,
            FRESH_HOST,
        ],
    ),
    (
        "alias-to-nothing.test",
        &[
            ("warning", "mx-alias", "mx"),
            ("warning", "alias-loses-dane", "mx"),
            ("note", "no-dane", ""),
            FRESH_MX,
            FRESH_HOST,
        ],
    ),
    (
        "plain.unsigned.test",
        &[("fault", "no-starttls", "mx"), ("warning", "mx-insecure", ""), FRESH_HOST],
    ),
    ("[127.0.0.1]", &[("fault", "connection-failed", "[127")]),
];

/// Of a zone of the world that is not made for this.
const FRESH_MX: (&str, &str, &str) = ("note", "signature-ends", "");
const FRESH_HOST: (&str, &str, &str) = ("note", "signature-ends", "mx");

struct Tool {
    world: World,
    program: PathBuf,
    anchor: PathBuf,
}

impl Tool {
    fn new(name: &str) -> Option<Self> {
        let program = build()?.join("dane-check");
        let (world, anchor) = (World::start().unwrap(), scratch(name).join("anchor"));
        fs::write(&anchor, &world.anchor).unwrap();
        Some(Self { world, program, anchor })
    }

    /// Exit status and output.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(&self.program);
        command.args(["--nameserver", &self.world.dns.to_string(), "--trust-anchor"]);
        command.arg(&self.anchor).args(["--port", &self.world.smtp_port.to_string()]);
        let output = command.args(["--ehlo", "client.test"]).args(arguments).output().unwrap();
        (output.status.code().unwrap(), stdout(&output))
    }

    /// The findings of one domain.
    fn lint(&self, arguments: &[&str]) -> Vec<Value> {
        let (status, text) = self.run(&[&["--lint", "--json"], arguments].concat());
        let object: Value = serde_json::from_str(&text).unwrap();
        let fields: Vec<&String> = object.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["domain", "findings"]);
        let findings = object["findings"].as_array().unwrap().clone();
        let is_clean = findings.iter().all(|finding| finding["severity"] == "note");
        assert_eq!(status, i32::from(!is_clean), "{text}");
        findings
    }
}

/// What a finding is called, and of what host.
fn named(finding: &Value) -> (&str, &str, &str) {
    let word = |field: &str| finding[field].as_str().unwrap_or_default();
    let label = word("host").split('.').next().unwrap();
    (word("severity"), word("code"), label)
}

fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn each_kind_of_finding_is_told_where_it_is_and_not_elsewhere() {
    let Some(tool) = Tool::new("lint") else { return };
    let mut seen = BTreeSet::new();
    for (domain, expected) in DOMAINS {
        let findings = tool.lint(&[domain]);
        let found: Vec<_> = findings.iter().map(named).collect();
        assert_eq!(found, expected, "{domain}");
        seen.extend(codes(&findings).into_iter().map(str::to_owned));
        for finding in &findings {
            for field in ["code", "severity", "text", "todo", "rfc"] {
                let text = finding[field].as_str().unwrap();
                assert!(!text.is_empty() && text.is_ascii(), "{domain}: {finding}");
            }
            assert!(finding["rfc"].as_str().unwrap().starts_with("RFC "), "{finding}");
        }
    }
    let source = fs::read_to_string(root().join("examples-c/lint.h")).unwrap();
    let rules = source.lines().filter(|line| line.starts_with("static const struct rule "));
    let rules: BTreeSet<&str> = rules.map(|line| line.split('"').nth(1).unwrap()).collect();
    assert!(rules.len() > 10, "{rules:?}");
    let page = fs::read_to_string(root().join("docs/man/dane-check.1.scd")).unwrap();
    for rule in rules {
        assert!(seen.contains(rule), "no domain has {rule}");
        assert!(page.contains(&format!("\n*{rule}*\n")), "dane-check(1) has nothing of {rule}");
    }
}

#[test]
fn a_finding_says_what_it_rests_on() {
    let Some(tool) = Tool::new("lint_texts") else { return };
    for (domain, part) in [
        ("lint-ttl.test", "the TTL of its TLSA records is 2.0 days"),
        ("lint-ending.test", "its addresses or TLSA records rest on ends in 24.0 hours"),
        ("lint-ending.test", "and is not renewed yet"),
        ("lint-fresh.test", "it is made for 2.0 days only"),
        ("lint-many.test", "13 TLSA records"),
        ("lint-many.test", "named by 3 1 1 000000000000... and 11 others"),
        ("lint-ignored.test", "0 0 1 abababababab... and 1 other: SMTP uses neither"),
        ("lint-unusable.test", "4 1 1 abababababab...: usage 4 is none"),
        ("lint-unusable.test", "3 2 1 abababababab...: selector 2 is none"),
        ("lint-unusable.test", "3 1 3 abababababab...: matching type 3 is none"),
        (
            "lint-unusable.test",
            "3 1 2 abababababab...: 32 octets, and a digest of this kind has 64",
        ),
        (
            "lint-anchor.test",
            "depth 1 of the chain: whatever that CA signs for these names matches, the",
        ),
        ("lint-deep.test", "depth 2 of the chain: whatever that CA or one below it signs"),
        (
            "ta-key.test",
            "depth 0 of the chain: whatever that CA signs for these names matches, names",
        ),
        ("lint-expired.test", "expired at 2021-01-01 00:00:00 UTC; under usage 3 it still works"),
        ("lint-expired.test", "expired at 2021-01-01 00:00:00 UTC, so that only another"),
        ("lint-backup.test", "the server has another key"),
        ("lint-alias.test", "its TLSA records are those of host.lint-alias.test"),
        ("lint-own.test", "its TLSA records are those of mx.lint-own.test, for which senders ask"),
        ("lint-between.test", "at between.lint-between.test count for nothing: senders ask at"),
        ("lint-into-open.test", "not everything on the way to them is signed"),
        ("alias-to-nothing.test", "leads to host.unsigned.test, which is in none"),
    ] {
        let findings = tool.lint(&[domain]);
        let texts: Vec<&str> = findings.iter().map(|it| it["text"].as_str().unwrap()).collect();
        assert!(texts.iter().any(|text| text.contains(part)), "{part}: {texts:#?}");
    }
    for (domain, rfc) in [
        ("lint-nothing-there.test", "RFC 5321 section 5.1"),
        ("null-alone.test", "RFC 7505"),
        ("lint-backup.test", "RFC 7672 section 3"),
    ] {
        assert_eq!(tool.lint(&[domain])[0]["rfc"], rfc, "{domain}");
    }
}

#[test]
fn times_are_compared_with_the_clock_that_was_given() {
    let Some(tool) = Tool::new("lint_times") else { return };
    let at = |hours: i64| {
        let time = (tool.world.now + hours * 3600).to_string();
        tool.lint(&["--time", &time, "lint-later.test"])
    };
    assert_eq!(codes(&at(0)), [""; 0]);
    assert_eq!(codes(&at(11)), [""; 0]);
    let findings = at(13);
    assert_eq!(codes(&findings), ["signature-ends"; 2]);
    assert!(findings[0]["text"].as_str().unwrap().contains(" ends in 47.0 hours"), "{findings:?}");
}

#[test]
fn a_lost_record_is_told_where_mail_waits_for_it_too() {
    let Some(tool) = Tool::new("lint_level") else { return };
    let findings = tool.lint(&["--level", "dane-only", "lint-between.test"]);
    assert_eq!(codes(&findings), ["tlsa-none", "mx-alias", "alias-loses-dane"]);
}

#[test]
fn without_signatures_a_ttl_is_what_a_cache_has_left() {
    let Some(tool) = Tool::new("lint_trust_ad") else { return };
    let findings = tool.lint(&["--dnssec", "trust-ad", "lint-ttl.test"]);
    assert_eq!(codes(&findings), ["long-ttl"; 3]);
    for finding in findings {
        assert!(finding["text"].as_str().unwrap().contains(" is at least 2.0 days"), "{finding}");
    }
    let ending = tool.lint(&["--dnssec", "trust-ad", "lint-ending.test"]);
    assert_eq!(codes(&ending), [""; 0], "nobody here has seen a signature");
}

#[test]
fn what_needs_a_connection_is_left_out_without_one() {
    let Some(tool) = Tool::new("lint_dns") else { return };
    for (domain, expected) in [
        ("lint-next.test", &[][..]),
        ("lint-expired.test", &[]),
        ("lint-backup.test", &[]),
        ("lint-anchor.test", &["anchor-only"]),
        ("lint-whole.test", &[]),
        ("lint-between.test", &["mx-alias", "alias-loses-dane", "no-dane"]),
    ] {
        assert_eq!(codes(&tool.lint(&["--dns-only", domain])), expected, "{domain}");
    }
}

#[test]
fn many_domains_at_once_are_judged_as_one_by_one() {
    let Some(tool) = Tool::new("lint_many") else { return };
    let domains: Vec<&str> = DOMAINS.iter().map(|(domain, _)| *domain).collect();
    let time = tool.world.now.to_string();
    let lines = |jobs: &str| -> BTreeSet<String> {
        let arguments = ["--lint", "--json", "--time", &time, "--jobs", jobs];
        let (status, text) = tool.run(&[&arguments[..], &domains[..]].concat());
        assert_eq!(status, 1);
        text.lines().map(str::to_owned).collect()
    };
    let alone = lines("1");
    assert_eq!(alone.len(), domains.len());
    assert_eq!(lines("8"), alone);
}

#[test]
fn people_get_the_gravest_first_and_are_told_of_nothing_too() {
    let Some(tool) = Tool::new("lint_text") else { return };
    let (status, text) = tool.run(&["--lint", "lint-clean.test"]);
    assert_eq!((status, text.as_str()), (0, "lint-clean.test: clean, 1 MX host with DANE\n"));
    let (status, text) = tool.run(&["--lint", "--dns-only", "lint-expired.test"]);
    let clean = "lint-expired.test: clean, 2 MX hosts with DANE; no certificate was looked at\n";
    assert_eq!((status, text.as_str()), (0, clean));
    let (status, text) = tool.run(&["--lint", "lint-ttl.test"]);
    assert_eq!(status, 1);
    let heads: Vec<&str> = text.lines().filter(|line| !line.starts_with("   ")).collect();
    let expected = [
        "lint-ttl.test: 1 warning, 2 notes",
        "  warning long-ttl, mx.lint-ttl.test",
        "  note long-ttl",
        "  note long-ttl, mx.lint-ttl.test",
    ];
    assert_eq!(heads, expected);
    assert!(text.contains("\n    to do: an hour will do"), "{text}");
    assert!(text.contains("\n    RFC 7671 section 13\n"), "{text}");
    let (_, wide) = tool.run(&["--lint", "lint-between.test", "lint-backup.test"]);
    assert!(wide.lines().all(|line| line.len() <= 80), "{wide}");
    let domains = ["lint-ttl.test", "lint-clean.test", "lint-backup.test"];
    let (status, text) = tool.run(&[&["--lint", "--brief"], &domains[..]].concat());
    let (lines, summary) = text.split_once("\n\n").unwrap();
    let words: Vec<Vec<&str>> =
        lines.lines().map(|line| line.split_ascii_whitespace().collect()).collect();
    let expected = [
        &["warning", "lint-ttl.test", "long-ttl", "and", "2", "more", "mx.lint-ttl.test"][..],
        &["clean", "lint-clean.test", "-", "-"],
        &["fault", "lint-backup.test", "no-match", "backup.lint-backup.test"],
    ];
    assert_eq!((status, words.as_slice()), (1, &expected.map(<[_]>::to_vec)[..]));
    let counts = summary.lines().next().unwrap();
    assert!(counts.starts_with("3 domains in "), "{summary}");
    assert!(counts.ends_with(" s: 1 fault, 1 warning, 2 notes, 1 clean"), "{summary}");
    assert!(summary.contains("\n  reasons         3     long-ttl\n"), "{summary}");
    let (_, text) = tool.run(&["--lint", "b\u{fc}cher.test"]);
    assert!(text.starts_with("b\\xc3\\xbccher.test: 1 fault\n"), "{text}");
    for other in [&["--query", "lint-clean.test", "MX"][..], &["--self-test"]] {
        assert_eq!(tool.run(&[&["--lint"], other].concat()).0, 2, "{other:?}");
    }
}
