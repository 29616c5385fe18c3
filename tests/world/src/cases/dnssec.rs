//! Zones signed in every way, and broken in many.

use super::*;
use crate::build::RSA_512;
use crate::rsa_sha1::RSASHA1;

/// Keys of a size that cannot be checked.
pub(super) fn short_keys(c: &mut Cases<'_>) {
    c.b.zone("short-key.test", Some(RSA_512), Delegation::Secure);
    c.b.zone_key("short-zone-key.test", RSA_512, Delegation::Secure);
    c.b.zone_key("short-key-beside.test", RSA_512, Delegation::BothKeys);
    for (label, what, dane, dane_only) in [
        (
            "short-key",
            "RSA of 512 bits is all that the DS names (4035 5.2)",
            OPPORTUNISTIC,
            NON_DNSSEC,
        ),
        (
            "short-zone-key",
            "a good key signs keys of RSA with 512 bits alone (4035 5.2)",
            NOT_FOUND,
            NOT_FOUND,
        ),
        (
            "short-key-beside",
            "signatures by the key of 512 bits are left of two that the DS name (4035 5.2)",
            NOT_FOUND,
            NOT_FOUND,
        ),
    ] {
        let (domain, host) = (format!("{label}.test"), format!("mx.{label}.test"));
        c.b.rr(&format!("{domain} MX 10 {host}"));
        c.good_host(&host);
        c.expect(what, &domain, dane, dane_only);
        if label == "short-key" {
            c.hosts(&[(&host, [I, I, NA, NA])]);
        }
    }
}

/// What SHA-1 secures, which is secure unless it is switched off (`src/sim/sha1.rs`).
pub(super) fn sha1(c: &mut Cases<'_>) {
    c.b.zone("sha1.test", Some(RSASHA1), Delegation::Secure);
    c.b.zone("sha1-ds.test", Some(13), Delegation::Sha1);
    c.b.zone("sha1-beside.test", Some(13), Delegation::Sha1AndGood);
    c.b.zone_key("sha1-zone-key.test", RSASHA1, Delegation::Secure);
    for (label, what) in [
        ("sha1", "zone signed with RSASHA1 (9905 2)"),
        ("sha1-ds", "DS by SHA-1 alone (9905 2)"),
        ("sha1-beside", "DS by SHA-1 beside one by SHA-256 (4509 3)"),
        ("sha1-zone-key", "keys signed with P-256, all else with RSASHA1 (9905 2)"),
    ] {
        let domain = format!("{label}.test");
        c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        c.good_host(&format!("mx.{domain}"));
        c.expect(what, &domain, DELIVER, DELIVER);
    }
}

