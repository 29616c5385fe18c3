//! Whether the kit would notice: mail servers that are wrong in one way each must turn the right rows red, and no others.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Instant;

use kit::case::Case;
use kit::expectation::{Expectation, Level};
use kit::recipe::{Recipe, Subject};
use kit::resolver::Judgement;
use kit::run::Run;
use kit::stage::Stage;
use kit::verdict::{Row, Verdict};

/// Where `run` leaves them.
const BUILT: &str = "build/mutants";

/// A mail server that is wrong, or none.
struct Mutant {
    name: &'static str,
    /// What its program is called; none where it has no need of one.
    program: Option<&'static str>,
    resolver: Judgement,
    /// Whether it gets a case wrong at the level dane; none where it is a matter of its further ways.
    is_red: fn(&Case) -> Option<bool>,
}

const MUTANTS: [Mutant; 5] = [
    Mutant {
        name: "is as it should be",
        program: Some("none"),
        resolver: Judgement::SetsAd,
        is_red: |_| Some(false),
    },
    Mutant {
        name: "accepts any certificate",
        program: Some("any-certificate"),
        resolver: Judgement::SetsAd,
        is_red: |case| Some(case.has_twin(Level::Dane) || waits_for(case, &[UNTRUSTED])),
    },
    Mutant {
        name: "ignores TLSA",
        program: Some("ignores-tlsa"),
        resolver: Judgement::SetsAd,
        is_red: |case| Some(case.has_twin(Level::Dane) || waits_for(case, &FOR_DANE)),
    },
    Mutant {
        name: "always delivers",
        program: Some("always"),
        resolver: Judgement::None,
        is_red: |case| match case.dane {
            _ if case.has_twin(Level::Dane) || waits_for(case, &FOR_DANE) => Some(true),
            Expectation::Kept if case.title.starts_with("rows ") && !case.hosts.is_empty() => {
                Some(true)
            }
            // What is bogus is there for who does not look.
            Expectation::Kept => None,
            _ => Some(false),
        },
    },
    Mutant {
        name: "never delivers",
        program: None,
        resolver: Judgement::SetsAd,
        is_red: |case| Some(case.dane != Expectation::Kept),
    },
];

const UNTRUSTED: &str = "server certificate not trusted";
/// For what mail waits that would go out without DANE.
const FOR_DANE: [&str; 4] =
    [UNTRUSTED, "TLS required but not offered", "TLS handshake failed", "TLSA lookup error"];

fn waits_for(case: &Case, reasons: &[&str]) -> bool {
    case.dane == Expectation::Kept && reasons.contains(&case.expected[0].reason)
}

/// Runs all of them on what needs no timeout; whether each turns red what it should, and nothing that it should not.
pub fn check(directory: &Path) -> io::Result<bool> {
    let stage = Stage::raise(directory)?;
    let is_slow = |case: &Case| case.title.contains("stalls") || case.title.contains("times out");
    let cases: Vec<Case> =
        Case::all(&stage.world, true).into_iter().filter(|case| !is_slow(case)).collect();
    let resolvers = [stage.resolve(Judgement::None)?, stage.resolve(Judgement::SetsAd)?];
    let mut is_good = true;
    for (number, mutant) in MUTANTS.iter().enumerate() {
        let started = Instant::now();
        let recipe = mutant.recipe()?;
        let (level, name) = (Level::Dane, format!("mutant-{number}"));
        let subject = Subject::start(&stage, &recipe, level, mutant.resolver, &name)?;
        let resolver = &resolvers[usize::from(mutant.resolver == Judgement::SetsAd)];
        let run = Run { stage: &stage, resolver: Some(resolver), level, name: &name };
        let rows = run.rows(&cases, &subject)?;
        let missed = mutant.missed(&rows);
        let red = rows.iter().filter(|row| row.verdict == Verdict::Wrong).count();
        let seconds = started.elapsed().as_secs();
        println!("mutant that {}: {red} of {} rows red; {seconds} s", mutant.name, rows.len());
        missed.iter().for_each(|domain| println!("  WRONG {domain}"));
        is_good &= missed.is_empty();
    }
    Ok(is_good)
}

impl Mutant {
    fn recipe(&self) -> io::Result<Recipe> {
        let words = match self.program {
            None => vec!["sh".into(), "-c".into(), "exit 75".into()],
            Some(name) => {
                let program = Path::new(BUILT).join(name).canonicalize()?.display().to_string();
                let options = "-n \"$KIT_NAMESERVER\" -a \"$KIT_ANCHORS\"";
                let line = format!("'{program}' {options} \"$@\"");
                let words = ["sh", "-c", &line, "sh", "{sender}", "{recipient}"];
                words.map(str::to_owned).to_vec()
            }
        };
        Ok(Recipe::Command { words, queue: None })
    }

    /// What is red and should not be, or should be and is not; which of two wrongs an open row shows is nobody's matter.
    fn missed(&self, rows: &[Row]) -> BTreeSet<String> {
        let is_missed = |row: &&Row| match row.verdict {
            Verdict::Open(_) => false,
            _ => (self.is_red)(&row.case).is_some_and(|is| is != (row.verdict == Verdict::Wrong)),
        };
        rows.iter().filter(is_missed).map(|row| row.case.domain.clone()).collect()
    }
}
