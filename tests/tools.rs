//! The command-line tools: their arguments, and what they tell people.

use std::process::{Command, Output};

mod toolchain;

use toolchain::*;

const TOOLS: [&str; 3] = ["dane-check", "dane-connect", "dane-verify"];

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A resolver that is not there, so that every result is known and comes at once.
const NOWHERE: &str = "--nameserver=127.0.0.1:9";

#[test]
fn options_stand_anywhere_before_two_dashes() {
    let Some(build) = build() else { return };
    let domains = |arguments: &[&str]| {
        let mut command = Command::new(build.join("dane-check"));
        let output = command.args(arguments).output().unwrap();
        assert_eq!(stderr(&output), "", "{arguments:?}");
        let domain = |line: &str| {
            let result: serde_json::Value = serde_json::from_str(line).unwrap();
            result["domain"].as_str().unwrap().to_owned()
        };
        stdout(&output).lines().map(domain).collect::<Vec<_>>()
    };
    for arguments in [
        &["a.test", "b.test", "--json", NOWHERE][..],
        &["a.test", "--nameserver", "127.0.0.1:9", "b.test", "--json"],
        &[NOWHERE, "--json", "--", "a.test", "b.test"],
        &["a.test", NOWHERE, "--json", "--", "b.test"],
    ] {
        assert_eq!(domains(arguments), ["a.test", "b.test"], "{arguments:?}");
    }
    let dashes = domains(&[NOWHERE, "--json", "-", "--", "-a.test", "--json", "--"]);
    assert_eq!(dashes, ["-", "-a.test", "--json", "--"]);

    let mut query = Command::new(build.join("dane-check"));
    let output = query.args(["--query", "a.test", "tlsa", "--json", NOWHERE]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&answer["name"], &answer["type"]), (&"a.test".into(), &"TLSA".into()));

    let mut connect = Command::new(build.join("dane-connect"));
    let output = connect.args(["--", "-a.test"]).arg(NOWHERE).output().unwrap();
    assert!(stderr(&output).starts_with("dane-connect: more than one domain is given\nusage: "));
    let output = Command::new(build.join("dane-connect")).args(["a.test", NOWHERE]).output();
    assert_eq!(output.unwrap().status.code(), Some(75));
}

#[test]
fn a_wrong_argument_is_named_and_what_is_wrong_with_it() {
    let Some(build) = build() else { return };
    let tlsa = "--tlsa=3 1 1 00";
    for (tool, arguments, said) in [
        ("dane-check", &["--jobs"][..], "--jobs: its value is missing"),
        ("dane-check", &["--jobs", "--json", "a.test"], "--jobs: its value is missing"),
        ("dane-check", &["a.test", "--input", "--"], "--input: its value is missing"),
        ("dane-check", &["--jbos", "3", "a.test"], "--jbos: unknown option; see --help"),
        ("dane-check", &["--jbos=3", "a.test"], "--jbos: unknown option; see --help"),
        ("dane-check", &["-j", "3", "a.test"], "-j: unknown option; see --help"),
        ("dane-check", &["--json=1", "a.test"], "--json: it takes no value"),
        ("dane-check", &["--help=1"], "--help: it takes no value"),
        ("dane-check", &["--jobs=", "a.test"], "--jobs: '' is not a number from 1 to 1000"),
        (
            "dane-check",
            &["--level", "no", "a.test"],
            "--level: 'no' is none of dane, dane-only, off",
        ),
        (
            "dane-check",
            &["--trust-anchor=/none/a", "a.test"],
            "--trust-anchor: /none/a: No such file or directory",
        ),
        (
            "dane-check",
            &["--resolv-conf=/none/a", "a.test"],
            "--resolv-conf: /none/a: No such file or directory",
        ),
        ("dane-check", &["--input=/none/a"], "--input: /none/a: No such file or directory"),
        (
            "dane-check",
            &["--query", "a.test", "txt"],
            "--query: type 'txt' is not one of A, AAAA, CNAME, MX, TLSA",
        ),
        ("dane-connect", &["--host"], "--host: its value is missing"),
        ("dane-connect", &["--json", "a.test"], "--json: unknown option; see --help"),
        ("dane-verify", &["--tlsa"], "--tlsa: its value is missing"),
        ("dane-verify", &["--level", "dane", "a"], "--level: unknown option; see --help"),
        ("dane-verify", &["/none/a", tlsa], "/none/a: No such file or directory"),
    ] {
        let output = Command::new(build.join(tool)).args(arguments).output().unwrap();
        assert_eq!(stderr(&output), format!("{tool}: {said}\n"), "{arguments:?}");
        let status = if tool == "dane-connect" { 64 } else { 2 };
        assert_eq!((output.status.code(), &*output.stdout), (Some(status), &b""[..]));
    }
    for (tool, arguments, said) in [
        ("dane-check", &[][..], "no domain is given"),
        ("dane-check", &["--json"], "no domain is given"),
        ("dane-check", &["--query", "a.test"], "--query takes a name and a type"),
        ("dane-check", &["--query", "a.test", "A", "B"], "--query takes a name and a type"),
        ("dane-check", &["--self-test", "a.test"], "--self-test takes no domain"),
        ("dane-check", &["--self-test", "--query"], "--query and --self-test exclude each other"),
        ("dane-connect", &[], "no domain is given"),
        ("dane-connect", &["a.test", "b.test"], "more than one domain is given"),
        ("dane-verify", &[], "no CHAIN.pem is given"),
        ("dane-verify", &["a", "b", tlsa], "more than one CHAIN.pem is given"),
        ("dane-verify", &["a"], "no record is given by --tlsa"),
    ] {
        let output = Command::new(build.join(tool)).args(arguments).output().unwrap();
        let text = stderr(&output);
        let synopsis = format!("{tool}: {said}\nusage: {tool} [OPTION]... ");
        assert!(text.starts_with(&synopsis) && text.ends_with("\nsee --help\n"), "{text}");
        assert!(text.lines().count() <= 5, "{text}");
    }
}

#[test]
fn each_tool_helps_and_has_a_version() {
    let Some(build) = build() else { return };
    for tool in TOOLS {
        for more in [&[][..], &["a.test", "--no-such-option"]] {
            let say = |option: &str| {
                let mut command = Command::new(build.join(tool));
                stdout(&run(command.arg(option).args(more)))
            };
            let usage = say("--help");
            assert!(usage.starts_with(&format!("usage: {tool} ")), "{usage}");
            assert!(usage.contains("\n  --help, --version "), "{usage}");
            assert!(usage.contains("\nexit status: 0 "), "{usage}");
            assert_eq!(say("--version"), format!("{tool} {}\n", env!("CARGO_PKG_VERSION")));
        }
    }
}
