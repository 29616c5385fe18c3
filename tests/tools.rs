//! The command-line tools: their arguments, and what they tell people.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use data_encoding::BASE64_MIME;
use serde_json::Value;
use world::World;

mod toolchain;

use toolchain::*;

const TOOLS: [&str; 3] = ["dane-check", "dane-connect", "dane-verify"];

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A resolver that is not there, so that every result is known and comes at once.
const NOWHERE: &str = "--nameserver=127.0.0.1:9";

const EXCLUSIVE: &str = "--lint, --query and --self-test exclude each other";

#[test]
fn options_stand_anywhere_before_two_dashes() {
    let Some(build) = build() else { return };
    let domains = |arguments: &[&str]| {
        let mut command = Command::new(build.join("dane-check"));
        let output = command.args(arguments).output().unwrap();
        assert_eq!(stderr(&output), "", "{arguments:?}");
        let domain = |line: &str| {
            let result: Value = serde_json::from_str(line).unwrap();
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
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
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
        ("dane-connect", &["--sha1=no", "a.test"], "--sha1: 'no' is neither on nor off"),
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
        ("dane-check", &["--self-test", "--query"], EXCLUSIVE),
        ("dane-check", &["--lint", "--query", "a.test", "A"], EXCLUSIVE),
        ("dane-check", &["--lint", "--self-test"], EXCLUSIVE),
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

/// A dane-check for a world.
struct Checker {
    build: PathBuf,
    world: World,
    anchor: PathBuf,
}

impl Checker {
    fn start(folder: &str) -> Option<Self> {
        let build = build()?;
        let world = World::start().unwrap();
        let anchor = scratch(folder).join("anchor");
        fs::write(&anchor, &world.anchor).unwrap();
        Some(Self { build, world, anchor })
    }

    /// The options that lead to the world.
    fn options(&self) -> [String; 3] {
        let Self { world, anchor, .. } = self;
        [
            format!("--nameserver={}", world.dns),
            format!("--trust-anchor={}", anchor.display()),
            format!("--port={}", world.smtp_port),
        ]
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.build.join("dane-check"));
        command.args(self.options()).args(arguments).output().unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(stderr(&output), "", "{arguments:?}");
        stdout(&output)
    }

    /// The long form of a domain without its last line, which has times.
    fn way(&self, arguments: &[&str]) -> String {
        let text = self.text(arguments).replace(&self.world.smtp_port.to_string(), "25");
        let (way, foot) = text.trim_end().rsplit_once('\n').unwrap();
        assert!(foot.contains(" DNS queries, ") && foot.ends_with(" UTC"), "{foot}");
        let digits = |word: &str| word.len() >= 12 && word.bytes().all(|c| c.is_ascii_hexdigit());
        let words = way.split_inclusive([' ', '\n']).map(|word| {
            let bare = word.trim_end_matches(['.', ' ', '\n']);
            if digits(bare) { word.replacen(bare, "DIGEST", 1) } else { word.to_owned() }
        });
        words.collect()
    }
}

#[test]
fn a_result_reads_at_a_glance() {
    let Some(checker) = Checker::start("glance") else { return };
    assert_eq!(
        checker.way(&["mismatch-good.test"]),
        "\
mismatch-good.test: deliver (server authenticated by DANE) at mx.good.test
    MX           secure             MX of mismatch-good.test is secure, signed by mismatch-good.test
  mx.mismatch.test, preference 10
    address      secure             address of mx.mismatch.test is secure, signed by mismatch.test
      127.77.0.2
    TLSA         secure             TLSA of _25._tcp.mx.mismatch.test: 1 record, signed by mismatch.test
    TLS          TLSv1.3
  > certificate  unsuccessful
      3 1 1 DIGEST...      the server has another key; if that is right, publish 3 1 1 DIGEST
    decision     defer (not to this host): server certificate not trusted
    to do        the MX host's owner must publish the record of the new key, or install the old one
  mx.good.test, preference 20
    address      secure             address of mx.good.test is secure, signed by good.test
      127.77.0.1
    TLSA         secure             TLSA of _25._tcp.mx.good.test: 1 record, signed by good.test
    TLS          TLSv1.3
    certificate  successful
      3 1 1 DIGEST...      matches the server's certificate
    decision     deliver (server authenticated by DANE)"
    );
    assert_eq!(
        checker.way(&["good.unsigned.test"]),
        "\
good.unsigned.test: opportunistic (server matches its TLSA records, MX records insecure): mx-insecure
  > MX           insecure           MX of good.unsigned.test is insecure: no DS for unsigned.test
    to do        the domain's owner must sign its zone
  mx.good.test, preference 10
    address      secure             address of mx.good.test is secure, signed by good.test
      127.77.0.1
    TLSA         secure             TLSA of _25._tcp.mx.good.test: 1 record, signed by good.test
    TLS          TLSv1.3
    certificate  successful
      3 1 1 DIGEST...      matches the server's certificate"
    );
    assert_eq!(
        checker.way(&["pkix-ta-only.test"]),
        "\
pkix-ta-only.test: encrypt (goes out over TLS, nothing authenticated): tlsa-unusable
    MX           secure             MX of pkix-ta-only.test is secure, signed by pkix-ta-only.test
  mx.pkix-ta-only.test, preference 10
    address      secure             address of mx.pkix-ta-only.test is secure, signed by pkix-ta-only.test
      127.77.0.92
  > TLSA         unusable           TLSA of _25._tcp.mx.pkix-ta-only.test: 1 record, none usable: \
certificate usage is not DANE-TA or DANE-EE; signed by pkix-ta-only.test
      0 0 1 DIGEST...      certificate usage is not DANE-TA or DANE-EE
    TLS          TLSv1.3
    certificate  established        compared with nothing
    to do        the MX host's owner must publish a usable TLSA record, such as 3 1 1"
    );
    assert_eq!(
        checker.way(&["a..b"]),
        "\
a..b: defer (mail waits): host or domain name not found
  > MX           nxdomain           (a..b): name has an empty label
    to do        write the name with A-labels (xn--...), without empty labels"
    );
    let untried = "    decision     not tried, a host before it takes the mail\n";
    assert!(checker.text(&["equal-good.test"]).contains(untried));
    let refused = checker.text(&["good-bogus.test"]);
    assert!(refused.contains("    decision     defer (not to this host): TLSA lookup error\n"));
    for (arguments, headline) in [
        (&["good.test"][..], "good.test: deliver (server authenticated by DANE)"),
        (&["--dns-only", "good.test"], "good.test: verify (server must prove by DANE who it is)"),
        (
            &["tlsa-none.test"],
            "tlsa-none.test: opportunistic (goes out, nothing authenticated): tlsa-none",
        ),
        (
            &["--level=off", "good.test"],
            "good.test: opportunistic (goes out, nothing authenticated): dane-off",
        ),
        (
            &["--level=dane-only", "--audit", "tlsa-none.test"],
            "tlsa-none.test: opportunistic (would wait, but audit lets it through): no TLSA record",
        ),
        (&["plain-none.test"], "plain-none.test: opportunistic (goes out without TLS): tlsa-none"),
        (
            &["--audit", "plain.test"],
            "plain.test: opportunistic (would wait, but audit lets it through): TLS required but not offered",
        ),
        (&["plain.test"], "plain.test: defer (mail waits): TLS required but not offered"),
        (&["null.test"], "null.test: fail (mail bounces): domain does not accept mail"),
        (
            &["all-dead.test"],
            "all-dead.test: defer (mail waits): connection failed at mx.dead.test",
        ),
    ] {
        assert_eq!(checker.text(arguments).lines().next(), Some(headline));
    }
}

/// What the log says of a host or domain, without what the headline has of it.
fn fact(result: &Value) -> String {
    let text = result["text"].as_str().unwrap();
    let (reason, unauthenticated) =
        (result["reason"].as_str().unwrap(), "TLS required, not authenticated");
    let known = [reason, "opportunistic TLS", unauthenticated, "deliver"];
    let known = known.iter().find(|known| !known.is_empty() && text.starts_with(*known));
    let rest = &text[known.unwrap_or_else(|| panic!("{text}")).len()..];
    let rest = rest.split_once(": ").map_or(rest, |(_, fact)| fact);
    // A record stands by itself, what was found of it behind.
    let rest = match rest.starts_with("TLSA ").then(|| rest.split_once("...: ")) {
        Some(Some((_, fact))) => fact,
        _ => rest,
    };
    rest.split("; ").next().unwrap().trim_end_matches("...").to_owned()
}

/// Of every case of the world, at both levels: the reason in the headline, the fact at the step, and neither elsewhere.
#[test]
fn a_reason_is_said_and_once() {
    let Some(checker) = Checker::start("once") else { return };
    let of = |is_slow: bool| -> BTreeSet<&str> {
        let cases = checker.world.cases.iter().filter(|case| case.slow == is_slow);
        cases.map(|case| &*case.domain).collect()
    };
    let slow = of(true);
    let prompt: Vec<&str> = of(false).difference(&slow).copied().collect();
    let slow = slow.into_iter().collect();
    // Those that end by the deadline wait together; the others may take their time.
    for (level, jobs, timeout, domains) in [
        ("--level=dane", "--jobs=10", "--timeout=60", &prompt),
        ("--level=dane-only", "--jobs=10", "--timeout=60", &prompt),
        ("--level=dane", "--jobs=100", "--timeout=3", &slow),
        ("--level=dane-only", "--jobs=100", "--timeout=3", &slow),
    ] {
        let options = [level, jobs, timeout];
        let both = ["--json", "--full"]
            .map(|form| checker.text(&[&options[..], &[form, "--"], domains].concat()));
        let results = both[0].lines().map(|line| {
            let result: Value = serde_json::from_str(line).unwrap();
            (result["domain"].as_str().unwrap().to_owned(), result)
        });
        let results: BTreeMap<String, Value> = results.collect();
        let mut blocks: BTreeMap<String, String> = BTreeMap::new();
        let mut domain = String::new();
        let (text, _) = both[1].rsplit_once("\n\n").unwrap();
        for line in text.lines() {
            if !line.starts_with(' ') {
                domain = line.split_once(": ").unwrap().0.to_owned();
            }
            *blocks.entry(domain.clone()).or_default() += &format!("{line}\n");
        }
        assert_eq!((results.len(), blocks.len()), (domains.len(), domains.len()));
        for (domain, result) in results {
            let shown = domain.replace('\u{fc}', "\\xc3\\xbc");
            let block = &blocks[&shown];
            let hosts = result["hosts"].as_array().unwrap();
            let of_action = |name: &str| block.matches(&format!("{name} (")).count();
            let action = result["action"].as_str().unwrap();
            let headline = block.lines().next().unwrap();
            assert!(headline.starts_with(&format!("{shown}: {action} (")), "{block}");
            for (result, only) in hosts
                .iter()
                .map(|host| (host, hosts.len() == 1))
                .chain([(&result, hosts.is_empty())])
            {
                // A name that fills the line leaves no room for a fact.
                let is_full = result["text"].as_str().unwrap().contains("xxxxxxxx");
                if result["action"] == "verify" || is_full {
                    continue;
                }
                let (fact, records) =
                    (fact(result), result["records"].as_array().map_or(0, Vec::len));
                let count = block.matches(&fact).count();
                assert!(count > 0, "{fact}: {block}");
                if only && records < 2 {
                    assert_eq!(count, 1, "{fact}: {block}");
                    assert_eq!(of_action(action), 1, "{block}");
                    let reason = result["reason"].as_str().unwrap();
                    assert!(reason.is_empty() || block.matches(reason).count() == 1, "{block}");
                }
            }
        }
    }
}

/// Runs dane-check on a terminal that util-linux's script(1) makes, and gives all that stands there.
fn on_a_terminal(build: &Path, folder: &Path, command: &str) -> String {
    let mut script = Command::new("script");
    script.env("SHELL", "/bin/sh").env("PATH", path_with(build)).current_dir(folder);
    script.args(["-qec", command, "/dev/null"]).stdin(Stdio::null());
    stdout(&script.output().unwrap())
}

/// What a terminal shows in the end.
fn screen(text: &str) -> String {
    let (mut shown, mut line, mut column) = (String::new(), Vec::new(), 0);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '\r' => column = 0,
            '\n' => {
                shown.extend(line.drain(..).chain(['\n']));
                column = 0;
            }
            '\u{1b}' => {
                if let Some(erased) = rest.strip_prefix("[K") {
                    rest = erased;
                    line.truncate(column);
                } else {
                    rest = rest.split_once('m').unwrap().1;
                }
            }
            _ => {
                line.splice(column..line.len().min(column + 1), [character]);
                column += 1;
            }
        }
    }
    shown.extend(line);
    shown
}