/// What is denied by one record at the name itself.
pub(super) fn compact(c: &mut Cases<'_>) {
    for (is_nsec3, by) in [(false, "NSEC"), (true, "NSEC3")] {
        let word = format!("compact-{}", by.to_ascii_lowercase());
        let zone = |c: &mut Cases<'_>, label: &str| {
            let domain = if label.is_empty() { word.clone() } else { format!("{word}-{label}") };
            let domain = format!("{domain}.test");
            c.b.compact(&domain, is_nsec3);
            domain
        };
        let identity = Identity::server("mx.compact.test");
        let server = || Behaviour::Starttls(Tls::new(&identity, &[]));
        let domain = zone(c, "");
        c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        c.b.host(&format!("mx.{domain}"), server());
        c.expect(
            &format!("TLSA denied by NXNAME in {by} (9824 3.1)"),
            &domain,
            OPPORTUNISTIC,
            NO_TLSA,
        );
        c.expect(
            &format!("no such domain, by NXNAME in {by} (9824 3.1)"),
            &format!("missing.{domain}"),
            BOUNCE,
            BOUNCE,
        );
        c.expect(
            &format!("no such domain, by NXNAME in {by}, below another (9824 3.1)"),
            &format!("below.missing.{domain}"),
            BOUNCE,
            BOUNCE,
        );
        let hostless = zone(c, "host");
        c.b.rr(&format!("{hostless} MX 10 nowhere.{hostless}"));
        c.expect(
            &format!("MX host does not exist, by NXNAME in {by} (9824 3.1)"),
            &hostless,
            NOT_FOUND,
            NOT_FOUND,
        );
        c.hosts(&[(&format!("nowhere.{hostless}"), [S, NX, NA, NA])]);
        let good = zone(c, "good");
        c.b.rr(&format!("{good} MX 10 mx.{good}"));
        c.good_host(&format!("mx.{good}"));
        c.expect(
            &format!("compact denial by {by} beside records (9824 3.2)"),
            &good,
            DELIVER,
            DELIVER,
        );
        let empty = zone(c, "empty");
        c.b.rr(&format!("{empty} MX 10 mx.{empty}"));
        c.b.host(&format!("mx.{empty}"), server());
        let owner = c.b.tlsa_owner(&format!("mx.{empty}"));
        c.b.rr(&format!("below.{owner} TLSA {}", identity.tlsa(3, 1, 1)));
        c.expect(
            &format!("an empty non-terminal is there, by compact {by} (9824 3.2)"),
            &empty,
            OPPORTUNISTIC,
            NO_TLSA,
        );
        let wildcard = zone(c, "wildcard");
        c.b.rr(&format!("{wildcard} MX 10 mx.{wildcard}"));
        c.b.host(&format!("mx.{wildcard}"), server());
        c.b.rr(&format!("*._tcp.mx.{wildcard} TLSA {}", identity.tlsa(3, 1, 1)));
        c.expect(
            &format!("wildcard TLSA, signed as if it stood there, with compact {by} (9824 3.3)"),
            &wildcard,
            DELIVER,
            DELIVER,
        );
        let host = zone(c, "wildcard-host");
        c.b.rr(&format!("{host} MX 10 any.{host}"));
        c.b.host(&format!("*.{host}"), server());
        c.expect(
            &format!("MX host by a wildcard, its TLSA denied by compact {by} (9824 3.3)"),
            &host,
            OPPORTUNISTIC,
            NO_TLSA,
        );
        c.host_is(&format!("any.{host}"));
        let child = zone(c, "cut");
        c.b.unsigned(&format!("child.{child}"));
        c.b.rr(&format!("child.{child} MX 10 mx.good.test"));
        c.expect(
            &format!("unsigned delegation shown by compact {by} (9824 3.4)"),
            &format!("child.{child}"),
            OPPORTUNISTIC,
            NON_DNSSEC,
        );
        c.hosts(&[("mx.good.test", [I, S, S, GOOD])]);
    }
}

