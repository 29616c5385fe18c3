//! RDATA in presentation format (RFC 1035 section 5.1).

use std::net::{Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER;

use super::names::display;
use super::reader::name_in;
use super::rtype;

/// Shows RDATA; unknown types and malformed data as in RFC 3597 section 5.
pub(crate) fn show(rtype: u16, rdata: &[u8]) -> String {
    known(rtype, rdata).unwrap_or_else(|| format!("\\# {} {}", rdata.len(), HEXLOWER.encode(rdata)))
}

fn known(rtype: u16, rdata: &[u8]) -> Option<String> {
    match (rtype, rdata) {
        (rtype::A, _) => Some(Ipv4Addr::from(<[u8; 4]>::try_from(rdata).ok()?).to_string()),
        (rtype::AAAA, _) => Some(Ipv6Addr::from(<[u8; 16]>::try_from(rdata).ok()?).to_string()),
        (rtype::CNAME, _) => Some(with_dot(display(&name_in(rdata)?.0))),
        (rtype::MX, [high, low, exchange @ ..]) => {
            let preference = u16::from_be_bytes([*high, *low]);
            Some(format!("{preference} {}", with_dot(display(&name_in(exchange)?.0))))
        }
        (rtype::TLSA, [usage, selector, matching_type, data @ ..]) => {
            Some(format!("{usage} {selector} {matching_type} {}", HEXLOWER.encode(data)))
        }
        _ => None,
    }
}

fn with_dot(name: String) -> String {
    if name == "." { name } else { name + "." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc1035_5_1_each_type() {
        assert_eq!(show(rtype::A, &[192, 0, 2, 1]), "192.0.2.1");
        assert_eq!(show(rtype::MX, b"\0\x0a\x02mx\0"), "10 mx.");
        assert_eq!(show(rtype::MX, b"\0\0\0"), "0 .");
        assert_eq!(show(rtype::TLSA, &[3, 1, 1, 0xab]), "3 1 1 ab");
        assert_eq!(show(rtype::TLSA, &[3, 1]), "\\# 2 0301");
        assert_eq!(show(rtype::AAAA, &[0]), "\\# 1 00");
        assert_eq!(show(rtype::AAAA, &Ipv6Addr::LOCALHOST.octets()), "::1");
        assert_eq!(show(rtype::CNAME, b"\x02mx\0"), "mx.");
    }
}