fn path_with(folder: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths([folder.into()].into_iter().chain(env::split_paths(&path))).unwrap()
}

#[test]
fn progress_stands_on_a_terminal_and_clear_of_results() {
    let Some(build) = build() else { return };
    if !have("script") {
        return;
    }
    let folder = scratch("progress");
    // One whose result is larger than what a pipe takes at once.
    let long = "\u{1}".repeat(1023);
    let domain = |line: &str| {
        let result: Value = serde_json::from_str(line).unwrap();
        result["domain"].as_str().unwrap().to_owned()
    };
    fs::write(folder.join("domains"), format!("# none\n\n a..b\nabsent.test\n\n{long}")).unwrap();
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let options =
        format!("--nameserver {} --timeout 1 --jobs 2 --json", silent.local_addr().unwrap());
    let run = |command: &str| on_a_terminal(&build, &folder, command);
    let started = Instant::now();
    let text = run(&format!("dane-check {options} --input domains c..d"));
    let took = started.elapsed().as_millis();
    assert!(text.starts_with("\r0 of 4 done\u{1b}[K"), "{text:?}");
    let line = text.split('\r').find(|line| line.starts_with("3 of 4 done, ")).unwrap();
    assert!(line.contains("/s, ") && line.ends_with(" s left\u{1b}[K"), "{text:?}");
    let mut domains: Vec<_> = screen(&text).lines().map(domain).collect();
    domains.sort();
    assert_eq!(domains, [&long[..], "a..b", "absent.test", "c..d"], "{text:?}");
    assert!(text.matches(" done").count() as u128 <= took / 100 + 2, "{text:?}");
    // People's lines, and the summary below them, are clear of it, too.
    let options_of_text = options.replace(" --json", "");
    for input in ["--input domains c..d", "--input - < domains"] {
        let text = run(&format!("dane-check {options_of_text} {input}"));
        assert!(text.contains(" done, "), "{text:?}");
        let shown = screen(&text);
        let (lines, summary) = shown.split_once("\n\n").unwrap();
        assert!(lines.lines().all(|line| line.starts_with("defer         ")), "{shown}");
        assert!(summary.contains(" domains in ") && !summary.contains(" done"), "{shown}");
    }
    // Results go elsewhere: the line is written over, and never erased in between.
    let text = run(&format!("dane-check {options} --input domains c..d > results"));
    assert!(text.contains("\r3 of 4 done, "), "{text:?}");
    assert_eq!(text.matches("\r\u{1b}[K").count(), 1, "{text:?}");
    // How many come out of a pipe is not known.
    let text = run(&format!("cat domains | dane-check {options} --input -"));
    assert!(text.starts_with("\r0 done\u{1b}") && text.contains("\r2 done, "), "{text:?}");
    // A message has a line of its own.
    let text = run(&format!("dane-check {options} --input domains > /dev/full"));
    assert!(text.contains("\r\u{1b}[Kdane-check: cannot write: "), "{text:?}");
    for command in [
        format!("dane-check {options} a..b"),
        format!("dane-check {options} a..b c..d 2> told; cat told"),
        format!("dane-check {options} --input domains 2> told; cat told"),
    ] {
        let text = run(&command);
        assert!(!text.contains("done") && !text.contains('\u{1b}'), "{text:?}");
    }
}

