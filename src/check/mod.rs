//! The whole pipeline: lookup, connect, STARTTLS, verify, decide.

mod report;

pub use report::Report;

use std::rc::Rc;

use crate::connect::{Attempt, look_at, wants_connection};
use crate::decide::{Action, Decision};
use crate::dns::Call;
use crate::lookup::{self, Destination, Policy};

/// Looks up a domain, then tries its hosts in order until one does not defer (RFC 7672 section 2.2.1).
pub(crate) async fn check(
    call: &Rc<Call>,
    policy: Policy,
    ehlo_name: Option<&str>,
    domain: &str,
    port: u16,
) -> Report {
    let destination = lookup::lookup(call, policy, domain, port).await;
    let mut attempts = vec![None; destination.hosts.len()];
    let mut addresses_left: usize = destination
        .hosts
        .iter()
        .filter(|host| wants_connection(&host.decision))
        .map(|host| host.addresses.len())
        .sum();
    for (host, slot) in destination.hosts.iter().zip(&mut attempts) {
        if !wants_connection(&host.decision) {
            continue;
        }
        let attempt = look_at(call, host, ehlo_name, &mut addresses_left).await;
        let done = attempt.decision.verdict.action != Action::Defer;
        *slot = Some(attempt);
        if done {
            break;
        }
    }
    let (decision, via) = conclude(&destination, &attempts);
    Report { destination, decision, via, attempts, elapsed: call.engine.now() - call.began }
}

/// The decision of the host that stands for all.
fn conclude(destination: &Destination, attempts: &[Option<Attempt>]) -> (Decision, Option<usize>) {
    let decisions: Vec<&Decision> = destination
        .hosts
        .iter()
        .zip(attempts)
        .map(|(host, attempt)| attempt.as_ref().map_or(&host.decision, |a| &a.decision))
        .collect();
    let tried_or_refused = |index: &usize| {
        attempts[*index].is_some() || !wants_connection(&destination.hosts[*index].decision)
    };
    let candidates: Vec<usize> = (0..decisions.len()).filter(tried_or_refused).collect();
    let considered: Vec<&Decision> = candidates.iter().map(|index| decisions[*index]).collect();
    match lookup::deciding(&considered) {
        Some(position) => (considered[position].clone(), Some(candidates[position])),
        None => (destination.decision.clone(), None),
    }
}
