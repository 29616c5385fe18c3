//! What a hostile authority, and a large honest one, cost a whole lookup: units of computing and octets, never seconds.

use super::{Destination, Policy, lookup};
use crate::budget::Spent;
use crate::cause::Detail;
use crate::decide::{Action, Decision, Level, Tlsa};
use crate::dns::{Call, Mode};
use crate::sim::Network;
use world::World;

/// Units and octets that a call may spend, and a quarter of it is for the honest: see SECURITY.md.
const WORK: u32 = 250_000;
const MEMORY: usize = 8 << 20;

fn look_up(world: &World, mode: Mode, domain: &str) -> (Destination, Spent) {
    let policy = Policy { level: Some(Level::Dane), audit: false };
    Call::alone(&mut Network::of(world), &world.anchor, mode, async |call| {
        lookup(&call, policy, domain, world.smtp_port).await
    })
}

#[test]
fn a_hostile_authority_gets_a_decision_within_the_budget() {
    let world = World::without_sockets();
    for attack in world::hostile::ATTACKS {
        for (hosts, mode) in
            [(1, Mode::Validate), (100, Mode::Validate), (1, Mode::TrustAd), (100, Mode::TrustAd)]
        {
            let domain = format!("{attack}.c{hosts}.{}", world::hostile::APEX);
            let (destination, spent) = look_up(&world, mode, &domain);
            let Decision { verdict, text, .. } = &destination.decision;
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
    let world = World::without_sockets();
    let (destination, spent) = look_up(&world, Mode::Validate, world::large::DOMAIN);
    println!("{spent:?}");
    assert_eq!(destination.hosts.len(), 100);
    for host in &destination.hosts {
        assert_eq!(host.tlsa, Tlsa::Secure, "{}", host.decision.text);
    }
    assert!(spent.queries <= (64 + 100 * 24) / 4, "{spent:?}");
    assert!(spent.work <= WORK / 4, "{spent:?}");
    assert!(spent.memory <= MEMORY / 4, "{spent:?}");
}
