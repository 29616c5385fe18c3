//! docs/conformance.md: every row has a proof, and every proof exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use world::World;

const COLUMNS: usize = 4;
const LAB: &str = "make test-servers: ";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The cells of every row, without headings and rules.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines
        .map(|line| line.split(" | ").collect())
        .filter(|row: &Vec<&str>| row[0] != "section")
        .collect()
}

/// What stands between two of `mark`.
fn quoted(cell: &str, mark: char) -> Vec<&str> {
    cell.split(mark).skip(1).step_by(2).collect()
}

fn sources(directory: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { sources(path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

/// The names of all Rust tests.
fn tests() -> BTreeSet<String> {
    let files = ["src", "tests"].map(|directory| sources(root().join(directory)));
    let texts = files.iter().flatten().map(|file| fs::read_to_string(file).unwrap());
    let names = |text: String| -> Vec<String> {
        let parts = text.split("#[test]").skip(1);
        let names = parts.filter_map(|part| part.trim_start().strip_prefix("fn ")?.split_once('('));
        names.map(|(name, _)| name.to_owned()).collect()
    };
    texts.flat_map(names).collect()
}

#[test]
fn every_line_of_the_rfcs_has_a_proof_that_exists() {
    let text = fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    let (tests, world) = (tests(), World::without_sockets());
    let exists = |proof: &str| match proof.strip_prefix(LAB) {
        Some(name) => root().join(format!("integrations/lab/src/{name}.rs")).exists(),
        None => tests.contains(proof),
    };
    let is_case = |name: &str| world.cases.iter().any(|case| case.name == name);
    let mut wrong = Vec::new();
    for row in rows(&text) {
        let [section, asked, how, proofs] = row[..] else {
            wrong.push(format!("{} cells, not {COLUMNS}: {}", row.len(), row.join(" | ")));
            continue;
        };
        let (functions, cases) = (quoted(proofs, '`'), quoted(proofs, '"'));
        let is_proven = !functions.is_empty() || !cases.is_empty();
        if !is_proven && !how.starts_with("Not applicable: ") {
            wrong.push(format!("{section}: no proof: {asked}"));
        }
        let missing = functions.into_iter().filter(|proof| !exists(proof));
        let missing = missing.chain(cases.into_iter().filter(|name| !is_case(name)));
        wrong.extend(missing.map(|proof| format!("{section}: there is no {proof}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rfc_has_its_table() {
    let text = fs::read_to_string(root().join("docs/conformance.md")).unwrap();
    let rows_of =
        |part: &str| (part.lines().next().unwrap_or_default().to_owned(), rows(part).len());
    let tables: Vec<(String, usize)> = text.split("\n## ").skip(1).map(rows_of).collect();
    for rfc in ["RFC 7672", "RFC 7671", "RFC 6698", "RFC 8460"] {
        let table = tables.iter().find(|(title, _)| title.starts_with(rfc));
        assert!(table.is_some_and(|(_, rows)| *rows >= 10), "{rfc}: {tables:?}");
    }
}