pub(super) fn broken(c: &mut Cases<'_>) {
    let host = c.good("address-future.test");
    c.b.fault(&host, A, Fault::NotYetValid);
    c.expect(
        "address signature not yet valid (4035 5.3.1)",
        "address-future.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.hosts(&[(&host, [S, B, NA, NA])]);
    for (label, fault) in [
        ("servfail", Fault::Rcode(2)),
        ("notimp", Fault::Rcode(4)),
        ("refused", Fault::Rcode(5)),
        ("unsigned-tlsa", Fault::Unsigned),
        ("expired-tlsa", Fault::Expired),
    ] {
        let host = c.good(&format!("{label}.test"));
        let owner = c.b.tlsa_owner(&host);
        c.b.fault(&owner, TLSA, fault);
        c.expect(
            &format!("TLSA {label} (7672 2.1.2)"),
            &format!("{label}.test"),
            TLSA_ERROR,
            TLSA_ERROR,
        );
    }
    for (label, fault) in
        [("servfail", Fault::Rcode(2)), ("notimp", Fault::Rcode(4)), ("silent", Fault::Silent)]
    {
        let (domain, host) = (format!("{label}-insecure.test"), format!("{label}.unsigned.test"));
        c.b.signed(&domain);
        c.b.rr(&format!("{domain} MX 10 {host}"));
        c.b.host(&host, Behaviour::Starttls(Tls::new(&Identity::server(&host), &[])));
        let owner = c.b.tlsa_owner(&host);
        c.b.fault(&owner, TLSA, fault);
        c.expect(
            &format!("TLSA {label} of an insecure host does not matter (7672 2.2.2)"),
            &domain,
            OPPORTUNISTIC,
            NON_DNSSEC,
        );
        c.hosts(&[(&host, [S, I, NA, NA])]);
    }
    let host = c.good("silent-tlsa.test");
    let owner = c.b.tlsa_owner(&host);
    c.b.fault(&owner, TLSA, Fault::Silent);
    c.expect("TLSA lookup times out (7672 2.1.2)", "silent-tlsa.test", TLSA_ERROR, TLSA_ERROR);
    c.is_slow();
    for (label, fault) in [
        ("denial-altered", Fault::Altered),
        ("denial-unsigned", Fault::Unsigned),
        ("denial-bare", Fault::Bare),
    ] {
        let domain = format!("{label}.test");
        c.domain_with(&domain, Behaviour::NoStarttls);
        let owner = c.b.tlsa_owner(&format!("mx.{domain}"));
        c.b.fault(&owner, TLSA, fault);
        c.expect(&format!("TLSA {label} (7672 2.1.1)"), &domain, TLSA_ERROR, TLSA_ERROR);
        c.is_open();
    }
    for (label, is_nsec3) in [("nsec", false), ("nsec3", true)] {
        let domain = format!("child-{label}.test");
        let host = c.domain(&domain, &Identity::server(&domain), &[]);
        let child = format!("_tcp.{host}");
        if is_nsec3 {
            c.b.nsec3(&child, 0, false);
        } else {
            c.b.signed(&child);
        }
        let owner = c.b.tlsa_owner(&host);
        c.b.fault(&owner, TLSA, Fault::Altered);
        c.expect(
            &format!("TLSA denial with a broken {label} signature in a child zone (7672 2.1.1)"),
            &domain,
            TLSA_ERROR,
            TLSA_ERROR,
        );
    }
    let host = c.domain("child-wrong-ds.test", &Identity::server("child-wrong-ds.test"), &[]);
    c.b.zone(&format!("_tcp.{host}"), Some(13), Delegation::WrongDs);
    c.expect(
        "TLSA denied by a child zone whose DS matches no key (4035 5.2)",
        "child-wrong-ds.test",
        TLSA_ERROR,
        TLSA_ERROR,
    );
    // No cases: only a validating client misses the keys, and a whole family's silence takes its time.
    c.good("keys-silent.test");
    c.b.fault("keys-silent.test", DNSKEY, Fault::Silent);
    let host = c.good("aaaa-silent.test");
    c.b.fault(&host, AAAA, Fault::Silent);
    c.b.zone("wrong-ds.test", Some(13), Delegation::WrongDs);
    c.b.rr("wrong-ds.test MX 10 mx.good.test");
    c.expect("DS matches no key (4035 5.2)", "wrong-ds.test", NOT_FOUND, NOT_FOUND);
    c.b.zone("no-ds-proof.test", None, Delegation::Unproven);
    c.b.rr("no-ds-proof.test MX 10 mx.good.test");
    c.expect("no proof that there is no DS (4035 5.2)", "no-ds-proof.test", NOT_FOUND, NOT_FOUND);
}

pub(super) fn dnssec(c: &mut Cases<'_>) {
    for (label, delegation, dane, dane_only) in [
        ("unknown-digest", Delegation::UnknownDigest, OPPORTUNISTIC, NON_DNSSEC),
        ("unknown-algorithm", Delegation::UnknownAlgorithm, OPPORTUNISTIC, NON_DNSSEC),
        ("unknown-and-good", Delegation::UnknownAndGood, DELIVER, DELIVER),
    ] {
        let (domain, zone) = (format!("{label}.test"), format!("{label}-host.test"));
        c.b.signed(&domain);
        c.b.zone(&zone, Some(13), delegation);
        c.b.rr(&format!("{domain} MX 10 mx.{zone}"));
        c.good_host(&format!("mx.{zone}"));
        c.expect(&format!("DS with {label} (6840 5.2)"), &domain, dane, dane_only);
        match delegation {
            Delegation::UnknownAndGood => c.host_is(&format!("mx.{zone}")),
            _ => c.hosts(&[(&format!("mx.{zone}"), [S, I, NA, NA])]),
        }
    }
    for (label, algorithm) in [("p384", 14), ("ed25519", 15)] {
        let domain = format!("{label}.test");
        c.b.zone(&domain, Some(algorithm), Delegation::Secure);
        c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        c.good_host(&format!("mx.{domain}"));
        c.expect(&format!("zone signed with {label} (6605, 8080)"), &domain, DELIVER, DELIVER);
    }
    c.b.nsec3("optout", 1, true);
    c.b.signed("signed.optout");
    c.b.rr("signed.optout MX 10 mx.signed.optout");
    c.good_host("mx.signed.optout");
    c.expect("signed delegation in an opt-out TLD (5155 6)", "signed.optout", DELIVER, DELIVER);
    c.b.unsigned("unsigned.optout");
    c.b.rr("unsigned.optout MX 10 mx.good.test");
    c.expect(
        "unsigned delegation in an opt-out TLD (5155 6)",
        "unsigned.optout",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.good.test", [I, S, S, GOOD])]);
    c.expect(
        "no such domain in an opt-out TLD (5155 9.2)",
        "no-such-domain.optout",
        BOUNCE,
        NOT_FOUND,
    );
    c.is_open();
    c.b.nsec3("optout.test", 1, true);
    c.b.rr("optout.test MX 10 mx.optout.test");
    let identity = Identity::server("mx.optout.test");
    c.b.host("mx.optout.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.unsigned("child.optout.test");
    c.expect("TLSA denied by an opt-out span (5155 9.2)", "optout.test", OPPORTUNISTIC, NO_TLSA);
    c.is_open();
    let host = c.domain("insecure-tcp.test", &identity, &[]);
    c.b.unsigned(&format!("_tcp.{host}"));
    c.expect(
        "TLSA denied by an insecure child zone (7672 2.1.1)",
        "insecure-tcp.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.is_open();
    c.b.signed("island.unsigned.test");
    c.b.rr("island.unsigned.test MX 10 mx.island.unsigned.test");
    c.good_host("mx.island.unsigned.test");
    c.expect(
        "a signed zone below an unsigned one (4035 4.3)",
        "island.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.hosts(&[("mx.island.unsigned.test", [I, I, NA, NA])]);
    c.b.nsec3("nsec3.test", 5, false);
    c.b.rr("nsec3.test MX 10 mx.nsec3.test");
    c.b.host(
        "mx.nsec3.test",
        Behaviour::Starttls(Tls::new(&Identity::server("mx.nsec3.test"), &[])),
    );
    c.expect("TLSA denied by NSEC3 (5155 8.4)", "nsec3.test", OPPORTUNISTIC, NO_TLSA);
    c.expect("no such domain, by NSEC3 (5155 8.4)", "missing.nsec3.test", BOUNCE, BOUNCE);
    c.b.nsec3("nsec3-wildcard.test", 0, false);
    c.b.rr("nsec3-wildcard.test MX 10 mx.nsec3-wildcard.test");
    let identity = Identity::server("mx.nsec3-wildcard.test");
    c.b.host("mx.nsec3-wildcard.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.b.rr(&format!("*._tcp.mx.nsec3-wildcard.test TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("wildcard TLSA with NSEC3 (5155 8.8)", "nsec3-wildcard.test", DELIVER, DELIVER);
    c.b.nsec3("iterations.test", 500, false);
    c.b.rr("iterations.test MX 10 mx.iterations.test");
    c.b.host("mx.iterations.test", Behaviour::Starttls(Tls::new(&Identity::server("x"), &[])));
    c.expect("NSEC3 with 500 iterations (9276 3.2)", "iterations.test", OPPORTUNISTIC, NO_TLSA);
    c.is_open();
    c.expect(
        "no such domain, by NSEC3 with 500 iterations (9276 3.2)",
        "missing.iterations.test",
        BOUNCE,
        NOT_FOUND,
    );
    c.is_open();
    let identity = Identity::server("mx.wildcard.test");
    let host = c.domain("wildcard.test", &identity, &[]);
    c.b.rr(&format!("*._tcp.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("wildcard TLSA (7671 10)", "wildcard.test", DELIVER, DELIVER);
    let host = c.domain("star-below.test", &identity, &[]);
    c.b.rr(&format!("*.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("wildcard TLSA right below the host (7671 10)", "star-below.test", DELIVER, DELIVER);
    c.b.signed("wildcard-mx.test");
    c.b.rr("*.wildcard-mx.test MX 10 mx.good.test");
    c.expect("wildcard MX (5321 5.1)", "any.wildcard-mx.test", DELIVER, DELIVER);
    c.hosts(&[("mx.good.test", [S, S, S, GOOD])]);
    c.b.rr("alias.wildcard-mx.test MX 10 any.alias.wildcard-mx.test");
    c.b.rr("*.alias.wildcard-mx.test CNAME mx.good.test");
    c.expect("MX host by a wildcard alias (4592 4.3)", "alias.wildcard-mx.test", DELIVER, DELIVER);
    c.host_is("any.alias.wildcard-mx.test");
    for (label, is_nsec3) in [("nsec", false), ("nsec3", true)] {
        let domain = format!("wildcard-host-{label}.test");
        c.b.signed(&domain);
        if is_nsec3 {
            c.b.nsec3(&domain, 0, false);
        }
        c.b.rr(&format!("{domain} MX 10 any.{domain}"));
        c.b.host(&format!("*.{domain}"), Behaviour::Starttls(Tls::new(&identity, &[])));
        c.expect(
            &format!("MX host by a wildcard, its TLSA denied by {label} (4592 2.2.1)"),
            &domain,
            OPPORTUNISTIC,
            NO_TLSA,
        );
        c.host_is(&format!("any.{domain}"));
    }
    c.good("star.test");
    let elsewhere = c.b.address();
    c.b.rr(&format!("*.star.test A {elsewhere}"));
    c.expect("a wildcard beside the host (4592 2.2.1)", "star.test", DELIVER, DELIVER);
    let identity = Identity::server("mx.blocked.test");
    let host = c.domain("blocked.test", &identity, &[]);
    c.b.rr(&format!("*.blocked.test TLSA {}", identity.tlsa(3, 1, 1)));
    c.b.rr(&format!("*.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.b.rr(&format!("_1._tcp.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect(
        "an empty non-terminal blocks the wildcard (4592 2.2.2)",
        "blocked.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    let host = c.domain("other-port.test", &Identity::server("mx.other-port.test"), &[]);
    c.b.rr(&format!("_1._tcp.{host} TLSA {}", Identity::server("x").tlsa(3, 1, 1)));
    c.expect("TLSA for another port only (7672 2.2)", "other-port.test", OPPORTUNISTIC, NO_TLSA);
    let host = c.good("custom-port.test");
    c.b.rr(&format!("_25._tcp.{host} TLSA {}", Identity::server("x").tlsa(3, 1, 1)));
    c.expect("a decoy TLSA for port 25 (7672 2.2.3)", "custom-port.test", DELIVER, DELIVER);
    c.good("tcp-only.test");
    c.expect("truncated over UDP, always (7766)", "tcp-only.test", DELIVER, DELIVER);
}
