//! Record types and RDATA.

use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER;
use hickory_resolver::proto::rr::Name;

pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const CNAME: u16 = 5;
pub const SOA: u16 = 6;
pub const MX: u16 = 15;
pub const AAAA: u16 = 28;
pub const DNAME: u16 = 39;
pub const DS: u16 = 43;
pub const RRSIG: u16 = 46;
pub const NSEC: u16 = 47;
pub const DNSKEY: u16 = 48;
pub const NSEC3: u16 = 50;
pub const NXNAME: u16 = 128;
pub const TLSA: u16 = 52;

/// Reads a name; `\.` and `\ddd` are octets of a label (RFC 1035 section 5.1).
pub fn name(text: &str) -> Name {
    let mut labels = vec![Vec::new()];
    let mut rest = text.trim_end_matches('.').as_bytes();
    while let [octet, tail @ ..] = rest {
        rest = tail;
        match (octet, tail) {
            (b'.', _) => labels.push(Vec::new()),
            (b'\\', [a @ b'0'..=b'2', b, c, tail @ ..]) => {
                let digits = str::from_utf8(&[*a, *b, *c]).unwrap().parse().unwrap();
                labels.last_mut().unwrap().push(digits);
                rest = tail;
            }
            (b'\\', [octet, tail @ ..]) => {
                labels.last_mut().unwrap().push(*octet);
                rest = tail;
            }
            _ => labels.last_mut().unwrap().push(*octet),
        }
    }
    let labels = labels.iter().map(Vec::as_slice).filter(|label| !label.is_empty());
    let mut name = Name::from_labels(labels).unwrap();
    name.set_fqdn(true);
    name
}

pub fn wire(name: &Name) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in name.iter() {
        wire.push(label.len() as u8);
        wire.extend(label);
    }
    wire.push(0);
    wire
}

/// A DS record as a trust anchor is written.
pub fn ds_line(apex: &str, ds: &[u8]) -> String {
    let tag = u16::from_be_bytes([ds[0], ds[1]]);
    format!("{apex} IN DS {tag} {} {} {}\n", ds[2], ds[3], HEXLOWER.encode(&ds[4..]))
}

/// Reads one record, `owner TYPE rdata`.
pub fn parse(line: &str) -> (Name, u16, Vec<u8>) {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [owner, kind, rdata @ ..] = &fields[..] else { panic!("{line}") };
    let number = |text: &str| text.parse::<u8>().unwrap();
    let (rtype, rdata) = match (*kind, rdata) {
        ("A", [address]) => (A, address.parse::<Ipv4Addr>().unwrap().octets().to_vec()),
        ("AAAA", [address]) => (AAAA, address.parse::<Ipv6Addr>().unwrap().octets().to_vec()),
        ("CNAME", [target]) => (CNAME, wire(&name(target))),
        ("DNAME", [target]) => (DNAME, wire(&name(target))),
        ("MX", [preference, target]) => {
            let mut rdata = preference.parse::<u16>().unwrap().to_be_bytes().to_vec();
            rdata.extend(wire(&name(target)));
            (MX, rdata)
        }
        ("TLSA", [usage, selector, matching_type, data @ ..]) => {
            let mut rdata = vec![number(usage), number(selector), number(matching_type)];
            rdata.extend(HEXLOWER.decode(data.concat().as_bytes()).unwrap());
            (TLSA, rdata)
        }
        ("TLSA-SHORT", [octet]) => (TLSA, vec![number(octet)]),
        _ => panic!("{line}"),
    };
    (name(owner), rtype, rdata)
}
