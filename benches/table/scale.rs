//! Very many domains through dane-check: by one process and by several, and from a resolver that is slow and loses.

use std::fs;
use std::process::{Child, Command, Stdio};

use crate::peers::Programs;
use crate::rows::{head, line};

pub const DOMAINS: usize = 100_000;
/// Domains where processes share a list, and where the resolver is slow.
const SHARED: usize = 20_000;
const SLOW: usize = 5_000;
const JOBS: &str = "256";
/// Milliseconds until a reply comes, where one query in a hundred is lost.
const DELAYS: [u64; 4] = [0, 10, 50, 300];
const LOSS: u64 = 1;

/// What one run has to show.
#[derive(Default)]
struct Run {
    /// Milliseconds of each domain.
    waited: Vec<f64>,
    cpu: f64,
    wall: f64,
    peak: f64,
}

pub fn run(programs: &Programs) {
    println!("dane-check --dns-only --json --jobs {JOBS}, and a lab that signs as it is asked.\n");
    for mode in ["validate", "trust-ad"] {
        columns(&format!("One process, {mode}; domains:"));
        for count in [DOMAINS / 100, DOMAINS / 10, DOMAINS] {
            tell(programs, &count.to_string(), mode, count, 1);
        }
        println!();
    }
    columns(&format!("{SHARED} domains, validate; processes:"));
    for processes in [1, 2, 4] {
        tell(programs, &processes.to_string(), "validate", SHARED, processes);
    }
    println!();
    columns(&format!("{SLOW} domains, validate, {LOSS} % lost; delay:"));
    for delay in DELAYS {
        programs.lab.set_weather(delay, LOSS);
        tell(programs, &format!("{delay} ms"), "validate", SLOW, 1);
    }
}

fn columns(title: &str) {
    head(title, &["CPU ms", "queries", "peak MB", "p50 ms", "p99 ms", "p999 ms", "a second"]);
}

/// Looks the first domains up by so many processes, each with its share, and prints a line; CPU and queries are those of a
/// domain, memory is that of the largest.
fn tell(programs: &Programs, title: &str, mode: &str, count: usize, processes: usize) {
    let before = programs.lab.queries();
    let children: Vec<Child> =
        (0..processes).map(|number| start(programs, mode, count, processes, number)).collect();
    let runs: Vec<Run> = children.into_iter().map(finish).collect();
    let queries = (programs.lab.queries() - before) as f64;
    let mut waited: Vec<f64> = runs.iter().flat_map(|run| run.waited.iter().copied()).collect();
    assert_eq!(waited.len(), count, "a domain is missing");
    waited.sort_by(f64::total_cmp);
    let per_mille = |share: usize| Some(waited[(count - 1) * share / 1000]);
    let most = |figure: fn(&Run) -> f64| runs.iter().map(figure).fold(0.0, f64::max);
    let domains = count as f64;
    let figures = [
        Some(runs.iter().map(|run| run.cpu).sum::<f64>() / domains),
        Some(queries / domains),
        Some(most(|run| run.peak) / 1024.0),
        per_mille(500),
        per_mille(990),
        per_mille(999),
        Some(domains * 1e3 / most(|run| run.wall)),
    ];
    line(title, &figures, None);
}

fn start(programs: &Programs, mode: &str, count: usize, processes: usize, number: usize) -> Child {
    let list = fs::read_to_string(programs.files.path.join("domains")).expect("a list");
    let its: Vec<&str> = list.lines().take(count).skip(number).step_by(processes).collect();
    let file = programs.files.path.join(format!("part{number}"));
    fs::write(&file, its.join("\n") + "\n").expect("a list");
    let mut command = Command::new(programs.path("measure"));
    command.arg(programs.build.join("dane-check"));
    command.args(["--dns-only", "--json", "--jobs", JOBS, "--dnssec", mode]);
    command.args(["--nameserver", &programs.lab.address.to_string()]);
    command.arg("--trust-anchor").arg(programs.files.path.join("anchor"));
    command.arg("--input").arg(file).stdout(Stdio::piped());
    command.spawn().expect("measure")
}

/// Reads one JSON object a domain, then what `measure` says.
fn finish(child: Child) -> Run {
    let output = child.wait_with_output().expect("its output");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut run = Run::default();
    for line in text.lines() {
        if let Some((_, waited)) = line.rsplit_once("\"elapsed_ms\":") {
            run.waited.push(waited.trim_end_matches('}').parse().expect("milliseconds"));
            continue;
        }
        let (name, figure) = line.split_once(' ').expect("a figure");
        let figure = figure.parse().expect("a figure");
        match name {
            "cpu" => run.cpu = figure,
            "wall" => run.wall = figure,
            _ => run.peak = figure,
        }
    }
    run
}