#[test]
fn many_domains_are_a_line_each_and_a_summary() {
    let Some(checker) = Checker::start("brief") else { return };
    let domains = ["good.test", "mismatch.test", "null.test", "tlsa-none.test", "a..b\u{1b}"];
    let text = checker.text(&[&["--brief"][..], &domains].concat());
    let (lines, summary) = text.split_once("\n\n").unwrap();
    assert_eq!(
        lines,
        "\
deliver       good.test                    -                              mx.good.test
defer         mismatch.test                server certificate not trusted mx.mismatch.test
fail          null.test                    domain does not accept mail    -
opportunistic tlsa-none.test               tlsa-none                      mx.tlsa-none.test
defer         a..b\\x1b                     host or domain name not found  -"
    );
    let (head, rest) = summary.split_once('\n').unwrap();
    let (domains, actions) = head.split_once(" s: ").unwrap();
    assert!(domains.starts_with("5 domains in "), "{summary}");
    assert_eq!(actions, "1 deliver, 1 opportunistic, 2 defer, 1 fail");
    assert_eq!(rest.matches(" ms  ").count(), 5, "{summary}");
    assert!(rest.starts_with("  reasons         1     "), "{summary}");

    // One domain needs no summary, and neither do programs.
    for (arguments, lines) in [
        (&["--brief", "null.test"][..], 1),
        (&["--json", "null.test", "null.test"], 2),
        (&["--full", "null.test"], 4),
        (&["null.test", "null.test"], 2 * 4 + 1 + 1 + 1 + 2),
    ] {
        assert_eq!(checker.text(arguments).lines().count(), lines, "{arguments:?}");
    }
    for both in [["--brief", "--json"], ["--json", "--full"], ["--full", "--brief"]] {
        let output = checker.run(&[&both[..], &["null.test"]].concat());
        let said = "dane-check: --brief, --full and --json exclude each other\n";
        assert!(stderr(&output).starts_with(said), "{both:?}");
    }
}

