//! What the library is made of besides its own: licences as debian/copyright says them, one source, and each crate once.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates of which there are several versions, and who wants another than the newest.
const SEVERAL: [(&str, &str); 5] = [
    ("getrandom", "ring takes 0.2"),
    ("syn", "derives of half the crates take 2"),
    ("synstructure", "derives of icu take 0.13"),
    ("windows-sys", "of other systems, never compiled here"),
    ("winnow", "toml, which cbindgen takes, takes 0.7"),
];

/// Who must be built or run here under a licence that asks for more than to be named.
const NOT_PERMISSIVE: [(&str, &str); 1] = [("MPL-2.0", "cbindgen")];
/// Licences that ask for a notice at most.
const PERMISSIVE: [&str; 6] =
    ["Expat", "Apache-2.0", "ISC", "BSD-3-clause", "Unicode-3.0", "CDLA-Permissive-2.0"];

struct Crate {
    name: String,
    version: String,
    licence: String,
    /// None of our own.
    source: Option<String>,
}

/// All that Cargo.lock names; None where cargo has no way to them.
fn crates() -> Option<Vec<Crate>> {
    let arguments = ["metadata", "--format-version", "1", "--locked", "--all-features"];
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .env("CARGO_NET_RETRY", "0")
        .output()
        .unwrap();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(env::var_os("CI").is_none(), "{said}");
        println!("skipped: cargo has not every crate's manifest here");
        return None;
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let of = |package: &Value| Crate {
        name: text(&package["name"]).unwrap(),
        version: text(&package["version"]).unwrap(),
        licence: text(&package["license"]).unwrap_or_default(),
        source: text(&package["source"]),
    };
    Some(metadata["packages"].as_array().unwrap().iter().map(of).collect())
}

type Choices = BTreeSet<BTreeSet<String>>;

/// The ways to obey an expression (SPDX annex D, or Debian's), each as all licences that it takes together. AND binds closer.
fn ways(expression: &str) -> Choices {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " or ");
    let spaced = spaced.replace(" WITH ", "-with-");
    let words: Vec<String> = spaced.split_whitespace().map(named).collect();
    let (ways, rest) = alternatives(&words);
    assert!(rest.is_empty(), "{expression}");
    ways
}

/// As Debian names it.
fn named(word: &str) -> String {
    match word {
        "MIT" => "Expat",
        "BSD-3-Clause" => "BSD-3-clause",
        "AND" | "OR" => return word.to_ascii_lowercase(),
        word => word,
    }
    .to_owned()
}

fn alternatives(words: &[String]) -> (Choices, &[String]) {
    let (mut ways, mut rest) = together(words);
    while let [or, more @ ..] = rest
        && or == "or"
    {
        let (others, left) = together(more);
        ways.extend(others);
        rest = left;
    }
    (ways, rest)
}

fn together(words: &[String]) -> (Choices, &[String]) {
    let (mut ways, mut rest) = single(words);
    while let [and, more @ ..] = rest
        && and == "and"
    {
        let (others, left) = single(more);
        ways = ways.iter().flat_map(|way| others.iter().map(move |other| way | other)).collect();
        rest = left;
    }
    (ways, rest)
}

fn single(words: &[String]) -> (Choices, &[String]) {
    match words {
        [open, inside @ ..] if open == "(" => {
            let (ways, rest) = alternatives(inside);
            let [close, rest @ ..] = rest else { panic!("{words:?}") };
            assert_eq!(close, ")");
            (ways, rest)
        }
        [licence, rest @ ..] => (BTreeSet::from([BTreeSet::from([licence.clone()])]), rest),
        [] => panic!("an expression ends too early"),
    }
}

/// The file patterns below vendor/ with their licences, in order.
fn stanzas() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("debian/copyright");
    let text = fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    for stanza in text.split("\n\n").filter_map(|stanza| stanza.strip_prefix("Files:")) {
        let files = stanza.split("\nCopyright:").next().unwrap();
        let licence = stanza.split("\nLicense:").nth(1).unwrap().lines().next().unwrap().trim();
        let patterns = files.split_whitespace().filter_map(|file| file.strip_prefix("vendor/"));
        found.extend(patterns.map(|pattern| (pattern.to_owned(), licence.to_owned())));
    }
    found
}

/// Patterns have one star, at the end.
fn is_of(pattern: &str, folder: &str) -> bool {
    folder.starts_with(pattern.strip_suffix('*').unwrap())
}

#[test]
fn whoever_obeys_what_debian_copyright_says_obeys_every_crate() {
    let Some(crates) = crates() else { return };
    let stanzas = stanzas();
    let mut unused: BTreeSet<&str> = stanzas.iter().map(|(pattern, _)| pattern.as_str()).collect();
    let mut wrong = Vec::new();
    for Crate { name, version, licence, .. } in crates.iter().filter(|it| it.source.is_some()) {
        let folder = format!("{name}-{version}");
        // The last that matches counts.
        let stanza = stanzas.iter().rfind(|(pattern, _)| is_of(pattern, &folder));
        let (pattern, said) = stanza.unwrap();
        unused.remove(pattern.as_str());
        let owed = ways(licence);
        if !ways(said).iter().all(|way| owed.iter().any(|owed| owed.is_subset(way))) {
            wrong.push(format!("{folder}: {licence}, and debian/copyright says {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unused.is_empty(), "of no crate: {unused:?}");
}

#[test]
fn no_licence_asks_for_more_than_a_notice() {
    for (pattern, licence) in stanzas() {
        let is_permissive = |licence: &String| PERMISSIVE.contains(&licence.as_str());
        let is_known = |licence: &String| {
            let name = pattern.trim_end_matches("-*");
            is_permissive(licence) || NOT_PERMISSIVE.contains(&(licence.as_str(), name))
        };
        assert!(ways(&licence).iter().flatten().all(is_known), "{pattern}: {licence}");
    }
}

#[test]
fn every_crate_is_from_one_registry_and_there_once() {
    let Some(crates) = crates() else { return };
    let sources: BTreeSet<&String> = crates.iter().filter_map(|it| it.source.as_ref()).collect();
    assert!(
        sources.len() == 1 && sources.iter().all(|source| source.starts_with("registry+")),
        "{sources:?}"
    );
    let mut versions = BTreeMap::<&str, usize>::new();
    crates.iter().for_each(|it| *versions.entry(&it.name).or_default() += 1);
    let several: Vec<&str> =
        versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    assert_eq!(several, SEVERAL.map(|(name, _)| name), "each wants a reason");
}

#[test]
fn expressions_are_read_as_spdx_writes_them() {
    let way = |licences: &[&str]| licences.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(ways("MIT/Apache-2.0"), BTreeSet::from([way(&["Expat"]), way(&["Apache-2.0"])]));
    assert_eq!(
        ways("(MIT OR Apache-2.0) AND ISC OR BSD-3-Clause"),
        BTreeSet::from([
            way(&["Expat", "ISC"]),
            way(&["Apache-2.0", "ISC"]),
            way(&["BSD-3-clause"])
        ])
    );
    let with = "Apache-2.0 WITH LLVM-exception OR MIT";
    assert_eq!(
        ways(with),
        BTreeSet::from([way(&["Apache-2.0-with-LLVM-exception"]), way(&["Expat"])])
    );
}
