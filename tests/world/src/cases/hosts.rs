//! Several hosts, and their addresses.

use super::*;

pub(super) fn hosts(c: &mut Cases<'_>) {
    c.two("mismatch-good.test", "mx.mismatch.test", "mx.good.test");
    c.expect("first mismatches, second good (7672 2.2)", "mismatch-good.test", DELIVER, DELIVER);
    c.hosts(&[("mx.mismatch.test", [S, S, S, BAD]), ("mx.good.test", [S, S, S, GOOD])]);
    c.two("bogus-good.test", "mx.address-bogus.test", "mx.good.test");
    c.expect("first address bogus, second good (7672 2.1.2)", "bogus-good.test", DELIVER, DELIVER);
    c.hosts(&[("mx.address-bogus.test", [S, B, NA, NA]), ("mx.good.test", [S, S, S, GOOD])]);
    c.two("good-bogus.test", "mx.good.test", "mx.tlsa-bogus.test");
    c.expect("first good, second TLSA bogus (7672 2.1.2)", "good-bogus.test", DELIVER, DELIVER);
    c.hosts(&[("mx.good.test", [S, S, S, GOOD]), ("mx.tlsa-bogus.test", [S, S, B, NA])]);
    c.two("bogus-none.test", "mx.tlsa-bogus.test", "mx.tlsa-none.test");
    c.expect(
        "first TLSA bogus, second without (7672 2.2)",
        "bogus-none.test",
        OPPORTUNISTIC,
        TLSA_ERROR,
    );
    c.hosts(&[("mx.tlsa-bogus.test", [S, S, B, NA]), ("mx.tlsa-none.test", [S, S, NX, NA])]);
    c.two("insecure-good.test", "mx.unsigned.test", "mx.good.test");
    c.expect(
        "first host insecure, second good (7672 2.2.1)",
        "insecure-good.test",
        OPPORTUNISTIC,
        DELIVER,
    );
    c.hosts(&[("mx.unsigned.test", [S, I, NA, NA]), ("mx.good.test", [S, S, S, GOOD])]);
    c.two("mismatch-insecure.test", "mx.mismatch.test", "mx.unsigned.test");
    c.expect(
        "first mismatches, second insecure (7672 2.2)",
        "mismatch-insecure.test",
        OPPORTUNISTIC,
        NOT_TRUSTED,
    );
    c.hosts(&[("mx.mismatch.test", [S, S, S, BAD]), ("mx.unsigned.test", [S, I, NA, NA])]);
    let none = r"m\195\188x.good.test";
    for (domain, first, written, columns, name) in [
        (
            "missing-good.test",
            "nowhere.no-such-host.test",
            "",
            [S, NX, NA, NA],
            "first host does not exist (5321 5.1)",
        ),
        (
            "servfail-good.test",
            "mx.servfail.test",
            "",
            [S, S, B, NA],
            "first TLSA lookup fails (7672 2.1.2)",
        ),
        (
            "unwelcoming-good.test",
            "mx.unwelcoming.test",
            "",
            [S, S, S, DEAD],
            "first greets with 554 (5321 3.1)",
        ),
        (
            "refuses-good.test",
            "mx.refuses-tls.test",
            "",
            [S, S, S, SHAKE],
            "first answers STARTTLS with 454 (7672 2.2)",
        ),
        (
            "dead-good.test",
            "mx.dead.test",
            "",
            [S, S, NX, DEAD],
            "first is dead and without TLSA (5321 5.1)",
        ),
        (
            "invalid-good.test",
            "m\u{fc}x.good.test",
            none,
            [S, NA, NA, NA],
            "first is no host name (5890 2.3.2.1)",
        ),
    ] {
        let written = if written.is_empty() { first } else { written };
        c.two(domain, first, "mx.good.test");
        let (what, section) = name.split_once(" (").unwrap();
        c.expect(&format!("{what}, second good ({section}"), domain, DELIVER, DELIVER);
        c.hosts(&[(written, columns), ("mx.good.test", [S, S, S, GOOD])]);
    }
    c.two("unusable-good.test", "mx.pkix-ta-only.test", "mx.good.test");
    c.expect(
        "first TLSA unusable, second good (7672 2.2.1)",
        "unusable-good.test",
        ENCRYPT,
        DELIVER,
    );
    c.hosts(&[("mx.pkix-ta-only.test", [S, S, U, TLS]), ("mx.good.test", [S, S, S, GOOD])]);
    for (domain, first, second, dane) in [
        ("equal-none.test", "mx.tlsa-none.test", "mx.zz-good.test", OPPORTUNISTIC),
        ("equal-good.test", "mx.tlsa-none.test", "mx.aa-good.test", DELIVER),
    ] {
        c.b.signed(domain);
        c.b.rr(&format!("{domain} MX 10 {first}"));
        c.b.rr(&format!("{domain} MX 10 {second}"));
        c.good(second.strip_prefix("mx.").unwrap());
        c.expect(
            &format!("equal preferences, {second} among them (5321 5.1)"),
            domain,
            dane,
            DELIVER,
        );
        let mut hosts = [(first, [S, S, NX, NA]), (second, [S, S, S, GOOD])];
        hosts.sort_by_key(|(name, _)| *name);
        c.hosts(&hosts);
    }
    c.two("all-dead.test", "mx.dead.test", "mx.dead-mismatch.test");
    c.expect("every host is dead (5321 5.1)", "all-dead.test", CONNECTION, NO_TLSA);
    c.hosts(&[("mx.dead.test", [S, S, NX, DEAD]), ("mx.dead-mismatch.test", [S, S, S, DEAD])]);
    c.two("dead-mismatch.test", "mx.dead-mismatch.test", "mx.mismatch.test");
    let dead = c.b.address();
    c.b.rr(&format!("mx.dead-mismatch.test A {dead}"));
    c.b.tlsa("mx.dead-mismatch.test", &Identity::server("dead").tlsa(3, 1, 1));
    c.expect(
        "first is dead, second mismatches (7672 2.2)",
        "dead-mismatch.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.hosts(&[("mx.dead-mismatch.test", [S, S, S, DEAD]), ("mx.mismatch.test", [S, S, S, BAD])]);
    c.two("plain-good.test", "mx.plain.test", "mx.good.test");
    c.expect("first without STARTTLS, second good (7672 2.2)", "plain-good.test", DELIVER, DELIVER);
    c.hosts(&[("mx.plain.test", [S, S, S, PLAIN]), ("mx.good.test", [S, S, S, GOOD])]);
    c.two("stall-good.test", "mx.stall.test", "mx.good.test");
    c.expect("first stalls, second good (5321 5.1)", "stall-good.test", DELIVER, DELIVER);
    c.hosts(&[("mx.stall.test", [S, S, S, DEAD]), ("mx.good.test", [S, S, S, GOOD])]);
    c.is_slow();

    c.b.signed("twenty.test");
    for number in 1..=20 {
        let host = format!("mx{number}.twenty.test");
        c.b.rr(&format!("twenty.test MX {number} {host}"));
        if number == 3 {
            c.good_host(&host);
        } else {
            let dead = c.b.address();
            c.b.rr(&format!("{host} A {dead}"));
            c.b.tlsa(&host, &Identity::server("dead").tlsa(3, 1, 1));
        }
    }
    c.expect("20 MX, the two best are dead (5321 5.1)", "twenty.test", DELIVER, DELIVER);
    let names: Vec<String> = (1..=20).map(|number| format!("mx{number}.twenty.test")).collect();
    let mut hosts: Vec<_> = names.iter().map(|name| (&**name, [S, S, S, DEAD])).collect();
    hosts[2].1 = [S, S, S, GOOD];
    c.hosts(&hosts);

    // Addresses are tried in ascending order, and given out so: the good one is the last.
    for _ in 0..3 {
        let dead = c.b.address();
        c.b.rr(&format!("mx.four.test A {dead}"));
    }
    c.good("four.test");
    c.expect("four addresses, three dead (5321 5.1)", "four.test", DELIVER, DELIVER);
    let other = Behaviour::Starttls(Tls::new(&Identity::server("other"), &[]));
    c.domain_with("second-address.test", other);
    c.good_host("mx.second-address.test");
    c.expect(
        "first address mismatches, second good (7672 2.2)",
        "second-address.test",
        DELIVER,
        DELIVER,
    );

    if let Some(address) = c.b.ipv6 {
        c.b.signed("six.test");
        c.b.rr("six.test MX 10 mx.six.test");
        let identity = Identity::server("mx.six.test");
        c.b.ipv6_host("mx.six.test", address, Behaviour::Starttls(Tls::new(&identity, &[])));
        c.b.tlsa("mx.six.test", &identity.tlsa(3, 1, 1));
        c.expect("IPv6 only (7672 2.2.2)", "six.test", DELIVER, DELIVER);
        let literal = format!("[IPv6:{address}]");
        c.expect("next hop is an IPv6 literal (7672 2.2)", &literal, OPPORTUNISTIC, NON_DNSSEC);
        c.hosts(&[(&literal.to_ascii_lowercase(), [C, I, NA, NA])]);
        for (label, fault) in [("bogus", Fault::Altered), ("servfail", Fault::Rcode(2))] {
            let domain = format!("a-{label}.test");
            c.b.signed(&domain);
            c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
            c.b.rr(&format!("mx.{domain} A 192.0.2.1"));
            c.b.rr(&format!("mx.{domain} AAAA {address}"));
            c.b.fault(&format!("mx.{domain}"), A, fault);
            c.b.tlsa(&format!("mx.{domain}"), &identity.tlsa(3, 1, 1));
            c.expect(&format!("AAAA good, A {label} (7672 2.2.2)"), &domain, DELIVER, DELIVER);
        }
    }

    let host = c.good("aaaa-bogus.test");
    c.b.rr(&format!("{host} AAAA 2001:db8::1"));
    c.b.fault(&host, AAAA, Fault::Altered);
    c.expect("A good, AAAA bogus (7672 2.2.2)", "aaaa-bogus.test", DELIVER, DELIVER);
    for (label, fault) in [
        ("denial altered", Fault::Altered),
        ("denial without any record", Fault::Bare),
        ("servfail", Fault::Rcode(2)),
        ("notimp", Fault::Rcode(4)),
    ] {
        let host = c.good(&format!("aaaa-{}.test", label.replace(' ', "-")));
        c.b.fault(&host, AAAA, fault);
        let domain = host.strip_prefix("mx.").unwrap();
        c.expect(&format!("A good, AAAA {label} (7672 2.2.2)"), domain, DELIVER, DELIVER);
    }
    c.b.signed("no-a.test");
    c.b.rr("no-a.test MX 10 mx.no-a.test");
    c.b.rr("mx.no-a.test AAAA 2001:db8::1");
    c.b.fault("mx.no-a.test", AAAA, Fault::Altered);
    c.expect("no A, AAAA bogus (7672 2.1.2)", "no-a.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("mx.no-a.test", [S, B, NA, NA])]);
}
