//! The next hop and its MX records.

use super::*;

pub(super) fn mx(c: &mut Cases<'_>) {
    c.b.signed("implicit.test");
    c.good_host("implicit.test");
    c.expect("no MX: implicit MX (5321 5.1)", "implicit.test", DELIVER, DELIVER);
    c.host_is("implicit.test");
    c.b.unsigned("implicit-insecure.test");
    c.good_host("implicit-insecure.test");
    c.expect(
        "implicit MX, insecure (7672 2.2.2)",
        "implicit-insecure.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("implicit-insecure.test", [I, I, NA, NA])]);
    c.b.signed("implicit-bogus.test");
    c.good_host("implicit-bogus.test");
    c.b.fault("implicit-bogus.test", A, Fault::Altered);
    c.expect(
        "implicit MX, address bogus (7672 2.1.2)",
        "implicit-bogus.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.hosts(&[("implicit-bogus.test", [S, B, NA, NA])]);
    c.b.signed("null-alone.test");
    c.b.rr("null-alone.test MX 0 .");
    c.expect("null MX (7505 3)", "null-alone.test", FAIL, FAIL);
    c.b.signed("null.test");
    c.good_host("null.test");
    c.b.rr("null.test MX 0 .");
    c.expect("null MX beside a good address (7505 3)", "null.test", FAIL, FAIL);
    c.b.unsigned("null-insecure.test");
    c.b.rr("null-insecure.test MX 0 .");
    c.expect("null MX, insecure (7505 3)", "null-insecure.test", FAIL, NON_DNSSEC);
    c.b.signed("nothing.test");
    c.two("roots.test", ".", ".");
    c.expect("two MX, both with a root target (7505 3)", "roots.test", NOT_FOUND, NOT_FOUND);
    absent(c);
    c.b.signed("mx-refused.test");
    c.b.fault("mx-refused.test", MX, Fault::Rcode(5));
    c.expect("MX lookup refused (7672 2.1.2)", "mx-refused.test", NOT_FOUND, NOT_FOUND);
    c.good("mx-servfail.test");
    c.b.fault("mx-servfail.test", MX, Fault::Rcode(2));
    c.expect("MX lookup fails (7672 2.1.2)", "mx-servfail.test", NOT_FOUND, NOT_FOUND);
    c.good("mx-silent.test");
    c.b.fault("mx-silent.test", MX, Fault::Silent);
    c.expect("MX lookup times out (7672 2.1.2)", "mx-silent.test", NOT_FOUND, NOT_FOUND);
    c.is_slow();
    for (label, fault) in [
        ("altered", Fault::Altered),
        ("unsigned", Fault::Unsigned),
        ("without any record", Fault::Bare),
    ] {
        let domain = format!("mx-denial-{}.test", label.replace(' ', "-"));
        c.b.signed(&domain);
        c.good_host(&domain);
        c.b.fault(&domain, MX, fault);
        c.expect(
            &format!("MX denial {label} is no implicit MX (7672 2.1.1)"),
            &domain,
            NOT_FOUND,
            NOT_FOUND,
        );
        c.is_open();
    }
    c.good_host("bare.unsigned.test");
    c.b.fault("bare.unsigned.test", MX, Fault::Bare);
    c.expect(
        "implicit MX, insecure denial without any record (2308 2.2)",
        "bare.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("bare.unsigned.test", [I, I, NA, NA])]);
    c.good("mx-expired.test");
    c.b.fault("mx-expired.test", MX, Fault::Expired);
    c.expect("MX signature expired (4035 5.3.1)", "mx-expired.test", NOT_FOUND, NOT_FOUND);
    c.b.signed("mx-bogus-address-good.test");
    c.b.rr("mx-bogus-address-good.test MX 10 mx.good.test");
    c.b.fault("mx-bogus-address-good.test", MX, Fault::Unsigned);
    c.good_host("mx-bogus-address-good.test");
    c.expect(
        "bogus MX is no implicit MX (7672 2.1.2)",
        "mx-bogus-address-good.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.b.signed("no-such-host.test");
    c.b.rr("no-such-host.test MX 10 nowhere.no-such-host.test");
    c.expect("MX host does not exist (5321 5.1)", "no-such-host.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("nowhere.no-such-host.test", [S, NX, NA, NA])]);
    c.b.signed("no-such-insecure-host.test");
    c.b.rr("no-such-insecure-host.test MX 10 nowhere.unsigned.test");
    c.expect(
        "MX host does not exist, insecure (7672 2.1.1)",
        "no-such-insecure-host.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.hosts(&[("nowhere.unsigned.test", [S, NX, NA, NA])]);
    c.b.signed("no-address.test");
    c.b.rr("no-address.test MX 10 mx.no-address.test");
    c.b.tlsa("mx.no-address.test", &Identity::server("x").tlsa(3, 1, 1));
    c.b.rr("mx.no-address.test MX 10 mx.good.test");
    c.expect("MX host without an address (7672 2.2.2)", "no-address.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("mx.no-address.test", [S, NX, NA, NA])]);
    c.two("root-target.test", ".", "mx.good.test");
    c.expect("a root target beside another MX (7505 3)", "root-target.test", DELIVER, DELIVER);
    c.hosts(&[("mx.good.test", [S, S, S, GOOD])]);
}

/// Domains that do not exist, or have nothing to deliver to.
fn absent(c: &mut Cases<'_>) {
    c.expect("no such domain (5321 5.1)", "no-such-domain.test", BOUNCE, BOUNCE);
    c.expect(
        "no such domain, insecure (7672 2.1.1)",
        "no-such-domain.unsigned.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.b.signed("nothing.test");
    c.expect("neither MX nor address (5321 5.1)", "nothing.test", BOUNCE, BOUNCE);
    c.hosts(&[("nothing.test", [S, NX, NA, NA])]);
    c.b.unsigned("nothing-insecure.test");
    c.expect(
        "neither MX nor address, insecure (7672 2.1.1)",
        "nothing-insecure.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.hosts(&[("nothing-insecure.test", [I, NX, NA, NA])]);
    for (label, rtype, fault, name) in [
        ("a-servfail", A, Fault::Rcode(2), "no MX, no AAAA, A lookup fails (7672 2.1.2)"),
        ("aaaa-servfail", AAAA, Fault::Rcode(2), "no MX, no A, AAAA lookup fails (7672 2.1.2)"),
        ("a-altered", A, Fault::Altered, "no MX, no AAAA, denial of A bogus (7672 2.1.2)"),
        ("aaaa-bare", AAAA, Fault::Bare, "no MX, no A, denial of AAAA unsigned (7672 2.1.2)"),
    ] {
        let domain = format!("nothing-{label}.test");
        c.b.signed(&domain);
        c.b.fault(&domain, rtype, fault);
        c.expect(name, &domain, NOT_FOUND, NOT_FOUND);
        c.hosts(&[(&domain, [S, B, NA, NA])]);
        c.is_open();
    }
    c.b.unsigned("nothing-bare.test");
    for rtype in [MX, A, AAAA] {
        c.b.fault("nothing-bare.test", rtype, Fault::Bare);
    }
    c.expect(
        "neither MX nor address, denied without any record (2308 2.2)",
        "nothing-bare.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.hosts(&[("nothing-bare.test", [I, NX, NA, NA])]);
    c.is_open();
    for rcode in [2, 5] {
        let domain = format!("no-such-domain-{rcode}.unsigned.test");
        c.b.fault(&domain, MX, Fault::Rcode(rcode));
        c.expect(
            &format!("response code {rcode} is no denial (7672 2.1.2)"),
            &domain,
            NOT_FOUND,
            NOT_FOUND,
        );
    }
}

/// Next hops and MX targets that are IP addresses.
pub(super) fn literals(c: &mut Cases<'_>) {
    let address = c.b.address();
    let identity = Identity::server("literal.test");
    c.b.server("literal", address.into(), Behaviour::Starttls(Tls::new(&identity, &[])));
    for (name, next_hop) in [
        ("next hop is an address literal (7672 2.2)", format!("[{address}]")),
        ("next hop is an IP address (7672 2.2)", address.to_string()),
    ] {
        c.expect(name, &next_hop, OPPORTUNISTIC, NON_DNSSEC);
        c.hosts(&[(&next_hop, [C, I, NA, NA])]);
    }
    c.b.signed("address-mx.test");
    c.b.rr(&format!("address-mx.test MX 10 {address}"));
    c.expect("MX target is an IP address (7672 2.2)", "address-mx.test", OPPORTUNISTIC, NON_DNSSEC);
    c.hosts(&[(&address.to_string(), [S, I, NA, NA])]);
    c.two("address-good.test", &address.to_string(), "mx.good.test");
    c.expect(
        "first is an IP address, second good (7672 2.2)",
        "address-good.test",
        OPPORTUNISTIC,
        DELIVER,
    );
    c.hosts(&[(&address.to_string(), [S, I, NA, NA]), ("mx.good.test", [S, S, S, GOOD])]);
}
