//! What a destination must say beside its decision, over sockets; the decisions are proven in `src/sim/cases.rs`.

use std::time::{Duration, Instant};

use dane_policy::cause::Detail;
use dane_policy::check::Report;
use dane_policy::context::Context;
use dane_policy::decide::{Action, Address, Level, Mx, Outcome, Reason, Scope, Tlsa, Tlsrpt};
use world::World;

fn context(world: &World, level: &str) -> Context {
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_ehlo_name("client.test").unwrap();
    context.set_level(if level == "dane" { Level::Dane } else { Level::DaneOnly });
    context
}

fn check(world: &World, level: &str, domain: &str) -> Report {
    context(world, level).check(domain, world.smtp_port).unwrap()
}

#[test]
fn rfc7672_2_1_2_no_connection_where_a_lookup_failed() {
    let world = World::start().unwrap();
    for (domain, host) in [
        ("mx-bogus.test", "mx.mx-bogus.test"),
        ("mx-servfail.test", "mx.mx-servfail.test"),
        ("mx-denial-altered.test", "mx-denial-altered.test"),
        ("address-bogus.test", "mx.address-bogus.test"),
        ("alias-bogus.test", "alias-bogus.target.test"),
        ("tlsa-bogus.test", "mx.tlsa-bogus.test"),
        ("servfail.test", "mx.servfail.test"),
        ("tlsa-alias-bogus.test", "mx.tlsa-alias-bogus.test"),
        ("denial-altered.test", "mx.denial-altered.test"),
        ("tlsa-bogus.unsigned.test", "mx.tlsa-bogus.test"),
    ] {
        for level in ["dane", "dane-only"] {
            let report = check(&world, level, domain);
            assert_eq!(report.decision.verdict.action, Action::Defer, "{domain}");
            assert!(report.attempts.iter().all(Option::is_none), "{domain}");
            assert_eq!(world.connections.of(host), 0, "{domain}");
        }
    }
    check(&world, "dane", "good.test");
    assert_eq!(world.connections.of("mx.good.test"), 1);
}

#[test]
fn rfc7672_3_2_2_reference_names_of_every_kind_of_destination() {
    let world = World::start().unwrap();
    let context = context(&world, "dane");
    for (domain, host, names) in [
        ("good.test", 0, &["mx.good.test", "good.test"][..]),
        ("good.unsigned.test", 0, &["mx.good.test"]),
        ("alias-good.unsigned.test", 0, &["mx.good.test"]),
        ("mail.domain-alias.test", 0, &["mx.good.test", "mail.domain-alias.test", "good.test"]),
        ("implicit.test", 0, &["implicit.test"]),
        (
            "implicit-ta.domain-alias.test",
            0,
            &["implicit-ta.target.test", "implicit-ta.domain-alias.test"],
        ),
        ("alias-both.test", 0, &["alias-both.target.test", "alias-both.test"]),
        ("alias-only.test", 0, &["mx.alias-only.test", "alias-only.test"]),
        ("tlsa-alias.test", 0, &["mx.tlsa-alias.test", "tlsa-alias.test"]),
        ("tlsa-none.test", 0, &[]),
        (
            "exchange.example-org.test",
            0,
            &["mx10.example-com.test", "exchange.example-org.test", "example-com.test"],
        ),
        (
            "exchange.example-org.test",
            1,
            &["mx15.example-com.test", "exchange.example-org.test", "example-com.test"],
        ),
        (
            "exchange.example-org.test",
            2,
            &["mxbackup.example-net.test", "exchange.example-org.test", "example-com.test"],
        ),
    ] {
        let found = context.lookup(domain, world.smtp_port).unwrap();
        let host = &found.hosts[host];
        assert_eq!(host.reference_names, names, "{domain}");
        assert_eq!(host.base_domain.as_deref(), names.first().copied(), "{domain}");
    }
}

#[test]
fn rfc7672_2_2_2_a_relay_that_the_administrator_names() {
    let world = World::start().unwrap();
    let lookup = |level, host, next_hop, mx| {
        let found = context(&world, level).lookup_host(host, world.smtp_port, next_hop, mx);
        let found = found.unwrap();
        let names = found.hosts.first().map(|host| host.reference_names.join(" "));
        (found.decision.verdict.action, names.unwrap_or_default())
    };
    for level in ["dane", "dane-only"] {
        let relay = lookup(level, "mx.good.test", None, Mx::Configured);
        assert_eq!(relay, (Action::Verify, "mx.good.test".into()));
        let expanded = lookup(level, "mx.alias-both.test", None, Mx::Configured);
        assert_eq!(expanded, (Action::Verify, "alias-both.target.test".into()));
        let own_mx = lookup(level, "mx.good.test", Some("good.test"), Mx::Secure);
        assert_eq!(own_mx, (Action::Verify, "mx.good.test good.test".into()));
        assert_eq!(lookup(level, "mx.good.test", None, Mx::Bogus).0, Action::Defer);
    }
    let insecure = |level| lookup(level, "mx.good.test", Some("good.test"), Mx::Insecure);
    assert_eq!(insecure("dane"), (Action::Verify, "mx.good.test".into()));
    assert_eq!(insecure("dane-only").0, Action::Defer);
    assert_eq!(lookup("dane", "mx.unsigned.test", None, Mx::Configured).0, Action::Opportunistic);
    assert_eq!(lookup("dane-only", "mx.unsigned.test", None, Mx::Configured).0, Action::Defer);
}

