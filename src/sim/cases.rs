//! All rows and cases, at both levels and in both modes.

use std::time::Duration;

use world::{Case, World};

use super::threads::spread;
use super::{Network, context, level};
use crate::check::Report;
use crate::dns::Mode;

/// Patience with what never answers, over sockets too.
const SLOW: Duration = Duration::from_secs(4);

/// What is wrong with each case of a world in some modes, by some threads.
fn each(
    world: &World,
    modes: &[Mode],
    judge: impl Fn(&Case, Mode) -> Option<String> + Sync,
) -> Vec<String> {
    spread(modes.len() * world.cases.len(), |number| {
        let (mode, case) = (number / world.cases.len(), number % world.cases.len());
        judge(&world.cases[case], modes[mode])
    })
}

/// Whether any decision of a report does: of the domain, a host, or what was tried.
fn permits(report: &Report) -> bool {
    let of_hosts = report.destination.hosts.iter().map(|host| &host.decision);
    let of_attempts = report.attempts.iter().flatten().map(|attempt| &attempt.decision);
    let mut all =
        of_hosts.chain(of_attempts).chain([&report.decision, &report.destination.decision]);
    all.any(|decision| decision.verdict.may_deliver())
}

#[test]
fn decision_table_and_hard_cases_by_validation() {
    assert_all(Mode::Validate);
}

#[test]
fn decision_table_and_hard_cases_by_the_resolvers_word() {
    assert_all(Mode::TrustAd);
}

fn assert_all(mode: Mode) {
    let world = World::without_sockets();
    assert!(world.cases.iter().filter(|case| case.columns.is_some()).count() == 30);
    assert!(world.cases.len() >= 30 + 2 * 150);
    let wrong = each(&world, &[mode], |case, mode| {
        let context = context(&world, level(case), mode);
        let mut network = Network::of(&world);
        let report = context.over(&mut network).check(&case.domain, world.smtp_port).unwrap();
        assert!(!permits(&report), "{} at {}: nobody is connected", case.name, case.level);
        let verdict = report.decision.verdict;
        let found = (verdict.action.name(), verdict.reason.text());
        let expected = (case.expected.action, case.expected.reason);
        (found != expected).then(|| {
            let (name, level, domain) = (&case.name, case.level, &case.domain);
            let text = &report.decision.text;
            format!(
                "{name} at {level} ({domain}, {mode:?}): {found:?}, expected {expected:?}: {text}"
            )
        })
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a report says, the time it took apart.
pub(super) fn shown(report: &Report) -> String {
    let Report { destination, decision, via, attempts, elapsed: _ } = report;
    let keys: Vec<_> = destination.hosts.iter().map(|host| host.policy_key()).collect();
    format!("{destination:#?} {decision:#?} {via:?} {attempts:#?} {keys:?}")
}

/// `make test` leaves this to CI, for sockets take minutes where the simulation takes seconds.
#[test]
#[ignore = "over sockets: cargo test -- --include-ignored"]
fn sockets_and_simulation_say_the_same() {
    let world = World::start().unwrap();
    let different = each(&world, &[Mode::Validate, Mode::TrustAd], |case, mode| {
        let run = |over_sockets: bool| {
            let mut context = context(&world, level(case), mode);
            context.set_time(world.now);
            if case.slow {
                context.set_timeout(SLOW);
            }
            let report = if over_sockets {
                context.check(&case.domain, world.smtp_port)
            } else {
                context.over(&mut Network::of(&world)).check(&case.domain, world.smtp_port)
            };
            shown(&report.unwrap())
        };
        let (sockets, simulation) = (run(true), run(false));
        let is_new = |line: &&str| !sockets.lines().any(|known| known == *line);
        (sockets != simulation).then(|| {
            let lines: Vec<_> = simulation.lines().filter(is_new).collect();
            format!("{} at {} {mode:?}: {lines:#?}", case.name, case.level)
        })
    });
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
