//! Mail servers that do what they must not, over sockets, against the library in a process of its own.
//!
//! `DANE_POLICY_SEED` is the first seed of a soak, `DANE_POLICY_CALLS` how many calls there are: what fails is run again by the
//! seed of its round with one call. `DANE_POLICY_TIMEOUT` is how many seconds a call may take, for machines that need more than
//! three to encrypt 16 MB.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

mod toolchain;

use toolchain::*;

/// Milliseconds over the timeout: those of a busy machine, on which a hundred processes want to go on. The simulation has 2.
const OVER: f64 = 2_000.0;
/// KiB that a mail server may cost a process, as SECURITY.md says.
const MOST_KIB: i64 = 4_096;

/// Milliseconds.
fn timeout() -> u32 {
    1_000 * env::var("DANE_POLICY_TIMEOUT").map_or(3, |seconds| seconds.parse::<u32>().unwrap())
}

/// A program with the shared library.
fn compiled(build: &Path, name: &str) -> PathBuf {
    let [program, _] = compile(build, &format!("tests/c/{name}.c"), &scratch(name));
    program
}

/// The texts that `docs/texts.md` has for the hostile domains, which are those of the simulation.
fn texts() -> BTreeMap<String, String> {
    let listing = fs::read_to_string(root().join("docs/texts.md")).unwrap();
    let (_, hostile) = listing.split_once("## Mail servers that do").unwrap();
    let rows = hostile.lines().filter(|line| line.contains(".peers.test |"));
    rows.map(|row| {
        let mut fields = row.trim_matches(['|', ' ']).splitn(4, " | ").skip(1);
        let (domain, text) = (fields.next().unwrap(), fields.nth(1).unwrap());
        (domain.to_owned(), normal(text))
    })
    .collect()
}

/// Without addresses and digests.
fn normal(text: &str) -> String {
    let is_plain = |word: &&str| !word.starts_with("127.77.") && !word.ends_with("...:");
    text.split(' ').filter(is_plain).collect::<Vec<_>>().join(" ")
}

/// What the program says of a call.
struct Line<'l> {
    domain: &'l str,
    call: &'l str,
    milliseconds: f64,
    kib: i64,
    descriptors: &'l str,
    action: &'l str,
    text: &'l str,
    /// Of a session: whether there is one, and then how it ended.
    end: &'l str,
}

impl<'l> Line<'l> {
    fn of(line: &'l str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [domain, call, milliseconds, kib, descriptors, action, _, text, end] = fields[..]
        else {
            panic!("{line}")
        };
        let (milliseconds, kib) = (milliseconds.parse().unwrap(), kib.parse().unwrap());
        Self { domain, call, milliseconds, kib, descriptors, action, text, end }
    }

    /// What is wrong with it, where this text is due.
    fn wrong(&self, due: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(what.to_owned());
            }
        };
        let over = self.milliseconds - f64::from(timeout());
        must(over < OVER, "it ends late");
        must(self.kib <= MOST_KIB, "it takes memory");
        must(self.descriptors == "0", "it leaves a descriptor");
        // Whoever closes with octets unread resets the connection, as time will have it.
        let text = normal(self.text);
        let resets = self.domain.starts_with("closes-").then(|| text.replace("reset", "closed"));
        // Whoever resets at once does it before the connection is seen to stand, or after.
        let at_once = self.domain.starts_with("resets-greeting");
        let early = at_once.then(|| text.replace(": connection", ": greeting: connection"));
        let is_due = |text: Option<&String>| text.is_some_and(|text| *text == due);
        let texts = [Some(&text), resets.as_ref(), early.as_ref()];
        must(texts.into_iter().any(is_due), "another text is due");
        let delivers = due.starts_with("deliver ");
        must((self.action == "deliver") == delivers, "another action is due");
        must(self.action == "deliver" || self.action == "defer", "it is no temporary refusal");
        let late = format!("not done in {} seconds", timeout() / 1_000);
        match self.call {
            "check" => {}
            "connect_host" => must((self.end == "one") == delivers, "a session or none"),
            _ => must(ends(self.domain, &late).contains(&self.end), "the session ends otherwise"),
        }
        wrong
    }
}

/// How a session may end behind a handshake that a domain's server completes.
fn ends<'l>(domain: &str, late: &'l str) -> Vec<&'l str> {
    const IN_ORDER: &str = "the server closed the session";
    const CUT: &str = "connection cut: it ended without close_notify";
    const TICKETS: &str = "TLS: received corrupt message of type HandshakePayloadTooLarge";
    match domain.split(['-', '.']).next().unwrap() {
        "stalls" | "drips" => vec![late],
        "closes" => vec![CUT, "connection reset", "broken pipe"],
        "resets" => vec!["connection reset", "broken pipe"],
        "tickets" => vec![TICKETS, IN_ORDER],
        _ => vec![IN_ORDER],
    }
}

#[test]
fn each_call_ends_in_time_in_little_memory_and_says_what_the_server_did() {
    let Some(build) = build() else { return };
    let program = compiled(&build, "hostile");
    let output = stdout(&in_world(&program, &[&timeout().to_string()]));
    println!("domain\tcall\tms\tKiB\tdescriptors\taction\treason\ttext\tend\n{output}");
    let (lines, texts) = (output.lines().map(Line::of).collect::<Vec<_>>(), texts());
    for call in ["check", "connect_host"] {
        let count = lines.iter().filter(|line| line.call == call).count();
        assert_eq!(count, texts.len(), "{call}: each domain of docs/texts.md");
    }
    let wrong: Vec<String> = lines
        .iter()
        .flat_map(|line| {
            line.wrong(&texts[line.domain]).into_iter().map(move |wrong| (line, wrong))
        })
        .map(|(line, wrong)| format!("{}, {}: {wrong}: {}", line.domain, line.call, line.text))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let most = |of: fn(&Line<'_>) -> f64| lines.iter().map(of).fold(f64::MIN, f64::max);
    let (late, kib) = (most(|line| line.milliseconds), most(|line| line.kib as f64));
    let (calls, timeout) = (lines.len(), timeout());
    println!("{calls} calls: the last ended after {late} ms of {timeout}, {kib} KiB at most");
}

fn soak(calls: u64) {
    let Some(build) = build() else { return };
    let setting = |name| env::var(name).unwrap_or_default();
    let [seed, count] = ["DANE_POLICY_SEED", "DANE_POLICY_CALLS"].map(setting);
    let seed = if seed.is_empty() { "1" } else { &seed };
    let count = if count.is_empty() { calls.to_string() } else { count };
    let program = compiled(&build, "soak");
    let mut command = Command::new(world_binary());
    command.args(["run", "--"]).arg(program).args([seed, &count]);
    // Whoever waits for minutes sees how far it is.
    let status = command.stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn some_thousand_calls_over_sockets() {
    soak(4_000);
}

#[test]
#[ignore = "takes minutes: make soak"]
fn a_hundred_thousand_calls() {
    soak(100_000);
}
