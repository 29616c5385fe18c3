//! The same events in the same order have the same outcome.

use world::World;

use super::{Network, context};
use crate::decide::Level;
use crate::dns::Mode;

/// Questions, their order, times and every octet but those of TLS records.
#[test]
fn a_call_is_the_same_to_the_octet_when_everything_it_meets_is() {
    let world = World::without_sockets();
    let run = |domain: &str, mode: Mode| {
        let mut network = Network::of(&world);
        let context = context(&world, Level::Dane, mode);
        let report = context.over(&mut network).check(domain, world.smtp_port).unwrap();
        (format!("{report:?}"), network.transcript)
    };
    for mode in [Mode::Validate, Mode::TrustAd] {
        for case in &world.cases {
            let (first, second) = (run(&case.domain, mode), run(&case.domain, mode));
            assert!(
                first.1.len() > 1 || case.expected.reason.ends_with("not found"),
                "{}",
                case.name
            );
            assert_eq!(first, second, "{} {mode:?}", case.name);
        }
    }
}

/// What was opened is closed, in whatever way a call ends.
#[test]
fn no_socket_is_left_open() {
    let world = World::without_sockets();
    for case in &world.cases {
        let mut network = Network::of(&world);
        let context = context(&world, Level::Dane, Mode::Validate);
        context.over(&mut network).check(&case.domain, world.smtp_port).unwrap();
        let count =
            |word: &str| network.transcript.iter().filter(|deed| deed.contains(word)).count();
        assert_eq!(count(" Open("), count(" Close("), "{}", case.name);
    }
}
