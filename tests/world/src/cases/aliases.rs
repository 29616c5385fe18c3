//! Aliases of domains, hosts and TLSA records.

use super::*;

pub(super) fn aliases(c: &mut Cases<'_>) {
    c.b.signed("target.test");
    for (label, expected) in [("alias-both", "good"), ("alias-only", "good")] {
        let domain = format!("{label}.test");
        c.b.signed(&domain);
        c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        c.b.rr(&format!("mx.{domain} CNAME {label}.target.test"));
        let identity = Identity::server(&format!("mx.{domain}"));
        c.b.host(&format!("{label}.target.test"), Behaviour::Starttls(Tls::new(&identity, &[])));
        if label == "alias-both" {
            c.b.tlsa(&format!("{label}.target.test"), &identity.tlsa(3, 1, 1));
            c.b.tlsa(&format!("mx.{domain}"), &Identity::server(expected).tlsa(3, 1, 1));
        } else {
            c.b.tlsa(&format!("mx.{domain}"), &identity.tlsa(3, 1, 1));
        }
    }
    c.expect(
        "TLSA at the expanded name, decoy at the alias (7672 2.2.2)",
        "alias-both.test",
        DELIVER,
        DELIVER,
    );
    c.expect("TLSA only at the alias (7672 2.2.2)", "alias-only.test", DELIVER, DELIVER);

    c.b.signed("alias-into-insecure.test");
    c.b.rr("alias-into-insecure.test MX 10 mx.alias-into-insecure.test");
    c.b.rr("mx.alias-into-insecure.test CNAME host.unsigned.test");
    let identity = Identity::server("mx.alias-into-insecure.test");
    c.b.host("host.unsigned.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.tlsa("mx.alias-into-insecure.test", &identity.tlsa(3, 1, 1));
    c.expect(
        "secure alias into an insecure zone (7672 2.2.2)",
        "alias-into-insecure.test",
        DELIVER,
        DELIVER,
    );
    c.is_open();

    c.b.signed("insecure-alias.test");
    c.b.rr("insecure-alias.test MX 10 alias.unsigned.test");
    c.b.rr("alias.unsigned.test CNAME mx.mismatch.test");
    c.expect(
        "insecure alias of a secure host (7672 2.2.2)",
        "insecure-alias.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("alias.unsigned.test", [S, I, NA, NA])]);

    c.mx_alias("alias-to-nothing.test", "host.unsigned.test");
    c.expect(
        "secure alias into an insecure zone, no TLSA (7672 2.2.2)",
        "alias-to-nothing.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.is_open();
    c.mx_alias("two-links.test", "two-links.unsigned.test");
    c.b.rr("two-links.unsigned.test CNAME two-links.target.test");
    let identity = Identity::server("mx.two-links.test");
    c.b.host("two-links.target.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.tlsa("two-links.target.test", &Identity::server("other").tlsa(3, 1, 1));
    c.b.tlsa("mx.two-links.test", &identity.tlsa(3, 1, 1));
    c.expect(
        "what follows an insecure link is insecure (7672 2.1.3)",
        "two-links.test",
        DELIVER,
        DELIVER,
    );
    c.is_open();
    c.good_host("alias-bogus.target.test");
    c.mx_alias("alias-bogus.test", "alias-bogus.target.test");
    c.b.fault("mx.alias-bogus.test", CNAME, Fault::Altered);
    c.expect("bogus alias of a good host (7672 2.1.3)", "alias-bogus.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("mx.alias-bogus.test", [S, B, NA, NA])]);
    c.mx_alias("alias-of-bogus.test", "mx.address-bogus.test");
    c.expect("alias of a bogus address (7672 2.1.3)", "alias-of-bogus.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("mx.alias-of-bogus.test", [S, B, NA, NA])]);
    c.mx_alias("alias-missing.test", "missing.target.test");
    c.expect("alias of a missing host (5321 5.1)", "alias-missing.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("mx.alias-missing.test", [S, NX, NA, NA])]);
    for (label, base) in
        [("sni-expanded", "sni-expanded.target.test"), ("sni-original", "mx.sni-original.test")]
    {
        let (domain, target) = (format!("{label}.test"), format!("{label}.target.test"));
        c.mx_alias(&domain, &target);
        let identity = Identity::server(base);
        c.b.host(&target, Behaviour::Starttls(Tls::for_name(&identity, base)));
        c.b.tlsa(base, &identity.tlsa(3, 1, 1));
        c.expect(
            &format!("certificate by SNI, {label} name of an alias (7671 7)"),
            &domain,
            DELIVER,
            DELIVER,
        );
    }
    let root = Identity::authority("Root of an alias");
    for (label, name, dane, dane_only) in [
        ("expanded", "ta-expanded-mx.target.test", DELIVER, DELIVER),
        ("unexpanded", "mx.ta-unexpanded-mx.test", NOT_TRUSTED, NOT_TRUSTED),
    ] {
        let domain = format!("ta-{label}-mx.test");
        let target = format!("ta-{label}-mx.target.test");
        c.mx_alias(&domain, &target);
        let leaf = root.issue_server(&[name]);
        c.b.host(&target, Behaviour::Starttls(Tls::new(&leaf, &[&root])));
        c.b.tlsa(&target, &root.tlsa(2, 0, 1));
        c.expect(
            &format!("DANE-TA names the {label} MX host, TLSA at the expanded (7672 3.2.2)"),
            &domain,
            dane,
            dane_only,
        );
        if label == "expanded" {
            c.by_anchor(CERTIFICATE);
        }
    }

    for (label, dane, dane_only) in
        [("expanded-insecure", DELIVER, DELIVER), ("expanded-bogus", TLSA_ERROR, TLSA_ERROR)]
    {
        let (domain, target) = (format!("{label}.test"), format!("{label}.target.test"));
        c.b.signed(&domain);
        c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        c.b.rr(&format!("mx.{domain} CNAME {target}"));
        let identity = Identity::server(&format!("mx.{domain}"));
        c.b.host(&target, Behaviour::Starttls(Tls::new(&identity, &[])));
        if label == "expanded-insecure" {
            c.b.unsigned(&format!("_tcp.{target}"));
        }
        c.b.tlsa(&target, &Identity::server("other").tlsa(3, 1, 1));
        c.b.tlsa(&format!("mx.{domain}"), &identity.tlsa(3, 1, 1));
        let owner = c.b.tlsa_owner(&target);
        if label == "expanded-bogus" {
            c.b.fault(&owner, TLSA, Fault::Altered);
        }
        c.expect(
            &format!("{label} TLSA at the expanded name (7672 2.2.3)"),
            &domain,
            dane,
            dane_only,
        );
        if label == "expanded-insecure" {
            c.is_open();
        }
    }

    c.mx_alias("expanded-unusable.test", "expanded-unusable.target.test");
    let identity = Identity::server("mx.expanded-unusable.test");
    c.b.host("expanded-unusable.target.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.tlsa("expanded-unusable.target.test", &identity.tlsa(1, 1, 1));
    c.b.tlsa("mx.expanded-unusable.test", &identity.tlsa(3, 1, 1));
    c.expect(
        "unusable TLSA at the expanded name, good at the alias (7672 2.2.3)",
        "expanded-unusable.test",
        ENCRYPT,
        NO_USABLE,
    );
    c.b.signed("three-aliases.test");
    c.b.rr("three-aliases.test MX 10 mx.three-aliases.test");
    c.b.rr("mx.three-aliases.test CNAME one.target.test");
    c.b.rr("one.target.test CNAME two.target.test");
    c.b.rr("two.target.test CNAME three.target.test");
    let identity = Identity::server("two.target.test");
    c.b.host("three.target.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.tlsa("two.target.test", &identity.tlsa(3, 1, 1));
    c.expect(
        "TLSA at an intermediate alias (7672 2.2.3)",
        "three-aliases.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );

    c.b.signed("loop.test");
    c.b.rr("loop.test MX 10 a.loop.test");
    c.b.rr("a.loop.test CNAME b.loop.test");
    c.b.rr("b.loop.test CNAME a.loop.test");
    c.expect("alias loop at the MX host (1034 3.6.2)", "loop.test", NOT_FOUND, NOT_FOUND);
    c.hosts(&[("a.loop.test", [S, B, NA, NA])]);
    for (count, word, dane, dane_only) in
        [(10, "ten", DELIVER, DELIVER), (11, "eleven", NOT_FOUND, NOT_FOUND)]
    {
        let domain = format!("{word}.test");
        c.mx_alias(&domain, &format!("a2.{domain}"));
        for number in 2..count {
            c.b.rr(&format!("a{number}.{domain} CNAME a{}.{domain}", number + 1));
        }
        c.b.rr(&format!("a{count}.{domain} CNAME end.{domain}"));
        c.good_host(&format!("end.{domain}"));
        c.expect(&format!("{word} aliases in a row (1034 3.6.2)"), &domain, dane, dane_only);
        if count > 10 {
            c.hosts(&[(&format!("mx.{domain}"), [S, B, NA, NA])]);
        }
    }

    c.b.signed("dname.test");
    c.b.rr("dname.test MX 10 mx.old.dname.test");
    c.b.rr("old.dname.test DNAME new.target.test");
    c.good_host("mx.new.target.test");
    c.expect("MX host below a DNAME (6672)", "dname.test", DELIVER, DELIVER);
    c.host_is("mx.old.dname.test");
    c.b.signed("dname-insecure.test");
    c.b.rr("dname-insecure.test MX 10 mx.old.dname-insecure.test");
    c.b.rr("old.dname-insecure.test DNAME new.unsigned.test");
    c.good_host("mx.new.unsigned.test");
    c.expect(
        "MX host and TLSA below a DNAME into an insecure zone (7672 2.1.3)",
        "dname-insecure.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.old.dname-insecure.test", [S, S, I, NA])]);
}

/// Next hops that are aliases.
pub(super) fn domain_aliases(c: &mut Cases<'_>) {
    let root = Identity::authority("Root of a domain");
    c.b.signed("domain-alias.test");
    c.b.rr("mail.domain-alias.test CNAME good.test");
    c.expect(
        "domain is an alias of one with MX (5321 5.1)",
        "mail.domain-alias.test",
        DELIVER,
        DELIVER,
    );
    c.hosts(&[("mx.good.test", [S, S, S, GOOD])]);
    c.b.rr("alias-good.unsigned.test CNAME good.test");
    c.expect(
        "domain is an insecure alias of a good one (7672 2.2.1)",
        "alias-good.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.good.test", [I, S, S, GOOD])]);
    c.b.rr("alias-mismatch.unsigned.test CNAME mismatch.test");
    c.expect(
        "domain is an insecure alias, the host mismatches (7672 2.2.1)",
        "alias-mismatch.unsigned.test",
        NOT_TRUSTED,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.mismatch.test", [I, S, S, BAD])]);
    c.b.rr("into.domain-alias.test CNAME good.unsigned.test");
    c.expect(
        "domain is a secure alias of an insecure one (7672 2.1.3)",
        "into.domain-alias.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.good.test", [I, S, S, GOOD])]);
    c.b.rr("bogus.domain-alias.test CNAME good.test");
    c.b.fault("bogus.domain-alias.test", CNAME, Fault::Altered);
    c.expect(
        "domain is a bogus alias of a good one (7672 2.1.3)",
        "bogus.domain-alias.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.b.rr("missing.domain-alias.test CNAME missing.target.test");
    c.expect(
        "domain is an alias of a missing one (5321 5.1)",
        "missing.domain-alias.test",
        BOUNCE,
        BOUNCE,
    );
    c.b.rr("missing-insecure.domain-alias.test CNAME missing.unsigned.test");
    c.expect(
        "domain is a secure alias of an insecure missing one (7672 2.1.3)",
        "missing-insecure.domain-alias.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.b.rr("alias-missing.unsigned.test CNAME missing.target.test");
    c.expect(
        "domain is an insecure alias of a missing one (7672 2.1.3)",
        "alias-missing.unsigned.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.b.rr("through-unsigned.domain-alias.test CNAME alias-missing.unsigned.test");
    c.expect(
        "domain is a secure alias of an insecure alias of a missing one (7672 2.1.3)",
        "through-unsigned.domain-alias.test",
        BOUNCE,
        NOT_FOUND,
    );
    for (label, target, mx, dane_only, name) in [
        ("nothing", "nothing.test", S, BOUNCE, "with neither MX nor address (5321 5.1)"),
        (
            "nothing-insecure",
            "nothing-insecure.test",
            I,
            NOT_FOUND,
            "with neither MX nor address, insecure (7672 2.1.3)",
        ),
    ] {
        let domain = format!("{label}.domain-alias.test");
        c.b.rr(&format!("{domain} CNAME {target}"));
        c.expect(&format!("domain is an alias of one {name}"), &domain, BOUNCE, dane_only);
        c.hosts(&[(&domain, [mx, NX, NA, NA])]);
    }
    c.b.rr("loop.domain-alias.test CNAME loop.domain-alias.test");
    c.expect(
        "domain is an alias of itself (1034 3.6.2)",
        "loop.domain-alias.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    for (label, name) in
        [("ta-original", "ta-original.domain-alias.test"), ("ta-expanded", "ta-expanded.test")]
    {
        let (alias, domain) = (format!("{label}.domain-alias.test"), format!("{label}.test"));
        c.b.rr(&format!("{alias} CNAME {domain}"));
        let host = c.domain(&domain, &root.issue_server(&[name]), &[&root]);
        c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    }
    c.expect(
        "DANE-TA names the domain before its alias (7672 3.2.2)",
        "ta-original.domain-alias.test",
        DELIVER,
        DELIVER,
    );
    c.host_is("mx.ta-original.test");
    c.by_anchor(CERTIFICATE);
    c.expect(
        "DANE-TA names the domain behind its alias (7672 3.2.2)",
        "ta-expanded.domain-alias.test",
        DELIVER,
        DELIVER,
    );
    c.host_is("mx.ta-expanded.test");
    c.by_anchor(CERTIFICATE);
    c.b.rr("ta-behind.unsigned.test CNAME ta-behind.test");
    let leaf = root.issue_server(&["ta-behind.unsigned.test", "ta-behind.test"]);
    let host = c.domain("ta-behind.test", &leaf, &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect(
        "behind an insecure alias neither domain is a reference (7672 3.2.2)",
        "ta-behind.unsigned.test",
        NOT_TRUSTED,
        NON_DNSSEC,
    );
    c.host_is("mx.ta-behind.test");
    for (label, name) in [
        ("implicit-ee", "implicit MX at an alias, DANE-EE (7672 2.2.2)"),
        ("implicit-ta", "implicit MX at an alias, DANE-TA names the original domain (7672 3.2.2)"),
    ] {
        let (domain, target) =
            (format!("{label}.domain-alias.test"), format!("{label}.target.test"));
        c.b.rr(&format!("{domain} CNAME {target}"));
        let leaf = root.issue_server(&[&domain]);
        c.b.host(&target, Behaviour::Starttls(Tls::new(&leaf, &[&root])));
        let is_anchor = label == "implicit-ta";
        c.b.tlsa(&target, &if is_anchor { root.tlsa(2, 0, 1) } else { leaf.tlsa(3, 1, 1) });
        c.expect(name, &domain, DELIVER, DELIVER);
        c.host_is(&domain);
        if is_anchor {
            c.by_anchor(CERTIFICATE);
        }
    }
}

/// The zones of the example in RFC 7672 section 3.2.2; each server's certificate has one name only.
pub(super) fn example(c: &mut Cases<'_>) {
    let root = Identity::authority("Root of the example");
    c.b.signed("example-org.test");
    c.b.signed("example-net.test");
    c.b.rr("exchange.example-org.test CNAME mail.example-org.test");
    c.b.rr("mail.example-org.test CNAME example-com.test");
    c.b.signed("example-com.test");
    for (label, alias, base, name) in [
        ("mx10", None, "mx10.example-com.test", "exchange.example-org.test"),
        ("mx15", Some("mxbackup.example-com.test"), "mx15.example-com.test", "example-com.test"),
        (
            "mx20",
            Some("mxbackup.example-net.test"),
            "mxbackup.example-net.test",
            "mxbackup.example-net.test",
        ),
    ] {
        let host = format!("{label}.example-com.test");
        c.b.rr(&format!("example-com.test MX {} {host}", &label[2..]));
        if let Some(alias) = alias {
            c.b.rr(&format!("{host} CNAME {alias}"));
        }
        let leaf = root.issue_server(&[name]);
        c.b.host(alias.unwrap_or(&host), Behaviour::Starttls(Tls::new(&leaf, &[&root])));
        c.b.tlsa(base, &root.tlsa(2, 0, 1));
        // A domain of its own for each, so that no better host answers first.
        let domain = format!("{label}.example-org.test");
        c.b.rr(&format!("{domain} MX 10 {host}"));
    }
    c.expect(
        "the example's best host has the next hop's name (7672 3.2.2)",
        "exchange.example-org.test",
        DELIVER,
        DELIVER,
    );
    c.hosts(&[
        ("mx10.example-com.test", [S, S, S, GOOD]),
        ("mx15.example-com.test", [S, S, S, GOOD]),
        ("mx20.example-com.test", [S, S, S, GOOD]),
    ]);
    c.by_anchor(CERTIFICATE);
    c.expect(
        "the example's names of another next hop do not count (7672 3.2.2)",
        "mx15.example-org.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.host_is("mx15.example-com.test");
    c.expect(
        "the example's expanded host has its own name (7672 3.2.2)",
        "mx20.example-org.test",
        DELIVER,
        DELIVER,
    );
    c.host_is("mx20.example-com.test");
    c.by_anchor(CERTIFICATE);
}

/// TLSA records that are found through aliases.
pub(super) fn tlsa_aliases(c: &mut Cases<'_>) {
    let root = Identity::authority("Root behind an alias");
    let elsewhere = |c: &mut Cases<'_>, domain: &str, identity: &Identity, target: &str| {
        let host = c.domain(domain, identity, &[&root]);
        let owner = c.b.tlsa_owner(&host);
        c.b.rr(&format!("{owner} CNAME {target}"));
        owner
    };
    let plain = Identity::server("tlsa-alias.test");
    elsewhere(c, "tlsa-alias-missing.test", &plain, "missing.target.test");
    c.expect(
        "TLSA alias to a missing name (7672 2.2.2)",
        "tlsa-alias-missing.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.b.rr(&format!("dane.target.test TLSA {}", plain.tlsa(3, 1, 1)));
    elsewhere(c, "tlsa-alias.test", &plain, "dane.target.test");
    c.expect("TLSA through a secure alias (7672 2.2.3)", "tlsa-alias.test", DELIVER, DELIVER);
    let owner = elsewhere(c, "tlsa-alias-bogus.test", &plain, "dane.target.test");
    c.b.fault(&owner, CNAME, Fault::Altered);
    c.expect(
        "TLSA through a bogus alias (7672 2.1.3)",
        "tlsa-alias-bogus.test",
        TLSA_ERROR,
        TLSA_ERROR,
    );
    let bogus = c.b.tlsa_owner("mx.tlsa-bogus.test");
    elsewhere(c, "tlsa-alias-of-bogus.test", &plain, &bogus);
    c.expect(
        "TLSA alias of a bogus RRset (7672 2.1.3)",
        "tlsa-alias-of-bogus.test",
        TLSA_ERROR,
        TLSA_ERROR,
    );
    c.b.rr(&format!("dane.unsigned.test TLSA {}", plain.tlsa(3, 1, 1)));
    elsewhere(c, "tlsa-alias-insecure.test", &plain, "dane.unsigned.test");
    c.expect(
        "TLSA alias into an insecure zone (7672 2.2.3)",
        "tlsa-alias-insecure.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.tlsa-alias-insecure.test", [S, S, I, NA])]);
    c.b.rr("dane.tlsa-alias-loop.target.test CNAME dane.tlsa-alias-loop.target.test");
    elsewhere(c, "tlsa-alias-loop.test", &plain, "dane.tlsa-alias-loop.target.test");
    c.expect("TLSA alias loop (7672 2.1.2)", "tlsa-alias-loop.test", TLSA_ERROR, TLSA_ERROR);
    for (label, name, dane, dane_only) in [
        ("host", "mx.tlsa-alias-host.test", DELIVER, DELIVER),
        ("target", "tlsa-alias-target.target.test", NOT_TRUSTED, NOT_TRUSTED),
    ] {
        let target = format!("tlsa-alias-{label}.target.test");
        c.b.rr(&format!("{target} TLSA {}", root.tlsa(2, 0, 1)));
        let domain = format!("tlsa-alias-{label}.test");
        elsewhere(c, &domain, &root.issue_server(&[name]), &target);
        c.expect(
            &format!("DANE-TA names the {label} of a TLSA alias (7672 2.2.3)"),
            &domain,
            dane,
            dane_only,
        );
        if label == "host" {
            c.by_anchor(CERTIFICATE);
        }
    }
    let host = c.domain("tlsa-dname.test", &plain, &[]);
    c.b.rr(&format!("_tcp.{host} DNAME _tcp.tlsa-dname.target.test"));
    c.b.tlsa("tlsa-dname.target.test", &plain.tlsa(3, 1, 1));
    c.expect("TLSA below a DNAME (6672)", "tlsa-dname.test", DELIVER, DELIVER);
}
