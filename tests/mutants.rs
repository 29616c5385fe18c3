//! tests/mutants.txt explains the changes of the code that no test can notice; what `make mutants` finds is held against it.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

/// A change, by what does not move with the lines around it: the file, the line as it stands there, and what is made of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mutant {
    file: String,
    line: String,
    change: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Blocks of file, line, change and reason.
fn explained() -> BTreeSet<Mutant> {
    let text = fs::read_to_string(root().join("tests/mutants.txt")).unwrap();
    let (_, blocks) = text.split_once("\n\n").unwrap();
    let mutants = blocks.trim_end().split("\n\n").map(|block| {
        let [file, line, change, why] = block.lines().collect::<Vec<_>>()[..] else {
            panic!("not four lines:\n{block}")
        };
        assert!(why.ends_with('.'), "no sentence: {why}");
        Mutant { file: file.into(), line: line.into(), change: change.into() }
    });
    mutants.collect()
}

/// The mutants of a list of cargo-mutants: `src/tlsa/record.rs:62:39: replace > with >= in ...`, with seconds perhaps.
fn listed(list: &Path) -> BTreeSet<Mutant> {
    let text = fs::read_to_string(list).unwrap_or_default();
    let mutants = text.lines().map(|name| {
        let mut parts = name.splitn(4, ':');
        let mut part = || parts.next().unwrap_or_else(|| panic!("{name}"));
        let (file, number, _, change) = (part(), part(), part(), part());
        let line = lines(file)[number.parse::<usize>().unwrap() - 1].clone();
        Mutant { file: file.into(), line, change: change.trim().into() }
    });
    mutants.collect()
}

#[test]
fn each_mutant_that_is_explained_can_still_be_made() {
    for Mutant { file, line, change } in explained() {
        assert!(lines(&file).contains(&line), "no longer in {file}: {line} ({change})");
    }
}

/// Of the last run; nothing where there was none.
#[test]
fn each_mutant_is_noticed_or_explained() {
    let Some(folder) = env::var_os("DANE_POLICY_MUTANTS") else { return };
    let list = |name: &str| listed(&Path::new(&folder).join(name));
    let (explained, missed) = (explained(), list("second/mutants.out/missed.txt"));
    let unexplained: Vec<&Mutant> = missed.difference(&explained).collect();
    assert!(unexplained.is_empty(), "no test notices {unexplained:#?}");
    let found = ["first", "second"].map(|pass| {
        let list = |end: &str| list(&format!("{pass}/mutants.out/{end}.txt"));
        [list("caught"), list("timeout")]
    });
    let noticed: BTreeSet<Mutant> = found.into_iter().flatten().flatten().collect();
    let stale: Vec<&Mutant> =
        noticed.difference(&missed).filter(|it| explained.contains(it)).collect();
    assert!(stale.is_empty(), "a test notices by now {stale:#?}");
    println!("{} noticed, {} explained", noticed.len(), missed.len());
}
