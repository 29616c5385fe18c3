//! The rows of the table. Those who are compared run in turn, so that a busy machine slows all of them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use world::World;

use crate::floor::{self, Floor};
use crate::lab::Lab;
use crate::peers::{Figures, List, Peer, Programs, figures, least, median, output};

pub const DOMAINS: usize = 2000;

const COLD_ROUNDS: usize = 5;
const PROCESS_ROUNDS: usize = 41;
const TRIP_ROUNDS: usize = 9;
const CALL_ROUNDS: usize = 5;
/// Milliseconds, where round trips are counted.
const DELAY: u64 = 50;
const FINGER: &str = "/usr/sbin/posttls-finger";
/// How wide `verifiers` prints a name.
const VERIFIER: usize = 34;
/// Domains of the rows about system calls and allocations, beside a first one that finds nothing known.
const FURTHER: usize = 200;

const MULTI: Peer = Peer::new("libdane-policy, 64 in flight", "lookups", &["validate", "64"]);
const BLOCKING: Peer =
    Peer::new("libdane-policy, one after another", "lookups", &["validate", "0"]);
const THREADS: Peer =
    Peer::new("libdane-policy, 64 threads", "lookups", &["validate", "64", "threads"]);
const THREADS_AD: Peer =
    Peer::new("libdane-policy trust-ad, 64 threads", "lookups", &["trust-ad", "64", "threads"]);
const MULTI_AD: Peer =
    Peer::new("libdane-policy trust-ad, 64 in flight", "lookups", &["trust-ad", "64"]);
const BLOCKING_AD: Peer =
    Peer::new("libdane-policy trust-ad, one by one", "lookups", &["trust-ad", "0"]);
const UNBOUND_ASYNC: Peer = Peer::new("libunbound, 64 in flight", "unbound", &["64"]);
const UNBOUND: Peer = Peer::new("libunbound, one after another", "unbound", &["0"]);
const NQUERY: Peer = Peer::new("res_nquery, AD bit", "nquery", &[]);
const SOCKET_EACH: Peer = Peer::new("floor: a socket a query", "stub", &["each"]);
const SOCKET_SHARED: Peer = Peer::new("floor: one socket for all", "stub", &["shared"]);
const CONTEXT: Peer = Peer::new("libdane-policy, context", "context", &[]);
const NOTHING: Peer = Peer::new("floor: a program that does nothing", "nothing", &[]);

/// The parts of the table, or those of them that are named.
pub fn run(programs: &Programs, named: &[String]) {
    println!(
        "Medians; of round trips the least, for whatever else runs adds to them. CPU is that of the program alone.\n\
         \"times\" is the first figure beside that of the first line of its part.\n"
    );
    let floors = floor::measure();
    let signature = floors
        .iter()
        .find(|floor| floor.signatures > 0)
        .map(|floor| floor.floor / floor.signatures as f64 / 1e3)
        .expect("a chain with signatures");
    let parts: [(&str, &dyn Fn()); 10] = [
        ("cold", &|| {
            cold(programs, "validate", &[MULTI, BLOCKING, THREADS, UNBOUND_ASYNC], Some(signature));
            let peers = [MULTI_AD, BLOCKING_AD, THREADS_AD, NQUERY, SOCKET_EACH, SOCKET_SHARED];
            cold(programs, "trust-ad", &peers, None);
        }),
        ("process", &|| process(programs, signature)),
        ("context", &|| context(programs)),
        ("trips", &|| round_trips(programs)),
        ("check", &|| whole_check(programs)),
        ("verify", &|| verification(programs, &floors)),
        ("calls", &|| calls(programs)),
        ("heap", &|| allocations(programs)),
        ("system", &|| system_calls(programs)),
        ("size", &|| size(programs)),
    ];
    for (name, part) in parts {
        if named.is_empty() || named.iter().any(|named| named == name) {
            part();
        }
    }
}

/// A title, and what stands in the columns below it.
pub fn head(title: &str, columns: &[&str]) {
    print!("{title:<44}");
    columns.iter().for_each(|column| print!("{column:>9}"));
    println!();
}

/// A line; its last column is the first figure in times of another, where there is one.
pub fn line(title: &str, figures: &[Option<f64>], base: Option<f64>) {
    print!("  {title:<42}");
    let times = figures[0].zip(base).map(|(figure, base)| figure / base);
    for figure in figures.iter().chain(base.map(|_| &times)) {
        match figure {
            Some(figure) if *figure >= 1000.0 => print!("{figure:>9.0}"),
            Some(figure) if *figure >= 10.0 => print!("{figure:>9.1}"),
            Some(figure) => print!("{figure:>9.3}"),
            None => print!("{:>9}", "-"),
        }
    }
    println!();
}

fn is_missing(programs: &Programs, peer: &Peer) -> bool {
    let is_missing = !programs.has(peer);
    if is_missing {
        println!("  {:<42}  not installed", peer.title);
    }
    is_missing
}

