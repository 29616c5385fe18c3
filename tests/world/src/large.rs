//! A large and honest domain: 100 MX hosts, each in a zone of its own, signed by RSA with 4,096 bits and NSEC3.

use crate::build::Builder;

/// Its name.
pub const DOMAIN: &str = "large.test";

/// How many MX hosts it has.
pub(crate) const HOSTS: usize = 100;
const RSASHA256: u8 = 8;

/// The name of one of them, by its number from 1.
pub(crate) fn host(number: usize) -> String {
    format!("mx.host{number}.{DOMAIN}")
}

pub fn build(b: &mut Builder) {
    b.nsec3_with(DOMAIN, RSASHA256);
    for number in 1..=HOSTS {
        let host = host(number);
        b.nsec3_with(&format!("host{number}.{DOMAIN}"), RSASHA256);
        b.rr(&format!("{DOMAIN} MX 10 {host}"));
        b.rr(&format!("{host} A 127.76.0.{number}"));
        b.tlsa(&host, &format!("3 1 1 {}", "ab".repeat(32)));
    }
}
