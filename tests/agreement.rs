//! Verdicts on chains by chance, beside those of OpenSSL; every difference has its rule.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use world::chains::{Case, Generator};

const CASES: usize = 6000;

/// A difference that is meant.
struct Rule {
    /// What is odd about the case.
    oddity: &'static str,
    /// What we say of it.
    ours: &'static str,
    /// What OpenSSL says of it.
    theirs: &'static str,
    /// Why.
    why: &'static str,
}

const fn rule(
    oddity: &'static str,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
) -> Rule {
    Rule { oddity, ours, theirs, why }
}

const RULES: [Rule; 14] = [
    rule(
        "RSA-1024 key",
        "matched 0: TLSA 3 ",
        "mismatched: EE certificate key too weak",
        "DANE-EE matches weak keys (RFC 7671 5.1)",
    ),
    rule(
        "same name, other key",
        "matched ",
        "mismatched: ",
        "every issuer candidate of a name is tried",
    ),
    rule(
        "foreign key identifiers",
        "matched ",
        "mismatched: no matching DANE TLSA records",
        "the authority key identifier is a hint only",
    ),
    rule(
        "foreign key identifiers",
        ": ",
        "matched ",
        "so the certificate of a published key counts where it was sent",
    ),
    rule(
        "self-issued",
        "matched ",
        "matched ",
        "a certificate that bears its issuer's name is taken for self-signed only if it is",
    ),
    rule(
        "for any purpose",
        "matched ",
        "mismatched: unsuitable certificate purpose",
        "anyExtendedKeyUsage passes on the server's certificate",
    ),
    rule(
        "X.509 v1",
        "matched ",
        "mismatched: invalid CA certificate",
        "v1 may be the trust anchor itself, self-signed or not",
    ),
    rule(
        "expired",
        " expired at ",
        "matched ",
        "the dates of a matched trust anchor's certificate apply",
    ),
    rule(
        "not yet valid",
        " is not valid before ",
        "matched ",
        "the dates of a matched trust anchor's certificate apply",
    ),
    rule(
        "no basic constraints",
        "not a certification authority",
        "matched ",
        "the CA flag of a trust anchor's certificate applies",
    ),
    rule(
        "extension twice",
        "an extension comes twice",
        "matched ",
        "no extension may come twice (RFC 5280 4.2)",
    ),
    rule(
        "extension twice",
        "unknown critical extension",
        "matched ",
        "an unknown critical extension fails, whatever stands beside it",
    ),
    rule(
        "altered data",
        "no path to this trust anchor",
        "unusable",
        "Full(0) of a key is usable when it is one complete SEQUENCE",
    ),
    rule(
        "altered data",
        "the server has another key",
        "unusable",
        "Full(0) of a key is usable when it is one complete SEQUENCE",
    ),
];

fn flags(package: &str) -> Option<Vec<String>> {
    let mut command = Command::new("pkg-config");
    let output = command.args(["--cflags", "--libs", package]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.split_whitespace().map(str::to_owned).collect())
}

/// The program that asks both, if it can be built here.
fn verifiers() -> Option<std::path::PathBuf> {
    let Some(build) = env::var_os("DANE_POLICY_BUILD") else {
        println!("skipped: run `make test`, which builds the library for C first");
        return None;
    };
    let Some(openssl) = flags("openssl") else {
        assert!(env::var_os("CI").is_none(), "OpenSSL is missing");
        println!("skipped: pkg-config finds no OpenSSL (libssl-dev)");
        return None;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verifiers");
    let mut rpath = std::ffi::OsString::from("-Wl,-rpath,");
    rpath.push(&build);
    let mut command = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-DWITH_OPENSSL"]);
    command.arg("-I").arg(root.join("include")).arg("-o").arg(&program);
    command.arg(root.join("benches/verifiers.c")).arg("-L").arg(&build).arg("-ldane_policy");
    let status = command.arg(rpath).args(openssl).status().unwrap();
    assert!(status.success(), "{command:?}");
    Some(program)
}

/// One verifier's verdict, with the depth where it matched, and its texts.
fn said(verdict: &str, text: &str) -> String {
    format!("{}: {text}", verdict.strip_suffix(" -1").unwrap_or(verdict))
}

/// Another seed than the first for whoever wants to look further.
fn seed() -> u64 {
    env::var("SEED").map_or(1, |seed| seed.parse().expect("SEED is a number"))
}

#[test]
fn rfc7671_as_openssl_but_by_rule() {
    let Some(program) = verifiers() else { return };
    let mut generator = Generator::new(seed());
    let cases: Vec<Case> = (0..CASES).map(|_| generator.case()).collect();
    let one_record: Vec<bool> = cases.iter().map(|case| case.records.len() == 1).collect();
    let cases: String = cases.iter().map(Case::lines).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agreement.txt");
    fs::write(&file, cases).unwrap();
    let output = Command::new(program).arg("verdicts").arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut unexplained = Vec::new();
    let (mut matched, mut lines) = (0, 0);
    let mut by_rule = vec![0; RULES.len()];
    for (line, one_record) in text.lines().zip(one_record) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [oddities, ours, theirs, our_text, their_text] = fields[..] else { panic!("{line}") };
        lines += 1;
        matched += usize::from(ours.starts_with("matched"));
        let result = |verdict: &str| verdict.split(' ').next() == ours.split(' ').next();
        if if one_record { ours == theirs } else { result(theirs) } {
            continue;
        }
        let (ours, theirs) = (said(ours, our_text), said(theirs, their_text));
        let is_meant = |rule: &Rule| {
            oddities.contains(rule.oddity)
                && ours.contains(rule.ours)
                && theirs.starts_with(rule.theirs)
        };
        match RULES.iter().position(is_meant) {
            Some(rule) => by_rule[rule] += 1,
            None => unexplained.push(line),
        }
    }
    println!("{lines} cases, {matched} matched, {} differ without a rule", unexplained.len());
    for (Rule { oddity, ours, why, .. }, count) in RULES.iter().zip(by_rule) {
        println!("{count} differ by rule: {oddity}: {ours}: {why}");
    }
    assert_eq!(lines, CASES);
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}
