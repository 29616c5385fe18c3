//! Mail servers that do what they must not: each call ends by its deadline, and says what the server did.

use std::time::Duration;

use world::{Case, World};

use super::faults::Calm;
use super::threads::spread;
use super::trial::{Told, Trial};
use crate::check::Report;
use crate::dns::Mode;

/// Less than a mail server needs that says an octet a second.
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);

/// What is wrong with what each hostile domain comes to.
fn each(
    world: &World,
    judge: impl Fn(&Trial<'_>, &Report, Duration) -> Vec<String> + Sync,
) -> Vec<String> {
    let modes = [Mode::Validate, Mode::TrustAd];
    spread(modes.len() * world.hostile.len(), |number| {
        let (case, mode) = (&world.hostile[number / modes.len()], modes[number % modes.len()]);
        let trial = Trial { world, case, mode, timeout: TIMEOUT, servers: 1 };
        let _name = Told(trial.name());
        let mut network = trial.network(Box::new(Calm));
        let (report, mut wrong) = trial.run(&trial.context(), &mut network);
        wrong.extend(judge(&trial, &report, network.elapsed()));
        (!wrong.is_empty()).then(|| format!("{}: {wrong:#?}", trial.name()))
    })
}

#[test]
fn each_call_ends_by_its_deadline_with_the_decision_that_is_due() {
    let world = World::without_sockets();
    assert!(world.hostile.len() > 2 * 80, "{}", world.hostile.len());
    let wrong = each(&world, |trial, report, elapsed| {
        let Case { expected, slow, .. } = trial.case;
        let mut wrong = Vec::new();
        let verdict = report.decision.verdict;
        let found = (verdict.action.name(), verdict.reason.text());
        if found != (expected.action, expected.reason) {
            wrong.push(format!("{found:?}, not {expected:?}"));
        }
        if *slow != (elapsed >= TIMEOUT) {
            wrong.push(format!("ended after {elapsed:?}"));
        }
        wrong.iter().map(|wrong| format!("{wrong}: {}", report.decision.text)).collect()
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
