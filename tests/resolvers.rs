//! Resolvers that serve a mode badly: nothing is known then, mail waits, and the reason says what to mend.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use dane_policy::cause::Detail;
use dane_policy::context::Context;
use dane_policy::decide::{Action, Mx, Reason};
use dane_policy::dns::{Mode, RecordType, Status};
use dane_policy::verify::Match;
use world::World;

/// Bits of the second flag octet, and the offset from the end of an OPT record without options.
const AUTHENTIC_DATA: u8 = 0x20;
const CHECKING_DISABLED: u8 = 0x10;
const EDNS_FLAGS_FROM_END: usize = 4;

/// A relay to the world's name server that changes queries and replies.
fn relay(
    upstream: SocketAddr,
    query: impl Fn(&mut Vec<u8>) + Send + 'static,
    reply: impl Fn(&mut Vec<u8>) + Send + 'static,
) -> io::Result<SocketAddr> {
    relay_at("127.0.0.1:0", upstream, query, reply)
}

fn relay_at(
    address: &str,
    upstream: SocketAddr,
    query: impl Fn(&mut Vec<u8>) + Send + 'static,
    reply: impl Fn(&mut Vec<u8>) + Send + 'static,
) -> io::Result<SocketAddr> {
    let (front, back) = (UdpSocket::bind(address)?, UdpSocket::bind("127.0.0.1:0")?);
    let address = front.local_addr()?;
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = front.recv_from(&mut buffer) {
            let mut message = buffer[..length].to_vec();
            query(&mut message);
            if message.is_empty() || back.send_to(&message, upstream).is_err() {
                continue;
            }
            let Ok(length) = back.recv(&mut buffer) else { continue };
            let mut message = buffer[..length].to_vec();
            reply(&mut message);
            let _ = front.send_to(&message, client);
        }
    });
    Ok(address)
}

fn context(world: &World, servers: &[SocketAddr], mode: Mode) -> Context {
    let mut context = Context::new();
    for server in servers {
        context.add_nameserver(&server.to_string()).unwrap();
    }
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_dnssec(mode);
    context.set_timeout(Duration::from_secs(60));
    context
}

/// Clears DO and CD, as a resolver does that knows nothing of DNSSEC.
fn strip(query: &mut [u8]) {
    query[3] &= !CHECKING_DISABLED;
    let flags = query.len() - EDNS_FLAGS_FROM_END;
    query[flags] = 0;
}

#[test]
fn rfc4035_4_9_a_resolver_that_strips_dnssec_is_named() {
    let world = World::start().unwrap();
    let stripping = relay(world.dns, |query| strip(query), |_| ()).unwrap();
    let context = context(&world, &[stripping], Mode::Validate);
    for domain in ["good.test", "good.unsigned.test", "null.test"] {
        let found = context.lookup(domain, world.smtp_port).unwrap();
        let verdict = found.decision.verdict;
        assert_eq!((verdict.action, verdict.detail), (Action::Defer, Detail::ResolverStripsDnssec));
        assert_eq!(verdict.tlsrpt(), None);
        let named = format!("resolver {stripping} strips DNSSEC records");
        assert!(found.decision.text.contains(&named), "{}", found.decision.text);
    }
    let probe = context.probe().unwrap();
    assert_eq!(
        (probe.status, probe.detail()),
        (Status::Indeterminate, Detail::ResolverStripsDnssec)
    );
}

#[test]
fn a_name_server_may_have_an_ipv6_address() {
    let world = World::start().unwrap();
    let Ok(server) = relay_at("[::1]:0", world.dns, |_| (), |_| ()) else {
        return println!("skipped: no IPv6 on loopback");
    };
    let with_zone = format!("[::1%lo]:{}", server.port());
    for server in [server.to_string(), with_zone] {
        let mut context = context(&world, &[], Mode::Validate);
        context.add_nameserver(&server).unwrap();
        let answer = context.query("good.test", RecordType::Mx).unwrap();
        assert_eq!(answer.status, Status::Secure, "{server}: {}", answer.text());
    }
}

#[test]
fn the_probe_asks_every_server() {
    let world = World::start().unwrap();
    let stripping = relay(world.dns, |query| strip(query), |_| ()).unwrap();
    let probe = |servers: &[SocketAddr]| context(&world, servers, Mode::Validate).probe().unwrap();
    assert_eq!(probe(&[world.dns]).status, Status::Secure);
    let second = probe(&[world.dns, stripping]);
    assert_eq!(second.status, Status::Indeterminate);
    assert!(second.text().contains(&stripping.to_string()), "{}", second.text());
}

