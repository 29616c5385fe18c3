//! Every case of the embedded world through [`Context::check`]: real DNS packets, proofs and handshakes.

use std::time::Duration;

use dane_policy::context::Context;
use dane_policy::decide::Level;
use dane_policy::dns::Mode;
use world::{Case, World};

const SLOW: Duration = Duration::from_secs(4);

fn context(world: &World, level: &str) -> Context {
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_ehlo_name("client.test").unwrap();
    context.set_level(if level == "dane" { Level::Dane } else { Level::DaneOnly });
    context
}

fn run(world: &World, case: &Case, mode: Mode) -> Option<String> {
    let mut context = context(world, case.level);
    context.set_dnssec(mode);
    if case.slow {
        context.set_timeout(SLOW);
    }
    let report = context.check(&case.domain, world.smtp_port).unwrap();
    let verdict = report.decision.verdict;
    let found = (verdict.action.name(), verdict.reason.text());
    let expected = (case.expected.action, case.expected.reason);
    (found != expected).then(|| {
        let (name, level, domain) = (&case.name, case.level, &case.domain);
        let text = &report.decision.text;
        format!("{name} at {level} ({domain}): {found:?}, expected {expected:?}: {text}")
    })
}

fn assert_all(mode: Mode) {
    let world = World::start().unwrap();
    assert!(world.cases.iter().filter(|case| case.columns.is_some()).count() == 30);
    assert!(world.cases.len() >= 30 + 2 * 150);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = world
            .cases
            .iter()
            .map(|case| (case.slow, case))
            .collect::<Vec<_>>()
            .chunks(world.cases.len().div_ceil(8))
            .map(|chunk| {
                let (chunk, world) = (chunk.to_vec(), &world);
                scope.spawn(move || {
                    chunk.iter().filter_map(|(_, case)| run(world, case, mode)).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn decision_table_and_hard_cases_by_validation() {
    assert_all(Mode::Validate);
}

#[test]
fn decision_table_and_hard_cases_by_the_resolvers_word() {
    assert_all(Mode::TrustAd);
}
