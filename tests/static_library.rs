//! The static library that `make` built: what it defines, what it needs, what it links beside.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

mod toolchain;

use toolchain::*;

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// A Rust library that allocates, panics and runs threads, so that it brings all of std along.
const NEIGHBOUR: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn neighbour() -> i32 {
    let thread = std::thread::spawn(|| {
        std::panic::set_hook(Box::new(|_| {}));
        std::panic::catch_unwind(|| panic!("{}", String::from("caught"))).is_err()
    });
    i32::from(thread.join().unwrap())
}
"#;

/// Builds the neighbour; rustc's answer names the libraries that std wants. None where rustc has no std for this machine.
fn neighbour(folder: &Path) -> Option<Output> {
    let source = folder.join("neighbour.rs");
    fs::write(&source, NEIGHBOUR).unwrap();
    let rustc = || {
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let target = env::var("CARGO_BUILD_TARGET");
        rustc.args(target.iter().flat_map(|target| ["--target", target]));
        rustc
    };
    let folder_of_std = run(rustc().arg("--print=target-libdir")).stdout;
    if !Path::new(text(&folder_of_std).trim()).exists() {
        println!("skipped: this rustc has no standard library for the machine");
        return None;
    }
    let mut rustc = rustc();
    rustc.args(["--edition=2024", "--crate-type=staticlib", "--print=native-static-libs"]);
    Some(run(rustc.arg("--out-dir").arg(folder).arg(&source)))
}

#[test]
fn defines_the_public_symbols_and_no_other() {
    let Some(build) = build() else { return };
    let archive = libraries(&build).join("libdane_policy.a");
    let output = run(nm().args(["-g", "--defined-only", "-j"]).arg(archive));
    let defined: BTreeSet<&str> = text(&output.stdout)
        .lines()
        .filter(|line| !line.is_empty() && !line.ends_with(':'))
        .collect();
    let symbols = fs::read_to_string(root().join("abi/symbols.txt")).unwrap();
    let public: BTreeSet<&str> =
        symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(defined, public);
}

/// What a binary with the simulated network of the tests has in it, a text (`src/sim/mod.rs`) and names of functions; and one
/// that is fuzzed, and may take signatures for good.
const OF_TESTS: [&[u8]; 4] = [
    b"dane-policy simulated network",
    b"11dane_policy3sim",
    b"dane-policy takes signatures for good",
    b"11dane_policy7fuzzing",
];

#[test]
fn what_tests_and_fuzzing_need_is_in_no_library() {
    let Some(build) = build() else { return };
    let holds = |path: &Path| {
        let octets = fs::read(path).unwrap();
        OF_TESTS.map(|mark| octets.windows(mark.len()).any(|window| window == mark))
    };
    for name in ["libdane_policy.so", "libdane_policy.a"] {
        assert_eq!(holds(&build.join(name)), [false; 4], "{name}");
    }
}

#[test]
fn links_beside_another_rust_library() {
    let Some(build) = build() else { return };
    let folder = scratch("neighbour");
    if neighbour(&folder).is_none() {
        return;
    }
    let main = folder.join("main.c");
    fs::write(
        &main,
        "#include <stdio.h>\n#include <dane_policy.h>\nint neighbour(void);\n\
         int main(void)\n{\n\tdane_policy_context *context = NULL;\n\
         \tint status = dane_policy_context_new(&context);\n\
         \tprintf(\"%d %d\\n\", status, neighbour());\n\
         \tdane_policy_context_free(context);\n\treturn 0;\n}\n",
    )
    .unwrap();
    let archives = [build.join("libdane_policy.a"), folder.join("libneighbour.a")];
    let order = |first: usize, second: usize| [&archives[first], &archives[second]];
    for (name, archives) in [("ours-first", order(0, 1)), ("ours-last", order(1, 0))] {
        let program = folder.join(name);
        let mut cc = Command::new(compiler());
        cc.args(["-std=c99", "-I"]).arg(root().join("include")).arg("-o").arg(&program).arg(&main);
        run(cc.args(archives).args(private_libraries(&build)));
        assert_eq!(text(&run(&mut Command::new(program)).stdout), "0 1\n");
    }
}

/// The compiler brings libc, and libgcc as it suits the link; by name, -lgcc_s would break `cc -static`.
#[test]
fn names_the_libraries_that_rustc_names() {
    let Some(build) = build() else { return };
    let Some(output) = neighbour(&scratch("native")) else { return };
    let note = "note: native-static-libs: ";
    let wanted = text(&output.stderr).lines().find_map(|line| line.strip_prefix(note)).unwrap();
    let wanted = wanted.split(' ').filter(|library| !["-lgcc_s", "-lc"].contains(library));
    assert_eq!(private_libraries(&build), wanted.collect::<Vec<_>>());
}

#[test]
fn links_without_any_shared_library() {
    let Some(build) = build() else { return };
    let program = scratch("static").join("minimal");
    let mut cc = Command::new(compiler());
    cc.args(["-static", "-I"]).arg(root().join("include")).arg("-o").arg(&program);
    cc.arg(root().join("examples-c/minimal.c")).arg(build.join("libdane_policy.a"));
    cc.args(private_libraries(&build));
    let mut probe = Command::new(compiler());
    let libc = run(probe.arg("-print-file-name=libc.a")).stdout;
    if !Path::new(text(&libc).trim()).is_absolute() {
        assert!(env::var_os("CI").is_none(), "libc.a is missing");
        println!("skipped: libc.a is not here");
        return;
    }
    run(&mut cc);
    let output = Command::new(&program).arg("postmaster@a..b").output().unwrap();
    assert_eq!(output.status.code(), Some(75));
    assert!(text(&output.stdout).starts_with("host or domain name not found"));
}
