//! Names at the edge of what DNS permits.

use super::*;

pub(super) fn names(c: &mut Cases<'_>) {
    let root = Identity::authority("Mixed Case Root");
    c.b.signed("mixed-case.test");
    c.b.rr("mixed-case.test MX 10 MX.Mixed-Case.TEST");
    let leaf = root.issue_server(&["mx.mixed-case.test"]);
    c.b.host("mx.mixed-case.test", Behaviour::Starttls(Tls::new(&leaf, &[&root])));
    c.b.tlsa("mx.mixed-case.test", &root.tlsa(2, 1, 1));
    c.expect("mixed-case MX target (4343)", "mixed-case.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);

    c.expect("next hop in another case (4343)", "MIXED-case.Test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    c.expect("next hop with a final dot (1034 3.1)", "mixed-case.test.", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    c.expect(
        "DANE-TA names the next hop, which has another case and a final dot (4343)",
        "TA-Next-Hop.test.",
        DELIVER,
        DELIVER,
    );
    c.by_anchor(CERTIFICATE);
    let host =
        c.domain("xn--bcher-kva.test", &root.issue_server(&["mx.xn--bcher-kva.test"]), &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 1, 1));
    c.expect("A-labels (5890 2.3.2.1)", "xn--bcher-kva.test", DELIVER, DELIVER);
    c.by_anchor(CERTIFICATE);
    let too_long = format!("{}.test", ["x".repeat(63).as_str(); 4].join("."));
    for (name, domain) in [
        ("next hop with U-labels (5890 2.3.2.1)", "b\u{fc}cher.test"),
        ("next hop with an empty label (1035 2.3.4)", "a..test"),
        ("next hop too long (1035 2.3.4)", &too_long),
    ] {
        c.expect(name, domain, NOT_FOUND, NOT_FOUND);
    }
    c.b.signed("invalid-mx.test");
    c.b.rr("invalid-mx.test MX 10 m\u{fc}x.good.test");
    c.expect("MX target is no host name (5890 2.3.2.1)", "invalid-mx.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[(r"m\195\188x.good.test", [S, NA, NA, NA])]);

    // "_PORT._tcp." takes 7 octets and the digits of the port.
    let room = 253 - 7 - c.b.port.to_string().len();
    for (label, extra, dane, dane_only) in
        [("longest", 0, DELIVER, DELIVER), ("too-long", 1, OPPORTUNISTIC, NO_TLSA)]
    {
        let domain = format!("{label}.test");
        c.b.signed(&domain);
        let mut host = domain.clone();
        while host.len() + 1 < room + extra {
            let length = (room + extra - host.len() - 1).min(63);
            let length =
                if room + extra - host.len() - 1 - length == 1 { length - 1 } else { length };
            host = format!("{}.{host}", "x".repeat(length));
        }
        c.b.rr(&format!("{domain} MX 10 {host}"));
        if extra == 0 {
            c.good_host(&host);
        } else {
            c.b.host(&host, Behaviour::Starttls(Tls::new(&Identity::server("x"), &[])));
        }
        c.expect(&format!("{label} MX host name (1035 2.3.4)"), &domain, dane, dane_only);
        c.host_is(&host);
    }
}

/// Names that are written with escapes, or look like something else, behind a secure alias.
pub(super) fn special(c: &mut Cases<'_>) {
    for (label, first, what) in [
        ("plus", "mx+1", "a plus sign"),
        ("asterisk", "*", "an asterisk"),
        ("underscore", "_mx", "an underscore"),
        ("octets", r"m\252\000x", "8-bit octets"),
        ("inner-dot", r"m\.x", "a dot inside a label"),
    ] {
        let domain = format!("{label}.test");
        let target = format!("{first}.target.{domain}");
        c.mx_alias(&domain, &target);
        c.good_host(&target);
        c.b.tlsa(&format!("mx.{domain}"), &Identity::server("decoy").tlsa(3, 1, 1));
        c.expect(&format!("alias to a name with {what} (7672 2.2.2)"), &domain, DELIVER, DELIVER);
    }
    c.b.signed("plus-mx.test");
    c.b.rr("plus-mx.test MX 10 mx+1.plus-mx.test");
    c.good_host("mx+1.plus-mx.test");
    c.expect("MX target with a plus sign (1035 3.1)", "plus-mx.test", DELIVER, DELIVER);
    c.host_is("mx+1.plus-mx.test");
    c.b.signed("inner-dot-mx.test");
    c.b.rr(r"inner-dot-mx.test MX 10 m\.x.inner-dot-mx.test");
    c.good_host(r"m\.x.inner-dot-mx.test");
    c.expect(
        "MX target with a dot inside a label (1035 3.1)",
        "inner-dot-mx.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.hosts(&[(r"m\.x.inner-dot-mx.test", [S, NA, NA, NA])]);
    // No case, since a mail server need not take such a name: for whoever shows what a host is called, and what it says.
    let markup = r#"</p><script>alert("x")</script>&amp;'.markup-mx.test"#;
    c.b.signed("markup-mx.test");
    c.b.rr(&format!("markup-mx.test MX 10 {markup}"));
    c.b.host(markup, Behaviour::NoStarttls);
    c.b.tlsa(markup, &Identity::server("x").tlsa(3, 1, 1));
}
