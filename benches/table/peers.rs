//! The programs of build/bench: runs them, and reads the figures that they print, `name figure` a line.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use world::scratch::Scratch;
use world::survey::Survey;

use crate::lab::Lab;

/// What a run has to show, by name.
pub type Figures = BTreeMap<String, f64>;

/// The list of domains that a program gets.
#[derive(Clone, Copy)]
pub enum List {
    /// As many of the survey as is said.
    Survey(usize),
    /// One whose mail host is in another zone.
    Away,
}

/// A program, and what stands after the arguments that all have.
#[derive(Clone, Copy)]
pub struct Peer {
    pub title: &'static str,
    pub program: &'static str,
    pub arguments: &'static [&'static str],
}

impl Peer {
    pub const fn new(
        title: &'static str,
        program: &'static str,
        arguments: &'static [&'static str],
    ) -> Self {
        Self { title, program, arguments }
    }
}

/// Where the programs are, and whom they ask.
pub struct Programs {
    pub lab: Arc<Lab>,
    pub build: PathBuf,
    pub files: Scratch,
}

impl Programs {
    /// With a lab that knows so many domains.
    pub fn new(domains: usize) -> io::Result<Self> {
        let build = env::var_os("DANE_POLICY_BUILD").expect("run `make bench`").into();
        let files = Scratch::new("dane-bench")?;
        let survey = Survey::new(domains);
        fs::write(files.path.join("anchor"), &survey.anchor)?;
        fs::write(files.path.join("domains"), survey.domains.join("\n") + "\n")?;
        fs::write(files.path.join("away"), format!("{}\n", Survey::AWAY))?;
        let lab = Lab::start(Box::new(move |query, over_tcp| survey.answer(query, over_tcp)))?;
        Ok(Self { lab, build, files })
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.build.join("bench").join(program)
    }

    /// Whether `make` could build it.
    pub fn has(&self, peer: &Peer) -> bool {
        self.path(peer.program).exists()
    }

    fn words(&self, peer: &Peer, list: List) -> Vec<String> {
        let file = |name| self.files.path.join(name).display().to_string();
        let (domains, count) = match list {
            List::Survey(count) => ("domains", count),
            List::Away => ("away", 1),
        };
        let mut words = vec![
            self.path(peer.program).display().to_string(),
            self.lab.address.to_string(),
            file("anchor"),
            file(domains),
            count.to_string(),
        ];
        words.extend(peer.arguments.iter().map(|word| (*word).to_owned()));
        words
    }

    /// One run: what it printed, CPU and wall time in milliseconds, peak of memory in KiB, and the queries it cost.
    pub fn run(&self, peer: &Peer, list: List) -> Figures {
        let mut command = Command::new(self.path("measure"));
        command.args(self.words(peer, list));
        let before = self.lab.queries();
        let mut figures = figures(&mut command);
        figures.insert("queries".into(), (self.lab.queries() - before) as f64);
        figures
    }

    /// How often it took from the heap.
    pub fn allocations(&self, peer: &Peer, list: List) -> f64 {
        let words = self.words(peer, list);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("LD_PRELOAD", self.path("allocations.so"));
        figures(&mut command)["allocations"]
    }

    /// System calls and queries; None where strace is not here or may not trace.
    pub fn system_calls(&self, peer: &Peer, list: List) -> Option<(f64, f64)> {
        let counts = self.files.path.join("counts");
        let mut command = Command::new("strace");
        command.args(["-f", "-c", "-o"]).arg(&counts).args(self.words(peer, list));
        let before = self.lab.queries();
        let output = command.output().ok()?;
        let text = fs::read_to_string(counts).ok().filter(|_| output.status.success())?;
        let total = text.lines().find(|line| line.ends_with(" total"))?;
        let calls = total.split_whitespace().nth(3)?.parse().ok()?;
        Some((calls, (self.lab.queries() - before) as f64))
    }
}

/// Runs a command and reads what it printed; whatever fails ends the bench.
pub fn figures(command: &mut Command) -> Figures {
    output(command)
        .lines()
        .filter_map(|line| {
            let (name, figure) = line.split_once(' ')?;
            Some((name.to_owned(), figure.parse().ok()?))
        })
        .collect()
}

pub fn output(command: &mut Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("text")
}

/// The median of one figure over several runs.
pub fn median(runs: &[Figures], name: &str) -> Option<f64> {
    let figures: Option<Vec<f64>> = runs.iter().map(|run| run.get(name).copied()).collect();
    Some(median_of(figures?)).filter(|_| !runs.is_empty())
}

/// The least of one figure over several runs.
pub fn least(runs: &[Figures], name: &str) -> Option<f64> {
    runs.iter().filter_map(|run| run.get(name).copied()).reduce(f64::min)
}

pub fn median_of(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
