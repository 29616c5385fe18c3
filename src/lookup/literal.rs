//! Next hops and MX targets that are IP addresses, where DANE does not apply (RFC 7672 section 2.2).

use std::net::{IpAddr, Ipv6Addr};

use crate::text::without_final_dot;

/// The address of a literal (RFC 5321 section 4.1.3), `[192.0.2.1]` or `[IPv6:2001:db8::1]`, or of a bare IP address.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
        // Mail servers write a final dot behind everything that they take for a name.
        return without_final_dot(text).parse().ok();
    };
    match inside.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => {
            inside.get(5..)?.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
        }
        _ => inside.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc5321_4_1_3_literals() {
        for text in [
            "192.0.2.1",
            "192.0.2.1.",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "[ipv6:::1]",
            "2001:db8::1",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in [
            "192.0.2.1..",
            "example.org",
            "[example.org]",
            "[192.0.2.1",
            "192.0.2.1]",
            "[IPv6:192.0.2.1]",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
