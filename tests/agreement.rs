//! Verdicts on chains by chance, beside those of OpenSSL; every difference has its rule.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use world::chains::{Case, Generator};

const SEED: u64 = 1;
const CASES: usize = 6000;

/// A difference that is meant: what is odd about the case, whether it is we who match, and why.
const RULES: [(&str, bool, &str); 11] = [
    ("RSA-1024 key", true, "DANE-EE matches weak keys (RFC 7671 5.1)"),
    ("same name, other key", true, "every issuer candidate of a name is tried"),
    ("foreign key identifiers", true, "the authority key identifier is a hint only"),
    ("for any purpose", true, "anyExtendedKeyUsage passes on the server's certificate"),
    ("X.509 v1", true, "v1 may be the trust anchor itself, self-signed or not"),
    ("X.509 v1", false, "v1 has no extensions (RFC 5280 4.1.2.1)"),
    ("expired", false, "the dates of a matched trust anchor's certificate apply"),
    ("not yet valid", false, "the dates of a matched trust anchor's certificate apply"),
    ("no basic constraints", false, "the CA flag of a trust anchor's certificate applies"),
    ("altered data", false, "Full(0) of a key is usable when it is one complete SEQUENCE"),
    ("extension twice", false, "no extension may come twice (RFC 5280 4.2)"),
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

#[test]
fn rfc7671_as_openssl_but_by_rule() {
    let Some(program) = verifiers() else { return };
    let mut generator = Generator::new(SEED);
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
        let [_number, ours, theirs, oddities] = fields[..] else { panic!("{line}") };
        lines += 1;
        matched += usize::from(ours.starts_with("matched"));
        let we_match = ours.starts_with("matched");
        let agree = if one_record {
            ours == theirs
        } else {
            ours.split(' ').next() == theirs.split(' ').next()
        };
        if agree {
            continue;
        }
        let rule = RULES.iter().position(|(oddity, match_differs, _)| {
            oddities.contains(oddity) && *match_differs == we_match
        });
        match rule {
            Some(rule) => by_rule[rule] += 1,
            None => unexplained.push(line),
        }
    }
    println!("{lines} cases, {matched} matched, {} differ without a rule", unexplained.len());
    for ((oddity, _, rule), count) in RULES.iter().zip(by_rule) {
        println!("{count} differ by rule: {oddity}: {rule}");
    }
    assert_eq!(lines, CASES);
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
}
