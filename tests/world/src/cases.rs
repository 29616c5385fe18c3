//! Hard cases beside the 30 rows, each with the RFC section it comes from.

use rustls::version::{TLS12, TLS13};

use crate::build::Builder;
use crate::certificate::Identity;
use crate::records::{A, AAAA, CNAME, DNSKEY, MX, TLSA};
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

    /// A domain whose MX host `mx.DOMAIN` is an alias.
    fn mx_alias(&mut self, domain: &str, target: &str) {
        self.b.signed(domain);
        self.b.rr(&format!("{domain} MX 10 mx.{domain}"));
        self.b.rr(&format!("mx.{domain} CNAME {target}"));
    }

    /// A domain with two MX hosts; the first is to be tried first.
    fn two(&mut self, domain: &str, first: &str, second: &str) {
        self.b.signed(domain);
        self.b.rr(&format!("{domain} MX 10 {first}"));
        self.b.rr(&format!("{domain} MX 20 {second}"));
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
    literals(&mut cases);
    aliases(&mut cases);
    domain_aliases(&mut cases);
    example(&mut cases);
    tlsa_aliases(&mut cases);
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
    c.b.signed("implicit-bogus.test");
    c.good_host("implicit-bogus.test");
    c.b.fault("implicit-bogus.test", A, Fault::Altered);
    c.expect(
        "implicit MX, address bogus (7672 2.1.2)",
        "implicit-bogus.test",
        NOT_FOUND,
        NOT_FOUND,
    );
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
    c.expect("neither MX nor address (5321 5.1)", "nothing.test", NOT_FOUND, NOT_FOUND);
    c.expect("no such domain (5321 5.1)", "no-such-domain.test", NOT_FOUND, NOT_FOUND);
    c.expect(
        "no such domain, insecure (7672 2.1.1)",
        "no-such-domain.unsigned.test",
        NOT_FOUND,
        NOT_FOUND,
    );
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
    }
    c.good_host("bare.unsigned.test");
    c.b.fault("bare.unsigned.test", MX, Fault::Bare);
    c.expect(
        "implicit MX, insecure denial without any record (2308 2.2)",
        "bare.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
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
    c.b.signed("no-such-insecure-host.test");
    c.b.rr("no-such-insecure-host.test MX 10 nowhere.unsigned.test");
    c.expect(
        "MX host does not exist, insecure (7672 2.1.1)",
        "no-such-insecure-host.test",
        NOT_FOUND,
        NOT_FOUND,
    );
    c.b.signed("no-address.test");
    c.b.rr("no-address.test MX 10 mx.no-address.test");
    c.b.tlsa("mx.no-address.test", &Identity::server("x").tlsa(3, 1, 1));
    c.b.rr("mx.no-address.test MX 10 mx.good.test");
    c.expect("MX host without an address (7672 2.2.2)", "no-address.test", NOT_FOUND, NOT_FOUND);
    c.two("root-target.test", ".", "mx.good.test");
    c.expect("a root target beside another MX (7505 3)", "root-target.test", DELIVER, DELIVER);
}

/// Next hops and MX targets that are IP addresses.
fn literals(c: &mut Cases<'_>) {
    let address = c.b.address();
    let identity = Identity::server("literal.test");
    c.b.server("literal", address.into(), Behaviour::Starttls(Tls::new(&identity, &[])));
    for (name, next_hop) in [
        ("next hop is an address literal (7672 2.2)", format!("[{address}]")),
        ("next hop is an IP address (7672 2.2)", address.to_string()),
    ] {
        c.expect(name, &next_hop, OPPORTUNISTIC, NON_DNSSEC);
    }
    c.b.signed("address-mx.test");
    c.b.rr(&format!("address-mx.test MX 10 {address}"));
    c.expect("MX target is an IP address (7672 2.2)", "address-mx.test", OPPORTUNISTIC, NON_DNSSEC);
    c.two("address-good.test", &address.to_string(), "mx.good.test");
    c.expect(
        "first is an IP address, second good (7672 2.2)",
        "address-good.test",
        OPPORTUNISTIC,
        DELIVER,
    );
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

    c.mx_alias("alias-to-nothing.test", "host.unsigned.test");
    c.expect(
        "secure alias into an insecure zone, no TLSA (7672 2.2.2)",
        "alias-to-nothing.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
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
    c.good_host("alias-bogus.target.test");
    c.mx_alias("alias-bogus.test", "alias-bogus.target.test");
    c.b.fault("mx.alias-bogus.test", CNAME, Fault::Altered);
    c.expect("bogus alias of a good host (7672 2.1.3)", "alias-bogus.test", NOT_FOUND, NOT_FOUND);
    c.mx_alias("alias-of-bogus.test", "mx.address-bogus.test");
    c.expect("alias of a bogus address (7672 2.1.3)", "alias-of-bogus.test", NOT_FOUND, NOT_FOUND);
    c.mx_alias("alias-missing.test", "missing.target.test");
    c.expect("alias of a missing host (5321 5.1)", "alias-missing.test", NOT_FOUND, NOT_FOUND);
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
    }

    c.b.signed("dname.test");
    c.b.rr("dname.test MX 10 mx.old.dname.test");
    c.b.rr("old.dname.test DNAME new.target.test");
    c.good_host("mx.new.target.test");
    c.expect("MX host below a DNAME (6672)", "dname.test", DELIVER, DELIVER);
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
}

