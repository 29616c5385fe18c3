//! The administrator's exceptions: levels by destination, and audit (RFC 7672 sections 2.2 and 9.1).

use std::time::Duration;

use dane_policy::cause::Detail;
use dane_policy::check::Report;
use dane_policy::context::Context;
use dane_policy::decide::{Action, Certificate, Level, Mx, Reason};
use dane_policy::lookup::Destination;
use dane_policy::verify::Verification;
use world::World;

struct Sender {
    world: World,
    context: Context,
}

impl Sender {
    fn new() -> Self {
        let world = World::start().unwrap();
        let mut context = Context::new();
        context.add_nameserver(&world.dns.to_string()).unwrap();
        context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
        Self { world, context }
    }

    fn check(&self, domain: &str) -> Report {
        self.context.check(domain, self.world.smtp_port).unwrap()
    }

    fn lookup(&self, domain: &str) -> Destination {
        self.context.lookup(domain, self.world.smtp_port).unwrap()
    }
}

#[track_caller]
fn assert_is(report: &Report, action: Action, reason: Reason, detail: Detail) {
    let verdict = report.decision.verdict;
    let found = (verdict.action, verdict.reason, verdict.detail);
    assert_eq!(found, (action, reason, detail), "{}", report.decision.text);
}

#[track_caller]
fn assert_is_off(report: &Report) {
    assert_is(report, Action::Opportunistic, Reason::None, Detail::DaneOff);
    assert!(!report.decision.verdict.tls_required);
    assert!(report.decision.text.contains("DANE is off"), "{}", report.decision.text);
    let destination = &report.destination;
    assert_eq!((destination.mx, destination.policy.level), (Mx::Insecure, None));
    assert!(destination.hosts.iter().all(|host| host.records.is_empty()));
    // MX, A and AAAA: no proof, and no TLSA record, was asked for.
    assert_eq!(destination.queries, 3, "{}", destination.domain);
}

/// Whatever is wrong with their DNSSEC, or their certificate.
const BROKEN: [&str; 5] =
    ["mx-expired.test", "servfail.test", "denial-altered.test", "mismatch.test", "wrong-ds.test"];

#[test]
fn rfc7672_2_2_dane_off_for_all_but_one() {
    let mut sender = Sender::new();
    sender.context.set_level(None);
    sender.context.set_destination_level("tlsa-bogus.test", Some(Level::Dane)).unwrap();
    for domain in BROKEN {
        assert_is_off(&sender.check(domain));
    }
    let port = sender.world.smtp_port;
    let host = sender.context.lookup_host("mx.good.test", port, None, Mx::Configured).unwrap();
    assert_eq!(host.decision.verdict.detail, Detail::DaneOff);
    assert_eq!(sender.check("tlsa-bogus.test").decision.verdict.reason, Reason::TlsaLookup);
    sender.context.set_level(Level::Dane);
    assert_eq!(sender.check("good.test").decision.verdict.action, Action::Deliver);
}

#[test]
fn rfc7672_2_2_dane_off_delivers_whatever_is_wrong_with_dnssec() {
    let mut sender = Sender::new();
    for domain in BROKEN {
        assert_eq!(sender.check(domain).decision.verdict.action, Action::Defer, "{domain}");
    }
    for domain in BROKEN {
        sender.context.set_destination_level(&format!("{}.", domain.to_uppercase()), None).unwrap();
        assert_is_off(&sender.check(domain));
    }
    // What does not exist bounces, signed or not; what DNS cannot tell without proofs either waits.
    for (domain, action, detail, status) in [
        ("no-such-domain.test", Action::Fail, Detail::MxNone, "5.1.2"),
        ("no-such-domain.unsigned.test", Action::Fail, Detail::MxNone, "5.1.2"),
        ("nothing-insecure.test", Action::Fail, Detail::AddressNone, "5.4.4"),
        ("nothing-a-servfail.test", Action::Defer, Detail::ServerFailure, "4.4.3"),
        ("no-such-host.test", Action::Defer, Detail::AddressNone, "4.4.4"),
    ] {
        sender.context.set_destination_level(domain, None).unwrap();
        let report = sender.check(domain);
        assert_is(&report, action, Reason::NotFound, detail);
        assert_eq!(report.decision.verdict.enhanced_status(), status, "{domain}");
    }
    // Others keep their level.
    assert_eq!(sender.check("tlsa-bogus.test").decision.verdict.reason, Reason::TlsaLookup);
    assert_eq!(sender.check("good.test").decision.verdict.action, Action::Deliver);
}