#[test]
fn rfc7672_2_2_1_an_insecure_mx_is_logged_unexpanded_and_as_no_secure_delivery() {
    let world = World::start().unwrap();
    for (domain, host) in [
        ("good.unsigned.test", "mx.good.test"),
        ("alias.unsigned-mx.unsigned.test", "mx.alias-both.test"),
    ] {
        let report = check(&world, "dane", domain);
        let text = &report.decision.text;
        assert_eq!(report.decision.verdict.verification(), Outcome::Unsuccessful);
        assert_eq!(report.attempts[0].as_ref().unwrap().verification.record, Some(0));
        let opening = format!("opportunistic TLS ({host}): MX of {domain} is insecure");
        assert!(text.starts_with(&opening), "{text}");
        assert!(report.decision.verdict.tls_required);
    }
}

#[test]
fn rfc7672_2_2_3_the_port_is_part_of_the_question() {
    let world = World::start().unwrap();
    let context = context(&world, "dane");
    let records = |port| {
        let found = context.lookup("custom-port.test", port).unwrap();
        let host = &found.hosts[0];
        assert_eq!(host.port, port);
        (host.tlsa, host.records.clone())
    };
    let (here, at_25) = (records(world.smtp_port), records(25));
    assert_eq!((here.0, at_25.0), (Tlsa::Secure, Tlsa::Secure));
    assert_ne!(here.1, at_25.1);
    assert_eq!(records(26).0, Tlsa::Nxdomain);
}

#[test]
fn rfc7672_2_1_1_keys_that_do_not_come_are_an_error_but_no_forgery() {
    let world = World::start().unwrap();
    let mut context = context(&world, "dane");
    context.set_timeout(Duration::from_secs(2));
    let verdict = context.lookup("keys-silent.test", world.smtp_port).unwrap().decision.verdict;
    assert_eq!((verdict.action, verdict.reason), (Action::Defer, Reason::NotFound));
    assert_eq!((verdict.detail, verdict.tlsrpt()), (Detail::Timeout, None));
}

