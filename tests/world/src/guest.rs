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

const GUESTS: usize = 2;
/// RFC 7468 section 2.
const PEM_LINE: usize = 64;

/// Builds them all.
pub fn build(b: &mut Builder) -> Vec<Guest> {
    (0..GUESTS).map(|number| guest(b, format!("guest-{number}.test"))).collect()
}

fn guest(b: &mut Builder, domain: String) -> Guest {
    let (host, address) = (format!("mx.{domain}"), b.address());
    let identity = Identity::server(&host);
    b.signed(&domain);
    b.rr(&format!("{domain} MX 10 {host}"));
    b.rr(&format!("{host} A {address}"));
    b.tlsa(&host, &identity.tlsa(3, 1, 1));
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
