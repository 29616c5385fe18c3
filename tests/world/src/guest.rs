//! Hosts with DNS and a certificate, but without a server: any other program may be that.

use std::net::Ipv4Addr;

use data_encoding::BASE64;

use crate::build::Builder;
use crate::certificate::Identity;

/// A domain whose MX host nobody serves yet.
pub struct Guest {
    pub domain: String,
    /// Where the server is to listen, on the port of all the others.
    pub address: Ipv4Addr,
    /// What the TLSA records promise, as PEM.
    pub certificate: String,
    pub key: String,
}

/// The records of each guest; the third is to be served from the address of the first.
const RECORDS: [&[(u8, u8, u8)]; 3] = [&[(3, 1, 1)], &[(3, 1, 1)], &[(3, 1, 1), (3, 0, 1)]];
/// RFC 7468 section 2.
const PEM_LINE: usize = 64;

/// Builds them all.
pub fn build(b: &mut Builder) -> Vec<Guest> {
    let addresses = [b.address(), b.address()];
    let guests = RECORDS.iter().zip(addresses.iter().cycle()).enumerate();
    let named = guests.map(|(number, it)| (format!("guest-{number}.test"), it));
    named.map(|(domain, (records, address))| guest(b, domain, *address, records)).collect()
}

fn guest(b: &mut Builder, domain: String, address: Ipv4Addr, records: &[(u8, u8, u8)]) -> Guest {
    let host = format!("mx.{domain}");
    let identity = Identity::server(&host);
    b.signed(&domain);
    b.rr(&format!("{domain} MX 10 {host}"));
    b.rr(&format!("{host} A {address}"));
    for &(usage, selector, matching_type) in records {
        b.tlsa(&host, &identity.tlsa(usage, selector, matching_type));
    }
    let certificate = pem("CERTIFICATE", &identity.der);
    Guest { domain, address, certificate, key: pem("PRIVATE KEY", &identity.key.serialize_der()) }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(PEM_LINE)
        .map(|start| &text[start..text.len().min(start + PEM_LINE)])
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
