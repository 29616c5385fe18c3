//! The committed header is the one that `src/ffi` gives.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "../abi/header.rs"]
mod header;
mod toolchain;

#[test]
fn the_committed_headers_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, generated) in header::all(root) {
        let committed = fs::read_to_string(root.join("include").join(name)).unwrap();
        assert!(committed == generated, "include/{name} is stale: run `make header`");
    }
}

#[track_caller]
fn assert_declare(headers: &[&str], symbols: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name| fs::read_to_string(root.join("include").join(name)).unwrap();
    let header: String = headers.iter().map(read).collect();
    let code = header.lines().filter(|line| !line.starts_with([' ', '/', '#']));
    let code = code.filter(|line| !line.starts_with("static inline"));
    let declared: Vec<&str> = code
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("dane_policy_"))
        .collect();
    let symbols = fs::read_to_string(root.join("abi").join(symbols)).unwrap();
    let listed: Vec<&str> = symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    let unlisted: Vec<_> = declared.iter().filter(|name| !listed.contains(name)).collect();
    let undeclared: Vec<_> = listed.iter().filter(|name| !declared.contains(name)).collect();
    assert!(unlisted.is_empty(), "abi/ lacks {unlisted:?}");
    assert!(undeclared.is_empty(), "{headers:?}: without {undeclared:?}");
}

#[test]
fn every_function_of_a_header_is_an_exported_symbol_and_no_other() {
    assert_declare(&["dane_policy.h", "dane_policy_diagnosis.h"], "symbols.txt");
    assert_declare(&["dane_policy_rustls.h"], "rustls/symbols.txt");
}

/// The call sequences in the opening comments are code, and stay it.
#[test]
fn the_call_sequences_compile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = toolchain::call_sequences();
    assert!(code.contains("dane_policy_lookup(") && code.contains("dane_policy_check("));
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("call_sequences.c");
    let includes = "#include <dane_policy_diagnosis.h>\n#include <stdio.h>\n#include <time.h>\n";
    fs::write(&source, includes.to_owned() + &code).unwrap();
    let mut cc = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"]);
    assert!(cc.arg(root.join("include")).arg(&source).status().unwrap().success());
}