/// Next hops that are aliases.
fn domain_aliases(c: &mut Cases<'_>) {
    let root = Identity::authority("Root of a domain");
    c.b.signed("domain-alias.test");
    c.b.rr("mail.domain-alias.test CNAME good.test");
    c.expect(
        "domain is an alias of one with MX (5321 5.1)",
        "mail.domain-alias.test",
        DELIVER,
        DELIVER,
    );
    c.b.rr("alias-good.unsigned.test CNAME good.test");
    c.expect(
        "domain is an insecure alias of a good one (7672 2.2.1)",
        "alias-good.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    c.b.rr("alias-mismatch.unsigned.test CNAME mismatch.test");
    c.expect(
        "domain is an insecure alias, the host mismatches (7672 2.2.1)",
        "alias-mismatch.unsigned.test",
        NOT_TRUSTED,
        NON_DNSSEC,
    );
    c.b.rr("into.domain-alias.test CNAME good.unsigned.test");
    c.expect(
        "domain is a secure alias of an insecure one (7672 2.1.3)",
        "into.domain-alias.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
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
        NOT_FOUND,
        NOT_FOUND,
    );
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
    c.expect(
        "DANE-TA names the domain behind its alias (7672 3.2.2)",
        "ta-expanded.domain-alias.test",
        DELIVER,
        DELIVER,
    );
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
    }
}

/// The zones of the example in RFC 7672 section 3.2.2; each server's certificate has one name only.
fn example(c: &mut Cases<'_>) {
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
    c.expect(
        "the example's names of another next hop do not count (7672 3.2.2)",
        "mx15.example-org.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.expect(
        "the example's expanded host has its own name (7672 3.2.2)",
        "mx20.example-org.test",
        DELIVER,
        DELIVER,
    );
}

/// TLSA records that are found through aliases.
fn tlsa_aliases(c: &mut Cases<'_>) {
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
    }
    let host = c.domain("tlsa-dname.test", &plain, &[]);
    c.b.rr(&format!("_tcp.{host} DNAME _tcp.tlsa-dname.target.test"));
    c.b.tlsa("tlsa-dname.target.test", &plain.tlsa(3, 1, 1));
    c.expect("TLSA below a DNAME (6672)", "tlsa-dname.test", DELIVER, DELIVER);
}