#[test]
fn rfc4035_4_9_3_without_ad_for_the_root_nothing_is_insecure() {
    let world = World::start().unwrap();
    let mute = relay(world.dns, |_| (), |reply| reply[3] &= !AUTHENTIC_DATA).unwrap();
    let context = context(&world, &[mute], Mode::TrustAd);
    for domain in ["good.test", "good.unsigned.test", "tlsa-none.unsigned.test"] {
        let verdict = context.lookup(domain, world.smtp_port).unwrap().decision.verdict;
        assert_eq!(verdict.action, Action::Defer, "{domain}");
        assert_eq!(verdict.detail, Detail::ResolverDoesNotValidate);
    }
    assert_eq!(context.probe().unwrap().detail(), Detail::ResolverDoesNotValidate);
}

#[test]
fn rfc7672_2_1_1_a_forged_ad_bit_means_nothing_under_validation() {
    let world = World::start().unwrap();
    let eager = relay(world.dns, |_| (), |reply| reply[3] |= AUTHENTIC_DATA).unwrap();
    let context = context(&world, &[eager], Mode::Validate);
    let bogus = context.lookup("mx-bogus.test", world.smtp_port).unwrap();
    assert_eq!(bogus.decision.verdict.reason, Reason::NotFound);
    let insecure = context.lookup("address-insecure.test", world.smtp_port).unwrap();
    assert_eq!(insecure.decision.verdict.action, Action::Opportunistic);
}

#[test]
fn a_dead_resolver_is_passed_over_and_alone_it_is_named() {
    let world = World::start().unwrap();
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent = mute.local_addr().unwrap();

    // Eight that were waited for would take more than ten seconds.
    let started = Instant::now();
    let found = context(&world, &[&[closed; 8][..], &[world.dns]].concat(), Mode::Validate);
    let found = found.lookup("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.action, Action::Verify, "{}", found.decision.text);
    assert!(started.elapsed() < Duration::from_secs(10), "a closed port is known at once");

    let found = context(&world, &[silent, world.dns], Mode::Validate);
    let found = found.lookup("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.action, Action::Verify, "{}", found.decision.text);

    let mut alone = context(&world, &[silent], Mode::Validate);
    alone.set_timeout(Duration::from_secs(2));
    let started = Instant::now();
    let found = alone.check("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.detail, Detail::Timeout);
    assert!(found.decision.text.contains(&silent.to_string()), "{}", found.decision.text);
    let elapsed = started.elapsed();
    // Without a deadline a silent server is given up after more than ten seconds.
    assert!(elapsed < Duration::from_secs(9), "one deadline for the whole call: {elapsed:?}");
}

#[test]
fn junk_from_the_resolver_is_no_answer() {
    let world = World::start().unwrap();
    let truncating = relay(world.dns, |_| (), |reply| reply.truncate(reply.len() / 2)).unwrap();
    let found = context(&world, &[truncating], Mode::Validate);
    let found = found.lookup("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.action, Action::Defer);
    let other_id = relay(world.dns, |_| (), |reply| reply[0] ^= 1).unwrap();
    let mut ignored = context(&world, &[other_id], Mode::Validate);
    ignored.set_timeout(Duration::from_millis(700));
    let found = ignored.lookup("good.test", world.smtp_port).unwrap();
    assert_eq!(found.decision.verdict.detail, Detail::Timeout);
}

#[test]
fn a_context_is_shared_between_threads() {
    let world = World::start().unwrap();
    let context = context(&world, &[world.dns], Mode::Validate);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let found = context.lookup("good.test", world.smtp_port).unwrap();
                    assert_eq!(found.decision.verdict.action, Action::Verify);
                }
            });
        }
    });
}

#[test]
fn zone_keys_are_remembered_between_calls() {
    let world = World::start().unwrap();
    let context = context(&world, &[world.dns], Mode::Validate);
    let first = context.lookup("good.test", world.smtp_port).unwrap().queries;
    let second = context.lookup("good.test", world.smtp_port).unwrap().queries;
    assert_eq!((first, second), (9, 4));
}

#[test]
fn rfc4034_3_1_5_a_clock_at_either_end_of_time_defers() {
    let world = World::start().unwrap();
    let mut context = context(&world, &[world.dns], Mode::Validate);
    for time in [i64::MIN, i64::MIN + 1, -1, 0, i64::from(u32::MAX), i64::MAX - 1, i64::MAX] {
        context.set_time(time);
        let destination = context.lookup("good.test", 25).unwrap();
        let text = &destination.decision.text;
        assert_eq!(destination.decision.verdict.reason, Reason::NotFound, "{time}: {text}");
        let host = context.lookup_host("mx.good.test", 25, None, Mx::Configured).unwrap();
        assert_eq!(host.decision.verdict.action, Action::Defer, "{time}");
        assert_ne!(host.hosts[0].verify(&[&[0x30, 0]], time).result, Match::Matched);
    }
}