/// The most frequent reasons and the slowest domains, of more than are shown.
#[test]
fn a_summary_has_the_most_and_the_slowest() {
    let Some(checker) = Checker::start("summary") else { return };
    let many = |count: usize, domain: &str| vec![domain.to_owned(); count];
    let domains = [
        many(30, "null.test"),
        many(40, "tlsa-none.test"),
        many(3, "mismatch.test"),
        many(2, "mx-bogus.test"),
        many(1, "tlsa-bogus.test"),
        many(5, "address-insecure.test"),
        many(4, "mx-silent.test"),
        many(1, "silent-tlsa.test"),
    ];
    let list = scratch("summary_list").join("domains");
    fs::write(&list, domains.concat().join("\n")).unwrap();
    let input = format!("--input={}", list.display());
    let text = checker.text(&["--brief", "--dns-only", "--timeout=10", "--jobs=5", &input]);
    let (_, summary) = text.split_once("\n\n").unwrap();
    let lines: Vec<&str> = summary.lines().collect();
    assert!(lines[0].ends_with(" s: 3 verify, 45 opportunistic, 8 defer, 30 fail"), "{summary}");
    assert_eq!(
        lines[1..5],
        [
            "  reasons        40     tlsa-none",
            "                 30     domain does not accept mail",
            "                  6     host or domain name not found",
            "                  5     address-insecure",
        ]
    );
    assert_eq!(lines[5], "                  2     TLSA lookup error");
    let slowest: Vec<&str> =
        lines[6..].iter().map(|line| line.rsplit(' ').next().unwrap()).collect();
    let mut sorted = slowest.clone();
    sorted.sort_unstable();
    let silent = ["mx-silent.test"; 4];
    assert_eq!(sorted, [&silent[..], &["silent-tlsa.test"]].concat(), "{summary}");
}

