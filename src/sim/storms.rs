//! Calls by chance, alone and many at once, in storms by chance: no fault makes a decision more permissive, and every call is
//! done in time.
//!
//! A seed decides which domain is asked for, how, and all that goes wrong; one and the same seed is one and the same run, but
//! for the keys of the world, the date and what TLS draws for itself. `DANE_POLICY_SEED` is the first seed,
//! `DANE_POLICY_CALLS` how many calls there are: what fails is run again by its seed with one call.

use std::collections::VecDeque;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use world::{Case, Random, World};

use super::Network;
use super::cases::shown;
use super::faults::{Course, Watched};
use super::storm::Storm;
use super::threads::spread;
use super::trial::{Begun, LEFT_OVER, Told, Trial};
use crate::check::Report;
use crate::dns::Mode;
use crate::memory::live;
use crate::multi::{Flight, Found};

/// Calls of one caller, one after another at most.
const IN_A_ROW: usize = 3;
/// Calls at once at most: few, or many.
const AT_ONCE: [usize; 4] = [3, 3, 8, 40];
/// Calls of a seed, on average.
const CALLS: usize = 3;
/// Seeds that share a world.
const CHUNK: usize = 5_000;
/// Octets that may stay allocated after a world and all its calls, of more than were after the first.
const LEFT: isize = 4 << 10;
/// One seed in so many is run twice.
const TWICE: u64 = 16;

/// What came of a seed's calls.
struct Outcome {
    calls: usize,
    /// Calls whose action is not that of today without a fault.
    changed: usize,
    wrong: Vec<String>,
    /// Questions and results, where they were recorded.
    record: Option<Vec<String>>,
    name: String,
    course: Course,
}

/// How to run a seed again.
fn again(seed: u64) -> String {
    format!("DANE_POLICY_SEED={seed} DANE_POLICY_CALLS=1")
}

/// A seed's calls.
struct Storms<'w> {
    random: Random,
    /// The first call, which gives the others all but the domain.
    first: Trial<'w>,
    trials: Vec<Trial<'w>>,
    are_at_once: bool,
}

impl<'w> Storms<'w> {
    fn new(world: &'w World, seed: u64) -> Self {
        let mut random = Random::new(seed.rotate_left(32));
        let all: Vec<&Case> = world.cases.iter().chain(&world.hostile).collect();
        let first = Trial {
            world,
            case: all[random.below(all.len())],
            mode: *random.pick(&[Mode::Validate, Mode::TrustAd]),
            timeout: Duration::from_secs(*random.pick(&[1, 5, 30, 30])),
            servers: *random.pick(&[1, 1, 2, 3]),
        };
        let are_at_once = random.one_in(4);
        let most = if are_at_once { *random.pick(&AT_ONCE) } else { IN_A_ROW };
        let mut trials = vec![first; 1 + random.below(most)];
        let of_level: Vec<_> =
            all.iter().copied().filter(|case| case.level == first.case.level).collect();
        for trial in trials.iter_mut().skip(1).filter(|_| are_at_once) {
            if !random.one_in(3) {
                trial.case = *random.pick(&of_level);
            }
        }
        Self { random, first, trials, are_at_once }
    }

    fn network(&mut self, seed: u64, course: &Course) -> Network<'w> {
        let finds_out = self.trials.iter().all(|trial| trial.oracle().finds_out());
        let faults = Storm::new(seed, finds_out);
        let mut network = self.first.network(Box::new(Watched { faults, course: course.clone() }));
        network.round_trip = Duration::from_millis(*self.random.pick(&[1, 20, 200]));
        network
    }

    /// One call after another, by a caller who keeps what is known of zones.
    fn in_a_row(&mut self, network: &mut Network<'w>, outcome: &mut Outcome) {
        let context = self.first.context();
        for (number, trial) in self.trials.iter().enumerate() {
            let (report, wrong) = trial.run(&context, network);
            outcome.take(number, trial, &report, wrong);
        }
    }

    /// All calls over one network, each begun in its own time.
    fn at_once(&mut self, network: &mut Network<'w>, outcome: &mut Outcome) {
        let sockets = *self.random.pick(&[8, 64, 256]);
        let mut flight = Flight::new(self.first.context().settings().clone(), sockets);
        // Seldom so little that calls end before their time.
        flight.set_memory(*self.random.pick(&[64 << 20, 64 << 20, 64 << 20, 32 << 10]));
        let apart = *self.random.pick(&[1, 20, 2_000]);
        let mut due = Duration::ZERO;
        let mut begins = VecDeque::new();
        for number in 0..self.trials.len() {
            begins.push_back((number, due));
            due += Duration::from_millis(self.random.below(apart) as u64);
        }
        let mut begun = Vec::new();
        let (count, port) = (self.trials.len(), self.first.world.smtp_port);
        while flight.running() > 0 || !begins.is_empty() {
            while let Some((number, _)) = begins.pop_front_if(|(_, due)| *due <= network.elapsed())
            {
                let domain = &self.trials[number].case.domain;
                flight
                    .begin(network, number, |settings, place| settings.check(place, domain, port));
                let Some(time) = network.shown().last().copied() else { panic!("no time") };
                begun.push(Begun { at: network.elapsed(), time, among: count as u32 });
            }
            while flight.turn(network) {
                while let Some(done) = flight.next() {
                    let (number, found) = (done.tag, done.found.unwrap());
                    let Found::Report(report) = found else { panic!("a check") };
                    let trial = &self.trials[number];
                    let wrong = trial.judge(&report, network, begun[number]);
                    outcome.take(number, trial, &report, wrong);
                }
            }
            let next = begins.front().map(|(_, due)| *due);
            if let Some(until) = flight.wake().into_iter().chain(next).min() {
                flight.wait(network, until).unwrap();
            } else {
                assert_eq!(flight.running(), 0, "nothing to wait for");
            }
        }
    }
}

