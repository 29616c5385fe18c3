//! The 30 rows of the decision table: 15 domains, each looked at on both levels.

use crate::build::Builder;
use crate::cases::{Case, Expected};
use crate::certificate::Identity;
use crate::records::{A, MX, TLSA};
use crate::smtp::{Behaviour, Tls};
use crate::truth::{B, BAD, Columns, GOOD, HostTruth, I, NA, NX, S};
use crate::zone::Fault;

pub const DELIVER: Expected = Expected { action: "deliver", reason: "" };
pub const OPPORTUNISTIC: Expected = Expected { action: "opportunistic", reason: "" };

pub const NOT_TRUSTED: Expected = defer("server certificate not trusted");
pub const NON_DNSSEC: Expected = defer("non-DNSSEC destination");
pub const NO_TLSA: Expected = defer("no TLSA record");
pub const TLSA_ERROR: Expected = defer("TLSA lookup error");
pub const NOT_FOUND: Expected = defer("host or domain name not found");

pub const fn defer(reason: &'static str) -> Expected {
    Expected { action: "defer", reason }
}

/// Domain, columns, and what is expected at DANE-only and at DANE.
type Row = (&'static str, Columns, Expected, Expected);

const ROWS: [Row; 15] = [
    ("good.test", [S, S, S, GOOD], DELIVER, DELIVER),
    ("mismatch.test", [S, S, S, BAD], NOT_TRUSTED, NOT_TRUSTED),
    ("tlsa-insecure.test", [S, S, I, NA], NON_DNSSEC, OPPORTUNISTIC),
    ("tlsa-none.test", [S, S, NX, NA], NO_TLSA, OPPORTUNISTIC),
    ("tlsa-bogus.test", [S, S, B, NA], TLSA_ERROR, TLSA_ERROR),
    ("address-insecure.test", [S, I, NA, NA], NON_DNSSEC, OPPORTUNISTIC),
    ("address-bogus.test", [S, B, NA, NA], NOT_FOUND, NOT_FOUND),
    ("good.unsigned.test", [I, S, S, GOOD], NON_DNSSEC, OPPORTUNISTIC),
    ("mismatch.unsigned.test", [I, S, S, BAD], NON_DNSSEC, NOT_TRUSTED),
    ("tlsa-insecure.unsigned.test", [I, S, I, NA], NON_DNSSEC, OPPORTUNISTIC),
    ("tlsa-none.unsigned.test", [I, S, NX, NA], NON_DNSSEC, OPPORTUNISTIC),
    ("tlsa-bogus.unsigned.test", [I, S, B, NA], NON_DNSSEC, TLSA_ERROR),
    ("address-insecure.unsigned.test", [I, I, NA, NA], NON_DNSSEC, OPPORTUNISTIC),
    ("address-bogus.unsigned.test", [I, B, NA, NA], NOT_FOUND, NOT_FOUND),
    ("mx-bogus.test", [B, NA, NA, NA], NOT_FOUND, NOT_FOUND),
];

/// The one MX host of a row's domain.
fn host(domain: &str) -> String {
    match domain {
        "address-insecure.test" | "address-insecure.unsigned.test" => "mx.unsigned.test".into(),
        _ => format!("mx.{}", domain.replace(".unsigned", "")),
    }
}

/// What is true of it; where the MX is bogus, none is known.
fn hosts((domain, columns, ..): &Row) -> Vec<HostTruth> {
    if columns[0] == B { Vec::new() } else { vec![HostTruth::new(&host(domain), *columns)] }
}

/// Builds the domains; rows 1 to 15 are DANE-only, 16 to 30 DANE.
pub fn build(b: &mut Builder) -> Vec<Case> {
    b.unsigned("unsigned.test");
    for (domain, ..) in ROWS.iter().filter(|(domain, ..)| !domain.ends_with(".unsigned.test")) {
        b.signed(domain);
    }
    for (domain, ..) in &ROWS {
        b.rr(&format!("{domain} MX 10 {}", host(domain)));
    }
    for label in [
        "good",
        "mismatch",
        "tlsa-insecure",
        "tlsa-none",
        "tlsa-bogus",
        "address-bogus",
        "mx-bogus",
        "unsigned",
    ] {
        let host = format!("mx.{label}.test");
        let identity = Identity::server(&host);
        b.host(&host, Behaviour::Starttls(Tls::new(&identity, &[])));
        if label == "tlsa-insecure" {
            b.unsigned(&format!("_tcp.{host}"));
        }
        if label != "tlsa-none" {
            let published = if label == "mismatch" { &Identity::server(&host) } else { &identity };
            b.tlsa(&host, &published.tlsa(3, 1, 1));
        }
    }
    let owner = b.tlsa_owner("mx.tlsa-bogus.test");
    b.fault(&owner, TLSA, Fault::Altered);
    b.fault("mx.address-bogus.test", A, Fault::Altered);
    b.fault("mx-bogus.test", MX, Fault::Altered);

    let case = |number: usize, level, row: &Row, expected| Case {
        name: number.to_string(),
        level,
        domain: row.0.into(),
        columns: Some(row.1),
        hosts: hosts(row),
        is_open: row.0.contains("unsigned") || row.1.contains(&I),
        expected,
        slow: false,
    };
    let dane_only = (1..).zip(&ROWS).map(|(number, row)| case(number, "dane-only", row, row.2));
    let dane = (16..).zip(&ROWS).map(|(number, row)| case(number, "dane", row, row.3));
    dane_only.chain(dane).collect()
}
