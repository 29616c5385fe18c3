//! What a symbol must bring along: a version, a comment in the header, and its place in the Debian package.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each exported symbol with the release that it came in, as `1.0`.
fn symbols(list: &str) -> Vec<(&str, &str)> {
    let entry = |line| {
        let (symbol, node) = str::split_once(line, ' ')?;
        Some((symbol, node.strip_prefix("DANE_POLICY_")?))
    };
    let symbol = |line| {
        entry(line).unwrap_or_else(|| panic!("abi/symbols.txt: `{line}` has no version node"))
    };
    list.lines().map(symbol).collect()
}

fn minor(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

#[test]
fn every_symbol_has_a_version_node_that_is_described() {
    let list = read("abi/symbols.txt");
    let symbols = symbols(&list);
    assert!(symbols.is_sorted(), "abi/symbols.txt is not sorted");
    let history = read("docs/ABI.md");
    for (symbol, version) in symbols {
        assert!(minor(version) <= minor(env!("CARGO_PKG_VERSION")), "{symbol}: {version}");
        let node = format!("`DANE_POLICY_{version}`");
        assert!(history.contains(&node), "docs/ABI.md says nothing of {node}, which has {symbol}");
    }
}

#[test]
fn every_function_has_a_comment_in_the_header() {
    let header = read("include/dane_policy.h") + &read("include/dane_policy_diagnosis.h");
    let list = read("abi/symbols.txt");
    let lines: Vec<&str> = header.lines().collect();
    for (symbol, _) in symbols(&list) {
        let declares = |line: &&str| {
            let call = line.find(&format!("{symbol}("));
            line.starts_with(|first: char| first.is_ascii_lowercase())
                && call.is_some_and(|at| line[..at].ends_with([' ', '*']))
        };
        let at = lines.iter().position(declares).unwrap_or_else(|| panic!("{symbol}: undeclared"));
        let comment = lines[..at].iter().rev().take_while(|line| !line.is_empty());
        assert!(
            comment.clone().any(|line| *line == "/**")
                && comment.clone().any(|line| line.starts_with(" * ") && line.len() > 10),
            "{symbol} has no comment in include/"
        );
    }
}

#[test]
fn every_function_is_given_bad_input() {
    let (list, test) = (read("abi/symbols.txt"), read("tests/c/bad_input.c"));
    for (symbol, _) in symbols(&list) {
        assert!(test.contains(&format!("{symbol}(")), "tests/c/bad_input.c leaves out {symbol}");
    }
}

#[test]
fn the_debian_package_knows_every_symbol_and_since_when() {
    let list = read("abi/symbols.txt");
    let symbols = symbols(&list);
    let mut versions: Vec<&str> = symbols.iter().map(|(_, version)| *version).collect();
    versions.sort_by_key(|version| minor(version));
    versions.dedup();
    let nodes = versions.into_iter().map(|version| (format!("DANE_POLICY_{version}"), version));
    let functions = symbols.iter().map(|(symbol, version)| ((*symbol).to_owned(), *version));
    let want: Vec<String> = nodes
        .chain(functions)
        .map(|(name, version)| format!(" {name}@DANE_POLICY_{version} {version}.0"))
        .collect();
    let file = read("debian/libdane-policy1.symbols");
    let entries = file.lines().filter(|line| line.starts_with(' '));
    assert_eq!(entries.collect::<Vec<_>>(), want, "run `make abi-baseline`");
}

#[test]
fn every_package_has_the_version_of_the_crate() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("Makefile", format!("VERSION := {version}\n")),
        ("tests/kit/Cargo.toml", format!("version = \"{version}\"\n")),
        ("CHANGELOG.md", format!("## {version} ")),
        ("debian/changelog", format!("libdane-policy ({version}-")),
        ("packaging/libdane-policy.spec", format!("Version: {version}\n")),
    ] {
        assert!(read(file).contains(&line), "{file} is not of version {version}");
    }
}
