//! The committed header is the one that `src/ffi` gives.

use std::path::Path;

#[path = "../abi/header.rs"]
mod header;

#[test]
fn the_committed_header_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(root.join("include/dane_policy.h")).unwrap();
    assert!(
        committed == header::generate(root),
        "include/dane_policy.h is stale: run `make header`"
    );
}

#[test]
fn every_function_of_the_header_is_an_exported_symbol_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = std::fs::read_to_string(root.join("include/dane_policy.h")).unwrap();
    let code = header.lines().filter(|line| !line.starts_with([' ', '/', '#']));
    let mut declared: Vec<&str> = code
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("dane_policy_"))
        .collect();
    declared.sort_unstable();
    let symbols = std::fs::read_to_string(root.join("abi/symbols.txt")).unwrap();
    assert_eq!(declared, symbols.lines().collect::<Vec<_>>());
}
