//! Domains with something to say of their DANE set-up, and one with nothing; no cases, for mail goes to most of them.

use crate::build::Builder;
use crate::certificate::Identity;
use crate::signer::{TTL, Validity};
use crate::smtp::{Behaviour, Tls};

const DAY: u32 = 86_400;

pub fn build(b: &mut Builder) {
    let digest = "ab".repeat(32);
    let new = |b: &mut Builder, domain: &str| b.signed_with(domain, TTL, Validity::Month);

    b.signed_with("lint-clean.test", DAY, Validity::Month);
    server(b, "lint-clean.test", 10, "mx");

    b.signed_with("lint-ttl.test", 2 * DAY, Validity::Month);
    server(b, "lint-ttl.test", 10, "mx");
    b.signed_with("lint-ending.test", TTL, Validity::Until(24));
    server(b, "lint-ending.test", 10, "mx");
    new(b, "lint-elsewhere.test");
    let identity = Identity::server("mx.lint-elsewhere.test");
    let host = shows(b, "lint-elsewhere.test", 10, "mx", &[&identity]);
    let owner = b.tlsa_owner(&host);
    b.rr(&format!("{owner} CNAME tlsa.lint-ending.test"));
    b.rr(&format!("tlsa.lint-ending.test TLSA {}", identity.tlsa(3, 1, 1)));
    new(b, "lint-keys.test");
    b.keys_signed("lint-keys.test", Validity::Until(24));
    server(b, "lint-keys.test", 10, "mx");
    b.signed_with("lint-later.test", TTL, Validity::Until(60));
    server(b, "lint-later.test", 10, "mx");
    b.signed("lint-fresh.test");
    server(b, "lint-fresh.test", 10, "mx");

    new(b, "lint-many.test");
    let host = server(b, "lint-many.test", 10, "mx");
    (0..12).for_each(|number| b.tlsa(&host, &format!("3 1 1 {number:064x}")));
    new(b, "lint-ignored.test");
    let host = server(b, "lint-ignored.test", 10, "mx");
    ["0 0 1", "1 1 1"].iter().for_each(|numbers| b.tlsa(&host, &format!("{numbers} {digest}")));
    new(b, "lint-unusable.test");
    let host = server(b, "lint-unusable.test", 10, "mx");
    let others = ["4 1 1", "3 2 1", "3 1 3", "3 1 2"];
    others.iter().for_each(|numbers| b.tlsa(&host, &format!("{numbers} {digest}")));
    new(b, "lint-next.test");
    let host = server(b, "lint-next.test", 10, "mx");
    (0..11).for_each(|number| b.tlsa(&host, &format!("3 1 1 {number:064x}")));

    new(b, "lint-anchor.test");
    let root = Identity::authority("CA of lint-anchor");
    let leaf = root.issue_server(&["mx.lint-anchor.test"]);
    let host = shows(b, "lint-anchor.test", 10, "mx", &[&leaf, &root]);
    b.tlsa(&host, &root.tlsa(2, 0, 1));
    let leaf = root.issue_server(&["backup.lint-anchor.test"]);
    let host = shows(b, "lint-anchor.test", 20, "backup", &[&leaf, &root]);
    b.tlsa(&host, &root.tlsa(2, 0, 1));
    b.tlsa(&host, &leaf.tlsa(3, 1, 1));
    new(b, "lint-deep.test");
    let below = root.issue_authority("CA below that of lint-anchor");
    let leaf = below.issue_server(&["mx.lint-deep.test"]);
    let host = shows(b, "lint-deep.test", 10, "mx", &[&leaf, &below, &root]);
    b.tlsa(&host, &root.tlsa(2, 0, 1));
    new(b, "lint-whole.test");
    let leaf = root.issue_server(&["mx.lint-whole.test"]);
    let host = shows(b, "lint-whole.test", 10, "mx", &[&leaf]);
    b.tlsa(&host, &root.tlsa(2, 0, 0));
    b.tlsa(&host, &leaf.tlsa(3, 1, 1));
    new(b, "lint-expired.test");
    let leaf = Identity::expired("mx.lint-expired.test");
    let host = shows(b, "lint-expired.test", 10, "mx", &[&leaf]);
    b.tlsa(&host, &leaf.tlsa(3, 1, 1));
    let root = Identity::expired_authority("CA of lint-expired");
    let leaf = root.issue_server(&["backup.lint-expired.test"]);
    let host = shows(b, "lint-expired.test", 20, "backup", &[&leaf, &root]);
    b.tlsa(&host, &root.tlsa(2, 0, 1));
    b.tlsa(&host, &leaf.tlsa(3, 1, 1));

    new(b, "lint-some.test");
    server(b, "lint-some.test", 10, "mx");
    shows(b, "lint-some.test", 20, "backup", &[&Identity::server("backup.lint-some.test")]);
    new(b, "lint-backup.test");
    server(b, "lint-backup.test", 10, "mx");
    let host = shows(b, "lint-backup.test", 20, "backup", &[&Identity::server("another")]);
    b.tlsa(&host, &format!("3 1 1 {digest}"));

    new(b, "lint-alias.test");
    let identity = Identity::server("mx.lint-alias.test");
    let host = shows(b, "lint-alias.test", 20, "host", &[&identity]);
    b.tlsa(&host, &identity.tlsa(3, 1, 1));
    alias(b, "lint-alias.test", &host);
    new(b, "lint-own.test");
    let identity = Identity::server("mx.lint-own.test");
    b.host("host.lint-own.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    alias(b, "lint-own.test", "host.lint-own.test");
    b.tlsa("mx.lint-own.test", &identity.tlsa(3, 1, 1));
    new(b, "lint-between.test");
    alias(b, "lint-between.test", "between.lint-between.test");
    b.rr("between.lint-between.test CNAME host.lint-between.test");
    let identity = Identity::server("mx.lint-between.test");
    b.host("host.lint-between.test", Behaviour::Starttls(Tls::new(&identity, &[])));
    b.tlsa("between.lint-between.test", &identity.tlsa(3, 1, 1));
    b.unsigned("lint-open.test");
    let host = server(b, "lint-open.test", 10, "mx");
    b.host("bare.lint-open.test", Behaviour::NoStarttls);
    alias(b, "alias.lint-open.test", "bare.lint-open.test");
    new(b, "lint-into-open.test");
    alias(b, "lint-into-open.test", &host);
}

/// An MX host with an address and a server that shows these certificates.
fn shows(
    b: &mut Builder,
    domain: &str,
    preference: u16,
    label: &str,
    chain: &[&Identity],
) -> String {
    let host = format!("{label}.{domain}");
    b.rr(&format!("{domain} MX {preference} {host}"));
    b.host(&host, Behaviour::Starttls(Tls::new(chain[0], &chain[1..])));
    host
}

/// One whose certificate its TLSA record names.
fn server(b: &mut Builder, domain: &str, preference: u16, label: &str) -> String {
    let identity = Identity::server(&format!("{label}.{domain}"));
    let host = shows(b, domain, preference, label, &[&identity]);
    b.tlsa(&host, &identity.tlsa(3, 1, 1));
    host
}

/// An MX host that is an alias.
fn alias(b: &mut Builder, domain: &str, target: &str) {
    b.rr(&format!("{domain} MX 10 mx.{domain}"));
    b.rr(&format!("mx.{domain} CNAME {target}"));
}
