//! Hard cases beside the 30 rows, each with the RFC section it comes from.

use rustls::version::{TLS12, TLS13};

use crate::build::Builder;
use crate::certificate::Identity;
use crate::records::{A, AAAA, MX, TLSA};
use crate::rows::{
    DELIVER, NO_TLSA, NON_DNSSEC, NOT_FOUND, NOT_TRUSTED, OPPORTUNISTIC, TLSA_ERROR, defer,
};
use crate::smtp::{Behaviour, Tls};
use crate::zone::{Delegation, Fault};

/// The action and the exact short reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub action: &'static str,
    pub reason: &'static str,
}

/// A domain at one level, and what must come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// "1" to "30" for the rows of the table, else a few words and the RFC section.
    pub name: String,
    pub level: &'static str,
    pub domain: String,
    /// MX, address, TLSA, certificate; only the rows fix them.
    pub columns: Option<[&'static str; 4]>,
    pub expected: Expected,
    /// Waits for a timeout.
    pub slow: bool,
}

const ENCRYPT: Expected = Expected { action: "encrypt", reason: "" };
const FAIL: Expected = Expected { action: "fail", reason: "domain does not accept mail" };
const NO_USABLE: Expected = defer("no usable TLSA record");
const NOT_OFFERED: Expected = defer("TLS required but not offered");
const HANDSHAKE: Expected = defer("TLS handshake failed");
const CONNECTION: Expected = defer("connection failed");

struct Cases<'b> {
    b: &'b mut Builder,
    list: Vec<Case>,
}

impl Cases<'_> {
    fn expect(&mut self, name: &str, domain: &str, dane: Expected, dane_only: Expected) {
        for (level, expected) in [("dane", dane), ("dane-only", dane_only)] {
            self.list.push(Case {
                name: name.into(),
                level,
                domain: domain.into(),
                columns: None,
                expected,
                slow: false,
            });
        }
    }

    fn is_slow(&mut self) {
        self.list.iter_mut().rev().take(2).for_each(|case| case.slow = true);
    }

    /// A signed zone whose one MX host shows `identity` with `others`.
    fn domain(&mut self, domain: &str, identity: &Identity, others: &[&Identity]) -> String {
        self.domain_with(domain, Behaviour::Starttls(Tls::new(identity, others)))
    }

    fn domain_with(&mut self, domain: &str, behaviour: Behaviour) -> String {
        self.b.signed(domain);
        let host = format!("mx.{domain}");
        self.b.rr(&format!("{domain} MX 10 {host}"));
        self.b.host(&host, behaviour);
        host
    }

    /// A domain whose server matches its `3 1 1` record, and behaves so.
    fn matching(&mut self, domain: &str, behaviour: impl Fn(&Identity) -> Behaviour) -> String {
        let identity = Identity::server(&format!("mx.{domain}"));
        let host = self.domain_with(domain, behaviour(&identity));
        self.b.tlsa(&host, &identity.tlsa(3, 1, 1));
        host
    }

    fn good(&mut self, domain: &str) -> String {
        self.matching(domain, |identity| Behaviour::Starttls(Tls::new(identity, &[])))
    }

    /// A host that matches, without a domain that names it.
    fn good_host(&mut self, host: &str) {
        let identity = Identity::server(host);
        self.b.host(host, Behaviour::Starttls(Tls::new(&identity, &[])));
        self.b.tlsa(host, &identity.tlsa(3, 1, 1));
    }

    /// A domain with these records, where `identity` matches nothing by itself.
    fn records(&mut self, domain: &str, records: impl Fn(&Identity) -> Vec<String>) {
        let identity = Identity::server(&format!("mx.{domain}"));
        let host = self.domain(domain, &identity, &[]);
        for record in records(&identity) {
            self.b.tlsa(&host, &record);
        }
    }
}

/// Builds the domains.
pub fn build(b: &mut Builder) -> Vec<Case> {
    let mut cases = Cases { b, list: Vec::new() };
    mx(&mut cases);
    aliases(&mut cases);
    hosts(&mut cases);
    usable(&mut cases);
    agility(&mut cases);
    anchors(&mut cases);
    servers(&mut cases);
    broken(&mut cases);
    dnssec(&mut cases);
    names(&mut cases);
    cases.list
}