#[test]
fn rfc7672_2_2_2_nobody_waits_for_the_tlsa_of_an_insecure_host() {
    let world = World::start().unwrap();
    for level in ["dane", "dane-only"] {
        let started = Instant::now();
        let report = check(&world, level, "silent-insecure.test");
        assert_eq!(report.destination.hosts[0].tlsa, Tlsa::NotApplicable);
        // It takes more than ten seconds to give up on a silent server.
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

#[test]
fn rfc7672_2_2_2_the_trouble_of_one_address_family_is_told() {
    let world = World::start().unwrap();
    for (domain, trouble) in [
        ("aaaa-bogus.test", "; AAAA of mx.aaaa-bogus.test: signature of aaaa-bogus.test does not"),
        ("aaaa-servfail.test", "answered SERVFAIL for AAAA of mx.aaaa-servfail.test"),
        ("aaaa-silent.test", "AAAA of mx.aaaa-silent.test is not known: no answer in time"),
    ] {
        let report = check(&world, "dane", domain);
        let text = &report.decision.text;
        assert_eq!(report.destination.hosts[0].address, Address::Secure);
        assert!(text.starts_with("deliver ") && text.contains(trouble), "{text}");
    }
}

/// A name server that drops AAAA queries must not use up the time for connecting.
#[test]
fn rfc7672_2_2_2_one_silent_address_family_leaves_time_to_deliver() {
    let world = World::start().unwrap();
    let mut context = context(&world, "dane");
    context.set_timeout(Duration::from_secs(10));
    let report = context.check("aaaa-silent.test", world.smtp_port).unwrap();
    assert_eq!(report.decision.verdict.action, Action::Deliver, "{}", report.decision.text);
}

#[test]
fn rfc8460_4_3_result_types() {
    let world = World::start().unwrap();
    use Tlsrpt::*;
    for (level, domain, result) in [
        ("dane", "good.test", None),
        ("dane", "good.unsigned.test", None),
        ("dane", "tlsa-none.test", None),
        ("dane", "null.test", None),
        ("dane", "plain.test", Some(StarttlsNotSupported)),
        ("dane", "refuses-tls.test", Some(StarttlsNotSupported)),
        ("dane", "ta-name.test", Some(CertificateHostMismatch)),
        ("dane", "ta-no-ca.test", Some(CertificateNotTrusted)),
        ("dane", "ta-expired.test", Some(CertificateExpired)),
        ("dane", "mismatch.test", Some(ValidationFailure)),
        ("dane", "alert.test", Some(ValidationFailure)),
        ("dane", "pkix-ta-only.test", Some(TlsaInvalid)),
        ("dane-only", "pkix-ta-only.test", Some(TlsaInvalid)),
        ("dane", "tlsa-bogus.test", Some(DnssecInvalid)),
        ("dane", "address-bogus.test", Some(DnssecInvalid)),
        ("dane", "mx-bogus.test", Some(DnssecInvalid)),
        ("dane-only", "tlsa-none.test", Some(DaneRequired)),
        ("dane-only", "good.unsigned.test", Some(DaneRequired)),
        ("dane-only", "address-insecure.test", Some(DaneRequired)),
    ] {
        let verdict = check(&world, level, domain).decision.verdict;
        assert_eq!(verdict.tlsrpt(), result, "{domain} at {level}");
    }
    let words = [
        (StarttlsNotSupported, "starttls-not-supported"),
        (CertificateHostMismatch, "certificate-host-mismatch"),
        (CertificateNotTrusted, "certificate-not-trusted"),
        (CertificateExpired, "certificate-expired"),
        (ValidationFailure, "validation-failure"),
        (TlsaInvalid, "tlsa-invalid"),
        (DnssecInvalid, "dnssec-invalid"),
        (DaneRequired, "dane-required"),
    ];
    for (result, word) in words {
        assert_eq!(result.result_type(), word);
    }
}

#[test]
fn rfc8460_4_3_4_outages_are_not_reported() {
    let world = World::start().unwrap();
    for (domain, reason) in [
        ("dead.test", Reason::ConnectionFailed),
        ("unwelcoming.test", Reason::ConnectionFailed),
        ("servfail.test", Reason::TlsaLookup),
        ("mx-servfail.test", Reason::NotFound),
        ("no-such-domain.test", Reason::NotFound),
    ] {
        let verdict = check(&world, "dane", domain).decision.verdict;
        assert_eq!((verdict.reason, verdict.tlsrpt()), (reason, None), "{domain}");
    }
}

#[test]
fn what_the_domain_itself_says_concerns_every_host() {
    let world = World::start().unwrap();
    for (domain, detail, scope) in [
        ("[192.0.2.1]", Detail::AddressLiteral, Scope::Domain),
        ("address-mx.test", Detail::AddressLiteral, Scope::Host),
        ("implicit-bogus.test", Detail::AddressBogus, Scope::Domain),
        ("address-bogus.test", Detail::AddressBogus, Scope::Host),
        ("good.unsigned.test", Detail::MxInsecure, Scope::Domain),
        ("tlsa-none.test", Detail::TlsaNone, Scope::Host),
    ] {
        let verdict = check(&world, "dane-only", domain).decision.verdict;
        assert_eq!((verdict.detail, verdict.scope), (detail, scope), "{domain}");
    }
}

#[test]
fn rfc7672_8_1_the_server_is_asked_for_by_base_domain_or_name() {
    let world = World::start().unwrap();
    let context = context(&world, "dane");
    for (domain, server_name) in [
        ("alias-both.test", Some("alias-both.target.test")),
        ("tlsa-none.test", Some("mx.tlsa-none.test")),
        ("[192.0.2.1]", None),
        ("192.0.2.1", None),
    ] {
        let found = context.lookup(domain, world.smtp_port).unwrap();
        assert_eq!(found.hosts[0].server_name(), server_name, "{domain}");
    }
    for no_name in ["mx\r\n.test", "a..b", "\u{1b}", ""] {
        let found = context.lookup_host(no_name, 25, None, Mx::Configured).unwrap();
        assert_eq!(found.hosts[0].server_name(), None, "{no_name:?}");
    }
}

#[test]
fn a_host_that_is_not_listed_is_told_in_the_same_words_from_rust_and_c() {
    let world = World::start().unwrap();
    let found = context(&world, "dane").lookup("good.test", world.smtp_port).unwrap();
    let decision = found.host_decision("elsewhere.test");
    assert_eq!(decision.verdict.reason, Reason::NotInMx);
    assert_eq!(decision.text, "host not in MX records (good.test)");
}

/// A resumed session would show no chain.
#[test]
fn rfc7672_3_2_every_session_is_authenticated_anew() {
    let world = World::start().unwrap();
    let context = context(&world, "dane");
    for domain in ["tls12.test", "tls13.test"] {
        for _ in 0..2 {
            let report = context.check(domain, world.smtp_port).unwrap();
            assert_eq!(report.attempts[0].as_ref().unwrap().verification.record, Some(0));
        }
    }
}