fn hosts(c: &mut Cases<'_>) {
    c.two("mismatch-good.test", "mx.mismatch.test", "mx.good.test");
    c.expect("first mismatches, second good (7672 2.2)", "mismatch-good.test", DELIVER, DELIVER);
    c.two("bogus-good.test", "mx.address-bogus.test", "mx.good.test");
    c.expect("first address bogus, second good (7672 2.1.2)", "bogus-good.test", DELIVER, DELIVER);
    c.two("bogus-none.test", "mx.tlsa-bogus.test", "mx.tlsa-none.test");
    c.expect(
        "first TLSA bogus, second without (7672 2.2)",
        "bogus-none.test",
        OPPORTUNISTIC,
        TLSA_ERROR,
    );
    c.two("insecure-good.test", "mx.unsigned.test", "mx.good.test");
    c.expect(
        "first host insecure, second good (7672 2.2.1)",
        "insecure-good.test",
        OPPORTUNISTIC,
        DELIVER,
    );
    c.two("mismatch-insecure.test", "mx.mismatch.test", "mx.unsigned.test");
    c.expect(
        "first mismatches, second insecure (7672 2.2)",
        "mismatch-insecure.test",
        OPPORTUNISTIC,
        NOT_TRUSTED,
    );
    for (domain, first, name) in [
        ("missing-good.test", "nowhere.no-such-host.test", "first host does not exist (5321 5.1)"),
        ("servfail-good.test", "mx.servfail.test", "first TLSA lookup fails (7672 2.1.2)"),
        ("unwelcoming-good.test", "mx.unwelcoming.test", "first greets with 554 (5321 3.1)"),
        ("refuses-good.test", "mx.refuses-tls.test", "first answers STARTTLS with 454 (7672 2.2)"),
        ("dead-good.test", "mx.dead.test", "first is dead and without TLSA (5321 5.1)"),
        ("invalid-good.test", "m\u{fc}x.good.test", "first is no host name (5890 2.3.2.1)"),
    ] {
        c.two(domain, first, "mx.good.test");
        let (what, section) = name.split_once(" (").unwrap();
        c.expect(&format!("{what}, second good ({section}"), domain, DELIVER, DELIVER);
    }
    c.two("unusable-good.test", "mx.pkix-ta-only.test", "mx.good.test");
    c.expect(
        "first TLSA unusable, second good (7672 2.2.1)",
        "unusable-good.test",
        ENCRYPT,
        DELIVER,
    );
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
    }
    c.two("all-dead.test", "mx.dead.test", "mx.dead-mismatch.test");
    c.expect("every host is dead (5321 5.1)", "all-dead.test", CONNECTION, NO_TLSA);
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
    c.two("plain-good.test", "mx.plain.test", "mx.good.test");
    c.expect("first without STARTTLS, second good (7672 2.2)", "plain-good.test", DELIVER, DELIVER);
    c.two("stall-good.test", "mx.stall.test", "mx.good.test");
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

    if c.b.has_ipv6 {
        c.b.signed("six.test");
        c.b.rr("six.test MX 10 mx.six.test");
        let identity = Identity::server("mx.six.test");
        c.b.ipv6_host("mx.six.test", Behaviour::Starttls(Tls::new(&identity, &[])));
        c.b.tlsa("mx.six.test", &identity.tlsa(3, 1, 1));
        c.expect("IPv6 only (7672 2.2.2)", "six.test", DELIVER, DELIVER);
        c.expect("next hop is an IPv6 literal (7672 2.2)", "[IPv6:::1]", OPPORTUNISTIC, NON_DNSSEC);
        for (label, fault) in [("bogus", Fault::Altered), ("servfail", Fault::Rcode(2))] {
            let domain = format!("a-{label}.test");
            c.b.signed(&domain);
            c.b.rr(&format!("{domain} MX 10 mx.{domain}"));
            c.b.rr(&format!("mx.{domain} A 192.0.2.1"));
            c.b.rr(&format!("mx.{domain} AAAA ::1"));
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
    c.b.rr("alias.unsigned-mx.unsigned.test MX 10 mx.alias-both.test");
    c.expect(
        "MX insecure, the host an alias (7672 2.2.1)",
        "alias.unsigned-mx.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
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
    let host = c.domain_with("unusable-refuses.test", Behaviour::RefusesStarttls);
    c.b.tlsa(&host, &format!("0 0 1 {digest}"));
    c.expect(
        "unusable TLSA and 454 to STARTTLS (7672 2.2)",
        "unusable-refuses.test",
        HANDSHAKE,
        NO_USABLE,
    );
    let host = c.domain("unusable-expired.test", &Identity::expired("elsewhere.test"), &[]);
    c.b.tlsa(&host, &format!("3 1 255 {digest}"));
    c.expect(
        "unusable TLSA, any certificate (7672 2.2)",
        "unusable-expired.test",
        ENCRYPT,
        NO_USABLE,
    );
    c.records("unusable-mismatch.test", |_| {
        vec![format!("0 0 1 {digest}"), Identity::server("x").tlsa(3, 1, 1)]
    });
    c.expect(
        "one unusable, one mismatches (7672 3.2)",
        "unusable-mismatch.test",
        NOT_TRUSTED,
        NOT_TRUSTED,
    );
    c.records("rollover.test", |i| vec![Identity::server("next").tlsa(3, 1, 1), i.tlsa(3, 1, 1)]);
    c.expect("one of two DANE-EE records matches (7671 8.1)", "rollover.test", DELIVER, DELIVER);
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
    c.b.rr("ta-cert.unsigned.test MX 10 mx.ta-cert.test");
    c.expect(
        "DANE-TA names the host behind an insecure MX (7672 3.2.2)",
        "ta-cert.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
    let leaf = root.issue_server(&["mx.ta-or-ee.test"]);
    let host = c.domain("ta-or-ee.test", &leaf, &[&root]);
    c.b.tlsa(&host, &Identity::server("x").tlsa(3, 1, 1));
    c.b.tlsa(&host, &root.tlsa(2, 0, 1));
    c.expect("DANE-EE mismatches, DANE-TA matches (7672 3.1)", "ta-or-ee.test", DELIVER, DELIVER);
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
    c.domain_with("old-tls-none.test", Behaviour::OldTls);
    c.expect("TLS 1.0 only, no TLSA (7435)", "old-tls-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("alert.test", |_| Behaviour::Alert);
    c.expect("TLS alert instead of a hello (8446 6.2)", "alert.test", HANDSHAKE, HANDSHAKE);
    c.matching("refuses-tls.test", |_| Behaviour::RefusesStarttls);
    c.expect("454 to STARTTLS (7672 2.2)", "refuses-tls.test", HANDSHAKE, HANDSHAKE);
    c.domain_with("refuses-tls-none.test", Behaviour::RefusesStarttls);
    c.expect("454 to STARTTLS, no TLSA (7435)", "refuses-tls-none.test", OPPORTUNISTIC, NO_TLSA);
    c.matching("no-ehlo.test", |_| Behaviour::RefusesEhlo);
    c.expect("502 to EHLO, TLSA secure (7672 2.2)", "no-ehlo.test", NOT_OFFERED, NOT_OFFERED);
    c.b.rr("plain.unsigned.test MX 10 mx.plain.test");
    c.expect(
        "MX insecure, TLSA secure, no STARTTLS (7672 2.2.1)",
        "plain.unsigned.test",
        NOT_OFFERED,
        NON_DNSSEC,
    );
    c.domain_with("stall-tls-none.test", Behaviour::SilentAfterStarttls);
    c.expect(
        "stalls after STARTTLS, no TLSA (7435)",
        "stall-tls-none.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.is_slow();
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
    c.b.unsigned("child.optout.test");
    c.expect("TLSA denied by an opt-out span (5155 9.2)", "optout.test", OPPORTUNISTIC, NO_TLSA);
    let host = c.domain("insecure-tcp.test", &identity, &[]);
    c.b.unsigned(&format!("_tcp.{host}"));
    c.expect(
        "TLSA denied by an insecure child zone (7672 2.1.1)",
        "insecure-tcp.test",
        OPPORTUNISTIC,
        NO_TLSA,
    );
    c.b.signed("island.unsigned.test");
    c.b.rr("island.unsigned.test MX 10 mx.island.unsigned.test");
    c.good_host("mx.island.unsigned.test");
    c.expect(
        "a signed zone below an unsigned one (4035 4.3)",
        "island.unsigned.test",
        OPPORTUNISTIC,
        NON_DNSSEC,
    );
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
    let host = c.domain("star-below.test", &identity, &[]);
    c.b.rr(&format!("*.{host} TLSA {}", identity.tlsa(3, 1, 1)));
    c.expect("wildcard TLSA right below the host (7671 10)", "star-below.test", DELIVER, DELIVER);
    c.b.signed("wildcard-mx.test");
    c.b.rr("*.wildcard-mx.test MX 10 mx.good.test");
    c.expect("wildcard MX (5321 5.1)", "any.wildcard-mx.test", DELIVER, DELIVER);
    c.b.rr("alias.wildcard-mx.test MX 10 any.alias.wildcard-mx.test");
    c.b.rr("*.alias.wildcard-mx.test CNAME mx.good.test");
    c.expect("MX host by a wildcard alias (4592 4.3)", "alias.wildcard-mx.test", DELIVER, DELIVER);
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

fn names(c: &mut Cases<'_>) {
    let root = Identity::authority("Mixed Case Root");
    c.b.signed("mixed-case.test");
    c.b.rr("mixed-case.test MX 10 MX.Mixed-Case.TEST");
    let leaf = root.issue_server(&["mx.mixed-case.test"]);
    c.b.host("mx.mixed-case.test", Behaviour::Starttls(Tls::new(&leaf, &[&root])));
    c.b.tlsa("mx.mixed-case.test", &root.tlsa(2, 1, 1));
    c.expect("mixed-case MX target (4343)", "mixed-case.test", DELIVER, DELIVER);

    c.expect("next hop in another case (4343)", "MIXED-case.Test", DELIVER, DELIVER);
    c.expect("next hop with a final dot (1034 3.1)", "mixed-case.test.", DELIVER, DELIVER);
    c.expect(
        "DANE-TA names the next hop, which has another case and a final dot (4343)",
        "TA-Next-Hop.test.",
        DELIVER,
        DELIVER,
    );
    let host =
        c.domain("xn--bcher-kva.test", &root.issue_server(&["mx.xn--bcher-kva.test"]), &[&root]);
    c.b.tlsa(&host, &root.tlsa(2, 1, 1));
    c.expect("A-labels (5890 2.3.2.1)", "xn--bcher-kva.test", DELIVER, DELIVER);
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
