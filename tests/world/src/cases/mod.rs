//! Hard cases beside the 30 rows, each with the RFC section it comes from.

mod aliases;
mod anchors;
mod dnssec;
mod hostile;
mod hosts;
mod mx;
mod names;
mod servers;
mod tlsa;

use rustls::version::{TLS12, TLS13};

use crate::build::Builder;
use crate::certificate::Identity;
use crate::records::{A, AAAA, CNAME, DNSKEY, MX, TLSA};
use crate::rows::{
    DELIVER, NO_TLSA, NON_DNSSEC, NOT_FOUND, NOT_TRUSTED, OPPORTUNISTIC, TLSA_ERROR, defer,
};
use crate::smtp::{Behaviour, Tls};
use crate::truth::{
    B, BAD, C, CERTIFICATE, Columns, DEAD, EXPIRED_CERTIFICATE, GOOD, HostTruth, I, NA, NX, PLAIN,
    S, SHAKE, TLS, U,
};
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
    pub columns: Option<Columns>,
    /// The hosts in the order to try them; where there are none, `expected` is what DNS alone makes of the domain.
    pub hosts: Vec<HostTruth>,
    /// Part of what its outcome rests on is not signed, in whatever column, or broken where another answer proves the same.
    pub is_open: bool,
    pub expected: Expected,
    /// Waits for a timeout.
    pub slow: bool,
}

const ENCRYPT: Expected = Expected { action: "encrypt", reason: "" };
const FAIL: Expected = Expected { action: "fail", reason: "domain does not accept mail" };
/// There is no such domain, or nothing in it to deliver to.
const BOUNCE: Expected = Expected { action: "fail", reason: NOT_FOUND.reason };
const NO_USABLE: Expected = defer("no usable TLSA record");
const NOT_OFFERED: Expected = defer("TLS required but not offered");
const HANDSHAKE: Expected = defer("TLS handshake failed");
const CONNECTION: Expected = defer("connection failed");

struct Cases<'b> {
    b: &'b mut Builder,
    list: Vec<Case>,
}

impl Cases<'_> {
    /// What is true of its hosts too: where no more is said, of its one host, `mx.DOMAIN`, what both results take.
    fn expect(&mut self, name: &str, domain: &str, dane: Expected, dane_only: Expected) {
        let host = format!("mx.{}", domain.trim_end_matches('.').to_ascii_lowercase());
        let columns = taken_by(dane, dane_only);
        let hosts: Vec<_> =
            columns.map(|columns| HostTruth::new(&host, columns)).into_iter().collect();
        for (level, expected) in [("dane", dane), ("dane-only", dane_only)] {
            self.list.push(Case {
                name: name.into(),
                level,
                domain: domain.into(),
                columns: None,
                hosts: hosts.clone(),
                is_open: domain.contains("unsigned") || domain.contains("insecure"),
                expected,
                slow: false,
            });
        }
    }

    /// The case that was added last, at both levels.
    fn last(&mut self) -> impl Iterator<Item = &mut Case> {
        self.list.iter_mut().rev().take(2)
    }

    fn is_slow(&mut self) {
        self.last().for_each(|case| case.slow = true);
    }

    /// The hosts of the last case, and what is true of each.
    fn hosts(&mut self, hosts: &[(&str, Columns)]) {
        let hosts: Vec<_> =
            hosts.iter().map(|(name, columns)| HostTruth::new(name, *columns)).collect();
        let is_open = hosts.iter().any(HostTruth::is_open);
        self.last().for_each(|case| {
            case.hosts.clone_from(&hosts);
            case.is_open |= is_open;
        });
    }

    /// The one host of the last case has another name.
    fn host_is(&mut self, name: &str) {
        self.last().for_each(|case| name.clone_into(&mut case.hosts[0].name));
    }

    /// Whoever alters replies can change what becomes of the last case, though no column says so.
    fn is_open(&mut self) {
        self.last().for_each(|case| case.is_open = true);
    }

    /// The hosts of the last case match by DANE-TA, so while the certificates are valid.
    fn by_anchor(&mut self, valid: (i64, i64)) {
        let hosts = self.last().flat_map(|case| &mut case.hosts);
        hosts.for_each(|host| host.matches_within = Some(valid));
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

/// The columns of a domain's one host that it takes for these two results at DANE and DANE-only; none where several would
/// do, or where there may be no host.
fn taken_by(dane: Expected, dane_only: Expected) -> Option<Columns> {
    const TAKEN: [(Expected, Expected, Columns); 15] = [
        (DELIVER, DELIVER, [S, S, S, GOOD]),
        (NOT_TRUSTED, NOT_TRUSTED, [S, S, S, BAD]),
        (NOT_OFFERED, NOT_OFFERED, [S, S, S, PLAIN]),
        (HANDSHAKE, HANDSHAKE, [S, S, S, SHAKE]),
        (CONNECTION, CONNECTION, [S, S, S, DEAD]),
        (TLSA_ERROR, TLSA_ERROR, [S, S, B, NA]),
        (OPPORTUNISTIC, NO_TLSA, [S, S, NX, NA]),
        (CONNECTION, NO_TLSA, [S, S, NX, DEAD]),
        (ENCRYPT, NO_USABLE, [S, S, U, TLS]),
        (NOT_OFFERED, NO_USABLE, [S, S, U, PLAIN]),
        (HANDSHAKE, NO_USABLE, [S, S, U, SHAKE]),
        (NOT_TRUSTED, NON_DNSSEC, [I, S, S, BAD]),
        (NOT_OFFERED, NON_DNSSEC, [I, S, S, PLAIN]),
        (TLSA_ERROR, NON_DNSSEC, [I, S, B, NA]),
        (ENCRYPT, NON_DNSSEC, [I, S, U, TLS]),
    ];
    let found = TAKEN.iter().find(|taken| (taken.0, taken.1) == (dane, dane_only));
    found.map(|taken| taken.2)
}

/// Builds the domains.
pub fn build(b: &mut Builder) -> Vec<Case> {
    let mut cases = Cases { b, list: Vec::new() };
    mx::mx(&mut cases);
    mx::literals(&mut cases);
    aliases::aliases(&mut cases);
    aliases::domain_aliases(&mut cases);
    aliases::example(&mut cases);
    aliases::tlsa_aliases(&mut cases);
    hosts::hosts(&mut cases);
    tlsa::usable(&mut cases);
    tlsa::agility(&mut cases);
    anchors::anchors(&mut cases);
    servers::servers(&mut cases);
    dnssec::broken(&mut cases);
    dnssec::dnssec(&mut cases);
    dnssec::short_keys(&mut cases);
    dnssec::compact(&mut cases);
    dnssec::sha1(&mut cases);
    names::names(&mut cases);
    names::special(&mut cases);
    cases.list
}

/// Builds the domains whose mail servers do what they must not.
pub fn hostile(b: &mut Builder) -> Vec<Case> {
    let mut cases = Cases { b, list: Vec::new() };
    hostile::hostile(&mut cases);
    cases.list
}
