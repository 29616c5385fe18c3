//! What a client calls itself in EHLO (RFC 5321 section 4.1.1.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::text::{is_host_name, without_final_dot};

/// A name for EHLO, without a final dot: a host name, or an address literal (RFC 5321 section 4.1.3). None for anything else.
pub(crate) fn client_name(text: &str) -> Option<&str> {
    let name = without_final_dot(text);
    (is_host_name(name) || is_literal(name)).then_some(name)
}

fn is_literal(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let Some(inside) = inside else { return false };
    match inside.split_at_checked("IPv6:".len()) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => {
            address.parse::<Ipv6Addr>().is_ok()
        }
        _ => inside.parse::<Ipv4Addr>().is_ok(),
    }
}

/// The address literal that a client without a name says (RFC 5321 section 4.1.4).
pub(super) fn literal(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc5321_4_1_1_1_a_domain_or_an_address_literal() {
        for text in ["client.test", "client_1", "[192.0.2.1]", "[IPv6:2001:db8::1]", "[ipv6:::1]"] {
            assert_eq!(client_name(text), Some(text));
        }
        assert_eq!(client_name("client.test."), Some("client.test"));
        let long = "a.".repeat(127) + "a";
        for text in [
            "",
            ".",
            "a..b",
            ".a",
            "a b",
            "a\r\nMAIL FROM:<x@y>",
            "a\n",
            "<x@y>",
            "b\u{fc}cher.example",
            "192.0.2.1",
            "2001:db8::1",
            "[192.0.2.1",
            "[192.0.2.1]x",
            "[2001:db8::1]",
            "[IPv6:192.0.2.1]",
            "[client.test]",
            "[]",
            &long,
        ] {
            assert_eq!(client_name(text), None, "{text}");
        }
    }

    #[test]
    fn rfc5321_4_1_4_the_literal_of_an_address_is_a_name() {
        for (address, text) in [
            ("192.0.2.1", "[192.0.2.1]"),
            ("2001:db8::1", "[IPv6:2001:db8::1]"),
            ("::ffff:192.0.2.1", "[192.0.2.1]"),
        ] {
            assert_eq!(literal(address.parse().unwrap()), text);
            assert_eq!(client_name(text), Some(text));
        }
    }
}