/// The short form is for terminals, by itself; each action has its colour there, and a word everywhere.
#[test]
fn a_terminal_shows_many_domains_briefly_and_in_colour() {
    let Some(checker) = Checker::start("colour") else { return };
    if !have("script") {
        return;
    }
    let folder = scratch("colour_list");
    fs::write(folder.join("domains"), "null.test\n").unwrap();
    let options = checker.options().join(" ") + " 2> told";
    let run = |arguments: &str| {
        let command = format!("dane-check {options} {arguments}");
        on_a_terminal(&checker.build, &folder, &command).replace('\r', "")
    };
    let text = run("good.test tlsa-none.test pkix-ta-only.test mismatch.test null.test");
    for (colour, action) in
        [(32, "deliver"), (33, "opportunistic"), (33, "encrypt"), (31, "defer"), (31, "fail")]
    {
        let word = format!("\u{1b}[{colour}m{action}\u{1b}[0m");
        assert!(text.contains(&format!("{word} ")) || text.starts_with(&word), "{text:?}");
        assert!(text.contains(&format!("1 {word}")), "{text:?}");
    }
    assert_eq!(text.lines().take_while(|line| !line.is_empty()).count(), 5, "{text:?}");
    let is_long = |arguments| run(arguments).contains("\n  > MX ");
    assert!(is_long("null.test") && !is_long("null.test null.test"));
    assert!(!is_long("--input domains") && is_long("--input domains --full"));
    assert!(is_long("--explain null.test null.test") && is_long("null.test null.test | cat"));
}

/// A name server by a function, on a port of its own.
fn fake(answer: impl Fn(Vec<u8>) -> Option<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut buffer) {
            if let Some(reply) = answer(buffer[..length].to_vec()) {
                let _ = socket.send_to(&reply, client);
            }
        }
    });
    address
}

/// One that answers with a code, and with nothing else.
fn coded(rcode: u8) -> SocketAddr {
    fake(move |mut query| {
        query[2] |= 0x80;
        query[3] = rcode;
        Some(query)
    })
}