#[test]
fn rfc7672_2_2_a_level_for_one_destination() {
    let mut sender = Sender::new();
    let port = sender.world.smtp_port;
    assert_eq!(sender.check("tlsa-none.test").decision.verdict.action, Action::Opportunistic);
    sender.context.set_destination_level("tlsa-none.test", Some(Level::DaneOnly)).unwrap();
    assert_is(&sender.check("tlsa-none.test"), Action::Defer, Reason::NoTlsa, Detail::TlsaNone);
    let host = |sender: &Sender, next_hop: Option<&str>| {
        let host = "mx.tlsa-none.test";
        let context = &sender.context;
        context.lookup_host(host, port, next_hop, Mx::Configured).unwrap().decision.verdict.action
    };
    assert_eq!(host(&sender, Some("tlsa-none.test")), Action::Defer);
    assert_eq!(host(&sender, Some("other.test")), Action::Opportunistic);
    assert_eq!(host(&sender, None), Action::Opportunistic);
    sender.context.set_destination_level("mx.tlsa-none.test", Some(Level::DaneOnly)).unwrap();
    assert_eq!(host(&sender, None), Action::Defer);
    // The last call counts.
    sender.context.set_destination_level("tlsa-none.test", Some(Level::Dane)).unwrap();
    assert_eq!(sender.check("tlsa-none.test").decision.verdict.action, Action::Opportunistic);
    sender.context.set_level(Level::DaneOnly);
    assert_eq!(sender.check("tlsa-none.test").decision.verdict.action, Action::Opportunistic);
    for invalid in ["", "a..b", "b\u{fc}cher.test"] {
        assert!(sender.context.set_destination_level(invalid, None).is_err(), "{invalid}");
    }
    sender.context.set_destination_level("[192.0.2.1]", None).unwrap();
    let literal = sender.lookup("[192.0.2.1]").decision.verdict;
    assert_eq!((literal.action, literal.detail), (Action::Opportunistic, Detail::DaneOff));
    assert_eq!(sender.lookup("[192.0.2.2]").decision.verdict.action, Action::Defer);
    sender.context.set_destination_level("192.0.2.3", None).unwrap();
    let bare = sender.lookup("192.0.2.3.");
    assert_eq!(bare.hosts[0].decision.verdict.detail, Detail::DaneOff);
    assert!(bare.host("192.0.2.3").is_some() && bare.host("192.0.2.3.").is_some());
}

#[test]
fn rfc7672_9_1_audit_lets_mail_go_and_says_why_it_should_not() {
    let mut sender = Sender::new();
    sender.context.set_audit(true);
    for (domain, level, reason, detail) in [
        ("mismatch.test", Level::Dane, Reason::NotTrusted, Detail::NoMatch),
        ("plain.test", Level::Dane, Reason::TlsNotOffered, Detail::NoStarttls),
        ("tlsa-bogus.test", Level::Dane, Reason::TlsaLookup, Detail::TlsaBogus),
        ("tlsa-none.test", Level::DaneOnly, Reason::NoTlsa, Detail::TlsaNone),
        ("implicit-insecure.test", Level::DaneOnly, Reason::NonDnssec, Detail::MxInsecure),
        ("pkix-ta-only.test", Level::DaneOnly, Reason::NoUsableTlsa, Detail::TlsaUnusable),
    ] {
        sender.context.set_level(level);
        let report = sender.check(domain);
        assert_is(&report, Action::Opportunistic, reason, detail);
        assert!(report.decision.text.starts_with(reason.text()), "{}", report.decision.text);
        assert!(!report.decision.verdict.tls_required, "{domain}");
        let host = &report.destination.hosts[0].decision.verdict;
        assert!(!host.tls_required, "{domain}");
    }
    sender.context.set_level(Level::Dane);
    assert_is(&sender.check("good.test"), Action::Deliver, Reason::None, Detail::None);
    // DANE has no part in these.
    assert_is(&sender.check("mx-expired.test"), Action::Defer, Reason::NotFound, Detail::MxBogus);
    assert_is(&sender.check("no-such-domain.test"), Action::Fail, Reason::NotFound, Detail::MxNone);
    assert_is(&sender.check("nothing.test"), Action::Fail, Reason::NotFound, Detail::AddressNone);
    sender.context.set_level(Level::DaneOnly);
    assert_is(
        &sender.check("null-insecure.test"),
        Action::Defer,
        Reason::NonDnssec,
        Detail::MxInsecure,
    );
}

