//! A large and honest domain: 100 MX hosts, each in a zone of its own, signed by RSA with 4,096 bits and NSEC3.

use crate::build::Builder;

/// Its name.
pub const DOMAIN: &str = "large.test";

const HOSTS: usize = 100;
const RSASHA256: u8 = 8;

pub fn build(b: &mut Builder) {
    b.nsec3_with(DOMAIN, RSASHA256);
    for number in 1..=HOSTS {
        let zone = format!("host{number}.{DOMAIN}");
        b.nsec3_with(&zone, RSASHA256);
        b.rr(&format!("{DOMAIN} MX 10 mx.{zone}"));
        b.rr(&format!("mx.{zone} A 127.76.0.{number}"));
        b.tlsa(&format!("mx.{zone}"), &format!("3 1 1 {}", "ab".repeat(32)));
    }
}