/// Runs peer after peer, so many rounds, after one that nobody counts.
fn in_turn(programs: &Programs, peers: &[Peer], list: List, rounds: usize) -> Vec<Vec<Figures>> {
    let mut runs = vec![Vec::new(); peers.len()];
    for round in 0..=rounds {
        for (peer, runs) in peers.iter().zip(&mut runs) {
            if programs.has(peer) {
                let figures = programs.run(peer, list);
                if round > 0 {
                    runs.push(figures);
                }
            }
        }
    }
    runs
}

fn cold(programs: &Programs, mode: &str, peers: &[Peer], signature: Option<f64>) {
    head(
        &format!("{DOMAINS} cold domains, {mode}; each:"),
        &["CPU ms", "queries", "peak MB", "p50 ms", "p99 ms", "p999 ms", "times"],
    );
    let runs = in_turn(programs, peers, List::Survey(DOMAINS), COLD_ROUNDS);
    let each = |runs: &[Figures], name| median(runs, name).map(|sum| sum / DOMAINS as f64);
    let base = each(&runs[0], "cpu");
    for (peer, runs) in peers.iter().zip(&runs) {
        if is_missing(programs, peer) {
            continue;
        }
        let peak = median(runs, "rss").map(|kib| kib / 1024.0);
        let waited = ["p50", "p99", "p999"].map(|name| median(runs, name));
        let figures = [each(runs, "cpu"), each(runs, "queries"), peak];
        line(peer.title, &[&figures[..], &waited].concat(), base);
    }
    if let Some(signature) = signature {
        let none = [None; 5];
        line(
            "floor: six signature checks by ring",
            &[&[Some(6.0 * signature)][..], &none].concat(),
            base,
        );
    }
    println!();
}

fn process(programs: &Programs, signature: f64) {
    head(
        "A process: context, one cold lookup, exit",
        &["CPU ms", "wall ms", "queries", "peak MB", "times"],
    );
    let peers = [BLOCKING, BLOCKING_AD, UNBOUND, NQUERY, NOTHING];
    let runs = in_turn(programs, &peers, List::Survey(1), PROCESS_ROUNDS);
    let base = median(&runs[0], "cpu");
    for (peer, runs) in peers.iter().zip(&runs) {
        if !is_missing(programs, peer) {
            let figures = ["cpu", "wall", "queries"].map(|name| median(runs, name));
            let peak = median(runs, "rss").map(|kib| kib / 1024.0);
            line(peer.title, &[&figures[..], &[peak]].concat(), base);
        }
    }
    let start = median(&runs[4], "cpu").map(|start| start + 9.0 * signature);
    line("floor: that and nine signature checks", &[start, None, None, None], base);
    println!();
}

fn context(programs: &Programs) {
    head("A process: context made and freed", &["CPU ms", "over 0", "peak MB", "times"]);
    let none = Peer { title: "libunbound, context", ..UNBOUND };
    let peers = [CONTEXT, none, NOTHING];
    let runs = in_turn(programs, &peers, List::Survey(0), PROCESS_ROUNDS);
    let (base, start) = (median(&runs[0], "cpu"), median(&runs[2], "cpu"));
    for (peer, runs) in peers.iter().zip(&runs) {
        if !is_missing(programs, peer) {
            let cpu = median(runs, "cpu");
            let over = cpu.zip(start).map(|(cpu, start)| cpu - start);
            line(peer.title, &[cpu, over, median(runs, "rss").map(|kib| kib / 1024.0)], base);
        }
    }
    println!();
}

fn round_trips(programs: &Programs) {
    programs.lab.set_weather(DELAY, 0);
    let peers = [BLOCKING, BLOCKING_AD, UNBOUND, NQUERY];
    for (title, list) in [
        ("One cold lookup, MX host in its own zone", List::Survey(1)),
        ("One cold lookup, MX host in another zone", List::Away),
    ] {
        head(title, &["trips", "queries", "times"]);
        let runs = in_turn(programs, &peers, list, TRIP_ROUNDS);
        let trips = |runs: &[Figures]| least(runs, "p50").map(|waited| waited / DELAY as f64);
        for (peer, its) in peers.iter().zip(&runs) {
            if !is_missing(programs, peer) {
                line(peer.title, &[trips(its), median(its, "queries")], trips(&runs[0]));
            }
        }
        println!();
    }
    programs.lab.set_weather(0, 0);
}