#[test]
fn a_self_test_says_what_to_do() {
    let Some(build) = build() else { return };
    let folder = scratch("self_test");
    let world = World::without_sockets();
    let (anchor, foreign) = (folder.join("anchor"), folder.join("foreign"));
    fs::write(&anchor, &world.anchor).unwrap();
    fs::write(&foreign, format!(". DS 20326 8 2 {}\n", "ab".repeat(32))).unwrap();
    let run = |arguments: &[&str], library: Option<&Path>| {
        let mut command = Command::new(build.join("dane-check"));
        if let Some(library) = library {
            command.env("LD_PRELOAD", library);
        }
        command.args(["--self-test", "--timeout=1", "--trust-anchor"]).arg(&anchor);
        command.args(arguments).output().unwrap()
    };
    let test = |server: &str, options: &[&str], detail: &str, todo: Option<&str>| {
        let named = format!("--nameserver={server}");
        let server = if server.is_empty() { &[][..] } else { &[&*named] };
        let unreadable = preloaded_open(
            &folder,
            "    if (strcmp(path, \"/etc/resolv.conf\") == 0) {\n        errno = EACCES;\n        return -1;\n    }",
        );
        let library = server.is_empty().then_some(&*unreadable);
        let arguments = [server, options].concat();
        let output = run(&[&arguments[..], &["--json"]].concat(), library);
        let result: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let status = if todo.is_none() { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(status), "{result}");
        assert_eq!(
            (&result["detail"], result["todo"].as_str()),
            (&detail.into(), todo),
            "{result}"
        );
        let text = stdout(&run(&arguments, library));
        let said = todo.map_or(String::new(), |todo| format!("    to do        {todo}\n"));
        let verdict = if todo.is_none() { "good" } else { "bad" };
        let warning = |text: &Value| format!("    warning      {}\n", text.as_str().unwrap());
        let warnings: String = result["warnings"].as_array().unwrap().iter().map(warning).collect();
        let line = result["text"].as_str().unwrap();
        assert_eq!(text, format!("{verdict}: {line}\n{said}{warnings}"));
        text
    };
    let place = |server: &str| server.replace(':', " port ");
    let other = "or name another by --nameserver";

    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let todo = format!("nothing listens at {}: start the resolver there, {other}", place(&closed));
    test(&closed, &[], "server-failure", Some(&todo));
    test(&closed, &["--dnssec=trust-ad"], "server-failure", Some(&todo));

    match UdpSocket::bind("[::1]:0").map(|socket| socket.local_addr().unwrap()) {
        Ok(closed) => {
            let at = format!("nothing listens at ::1 port {}: ", closed.port());
            let todo = format!("{at}start the resolver there, {other}");
            test(&closed.to_string(), &[], "server-failure", Some(&todo));
        }
        Err(_) => println!("skipped: no IPv6 on loopback"),
    }

    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let todo = format!(
        "is {} right, and open for UDP and TCP in every firewall? {other}",
        place(&address)
    );
    test(&address, &[], "timeout", Some(&todo));

    let refusing = coded(5).to_string();
    let todo = format!(
        "add this host to the access list of the resolver at {}, {other}",
        place(&refusing)
    );
    test(&refusing, &[], "server-failure", Some(&todo));

    let failing = coded(2).to_string();
    let todo = format!(
        "look at the log of the resolver at {}: its way to the root servers, its clock, its trust anchor",
        place(&failing)
    );
    test(&failing, &[], "server-failure", Some(&todo));

    let strange = coded(4).to_string();
    let todo = format!("what answers at {} is no resolver: repair it, {other}", place(&strange));
    test(&strange, &[], "server-failure", Some(&todo));

    let stripping = {
        let world = World::without_sockets();
        // As a resolver that knows nothing of DNSSEC: neither CD nor, at the end of OPT, DO.
        fake(move |mut query| {
            let flags = query.len() - 4;
            query[3] &= !0x10;
            query[flags] = 0;
            world.answer(&query, false)
        })
    };
    let todo = format!(
        "take another resolver by --nameserver, best one on this host that asks the root itself, or \
         switch DNSSEC on in the one at {}",
        place(&stripping.to_string())
    );
    test(&stripping.to_string(), &[], "resolver-strips-dnssec", Some(&todo));

    let doubting = {
        let world = World::without_sockets();
        fake(move |query| {
            let mut reply = world.answer(&query, false)?;
            reply[3] &= !0x20;
            Some(reply)
        })
    };
    let todo = format!(
        "switch validation on in the resolver at {}, or use --dnssec validate",
        place(&doubting.to_string())
    );
    let options = &["--dnssec=trust-ad"];
    test(&doubting.to_string(), options, "resolver-does-not-validate", Some(&todo));

    let real = World::start().unwrap();
    fs::write(&anchor, &real.anchor).unwrap();
    let server = real.dns.to_string();
    test(&server, &[], "", None);
    test(&server, &["--dnssec=trust-ad"], "", None);
    let wrong = format!("--trust-anchor={}", foreign.display());
    let todo = "compare the trust anchors with the zone's keys: they are yours to keep";
    test(&server, &[&wrong], "trust-anchor", Some(todo));
    let todo = "is this machine's clock right? else something on the way alters answers: name another \
                resolver by --nameserver";
    let text = test(&server, &["--time=2000000000"], "", Some(todo));
    assert!(text.contains(" expired at "), "{text}");

    let todo = "make /etc/resolv.conf readable and plain text, or name a resolver by --nameserver";
    test("", &[], "server-failure", Some(todo));
}

/// The names that the pages use, and who stands for them in the world.
const NAMES: [(&str, &str); 3] = [
    ("example.org", "good.test"),
    ("example.net", "tlsa-none.test"),
    ("example.com", "mismatch.test"),
];

