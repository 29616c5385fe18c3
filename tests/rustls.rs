//! The library that has rustls-ffi in it, as `make rustls` builds it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod toolchain;

use toolchain::*;

/// The folder with the library; without it there is nothing to test.
fn built() -> Option<PathBuf> {
    let folder = build()?.join("rustls");
    let found = folder.join("libdane_policy_rustls.so").exists();
    assert!(found || env::var_os("CI").is_none(), "libdane_policy_rustls is not built");
    if !found {
        println!("skipped: run `make rustls` first");
    }
    found.then_some(folder)
}

fn dynamic_section(library: &Path) -> String {
    stdout(&run(Command::new("readelf").arg("-d").arg(library)))
}

#[test]
fn what_the_header_promises() {
    let Some(folder) = built() else { return };
    let scratch = scratch("rustls");
    let compile = |name: &str, library: &[&str]| {
        let program = scratch.join(name);
        let mut cc = Command::new(compiler());
        cc.args(STRICT).args(["-g", "-I"]).arg(root().join("include"));
        cc.arg("-I").arg(folder.join("include")).arg("-o").arg(&program);
        run(cc.arg(root().join("tests/c/rustls.c")).args(library));
        program
    };
    let path = folder.display();
    let (search, rpath) = (format!("-L{path}"), format!("-Wl,-rpath,{path}"));
    let archive = format!("{path}/libdane_policy_rustls.a");
    let shared = compile("shared", &[&search, "-ldane_policy_rustls", &rpath]);
    let private = private_libraries(folder.parent().unwrap());
    let needs: Vec<&str> = private.iter().map(String::as_str).collect();
    let fixed = compile("static", &[&[&*archive], &needs[..]].concat());
    for program in [&shared, &fixed] {
        assert_eq!(stdout(&in_world(program, &[])), "rustls: passed\n");
    }
    let needed = dynamic_section(&shared);
    let ours: Vec<&str> =
        needed.lines().filter(|line| line.contains("dane") || line.contains("rustls")).collect();
    assert_eq!(ours.iter().filter(|line| line.contains("(NEEDED)")).count(), 1, "{ours:?}");
}

/// Its name changes with rustls-ffi's version, which promises no stable ABI; so does the version of rustls_... symbols.
#[test]
fn names_and_versions() {
    let Some(folder) = built() else { return };
    let header = fs::read_to_string(folder.join("include/dane_policy_rustls/rustls.h")).unwrap();
    let number = |part: &str| {
        let define = format!("#define RUSTLS_VERSION_{part} ");
        header.lines().find_map(|line| line.strip_prefix(&define)).unwrap()
    };
    let version = ["MAJOR", "MINOR", "PATCH"].map(number).join(".");
    let library = folder.join("libdane_policy_rustls.so");
    let soname = format!("[libdane_policy_rustls-{version}.so.1]");
    assert!(dynamic_section(&library).contains(&soname), "{soname}");

    let mut nm = Command::new("nm");
    nm.args(["-D", "--defined-only", "--with-symbol-versions"]);
    let listing = stdout(&run(nm.arg(&library)));
    let mut exported: Vec<&str> = listing
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .filter(|symbol| symbol.contains('@'))
        .collect();
    exported.sort_unstable();
    let read = |path: PathBuf| fs::read_to_string(path).unwrap();
    let listed =
        [read(root().join("abi/symbols.txt")), read(root().join("abi/rustls/symbols.txt"))];
    let versions = read(folder.join("versions.txt"));
    let node = format!(" RUSTLS_FFI_{version}");
    let theirs = versions.lines().filter(|line| line.ends_with(&node));
    let symbols = listed.iter().flat_map(|list| list.lines()).chain(theirs);
    let mut want: Vec<String> = symbols.map(|line| line.replace(' ', "@@")).collect();
    want.sort_unstable();
    assert_eq!(exported, want);
    let unversioned: Vec<&str> =
        listing.lines().filter(|line| !line.contains('@') && !line.contains(" A ")).collect();
    assert_eq!(unversioned, Vec::<&str>::new());
}

/// The call sequences in the opening comment are code, and stay it.
#[test]
fn the_call_sequences_compile() {
    let Some(folder) = built() else { return };
    let header = fs::read_to_string(root().join("include/dane_policy_rustls.h")).unwrap();
    let comment = header.lines().take_while(|line| *line != " */");
    let code: Vec<&str> = comment
        .filter_map(|line| line.strip_prefix(" *     "))
        .filter(|line| !line.starts_with("cc "))
        .collect();
    assert!(code.iter().any(|line| line.contains("dane_policy_rustls_server_verifier(")));
    let used = "int main(void) { return may_send(0, 0) + shake_hands(0, 0, 0); }";
    let includes = "#include <dane_policy_rustls.h>\n#include <time.h>\n";
    let source = scratch("rustls-sequences").join("call_sequences.c");
    fs::write(&source, format!("{includes}{}\n{used}\n", code.join("\n"))).unwrap();
    let mut cc = Command::new(compiler());
    cc.args(STRICT).arg("-fsyntax-only").arg("-I").arg(root().join("include"));
    run(cc.arg("-I").arg(folder.join("include")).arg(&source));
}