/// DNS and SMTP up to the judgement and QUIT, with servers of the world.
fn whole_check(programs: &Programs) {
    let world = Arc::new(World::start().expect("a world"));
    world.set_round_trip(DELAY);
    let answering = world.clone();
    let lab = Lab::start(Box::new(move |query, over_tcp| answering.answer(query, over_tcp)))
        .expect("a lab");
    lab.set_weather(DELAY, 0);
    let anchor = programs.files.path.join("world");
    fs::write(&anchor, &world.anchor).expect("an anchor");
    let (port, nameserver) = (world.smtp_port.to_string(), lab.address.to_string());
    let ours = |mode| {
        let mut command = Command::new(programs.path("measure"));
        command.arg(programs.build.join("dane-check"));
        command.args(["--nameserver", &nameserver, "--port", &port, "--dnssec", mode]);
        command.arg("--trust-anchor").arg(&anchor).arg("good.test");
        command
    };
    let mut theirs = Command::new(programs.path("measure"));
    theirs.args([FINGER, "-l", "dane", &format!("good.test:{port}")]);
    theirs.env("DANE_LAB_NAMESERVER", &nameserver);
    theirs.env("LD_PRELOAD", programs.path("redirect.so"));
    let mut peers = vec![
        ("dane-check, validate", ours("validate"), Vec::new()),
        ("dane-check, trust-ad", ours("trust-ad"), Vec::new()),
    ];
    if Path::new(FINGER).exists() {
        peers.push(("posttls-finger, AD bit", theirs, Vec::new()));
    }
    for _ in 0..TRIP_ROUNDS {
        for (_, command, runs) in &mut peers {
            runs.push(figures(command));
        }
    }
    head("One check, DNS and SMTP, MX host in its zone", &["trips", "CPU ms", "times"]);
    let trips = |runs: &[Figures]| least(runs, "wall").map(|waited| waited / DELAY as f64);
    let base = trips(&peers[0].2);
    for (title, _, runs) in &peers {
        line(title, &[trips(runs), median(runs, "cpu")], base);
    }
    if peers.len() == 2 {
        println!("  {:<42}  not installed", "posttls-finger");
    }
    println!();
}

/// What `verifiers` printed, each chain beside its floor.
fn verification(programs: &Programs, floors: &[Floor]) {
    let build = &programs.build;
    let chains = build.join("chains.txt");
    let text = output(Command::new(build.join("verifiers")).arg("times").arg(chains));
    text.lines().filter(|line| line.starts_with("skipped")).for_each(|line| println!("{line}"));
    for floor in floors {
        head(&format!("Verify {}", floor.title), &["us", "allocs", "times"]);
        let its = text.lines().skip_while(|line| *line != floor.title).skip(1);
        for (title, rest) in
            its.map_while(|line| line.strip_prefix("  ")).map(|line| line.split_at(VERIFIER))
        {
            let words: Vec<f64> =
                rest.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let [microseconds, times, allocations] = words[..] else { panic!("{rest}") };
            let base = Some(microseconds / times);
            line(title.trim_end(), &[Some(microseconds), Some(allocations)], base);
        }
        let base = Some(floor.whole);
        line("libdane-policy from Rust", &[Some(floor.whole), None], base);
        let title = if floor.signatures > 0 {
            "floor: its signature checks by ring"
        } else {
            "floor: the digest of its key"
        };
        line(title, &[Some(floor.floor), None], base);
        println!();
    }
}

fn calls(programs: &Programs) {
    head("A call across the C border", &["ns", "times"]);
    let path = programs.path("calls");
    let runs: Vec<Figures> = (0..CALL_ROUNDS).map(|_| figures(&mut Command::new(&path))).collect();
    let base = median(&runs, "random");
    for (title, name) in [
        ("decide, arguments at random", "random"),
        ("decide, always the same", "constant"),
        ("a getter", "getter"),
        ("a getter, two threads", "threads"),
        ("floor: an empty exported function", "empty"),
    ] {
        line(title, &[median(&runs, name)], base);
    }
    println!();
}

fn allocations(programs: &Programs) {
    head("Taken from the heap, times", &["first", "further", "times"]);
    let mut base = None;
    for peer in [BLOCKING, MULTI, BLOCKING_AD, MULTI_AD, UNBOUND, UNBOUND_ASYNC, NQUERY] {
        if is_missing(programs, &peer) {
            continue;
        }
        let count = |domains| programs.allocations(&peer, List::Survey(domains));
        let (none, one, more) = (count(0), count(1), count(1 + FURTHER));
        let first = one - none;
        base = base.or(Some(first));
        line(peer.title, &[Some(first), Some((more - one) / FURTHER as f64)], base);
    }
    println!();
}

fn system_calls(programs: &Programs) {
    head("System calls of a further cold domain", &["a query", "each", "times"]);
    let mut base = None;
    for peer in [BLOCKING, MULTI, BLOCKING_AD, MULTI_AD, UNBOUND_ASYNC, NQUERY, SOCKET_EACH] {
        if is_missing(programs, &peer) {
            continue;
        }
        let count = |domains| programs.system_calls(&peer, List::Survey(domains));
        let (Some((first, asked)), Some((calls, queries))) = (count(1), count(1 + FURTHER)) else {
            println!("  no strace, or it may not trace");
            break;
        };
        let a_query = (calls - first) / (queries - asked);
        base = base.or(Some(a_query));
        line(peer.title, &[Some(a_query), Some((calls - first) / FURTHER as f64)], base);
    }
    println!();
}

fn size(programs: &Programs) {
    let stripped = programs.files.path.join("stripped.so");
    let mut strip = Command::new("strip");
    strip.args(["--strip-unneeded", "-o"]).arg(&stripped);
    output(strip.arg(programs.build.join("libdane_policy.so")));
    let octets = fs::metadata(stripped).expect("a stripped library").len();
    head("The shared library, stripped", &["MB"]);
    line("libdane_policy.so", &[Some(octets as f64 / 1e6)], None);
}
