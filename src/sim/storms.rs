//! Calls by chance in storms by chance: no fault makes a decision more permissive, and every call is done in time.
//!
//! A seed decides which domain is asked for, how, and all that goes wrong; one and the same seed is one and the same run, but
//! for the keys of the world, the date and what TLS draws for itself. `DANE_POLICY_SEED` is the first seed,
//! `DANE_POLICY_CALLS` how many calls there are: what fails is run again by its seed with one call.

use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use world::{Random, World};

use super::cases::shown;
use super::faults::{Course, Watched};
use super::storm::Storm;
use super::threads::spread;
use super::trial::{Told, Trial};
use crate::dns::Mode;

/// Calls of one caller, who keeps zone keys from one to the next.
const MOST_CALLS: usize = 3;
/// Seeds that share a world.
const CHUNK: usize = 50_000;
/// One seed in so many is run twice.
const TWICE: u64 = 16;

/// What came of a seed's calls.
struct Outcome {
    calls: usize,
    /// Calls whose action is not that of a run without faults.
    changed: usize,
    faults: usize,
    wrong: Vec<String>,
    /// Questions and results, where they were recorded.
    record: Vec<String>,
    name: String,
    course: Course,
}

/// How to run a seed again.
fn again(seed: u64) -> String {
    format!("DANE_POLICY_SEED={seed} DANE_POLICY_CALLS=1")
}

fn run(world: &World, seed: u64, is_recorded: bool) -> Outcome {
    let _seed = Told(again(seed));
    let mut random = Random::new(seed.rotate_left(32));
    let case = random.pick(&world.cases);
    let trial = Trial {
        world,
        case,
        mode: *random.pick(&[Mode::Validate, Mode::TrustAd]),
        timeout: Duration::from_secs(*random.pick(&[1, 5, 30, 30])),
        servers: *random.pick(&[1, 1, 2, 3]),
    };
    let storm = Storm::new(seed, trial.oracle().finds_out());
    let course = Course::default();
    let mut network = trial.network(Box::new(Watched { faults: storm, course: course.clone() }));
    network.round_trip = Duration::from_millis(*random.pick(&[1, 20, 200]));
    network.is_recording = is_recorded;
    let context = trial.context();
    let mut outcome = Outcome {
        calls: 1 + random.below(MOST_CALLS),
        changed: 0,
        faults: 0,
        wrong: Vec::new(),
        record: Vec::new(),
        name: trial.name(),
        course: course.clone(),
    };
    for number in 1..=outcome.calls {
        let (report, wrong) = trial.run(&context, &mut network);
        outcome.wrong.extend(wrong.into_iter().map(|wrong| format!("call {number}: {wrong}")));
        outcome.changed +=
            usize::from(report.decision.verdict.action.name() != case.expected.action);
        if is_recorded {
            outcome.record.push(shown(&report));
        }
    }
    outcome.record.append(&mut network.transcript);
    outcome.faults = course.borrow().iter().filter(|(_, fate)| fate.is_fault()).count();
    outcome
}

/// What is wrong with a seed, with all that went wrong in it.
fn judge(world: &World, seed: u64, totals: &[AtomicUsize; 3]) -> Option<String> {
    let is_twice = seed.is_multiple_of(TWICE);
    let mut outcome = run(world, seed, is_twice);
    if is_twice && run(world, seed, true).record != outcome.record {
        outcome.wrong.push("the same seed twice, and not the same questions and results".into());
    }
    let counts = [outcome.calls, outcome.changed, outcome.faults];
    for (total, count) in totals.iter().zip(counts) {
        total.fetch_add(count, Ordering::Relaxed);
    }
    if outcome.wrong.is_empty() {
        return None;
    }
    let course = outcome.course.borrow();
    let faults: Vec<String> = course
        .iter()
        .enumerate()
        .filter(|(_, (_, fate))| fate.is_fault())
        .map(|(number, (happening, fate))| format!("{number} {happening:?} {fate:?}"))
        .collect();
    let (name, wrong) = (&outcome.name, &outcome.wrong);
    Some(format!("{}: {name}: {wrong:#?} after {faults:?}", again(seed)))
}

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok().map(|value| value.parse().expect(name))
}

fn storm(calls: usize) {
    let calls = setting("DANE_POLICY_CALLS").map_or(calls, |calls| calls as usize);
    let mut seed = setting("DANE_POLICY_SEED").unwrap_or(1);
    let totals = [const { AtomicUsize::new(0) }; 3];
    let count = |index: usize| totals[index].load(Ordering::Relaxed);
    while count(0) < calls {
        // On average a seed has two calls.
        let seeds = (calls - count(0)).div_ceil(2).min(CHUNK);
        let world = World::without_sockets();
        let wrong = spread(seeds, |number| judge(&world, seed + number as u64, &totals));
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        seed += seeds as u64;
    }
    let (calls, changed, faults) = (count(0), count(1), count(2));
    println!("{calls} calls, seeds up to {seed}: {faults} faults, {changed} calls ended otherwise");
    let is_fair = changed > calls / 20 && changed < calls - calls / 20;
    assert!(calls < 1000 || is_fair, "neither calm nor ruin: {changed} of {calls}");
}

#[test]
fn some_thousand_calls() {
    storm(4_000);
}

#[test]
#[ignore = "takes long: cargo test --release --lib sim::storms -- --ignored --nocapture"]
fn a_million_calls() {
    storm(1_000_000);
}