impl Outcome {
    fn take(&mut self, number: usize, trial: &Trial<'_>, report: &Report, wrong: Vec<String>) {
        let Case { domain, expected, .. } = trial.case;
        let wrong = wrong.into_iter().map(|wrong| format!("call {number}, {domain}: {wrong}"));
        self.wrong.extend(wrong);
        self.calls += 1;
        self.changed += usize::from(report.decision.verdict.action.name() != expected.action);
        if let Some(record) = &mut self.record {
            record.push(format!("{number} {}", shown(report)));
        }
    }
}

fn run(world: &World, seed: u64, is_recorded: bool) -> Outcome {
    let _seed = Told(again(seed));
    let mut storms = Storms::new(world, seed);
    let course = Course::default();
    let mut network = storms.network(seed, &course);
    network.is_recording = is_recorded;
    let count = storms.trials.len();
    let manner = if storms.are_at_once { "at once" } else { "in a row" };
    let name = format!("{}, {count} calls {manner}", storms.first.name());
    let mut outcome = Outcome {
        calls: 0,
        changed: 0,
        wrong: Vec::new(),
        record: is_recorded.then(Vec::new),
        name,
        course,
    };
    if storms.are_at_once {
        storms.at_once(&mut network, &mut outcome);
    } else {
        storms.in_a_row(&mut network, &mut outcome);
    }
    if !network.is_idle() {
        outcome.wrong.push(LEFT_OVER.into());
    }
    if let Some(record) = &mut outcome.record {
        record.append(&mut network.transcript);
    }
    outcome
}

/// What is wrong with a seed, with all that went wrong in it.
fn judge(world: &World, seed: u64, totals: &[AtomicUsize; 3]) -> Option<String> {
    let is_twice = seed.is_multiple_of(TWICE);
    let mut outcome = run(world, seed, is_twice);
    if is_twice && run(world, seed, true).record != outcome.record {
        outcome.wrong.push("the same seed twice, and not the same questions and results".into());
    }
    let faults = outcome.course.borrow().iter().filter(|(_, fate)| fate.is_fault()).count();
    let counts = [outcome.calls, outcome.changed, faults];
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

/// Makes so many calls; `is_alone` is where no other test allocates meanwhile.
fn storm(calls: usize, is_alone: bool) {
    let calls = setting("DANE_POLICY_CALLS").map_or(calls, |calls| calls as usize);
    let mut seed = setting("DANE_POLICY_SEED").unwrap_or(1);
    let totals = [const { AtomicUsize::new(0) }; 3];
    let count = |index: usize| totals[index].load(Ordering::Relaxed);
    let mut after_first = None;
    while count(0) < calls {
        let seeds = (calls - count(0)).div_ceil(CALLS).min(CHUNK);
        let world = World::without_sockets();
        let wrong = spread(seeds, |number| judge(&world, seed + number as u64, &totals));
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        seed += seeds as u64;
        drop(world);
        let (calls, live) = (count(0), live());
        println!("{calls} calls, seeds up to {seed}: {live} octets allocated");
        let left = live - *after_first.get_or_insert(live);
        assert!(!is_alone || left < LEFT, "{left} octets more than after the first world");
    }
    let (calls, changed, faults) = (count(0), count(1), count(2));
    println!("{calls} calls, seeds up to {seed}: {faults} faults, {changed} calls ended otherwise");
    let is_fair = changed > calls / 20 && changed < calls - calls / 20;
    assert!(calls < 1000 || is_fair, "neither calm nor ruin: {changed} of {calls}");
}

#[test]
fn some_thousand_calls() {
    storm(4_000, false);
}

#[test]
#[ignore = "takes long: make storm"]
fn a_million_calls() {
    storm(1_000_000, true);
}