#[test]
fn rfc7672_9_1_audit_permits_after_the_connection_and_never_before() {
    let mut sender = Sender::new();
    sender.context.set_audit(true);
    // A TLSA lookup that failed, and a chain that does not match.
    for (domain, reason) in
        [("tlsa-bogus.test", Reason::TlsaLookup), ("mismatch.test", Reason::NotTrusted)]
    {
        let host = &sender.lookup(domain).hosts[0];
        assert!(!host.decision.verdict.may_deliver(), "{domain}");
        let verdict = host.decide(&host.verify(&[&b"any"[..]], 0)).verdict;
        assert_eq!((verdict.action, verdict.reason), (Action::Opportunistic, reason));
        assert!(verdict.may_deliver() && !verdict.tls_required, "{domain}");
    }
}

#[test]
fn rfc7672_9_1_a_dead_host_stays_dead_under_audit() {
    let mut sender = Sender::new();
    sender.context.set_audit(true);
    // Before the connection there are OPPORTUNISTIC, for its TLSA lookup failed, and VERIFY.
    for domain in ["tlsa-bogus.test", "good.test"] {
        let host = &sender.lookup(domain).hosts[0];
        let (certificate, detail) = (Certificate::ConnectionFailed, Detail::ConnectionFailed);
        let dead = Verification::failure(certificate, detail, String::new());
        let verdict = host.decide(&dead).verdict;
        assert_eq!((verdict.action, verdict.reason), (Action::Defer, Reason::ConnectionFailed));
    }
}

/// A chain is what shows that TLS was established: without one, nothing is encrypted.
#[test]
fn rfc7672_2_2_encrypt_wants_a_chain_and_opportunistic_does_not() {
    let sender = Sender::new();
    let decide = |domain: &str, chain: &[&[u8]]| {
        let host = &sender.lookup(domain).hosts[0];
        assert!(!host.decision.verdict.may_deliver(), "{domain}: nobody is connected");
        (host.decide(&host.verify(chain, 0)), host.decision.text.clone())
    };
    let (after, _) = decide("pkix-ta-only.test", &[]);
    let found = (after.verdict.action, after.verdict.reason, after.verdict.detail);
    assert_eq!(found, (Action::Defer, Reason::HandshakeFailed, Detail::HandshakeFailed));
    let said = "TLS handshake failed (mx.pkix-ta-only.test): the server sent no certificate";
    assert_eq!(after.text, said);
    assert!(!after.verdict.may_deliver());
    for (domain, chain, action) in [
        ("pkix-ta-only.test", &[&b"any"[..]][..], Action::Encrypt),
        ("tlsa-none.test", &[&b"any"[..]], Action::Opportunistic),
        ("tlsa-none.test", &[], Action::Opportunistic),
        ("[192.0.2.1]", &[&b"any"[..]], Action::Opportunistic),
    ] {
        let (after, before) = decide(domain, chain);
        assert_eq!((after.verdict.action, after.verdict.reason), (action, Reason::None));
        assert!(after.verdict.may_deliver(), "{domain}");
        assert_eq!(after.text, before, "{domain}: the chain had no say");
    }
}

#[test]
fn no_timeout_is_too_long() {
    let mut sender = Sender::new();
    sender.context.set_timeout(Duration::MAX);
    assert_eq!(sender.check("good.test").decision.verdict.action, Action::Deliver);
}

#[test]
fn a_connection_is_not_reused_across_policies() {
    let mut sender = Sender::new();
    let key = |sender: &Sender| sender.lookup("tlsa-none.test").hosts[0].policy_key();
    let plain = key(&sender);
    sender.context.set_audit(true);
    let audited = key(&sender);
    sender.context.set_audit(false);
    sender.context.set_destination_level("tlsa-none.test", None).unwrap();
    let off = key(&sender);
    assert!(plain != audited && plain != off && audited != off);
}
