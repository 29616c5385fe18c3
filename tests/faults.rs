//! What the system does to a process: calls and allocations that fail, limits, signals, forks, sandboxes, clocks that jump. By
//! C programs against the libraries that `make` built. Drawn by chance, as many as `make test` has time for; `make faults`
//! runs all. `DANE_POLICY_SEED` draws the same again.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

mod toolchain;

use toolchain::*;

fn compiled(build: &Path, name: &str) -> [PathBuf; 2] {
    let source = format!("tests/c/faults/{name}.c");
    compile_with(build, &source, &scratch(&format!("faults_{name}")), "-pthread")
}

/// Runs a program in a world, and says how long it took.
fn passes_once(program: &Path, name: &str, arguments: &[&str]) {
    let begun = Instant::now();
    let text = stdout(&in_world(program, arguments));
    println!("{text}in {} s\n", begun.elapsed().as_secs());
    assert!(text.ends_with(&format!("{name}: passed\n")), "{text}");
}

/// Runs a program with each library.
fn passes(name: &str, arguments: &[&str]) {
    let Some(build) = build() else { return };
    for program in compiled(&build, name) {
        passes_once(&program, name, arguments);
    }
}

/// The same with one point in so many, drawn by a seed; all of them is with the shared library alone.
fn passes_sample(name: &str, one_in: u32) {
    let Some(build) = build() else { return };
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let seed = env::var("DANE_POLICY_SEED").unwrap_or_else(|_| now());
    let shared = if env::var_os("DANE_POLICY_FAULTS").is_some() { 1 } else { one_in };
    for (program, one_in) in compiled(&build, name).iter().zip([shared, one_in]) {
        passes_once(program, name, &[&one_in.to_string(), &seed]);
    }
}

/// With 32 bits the system's functions for time and files have other names, and C's time ends in 2038.
fn has_64_bits() -> bool {
    if !cfg!(target_pointer_width = "64") {
        println!("skipped: only with 64 bits");
    }
    cfg!(target_pointer_width = "64")
}

/// Of which the lists of names are.
fn is_x86_64_with_glibc() -> bool {
    let is_it = cfg!(all(target_arch = "x86_64", target_env = "gnu"));
    if !is_it {
        println!("skipped: the names are those of x86-64 with glibc");
    }
    is_it
}

#[test]
fn a_system_call_that_fails_makes_no_decision_wrong() {
    if is_glibc() {
        passes_sample("calls", 120);
    }
}

#[test]
fn an_allocation_that_fails_makes_no_decision_wrong() {
    if is_glibc() {
        passes_sample("heap", 120);
    }
}

#[test]
fn few_descriptors_and_little_memory_make_no_decision_wrong() {
    passes_sample("limits", 40);
}

#[test]
fn a_clock_that_jumps_makes_no_decision_wrong() {
    if has_64_bits() {
        passes_sample("clocks", 100);
    }
}

/// Whose monotonic clock is far from that of the machine.
#[test]
fn a_time_namespace_changes_nothing() {
    let Some(build) = build().filter(|_| has_64_bits()) else { return };
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--time", "--monotonic", "1000000000", "--boottime", "1000000000"]);
        unshare
    };
    let can = unshare().arg("true").output().is_ok_and(|output| output.status.success());
    if !can {
        assert!(env::var_os("CI").is_none(), "no time namespace: unshare(1) and root are missing");
        println!("skipped: a time namespace needs unshare(1) and root");
        return;
    }
    let [program, _] =
        compile_with(&build, "tests/c/faults/clocks.c", &scratch("faults_namespace"), "-pthread");
    let output = run(unshare().arg(world_binary()).args(["run", "--"]).arg(program).arg("1000"));
    assert!(stdout(&output).ends_with("clocks: passed\n"));
}

#[test]
fn signals_change_no_decision() {
    passes("signals", &[]);
}

#[test]
fn descriptors_0_to_2_are_never_used() {
    passes("standard", &[]);
}