fn mx(c: &mut Cases<'_>) {
    c.b.signed("implicit.test");
    c.good_host("implicit.test");
    c.expect("no MX: implicit MX (5321 5.1)", "implicit.test", DELIVER, DELIVER);
    c.b.unsigned("implicit-insecure.test");
    c.good_host("implicit-insecure.test");
    c.expect(
        "implicit MX, insecure (7672 2.2.2)",
        "implicit-insecure.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.b.signed("null.test");
    c.good_host("null.test");
    c.b.rr("null.test MX 0 .");
    c.expect("null MX beside a good address (7505 3)", "null.test", FAIL, FAIL);
    c.b.unsigned("null-insecure.test");
    c.b.rr("null-insecure.test MX 0 .");
    c.expect("null MX, insecure (7505 3)", "null-insecure.test", FAIL, NON_DNSSEC);
    c.b.signed("nothing.test");
    c.expect("neither MX nor address (5321 5.1)", "nothing.test", NOT_FOUND, NOT_FOUND);
    c.expect("no such domain (5321 5.1)", "no-such-domain.test", NOT_FOUND, NOT_FOUND);
    c.b.signed("mx-refused.test");
    c.b.fault("mx-refused.test", MX, Fault::Rcode(5));
    c.expect("MX lookup refused (7672 2.1.2)", "mx-refused.test", NOT_FOUND, NOT_FOUND);
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
    c.b.signed("address-mx.test");
    c.b.rr("address-mx.test MX 10 127.77.0.1");
    c.expect("MX target is an IP address (7672 2.2)", "address-mx.test", OPPORTUNISTIC, NON_DNSSEC);
}

fn aliases(c: &mut Cases<'_>) {
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

    c.b.signed("insecure-alias.test");
    c.b.rr("insecure-alias.test MX 10 alias.unsigned.test");
    c.b.rr("alias.unsigned.test CNAME mx.mismatch.test");
    c.expect(
        "insecure alias of a secure host (7672 2.2.2)",
        "insecure-alias.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );

    c.b.signed("tlsa-alias-missing.test");
    c.b.rr("tlsa-alias-missing.test MX 10 mx.tlsa-alias-missing.test");
    let identity = Identity::server("mx.tlsa-alias-missing.test");
    c.b.host("mx.tlsa-alias-missing.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    let owner = c.b.tlsa_owner("mx.tlsa-alias-missing.test");
    c.b.rr(&format!("{owner} CNAME missing.target.test"));
    c.expect(
        "TLSA alias to a missing name (7672 2.2.2)",
        "tlsa-alias-missing.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );

    c.b.signed("tlsa-alias.test");
    c.b.rr("tlsa-alias.test MX 10 mx.tlsa-alias.test");
    let identity = Identity::server("mx.tlsa-alias.test");
    c.b.host("mx.tlsa-alias.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    let owner = c.b.tlsa_owner("mx.tlsa-alias.test");
    c.b.rr(&format!("{owner} CNAME dane.target.test"));
    c.b.rr(&format!("dane.target.test TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("TLSA through a secure alias (7672 2.2.3)", "tlsa-alias.test", DELIVER, DELIVER);

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
    }

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

    c.b.signed("domain-alias.test");
    c.b.rr("mail.domain-alias.test CNAME good.test");
    c.expect(
        "domain is an alias of one with MX (5321 5.1)",
        "mail.domain-alias.test",
        DELIVER,
        DELIVER,
    );

    c.b.signed("dname.test");
    c.b.rr("dname.test MX 10 mx.old.dname.test");
    c.b.rr("old.dname.test DNAME new.target.test");
    c.good_host("mx.new.target.test");
    c.expect("MX host below a DNAME (6672)", "dname.test", DELIVER, DELIVER);
}

fn hosts(c: &mut Cases<'_>) {
    let two = |c: &mut Cases<'_>, domain: &str, first: &str, second: &str| {
        c.b.signed(domain);
        c.b.rr(&format!("{domain} MX 10 {first}"));
        c.b.rr(&format!("{domain} MX 20 {second}"));
    };
    two(c, "mismatch-good.test", "mx.mismatch.test", "mx.good.test");
    c.expect("first mismatches, second good (7672 2.2)", "mismatch-good.test", DELIVER, DELIVER);
    two(c, "bogus-good.test", "mx.address-bogus.test", "mx.good.test");
    c.expect("first address bogus, second good (7672 2.1.2)", "bogus-good.test", DELIVER, DELIVER);
    two(c, "bogus-none.test", "mx.tlsa-bogus.test", "mx.tlsa-none.test");
    c.expect(
        "first TLSA bogus, second without (7672 2.2)",
        "bogus-none.test",
        OPPORTUNISTIC,
        TLSA_ERROR,
    );
    two(c, "insecure-good.test", "mx.unsigned.test", "mx.good.test");
    c.expect(
        "first host insecure, second good (7672 2.2.1)",
        "insecure-good.test",
        OPPORTUNISTIC,
        DELIVER,
    );
    two(c, "mismatch-insecure.test", "mx.mismatch.test", "mx.unsigned.test");
    c.expect(
        "first mismatches, second insecure (7672 2.2)",
        "mismatch-insecure.test",
        OPPORTUNISTIC,
        NOT_TRUSTED,
    );
    two(c, "dead-mismatch.test", "mx.dead-mismatch.test", "mx.mismatch.test");
    let dead = c.b.address();
    c.b.rr(&format!("mx.dead-mismatch.test A {dead}"));
    c.b.tlsa("mx.dead-mismatch.test", &Identity::server("dead").tlsa(3, 1, 1));
    c.expect(
        "first is dead, second mismatches (7672 2.2)",
        "dead-mismatch.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    two(c, "plain-good.test", "mx.plain.test", "mx.good.test");
    c.expect("first without STARTTLS, second good (7672 2.2)", "plain-good.test", DELIVER, DELIVER);
    two(c, "stall-good.test", "mx.stall.test", "mx.good.test");
    c.expect("first stalls, second good (5321 5.1)", "stall-good.test", DELIVER, DELIVER);
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

    let host = c.good("four.test");
    for _ in 0..3 {
        let dead = c.b.address();
        c.b.rr(&format!("{host} A {dead}"));
    }
    c.expect("four addresses, three dead (5321 5.1)", "four.test", DELIVER, DELIVER);

    if c.b.has_ipv6 {
        c.b.signed("six.test");
        c.b.rr("six.test MX 10 mx.six.test");
        let identity = Identity::server("mx.six.test");
        c.b.ipv6_host("mx.six.test", Behaviour::Starttls(Tls::new(&identity, &[])));
        c.b.tlsa("mx.six.test", &identity.tlsa(3, 1, 1));
        c.expect("IPv6 only (7672 2.2.2)", "six.test", DELIVER, DELIVER);
    }

    let host = c.good("aaaa-bogus.test");
    c.b.rr(&format!("{host} AAAA 2001:db8::1"));
    c.b.fault(&host, AAAA, Fault::Altered);
    c.expect("A good, AAAA bogus (7672 2.2.2)", "aaaa-bogus.test", DELIVER, DELIVER);
}

fn usable(c: &mut Cases<'_>) {
    let digest = "00".repeat(32);
    c.records("mixed-usable.test", |i| vec![format!("0 0 1 {}", "00".repeat(32)), i.tlsa(3, 1, 1)]);
    c.expect("one unusable, one matches (7672 3.1.3)", "mixed-usable.test", DELIVER, DELIVER);
    c.records("pkix-decoy.test", |i| vec![i.tlsa(1, 1, 1), Identity::server("x").tlsa(3, 1, 1)]);
    c.expect(
        "PKIX-EE matches, DANE-EE does not (7672 3.1.3)",
        "pkix-decoy.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    for (label, record) in [
        ("pkix-ta-only", format!("0 0 1 {digest}")),
        ("unknown-matching", format!("3 1 7 {digest}")),
        ("unknown-usage", format!("7 1 1 {digest}")),
        ("short-digest", format!("3 1 1 {}", "00".repeat(31))),
        ("private-matching", format!("3 1 255 {digest}")),
        ("unknown-selector", format!("3 9 1 {digest}")),
    ] {
        let domain = format!("{label}.test");
        c.records(&domain, |_| vec![record.clone()]);
        c.expect(&format!("only {label} (7671 4)"), &domain, ENCRYPT, NO_USABLE);
    }
    let host = c.domain("tiny-rdata.test", &Identity::server("mx.tiny-rdata.test"), &[]);
    let owner = c.b.tlsa_owner(&host);
    c.b.rr(&format!("{owner} TLSA-SHORT 3"));
    c.expect("TLSA of one octet (7671 4)", "tiny-rdata.test", ENCRYPT, NO_USABLE);
    c.b.rr("unusable.unsigned.test MX 10 mx.pkix-ta-only.test");
    c.expect(
        "MX insecure, TLSA unusable (7672 2.2.1)",
        "unusable.unsigned.test",
        ENCRYPT,
        NON_DNSSEC,
    );
    let host = c.domain_with("unusable-plain.test", Behaviour::NoStarttls);
    c.b.tlsa(&host, &format!("0 0 1 {digest}"));
    c.expect(
        "unusable TLSA and no STARTTLS (7672 2.2)",
        "unusable-plain.test",
        NOT_OFFERED,
        NO_USABLE,
    );
    c.records("hundred.test", |i| {
        let others = (0..99u8).map(|n| format!("3 1 1 {}", format!("{n:02x}").repeat(32)));
        others.chain([i.tlsa(3, 1, 1)]).collect()
    });
    c.expect("100 TLSA records, over TCP (7766)", "hundred.test", DELIVER, DELIVER);
}

fn agility(c: &mut Cases<'_>) {
    let other = Identity::server("other");
    c.records("weak-matches.test", |i| vec![i.tlsa(3, 1, 1), other.tlsa(3, 1, 2)]);
    c.expect(
        "SHA2-256 matches, SHA2-512 does not (7671 9)",
        "weak-matches.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.records("strong-matches.test", |i| vec![other.tlsa(3, 1, 1), i.tlsa(3, 1, 2)]);
    c.expect(
        "SHA2-512 matches, SHA2-256 does not (7671 9)",
        "strong-matches.test",
        DELIVER,
        DELIVER,
    );
    c.records("full-matches.test", |i| vec![i.tlsa(3, 1, 0), other.tlsa(3, 1, 2)]);
    c.expect("Full matches, SHA2-512 does not (7671 9)", "full-matches.test", DELIVER, DELIVER);
    c.records("strong-malformed.test", |i| {
        vec![i.tlsa(3, 1, 1), format!("3 1 2 {}", "00".repeat(32))]
    });
    c.expect(
        "malformed SHA2-512 does not count (7671 9)",
        "strong-malformed.test",
        DELIVER,
        DELIVER,
    );
    let leaf = Identity::server("mx.ee-full.test");
    let host = c.domain("ee-full.test", &leaf, &[]);
    c.b.tlsa(&host, &leaf.tlsa(3, 0, 0));
    c.expect("DANE-EE full certificate (7671 5.1)", "ee-full.test", DELIVER, DELIVER);
}

fn anchors(c: &mut Cases<'_>) {
    let root = Identity::authority("Example Root");
    let intermediate = root.issue_authority("Example Intermediate");
    let issue =
        |c: &mut Cases<'_>, label: &str, names: &[&str], sent: &[&Identity], record: String| {
            let leaf = sent.last().copied().unwrap_or(&root).issue_server(names);
            let host = c.domain(&format!("{label}.test"), &leaf, sent);
            c.b.tlsa(&host, &record);
        };
    issue(c, "ta-cert", &["mx.ta-cert.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA certificate in the chain (7672 3.1.2)", "ta-cert.test", DELIVER, DELIVER);
    let leaf = intermediate.issue_server(&["mx.ta-intermediate.test"]);
    let host = c.domain("ta-intermediate.test", &leaf, &[&intermediate]);
    c.b.tlsa(&host, &intermediate.tlsa(2, 1, 1));
    c.expect(
        "DANE-TA intermediate, root not sent (7671 5.2)",
        "ta-intermediate.test",
        DELIVER,
        DELIVER,
    );
    issue(c, "ta-absent", &["mx.ta-absent.test"], &[], root.tlsa(2, 0, 1));
    c.expect(
        "DANE-TA digest, TA not sent (7671 5.2.2)",
        "ta-absent.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    issue(c, "ta-key", &["mx.ta-key.test"], &[], root.tlsa(2, 1, 0));
    c.expect("DANE-TA full key, TA not sent (7671 5.2.3)", "ta-key.test", DELIVER, DELIVER);
    issue(c, "ta-full", &["mx.ta-full.test"], &[], root.tlsa(2, 0, 0));
    c.expect(
        "DANE-TA full certificate, TA not sent (7671 5.2.2)",
        "ta-full.test",
        DELIVER,
        DELIVER,
    );
    issue(c, "ta-name", &["other.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA name mismatch (7672 3.2.2)", "ta-name.test", NOT_TRUSTED, NOT_TRUSTED);
    issue(c, "ta-next-hop", &["ta-next-hop.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA names the next hop (7672 3.2.2)", "ta-next-hop.test", DELIVER, DELIVER);
    c.b.rr("ta-next-hop.unsigned.test MX 10 mx.ta-next-hop-only.test");
    issue(c, "ta-next-hop-only", &["ta-next-hop.unsigned.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect(
        "next hop is no reference behind an insecure MX (7672 3.2.2)",
        "ta-next-hop.unsigned.test",
        NOT_TRUSTED,
        NON_DNSSEC,
    );
    c.b.rr("alias.domain-alias.test CNAME ta-alias.test");
    issue(c, "ta-alias", &["alias.domain-alias.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect(
        "DANE-TA names the domain before its alias (7672 3.2.2)",
        "alias.domain-alias.test",
        DELIVER,
        DELIVER,
    );
    issue(c, "ta-wildcard", &["*.ta-wildcard.test"], &[&root], root.tlsa(2, 0, 1));
    c.expect("DANE-TA wildcard certificate (7672 3.2.3)", "ta-wildcard.test", DELIVER, DELIVER);
    let leaf = root.issue_server(&["*.ta-deep.test"]);
    c.b.signed("ta-deep.test");
    c.b.rr("ta-deep.test MX 10 mx.deep.ta-deep.test");
    c.b.host("mx.deep.ta-deep.test", Behaviour::Starttls(Tls::new(&leaf, &[&root])));
    c.b.tlsa("mx.deep.ta-deep.test", &root.tlsa(2, 0, 1));
    c.expect("a wildcard spans one label (7672 3.2.3)", "ta-deep.test", NOT_TRUSTED, NOT_TRUSTED);
    let leaf = root.issue_common_name("mx.ta-cn.test");
    let host = c.domain("ta-cn.test", &leaf, &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect("DANE-TA, name in CN only (7672 3.2.3)", "ta-cn.test", DELIVER, DELIVER);
    c.records("ta-is-leaf.test", |i| vec![i.tlsa(2, 1, 1)]);
    c.expect(
        "DANE-TA digest of a self-signed leaf (7671 5.2)",
        "ta-is-leaf.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let leaf = root.issue_server(&["mx.ta-is-issued-leaf.test"]);
    let host = c.domain("ta-is-issued-leaf.test", &leaf, &[&root]);
    c.b.tlsa(&host, &leaf.tlsa(2, 1, 1));
    c.expect(
        "DANE-TA digest of an issued leaf (7671 5.2)",
        "ta-is-issued-leaf.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let expired = Identity::expired_authority("Expired Root");
    let leaf = expired.issue_server(&["mx.ta-expired.test"]);
    let host = c.domain("ta-expired.test", &leaf, &[&expired]);
    c.b.tlsa(&host, &expired.tlsa(2, 0, 1));
    c.expect("DANE-TA certificate expired (5280 6.1)", "ta-expired.test", NOT_TRUSTED, NOT_TRUSTED);
    let plain = Identity::non_authority("No Authority");
    let leaf = plain.issue_server(&["mx.ta-no-ca.test"]);
    let host = c.domain("ta-no-ca.test", &leaf, &[&plain]);
    c.b.tlsa(&host, &plain.tlsa(2, 0, 1));
    c.expect("DANE-TA issuer is no CA (5280 6.1.4)", "ta-no-ca.test", NOT_TRUSTED, NOT_TRUSTED);
    let attacker = Identity::server("mx.ta-appended.test");
    let host = c.domain("ta-appended.test", &attacker, &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect(
        "a TA appended to a foreign chain (7671 5.2)",
        "ta-appended.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    let leaf = Identity::server("mx.extras.test");
    let host = c.domain("extras.test", &leaf, &[&root, &plain, &intermediate]);
    c.b.tlsa(&host, &leaf.tlsa(3, 1, 1));
    c.expect("unrelated certificates in the chain (8446 4.4.2)", "extras.test", DELIVER, DELIVER);
    for (label, identity) in [
        ("ee-expired", Identity::expired("mx.ee-expired.test")),
        ("ee-v1", Identity::version_1("mx.ee-v1.test")),
    ] {
        let host = c.domain(&format!("{label}.test"), &identity, &[]);
        c.b.tlsa(&host, &identity.tlsa(3, 1, 1));
        c.expect(
            &format!("DANE-EE {label} (7671 5.1)"),
            &format!("{label}.test"),
            DELIVER,
            DELIVER,
        );
    }
}

fn servers(c: &mut Cases<'_>) {
    c.matching("plain.test", |_| Behaviour::NoStarttls);
    c.expect("no STARTTLS, TLSA secure (7672 2.2)", "plain.test", NOT_OFFERED, NOT_OFFERED);
    c.domain_with("plain-none.test", Behaviour::NoStarttls);
    c.expect("no STARTTLS, no TLSA (7672 2.2)", "plain-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("stall.test", |_| Behaviour::Silent);
    c.expect("stalls before the greeting (5321 4.5.3.2)", "stall.test", CONNECTION, CONNECTION);
    c.is_slow();
    c.matching("stall-tls.test", |_| Behaviour::SilentAfterStarttls);
    c.expect("stalls after STARTTLS (7672 2.2)", "stall-tls.test", HANDSHAKE, HANDSHAKE);
    c.is_slow();
    c.matching("old-tls.test", |_| Behaviour::OldTls);
    c.expect("TLS 1.0 only (8996)", "old-tls.test", HANDSHAKE, HANDSHAKE);
    c.matching("refuses-tls.test", |_| Behaviour::RefusesStarttls);
    c.expect("454 to STARTTLS (7672 2.2)", "refuses-tls.test", HANDSHAKE, HANDSHAKE);
    c.domain_with("closes.test", Behaviour::ClosesAfterStarttls);
    c.expect("closes after STARTTLS, no TLSA (7435)", "closes.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("unwelcoming.test", |_| Behaviour::Unwelcoming);
    c.expect("greets with 554 (5321 3.1)", "unwelcoming.test", CONNECTION, CONNECTION);
    c.matching("injects.test", |i| Behaviour::Injects(Tls::new(i, &[])));
    c.expect("more than a reply to STARTTLS (3207 6)", "injects.test", HANDSHAKE, HANDSHAKE);
    c.matching("tls12.test", |i| Behaviour::Starttls(Tls::only(i, &TLS12)));
    c.expect("TLS 1.2 only (7672 6)", "tls12.test", DELIVER, DELIVER);
    c.matching("tls13.test", |i| Behaviour::Starttls(Tls::only(i, &TLS13)));
    c.expect("TLS 1.3 only (7672 6)", "tls13.test", DELIVER, DELIVER);
    c.matching("sni.test", |i| Behaviour::Starttls(Tls::for_name(i, "mx.sni.test")));
    c.expect("certificate by SNI (7672 8.1)", "sni.test", DELIVER, DELIVER);
    let dead = c.b.address();
    c.b.signed("dead.test");
    c.b.rr("dead.test MX 10 mx.dead.test");
    c.b.rr(&format!("mx.dead.test A {dead}"));
    c.expect("nobody listens, no TLSA (7672 2.2)", "dead.test", CONNECTION, NO_TLSA);
}

fn broken(c: &mut Cases<'_>) {
    let host = c.good("address-future.test");
    c.b.fault(&host, A, Fault::NotYetValid);
    c.expect(
        "address signature not yet valid (4035 5.3.1)",
        "address-future.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    for (label, fault) in [
        ("servfail", Fault::Rcode(2)),
        ("notimp", Fault::Rcode(4)),
        ("unsigned-tlsa", Fault::Unsigned),
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
    c.b.rr("servfail.unsigned.test MX 10 mx-servfail.unsigned.test");
    let identity = Identity::server("mx-servfail.unsigned.test");
    c.b.host("mx-servfail.unsigned.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    let owner = c.b.tlsa_owner("mx-servfail.unsigned.test");
    c.b.fault(&owner, TLSA, Fault::Rcode(2));
    c.expect(
        "TLSA of an insecure host is not asked for (7672 2.2.2)",
        "servfail.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    let host = c.good("silent-tlsa.test");
    let owner = c.b.tlsa_owner(&host);
    c.b.fault(&owner, TLSA, Fault::Silent);
    c.expect("TLSA lookup times out (7672 2.1.2)", "silent-tlsa.test", TLSA_ERROR, TLSA_ERROR);
    c.is_slow();
    for (label, fault) in [("denial-altered", Fault::Altered), ("denial-unsigned", Fault::Unsigned)]
    {
        let domain = format!("{label}.test");
        c.domain_with(&domain, Behaviour::NoStarttls);
        let owner = c.b.tlsa_owner(&format!("mx.{domain}"));
        c.b.fault(&owner, TLSA, fault);
        c.expect(&format!("TLSA {label} (7672 2.1.1)"), &domain, TLSA_ERROR, TLSA_ERROR);
    }
    c.b.zone("wrong-ds.test", Some(13), Delegation::WrongDs);
    c.b.rr("wrong-ds.test MX 10 mx.good.test");
    c.expect("DS matches no key (4035 5.2)", "wrong-ds.test", NOT_FOUND, NOT_FOUND);
    c.b.zone("no-ds-proof.test", None, Delegation::Unproven);
    c.b.rr("no-ds-proof.test MX 10 mx.good.test");
    c.expect("no proof that there is no DS (4035 5.2)", "no-ds-proof.test", NOT_FOUND, NOT_FOUND);
}

fn dnssec(c: &mut Cases<'_>) {
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
    c.b.nsec3("optout.test", 1, true);
    c.b.rr("optout.test MX 10 mx.optout.test");
    let identity = Identity::server("mx.optout.test");
    c.b.host("mx.optout.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    c.expect("TLSA denied by an opt-out span (5155 9.2)", "optout.test", OPPORTUNISTIC, NO_TLSA);
    c.b.nsec3("nsec3.test", 5, false);
    c.b.rr("nsec3.test MX 10 mx.nsec3.test");
    c.b.host(
        "mx.nsec3.test",
        Behaviour::Starttls(Tls::new(&Identity::server("mx.nsec3.test"), &[])),
    );
    c.expect("TLSA denied by NSEC3 (5155 8.4)", "nsec3.test", OPPORTUNISTIC, NO_TLSA);
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
    let identity = Identity::server("mx.wildcard.test");
    let host = c.domain("wildcard.test", &identity, &[]);
    c.b.rr(&format!("*._tcp.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("wildcard TLSA (7671 10)", "wildcard.test", DELIVER, DELIVER);
    c.good("star.test");
    let elsewhere = c.b.address();
    c.b.rr(&format!("*.star.test A {elsewhere}"));
    c.expect("a wildcard beside the host (4592 2.2.1)", "star.test", DELIVER, DELIVER);
    let identity = Identity::server("mx.blocked.test");
    let host = c.domain("blocked.test", &identity, &[]);
    c.b.rr(&format!("*.blocked.test TLSA {}", identity.tlsa(3, 1, 1)));
    c.b.rr(&format!("_25._other.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect(
        "an empty non-terminal blocks the wildcard (4592 2.2.2)",
        "blocked.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    let host = c.domain("other-port.test", &Identity::server("mx.other-port.test"), &[]);
    c.b.rr(&format!("_1._tcp.{host} TLSA {}", Identity::server("x").tlsa(3, 1, 1)));
    c.expect("TLSA for another port only (7672 2.2)", "other-port.test", OPPORTUNISTIC, NO_TLSA);
    c.good("tcp-only.test");
    c.expect("truncated over UDP, always (7766)", "tcp-only.test", DELIVER, DELIVER);
}

fn names(c: &mut Cases<'_>) {
    let root = Identity::authority("Mixed Case Root");
    c.b.signed("mixed-case.test");
    c.b.rr("mixed-case.test MX 10 MX.Mixed-Case.TEST");
    let leaf = root.issue_server(&["mx.mixed-case.test"]);
    c.b.host("mx.mixed-case.test", Behaviour::Starttls(Tls::new(&leaf, &[&root])));
    c.b.tlsa("mx.mixed-case.test", &root.tlsa(2, 1, 1));
    c.expect("mixed-case MX target (4343)", "mixed-case.test", DELIVER, DELIVER);

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
    }
}
