//! What the library as it ships takes of a machine, whatever the machine: system calls, the heap, instructions, octets of its
//! own. `tests/counters.txt` has what may be; queries and round trips are counted in `src/sim/servers.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use world::World;

mod limits;
mod toolchain;

use limits::{Counted, hold};
use toolchain::*;

/// The work that is counted, as `tests/c/counters.c` calls it, behind `verify` the record; and how often for its instructions.
const WORKS: [(&str, u64); 9] = [
    ("context", 10),
    ("cold-validate", 1),
    ("cold-trust-ad", 1),
    ("warm-validate", 1),
    ("warm-trust-ad", 1),
    ("verify 3 1 1", 100),
    ("verify 2 1 1", 10),
    ("decide", 1_000),
    ("getter", 1_000),
];

/// The program of `tests/c/counters.c` in a world, and the kinds of work that it has.
struct Counters {
    folder: PathBuf,
    program: PathBuf,
    variables: [(&'static str, String); 3],
    /// Files of chains to verify, by what matches.
    chains: [(&'static str, Vec<PathBuf>); 2],
}

/// How often a work is done whose replies may come one by one, even so.
const RUNS: u32 = 9;
/// When all is asked that is asked together.
const QUIET: Duration = Duration::from_millis(20);

/// One for all tests, and one test at a time: what else is done changes how replies come together.
static COUNTERS: Mutex<Option<Counters>> = Mutex::new(None);

impl Counters {
    fn new(build: &Path) -> Self {
        let world = World::without_sockets();
        let folder = scratch("counters");
        let anchor = folder.join("anchor");
        fs::write(&anchor, &world.anchor).unwrap();
        let name_server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let variables = [
            ("DANE_WORLD_NAMESERVER", name_server.local_addr().unwrap().to_string()),
            ("DANE_WORLD_PORT", world.smtp_port.to_string()),
            ("DANE_WORLD_ANCHOR", anchor.display().to_string()),
        ];
        thread::spawn(move || serve(&world, &name_server));
        let chains = world::chains::timed();
        let chains = [("3 1 1", 0), ("2 1 1", 1)].map(|(name, number)| {
            let (title, case) = &chains[number];
            assert!(title.starts_with(name) && title.contains("P-256"), "{title}");
            let (usage, selector, matching_type, data) = &case.records[0];
            let rdata = [&[*usage, *selector, *matching_type], &data[..]].concat();
            let write = |(place, octets): (usize, &Vec<u8>)| {
                let file = folder.join(format!("{number}-{place}"));
                fs::write(&file, octets).unwrap();
                file
            };
            (name, [&rdata].into_iter().chain(&case.chain).enumerate().map(write).collect())
        });
        // The libraries from where they were installed: as they ship, without debug information.
        let program = folder.join("program");
        let (include, from) = (root().join("include"), libraries(build));
        let mut cc = Command::new(compiler());
        cc.args(STRICT).args(["-O2", "-I"]).arg(include).arg("-o").arg(&program);
        cc.arg(root().join("tests/c/counters.c")).arg("-L").arg(&from).arg("-ldane_policy");
        run(cc.arg(format!("-Wl,-rpath,{}", from.display())));
        Self { folder, program, variables, chains }
    }

    /// Has a command, which may be a tool that runs the program, do so much work.
    fn work<'c>(&self, command: &'c mut Command, work: &str, times: u64) -> &'c mut Command {
        let (work, files) = match work.split_once(' ') {
            Some((work, kind)) => {
                (work, &self.chains.iter().find(|it| it.0 == kind).unwrap().1[..])
            }
            None => (work, &[][..]),
        };
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.args([work, &times.to_string()]).args(files).envs(variables)
    }
}

/// Answers what is asked together when it has been quiet for a while, all at once and always in the same order: what comes when
/// changes which allocations and waits there are.
fn serve(world: &World, socket: &UdpSocket) {
    let (mut asked, mut room) = (Vec::new(), [0; 512]);
    socket.set_read_timeout(Some(QUIET)).unwrap();
    loop {
        if let Ok((length, client)) = socket.recv_from(&mut room) {
            asked.push((room[12..length].to_vec(), room[..length].to_vec(), client));
            continue;
        }
        asked.sort();
        let answers =
            |(_, query, client): (_, Vec<u8>, _)| Some((world.answer(&query, false)?, client));
        for (reply, client) in asked.drain(..).filter_map(answers).collect::<Vec<_>>() {
            socket.send_to(&reply, client).unwrap();
        }
    }
}

/// Runs a test, unless nothing was built.
fn with_counters(test: impl FnOnce(&Counters)) {
    let Some(build) = build() else { return };
    let mut counters = COUNTERS.lock().unwrap_or_else(PoisonError::into_inner);
    test(counters.get_or_insert_with(|| Counters::new(&build)));
}

/// The first line that a program says of its version.
fn version(program: &str) -> String {
    let text = stdout(&run(Command::new(program).arg("--version")));
    text.lines().next().unwrap().to_owned()
}

/// What made the library and the program.
fn compilers() -> String {
    format!("{}, {}", version("rustc"), version(compiler().to_str().unwrap()))
}

/// The fewest of some runs.
fn fewest<T: Ord>(runs: u32, run: impl Fn() -> Option<T>) -> Option<T> {
    (0..runs).map(|_| run()).min()?
}

/// System calls of a run by name, and how many of them failed.
fn traced(counters: &Counters, work: &str, times: u64) -> BTreeMap<String, (u64, u64)> {
    let file = counters.folder.join("calls");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-o"]).args([&file, &counters.program]);
    run(counters.work(&mut strace, work, times));
    let text = fs::read_to_string(&file).unwrap();
    let row = |line: &str| {
        let row: Vec<&str> = line.split_whitespace().collect();
        let calls = row.get(3)?.parse().ok()?;
        let failed = if row.len() == 6 { row[4].parse().unwrap() } else { 0 };
        Some((row[row.len() - 1].to_owned(), (calls, failed)))
    };
    text.lines().filter_map(row).filter(|(name, _)| name != "total").collect()
}

/// Those of one time more, the fewest of some runs.
fn of_one_more(counters: &Counters, work: &str) -> BTreeMap<String, u64> {
    let [one, two] =
        [1, 2].map(|times| fewest(RUNS, || Some(traced(counters, work, times))).unwrap());
    let before = |name: &str| one.get(name).map_or(0, |(calls, _)| *calls);
    let more = |(name, (calls, _)): (String, (u64, u64))| {
        let more = calls.saturating_sub(before(&name));
        (name, more)
    };
    two.into_iter().map(more).collect()
}

#[test]
#[ignore = "of CI's machine: cargo test -- --include-ignored"]
fn system_calls_are_as_few_as_before() {
    with_counters(|counters| {
        if !have("strace") {
            return;
        }
        let mut counted = Counted::new();
        let mut count = |work: &str, calls: BTreeMap<String, u64>| {
            let calls = calls.into_iter().filter(|(_, calls)| *calls > 0);
            counted.extend(calls.map(|(name, calls)| (format!("{work}: {name}"), calls)));
        };
        // Where the loader looks in vain depends on the processor.
        let start = traced(counters, "nothing", 0).into_iter();
        let start = start.map(|(name, (calls, failed))| (name, calls - failed));
        count("start of a process", start.collect());
        for work in ["context", "cold-validate", "cold-trust-ad", "warm-validate", "warm-trust-ad"]
        {
            count(work, of_one_more(counters, work));
        }
        hold(&[("system calls", &version("ldd"), counted)]);
    });
}

#[test]
#[ignore = "of CI's machine: cargo test -- --include-ignored"]
fn the_heap_is_asked_as_seldom_as_before() {
    with_counters(|counters| {
        let (mut allocations, mut octets) = (Counted::new(), Counted::new());
        for (work, _) in WORKS {
            // The first time has what is done once in a process.
            let once = || {
                let mut program = Command::new(&counters.program);
                let text = stdout(&run(counters.work(&mut program, work, 2)));
                let mut numbers = text.split(' ').filter_map(|word| word.parse().ok());
                Some((numbers.next()?, numbers.next()?))
            };
            let (count, most) = fewest(RUNS, once).unwrap();
            allocations.push((work.into(), count));
            octets.push((work.into(), most));
        }
        hold(&[("allocations", "", allocations), ("octets allocated at once", "", octets)]);
    });
}

#[cfg(target_arch = "x86_64")]
#[test]
#[ignore = "takes a quarter of a minute: cargo test -- --include-ignored"]
fn instructions_are_as_few_as_before() {
    with_counters(|counters| {
        let count = |work: &str, times| {
            // What little comes by chance is far below the tolerance.
            let runs = if work.contains('-') { 3 } else { 1 };
            fewest(runs, || {
                instructions(counters.work(&mut counted(&counters.program), work, times))
            })
        };
        let mut found = Counted::new();
        let Some(start) = count("nothing", 0) else { return };
        found.push(("start of a process".into(), start));
        for (work, times) in WORKS {
            let [Some(one), Some(more)] = [1, 1 + times].map(|times| count(work, times)) else {
                return;
            };
            found.push((work.into(), (more - one) / times));
            if work.starts_with("cold") {
                found.push((format!("process: start, {work}, end"), one));
            }
        }
        // The library's signature checks have code of their own for it.
        let processor = if is_x86_feature_detected!("avx2") { "AVX2" } else { "no AVX2" };
        hold(&[("instructions", &format!("{}, {processor}", compilers()), found)]);
    });
}

#[test]
#[ignore = "of CI's compilers: cargo test -- --include-ignored"]
fn the_library_is_as_small_as_before() {
    let Some(build) = build() else { return };
    let library = libraries(&build).join("libdane_policy.so");
    let octets = fs::metadata(&library).unwrap().len();
    let text = stdout(&run(Command::new("readelf").args(["-d", "-W"]).arg(&library)));
    let needed =
        text.lines().filter_map(|line| line.split_once("Shared library: [")?.1.split(']').next());
    let needed = needed.map(|name| (name.to_owned(), 1)).collect();
    let octets = vec![("libdane_policy.so, stripped".into(), octets)];
    hold(&[("octets of the library", &compilers(), octets), ("libraries needed", "", needed)]);
}