/// Also by vfork(2).
#[test]
fn children_of_a_process_with_threads_make_calls_of_their_own() {
    passes("forks", &[]);
}

/// With the library beside it, and inside it.
#[test]
fn a_plugin_is_loaded_and_unloaded_a_thousand_times() {
    let Some(build) = build() else { return };
    let folder = scratch("faults_library");
    let plugin = "tests/c/faults/plugin.c";
    let plugins = compile_with(&build, plugin, &folder, "-shared -fPIC");
    let program = folder.join("library");
    let include = format!("-I{}", root().join("include").display());
    let mut cc = Command::new(compiler());
    cc.args(STRICT).args(["-g", &include, "-pthread", "-o"]).arg(&program);
    run(cc.arg(root().join("tests/c/faults/library.c")).arg("-ldl"));
    for plugin in plugins {
        passes_once(&program, "library", &[plugin.to_str().unwrap()]);
    }
}

/// The names that stand in dane-policy(7) below each line of SYSTEM CALLS.
fn listed_calls() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/man/dane-policy.7.scd")).unwrap();
    let (_, section) = page.split_once("\n# SYSTEM CALLS\n").unwrap();
    let (section, _) = section.split_once("\n# ").unwrap();
    section.lines().filter_map(|line| line.strip_prefix('\t')).map(str::to_owned).collect()
}

/// The system calls that the page lists, and an empty root.
#[test]
fn a_sandbox_needs_to_allow_what_the_page_lists() {
    if !is_x86_64_with_glibc() {
        return;
    }
    let lists = listed_calls();
    let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
    passes("sandbox", &lists);
}

/// What the library takes of the system and no test makes fail, each for its reason.
const NEVER_FAILS: [&[&str]; 5] = [
    // No system call, or none that can fail.
    &["abort", "bcmp", "getenv", "getpid", "memcmp", "memcpy", "memmove", "memset", "strlen"],
    // By tests/c/faults/heap.c.
    &["calloc", "free", "malloc", "posix_memalign", "realloc"],
    // What belongs to a thread, and unwinding.
    &[
        "dl_iterate_phdr",
        "gettid",
        "pthread_mutex_lock",
        "pthread_mutex_unlock",
        "pthread_once",
        "pthread_setcancelstate",
    ],
    // Of the standard library, for the text of a panic, which is never written.
    &["getcwd", "lseek64", "mmap64", "munmap", "readlink", "realpath", "stat64", "write"],
    // Only where statx(2) is missing; only for a name server with the name of an interface.
    &["fstat64", "if_nametoindex"],
];
/// The same, of unwinding by the libgcc of GCC 13 and later.
const MAY_BE_THERE: [&str; 2] = ["pthread_cond_broadcast", "pthread_cond_wait"];

#[test]
fn each_function_of_the_system_is_made_to_fail() {
    let Some(build) = build().filter(|_| is_x86_64_with_glibc()) else { return };
    let names = |file: &Path, which: &str| -> BTreeSet<String> {
        let listing = stdout(&run(nm().args(["-D", which]).arg(file)));
        let names = listing.lines().filter_map(|line| line.rsplit(' ').next());
        names.map(|name| name.split('@').next().unwrap().to_owned()).collect()
    };
    let wanted = names(&build.join("libdane_policy.so"), "--undefined-only");
    let folder = scratch("faults_names");
    let [program, _] = compile_with(&build, "tests/c/faults/calls.c", &folder, "");
    let failing = names(&program, "--defined-only");
    let known: BTreeSet<&str> = NEVER_FAILS.concat().into_iter().collect();
    let left: Vec<&String> = wanted
        .iter()
        .filter(|name| !name.starts_with('_') && !failing.contains(*name))
        .filter(|name| !known.contains(name.as_str()) && !MAY_BE_THERE.contains(&name.as_str()))
        .collect();
    assert!(left.is_empty(), "nothing makes these fail: {left:?}");
    let gone: Vec<&&str> = known.iter().filter(|name| !wanted.contains(**name)).collect();
    assert!(gone.is_empty(), "these are not called: {gone:?}");
}