/// Without what differs from run to run: digests, times, addresses.
fn shape(text: &str) -> String {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let shown = words.iter().enumerate().map(|(at, word)| {
            let bare = word.trim_end_matches(['.', ':', ',']);
            let of_unit = words.get(at + 1).is_some_and(|next| ["ms", "ms,"].contains(next));
            let is_date = bare.len() == 10 && bare.matches('-').count() == 2;
            let is_time = bare.len() == 8 && bare.matches(':').count() == 2;
            if bare.len() >= 12 && bare.bytes().all(|octet| octet.is_ascii_hexdigit()) {
                word.replace(bare, &format!("DIGEST{}", bare.len()))
            } else if is_number(word) && (of_unit || is_date || is_time) {
                "NUMBER".to_owned()
            } else if word.starts_with("192.0.2.") || word.starts_with("127.77.0.") {
                "ADDRESS".to_owned()
            } else {
                (*word).to_owned()
            }
        });
        shown.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

/// What a page shows of a session: commands behind `$ `, the rest of one behind `> `, and what it says.
fn sessions(tool: &str) -> Vec<Vec<(String, String)>> {
    let page = fs::read_to_string(root().join(format!("docs/man/{tool}.1.scd"))).unwrap();
    let (_, examples) = page.split_once("\n# EXAMPLES\n").unwrap();
    let examples = examples.split("\n# ").next().unwrap().replace("\\\\", "\\");
    let blocks = examples.split("```\n").skip(1).step_by(2).filter(|block| block.starts_with("$ "));
    let session = |block: &str| {
        let commands = block.strip_prefix("$ ").unwrap().split("\n$ ");
        let of_command = |text: &str| {
            let lines = text.lines().enumerate();
            let (command, said): (Vec<_>, Vec<_>) =
                lines.partition(|(at, line)| *at == 0 || line.starts_with("> "));
            let command = command.iter().map(|(_, line)| line.trim_start_matches("> "));
            let said: String = said.iter().map(|(_, line)| format!("{line}\n")).collect();
            (command.collect::<Vec<_>>().join("\n"), said)
        };
        commands.map(of_command).collect()
    };
    blocks.map(session).collect()
}

/// In a shell in which the tools find the world, and its names stand for those of the page.
#[test]
fn the_examples_of_the_pages_say_what_stands_there() {
    let Some(checker) = Checker::start("examples_of_pages") else { return };
    if !have("openssl") {
        return;
    }
    let folder = scratch("examples_of_pages_run");
    for tool in TOOLS {
        let options =
            if tool == "dane-verify" { String::new() } else { checker.options().join(" ") };
        let program = checker.build.join(tool);
        let wrapper = folder.join(tool);
        let text = format!("#!/bin/sh\nexec {} {options} \"$@\"\n", program.display());
        fs::write(&wrapper, text).unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in ["chain.pem", "new.pem"] {
        let made = rcgen::generate_simple_self_signed(["mx.example.org".to_owned()]).unwrap();
        let text = BASE64_MIME.encode(made.cert.der()).replace('\r', "");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n");
        fs::write(folder.join(name), pem).unwrap();
    }
    let port = format!("_{}._tcp", checker.world.smtp_port);
    let of_world = |text: &str| {
        NAMES.iter().fold(text.to_owned(), |text, (page, world)| text.replace(page, world))
    };
    let tag = checker.world.anchor.split_whitespace().nth(3).unwrap();
    let anchor = format!("trust anchor {tag} ");
    let of_page = |text: &str| {
        let text =
            text.replace(&port, "_25._tcp").replace(&checker.world.dns.to_string(), "127.0.0.1:53");
        let text = text.replace(&anchor, "trust anchor 38696 ");
        // Columns are as wide as the names let them be.
        NAMES.iter().fold(text, |text, (page, world)| {
            let (narrow, wide) = (format!("{page:28}"), format!("{world:28}"));
            text.replace(&wide, &narrow).replace(world, page)
        })
    };
    for tool in TOOLS {
        let sessions = sessions(tool);
        assert!(sessions.len() >= 2, "{tool}");
        // One shell for the whole page: an example may use a variable of one before it.
        let session = sessions.concat();
        // The chain of dane-verify is not of the world.
        let names =
            |text: &str| if tool == "dane-verify" { text.to_owned() } else { of_world(text) };
        let commands = session.iter().map(|(command, _)| names(command).replace("_25._tcp", &port));
        let script: String = commands.map(|command| format!("{command}\necho +++\n")).collect();
        let mut shell = Command::new("sh");
        shell.current_dir(&folder).env("PATH", path_with(&folder)).stdin(Stdio::null());
        let output = shell.args(["-c", &format!("exec 2>&1\n{script}")]).output().unwrap();
        let said = of_page(&stdout(&output).replace('\r', ""));
        let mut said = said.split("+++\n");
        for (command, want) in session {
            let said = said.next().unwrap_or_default();
            assert_eq!(shape(said), shape(&want), "{tool}: {command}\n{said}");
        }
    }
}

/// The options in the usage of a tool.
fn options_of(build: &Path, tool: &str) -> BTreeSet<String> {
    let usage = stdout(&run(Command::new(build.join(tool)).arg("--help")));
    let is_of = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = usage.split(|c| !is_of(c)).filter(|word| word.starts_with("--") && word.len() > 2);
    words.map(str::to_owned).collect()
}

/// What bash offers for the last of some words, which it has split as on its command line.
fn offers(build: &Path, folder: &Path, words: &[&str]) -> BTreeSet<String> {
    let script = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))\n\
         function=$(complete -p \"$1\" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')\n\
         $function \"$1\" \"${!#}\"; [ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.current_dir(folder).env("PATH", path_with(build)).args(["-c", script]);
    let output =
        bash.arg(root().join("examples-c/completion/dane-tools.bash")).args(words).output();
    let output = output.unwrap();
    assert_eq!(stderr(&output), "", "{words:?}");
    stdout(&output).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_every_option_and_value() {
    let Some(build) = build() else { return };
    if !have("bash") {
        return;
    }
    let folder = scratch("completion");
    fs::write(folder.join("domains"), "").unwrap();
    for tool in TOOLS {
        let options = options_of(&build, tool);
        assert!(options.len() > 5, "{options:?}");
        assert_eq!(offers(&build, &folder, &[tool, "--"]), options, "{tool}");
        assert_eq!(offers(&build, &folder, &[tool, "a.test", "--"]), options, "{tool}");
        assert!(offers(&build, &folder, &[tool, "--", "--"]).is_empty(), "{tool}");
    }
    for (words, offered) in [
        (&["dane-check", "--level", ""][..], &["dane", "dane-only", "off"][..]),
        (&["dane-check", "--level", "=", "dane-"], &["dane-only"]),
        (&["dane-connect", "--level", "="], &["dane", "dane-only", "off"]),
        (&["dane-connect", "--dnssec", "t"], &["trust-ad"]),
        (&["dane-check", "--query", "a.test", ""], &["A", "AAAA", "CNAME", "MX", "TLSA"]),
        (&["dane-check", "--port", "9", "--query", "a.test", "T"], &["TLSA"]),
        (&["dane-check", "a.test", "--query", "t"], &["tlsa"]),
        (&["dane-check", "--query", ""], &[]),
        (&["dane-check", "--input", "do"], &["domains"]),
        (&["dane-check", "--resolv-conf", "=", "do"], &["domains"]),
        (&["dane-connect", "--trust-anchor", "do"], &["domains"]),
        (&["dane-verify", "do"], &["domains"]),
        (&["dane-verify", "--tlsa", "do"], &[]),
        (&["dane-check", "do"], &[]),
        (&["dane-check", "--timeout", ""], &[]),
        (&["dane-check", "--lev"], &["--level"]),
    ] {
        let offered: BTreeSet<String> = offered.iter().map(|&word| word.to_owned()).collect();
        assert_eq!(offers(&build, &folder, words), offered, "{words:?}");
    }
}

/// Not one that leaves OpenSSL no SHA-1, as crypto-policies may: the library asks OpenSSL nothing.
#[test]
fn rfc9905_2_no_policy_of_the_system_changes_what_sha1_secures() {
    let Some(checker) = Checker::start("sha1_policy") else { return };
    if !have("openssl") {
        return;
    }
    let policy = checker.anchor.with_file_name("openssl.cnf");
    let without_sha1 = "openssl_conf = all\n[all]\nalg_section = algorithms\n[algorithms]\ndefault_properties = fips=yes\n";
    fs::write(&policy, without_sha1).unwrap();
    let mut openssl = Command::new("openssl");
    openssl.env("OPENSSL_CONF", &policy).args(["dgst", "-sha1"]).arg(&policy);
    assert!(!openssl.output().unwrap().status.success(), "the policy forbids nothing");
    for (switch, status, basis) in [
        ("on", "secure", "signed by sha1.test"),
        ("off", "insecure", "sha1.test is secured by SHA-1 alone, which is switched off"),
    ] {
        for config in ["/dev/null".as_ref(), policy.as_path()] {
            let mut command = Command::new(checker.build.join("dane-check"));
            command.env("OPENSSL_CONF", config).args(checker.options());
            command.args(["--json", "--sha1", switch, "--query", "sha1.test", "MX"]);
            let output = command.output().unwrap();
            let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
            assert_eq!(answer["status"], status, "{answer}");
            assert_eq!(answer["text"], format!("1 record, {basis}"));
        }
    }
}

/// Typed on a terminal: what is completed wrongly is no option, or another's value.
#[test]
fn shells_complete_what_is_typed() {
    let Some(build) = build() else { return };
    if !have("script") {
        return;
    }
    let completion = root().join("examples-c/completion");
    let bash = format!("PS1=; source {}", completion.join("dane-tools.bash").display());
    let zsh = format!(
        "PS1=; fpath=({} $fpath); autoload -Uz compinit; compinit -u -D",
        completion.display()
    );
    for (shell, command, begin) in
        [("bash", "bash --norc --noprofile -i", &bash), ("zsh", "zsh -f -i", &zsh)]
    {
        if !have(shell) {
            continue;
        }
        let folder = scratch(&format!("typed_{shell}"));
        fs::write(folder.join("domains"), "").unwrap();
        let typed = [
            begin,
            "dane-check --dnssec=tr\t--no-mode",
            "dane-connect --trust-anchor=do\ta.test",
            "dane-check --query a.test tls\t--no-type",
            "dane-check --self\t--no-flag",
            "dane-verify --tl\t'4 bytes'",
            "exit\n",
        ];
        fs::write(folder.join("typed"), typed.join("\n")).unwrap();
        let mut script = Command::new("script");
        script.env("SHELL", "/bin/sh").env("PATH", path_with(&build)).env("TERM", "dumb");
        script.env("INPUTRC", "/dev/null").current_dir(&folder).args([
            "-qec",
            command,
            "/dev/null",
        ]);
        let output = script.stdin(File::open(folder.join("typed")).unwrap()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
        let mut said = text.lines().filter_map(|line| {
            let at = line.find("dane-").filter(|at| line[*at..].contains(": --"))?;
            Some(&line[at..])
        });
        for want in [
            "dane-check: --no-mode: unknown option; see --help",
            "dane-connect: --trust-anchor: 'domains': no DS or DNSKEY record",
            "dane-check: --no-type: unknown option; see --help",
            "dane-check: --no-flag: unknown option; see --help",
            "dane-verify: --tlsa: '4 bytes' is not 'USAGE SELECTOR MATCHING-TYPE HEX'",
        ] {
            assert_eq!(said.next(), Some(want), "{shell}: {text}");
        }
    }
}
