//! Each single event of a call made to fail, one after another, in each way that it can.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use world::{Case, World};

use super::faults::{Calm, Course, Fate, Faults, Happening, Watched};
use super::oracle::HOLD;
use super::threads::spread;
use super::trial::{Told, Trial};
use crate::dns::Mode;

const TIMEOUT: Duration = Duration::from_secs(30);

/// One event fails, and no other.
struct Single {
    /// How many come before it.
    before: usize,
    fate: Fate,
}

impl Faults for Single {
    fn fate(&mut self, _: Happening) -> Fate {
        let is_it = self.before == 0;
        self.before = self.before.wrapping_sub(1);
        if is_it { self.fate } else { Fate::AsItIs }
    }
}

/// The first connections are refused, and nothing else fails.
struct Refusals(usize);

impl Faults for Refusals {
    fn fate(&mut self, happening: Happening) -> Fate {
        if happening != Happening::Connection || self.0 == 0 {
            return Fate::AsItIs;
        }
        self.0 -= 1;
        Fate::Refused
    }
}

/// Nothing fails, but the clock is wrong.
struct Clock(i64);

impl Faults for Clock {
    fn fate(&mut self, _: Happening) -> Fate {
        Fate::AsItIs
    }

    fn clock(&mut self) -> Option<i64> {
        Some(self.0)
    }
}

/// Runs the cases in some modes and gives the number of runs; `judge` adds to it, and says what is wrong.
fn each(
    is_of: impl Fn(&Case) -> bool,
    modes: &[Mode],
    judge: impl Fn(&Trial<'_>, &AtomicUsize) -> Vec<String> + Sync,
) -> usize {
    let world = World::without_sockets();
    let cases: Vec<&Case> = world.cases.iter().filter(|case| is_of(case)).collect();
    let runs = AtomicUsize::new(0);
    let wrong = spread(modes.len() * cases.len(), |number| {
        let (case, mode) = (cases[number / modes.len()], modes[number % modes.len()]);
        let trial = Trial { world: &world, case, mode, timeout: TIMEOUT, servers: 1 };
        let wrong = judge(&trial, &runs);
        (!wrong.is_empty()).then(|| format!("{}: {wrong:#?}", trial.name()))
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    runs.into_inner()
}

/// Makes each event of the call fail in each way that it can; where `share` is not 1, in one way of so many, each in its turn.
fn fail_each(trial: &Trial<'_>, share: usize, runs: &AtomicUsize) -> Vec<String> {
    let run = |faults: Box<dyn Faults>| {
        runs.fetch_add(1, Ordering::Relaxed);
        let mut network = trial.network(faults);
        network.is_recording = false;
        trial.run(&trial.context(), &mut network).1
    };
    let course = Course::default();
    let mut wrong = run(Box::new(Watched { faults: Calm, course: course.clone() }));
    let course = course.take();
    let finds_out = trial.oracle().finds_out();
    let mut turn = trial.case.domain.len();
    for (before, (happening, _)) in course.iter().enumerate() {
        let altered = Fate::Altered(before as u64);
        let may_be_altered = finds_out && happening.is_of_name_server();
        for fate in happening.failures().iter().chain(may_be_altered.then_some(&altered)) {
            turn += 1;
            if !turn.is_multiple_of(share) {
                continue;
            }
            let what = format!("event {before} of {}, {happening:?} {fate:?}", course.len());
            let _what = Told(format!("{}: {what}", trial.name()));
            let found = run(Box::new(Single { before, fate: *fate }));
            wrong.extend(found.iter().map(|found| format!("{what}: {found}")));
        }
    }
    wrong
}

const BOTH: [Mode; 2] = [Mode::Validate, Mode::TrustAd];

/// The oracle is true, today and at times when signatures or certificates do not hold.
#[test]
fn without_a_fault_each_host_is_what_its_columns_say() {
    const YEAR: i64 = 365 * HOLD;
    each(
        |_| true,
        &BOTH,
        |trial, _| {
            let world = trial.world;
            let of_2020 = 1_590_000_000 - world.now;
            let skews = [0, HOLD - 60, HOLD + 60, 60 - HOLD, -60 - HOLD, of_2020, 60 * YEAR];
            let run = |skew| {
                let mut network = trial.network(Box::new(Clock(skew)));
                let (report, mut wrong) = trial.run(&trial.context(), &mut network);
                wrong.extend(trial.oracle().differences(&report, network.shown()[0], false));
                wrong.into_iter().map(move |wrong| format!("clock {skew}: {wrong}"))
            };
            // At the other level the same is asked.
            let count = if trial.case.level == "dane" { skews.len() } else { 1 };
            skews[..count].iter().copied().flat_map(run).collect()
        },
    );
}

/// Hosts that nobody comes to in a run without a fault are so too: those before them refuse.
#[test]
fn hosts_behind_the_first_are_what_their_columns_say() {
    each(
        |case| case.hosts.len() > 1,
        &BOTH,
        |trial, _| {
            let run = |refusals| {
                let mut network = trial.network(Box::new(Refusals(refusals)));
                let (report, mut wrong) = trial.run(&trial.context(), &mut network);
                wrong.extend(trial.oracle().differences(&report, network.shown()[0], true));
                wrong
            };
            (1..trial.case.hosts.len()).flat_map(run).collect()
        },
    );
}

/// Every row of the table at both levels and in both modes.
#[test]
fn each_event_of_the_rows_in_each_way() {
    let runs = each(|case| case.columns.is_some(), &BOTH, |trial, runs| fail_each(trial, 1, runs));
    println!("{runs} runs of the rows with a single fault");
    assert!(runs > 6_500, "{runs}");
}

/// At one level, for at the other the same is asked; an event fails in one way of twelve, and the next in others.
#[test]
fn each_event_of_the_hard_cases_in_a_twelfth_of_the_ways() {
    let is_of = |case: &Case| case.columns.is_none() && case.level == "dane";
    let runs = each(is_of, &BOTH, |trial, runs| fail_each(trial, 12, runs));
    println!("{runs} runs of the hard cases with a single fault");
    assert!(runs > 5_500, "{runs}");
}

#[test]
#[ignore = "takes minutes: make storm"]
fn each_event_of_every_case_in_each_way() {
    let runs = each(|_| true, &BOTH, |trial, runs| fail_each(trial, 1, runs));
    println!("{runs} runs with a single fault");
}
