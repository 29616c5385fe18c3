//! Where and how to ask.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::str::Utf8Error;

use super::Mode;
use super::anchor_file::{UnusableFile, anchors_of_system};
use crate::dns::proof::Anchors;
use crate::sys;

const PORT: u16 = 53;

/// Name servers, mode and trust anchors.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// In the order to try them; none means that the configuration could not be read.
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) mode: Mode,
    pub(crate) anchors: Anchors,
    /// Files whose anchors would be among them.
    pub(crate) unusable: Vec<UnusableFile>,
    /// Whether what SHA-1 secures is secure (RFC 9905).
    pub(crate) takes_sha1: bool,
}

impl Config {
    /// `/etc/resolv.conf` as it is now, 127.0.0.1 where it is missing, no server where it is unreadable; and the root's
    /// trust anchors that are built in and that this system has.
    pub(crate) fn from_system() -> Self {
        let servers = servers_of(std::fs::read("/etc/resolv.conf"));
        let (anchors, unusable) = anchors_of_system();
        Self { unusable, ..Self::new(servers, Mode::Validate, anchors) }
    }

    pub(crate) fn new(servers: Vec<SocketAddr>, mode: Mode, anchors: Anchors) -> Self {
        Self { servers, mode, anchors, unusable: Vec::new(), takes_sha1: true }
    }

    /// These anchors, and no others.
    pub(crate) fn replace_anchors(&mut self, anchors: Anchors) {
        self.anchors = anchors;
        self.unusable.clear();
    }
}

fn servers_of(resolv_conf: io::Result<Vec<u8>>) -> Vec<SocketAddr> {
    match resolv_conf {
        Ok(text) => parse_resolv_conf(&text).unwrap_or_default(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec![local()],
        Err(_) => Vec::new(),
    }
}

/// resolv.conf(5) without a name server means the one on this machine.
fn local() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT)
}

/// The name servers of a resolv.conf(5) text. Whatever else is in it, malformed addresses too, is passed over.
pub(crate) fn parse_resolv_conf(text: &[u8]) -> Result<Vec<SocketAddr>, Utf8Error> {
    let text = str::from_utf8(text)?;
    let server = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
        parse_address(address)
    };
    let servers: Vec<SocketAddr> = text.lines().filter_map(server).collect();
    Ok(if servers.is_empty() { vec![local()] } else { servers })
}

/// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:53` or, with a zone, `fe80::1%eth0` (RFC 4007 section 11).
pub(crate) fn parse_server(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let with_port = || match text.strip_prefix('[').and_then(|text| text.rsplit_once("]:")) {
        Some((address, port)) => {
            let mut address = parse_address(address).filter(SocketAddr::is_ipv6)?;
            address.set_port(port.parse().ok()?);
            Some(address)
        }
        None => text.parse().ok(),
    };
    let address = match bare {
        Some(bare) => parse_address(bare).filter(SocketAddr::is_ipv6),
        None => parse_address(text).or_else(with_port),
    };
    address.filter(|address| address.port() != 0)
}

/// An address without a port.
fn parse_address(text: &str) -> Option<SocketAddr> {
    let Some((address, zone)) = text.split_once('%') else {
        return Some(SocketAddr::new(text.parse().ok()?, PORT));
    };
    let zone = zone.parse().ok().or_else(|| sys::interface_index(zone))?;
    Some(SocketAddrV6::new(address.parse().ok()?, PORT, 0, zone).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_addresses() {
        for (text, want) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:54", "[2001:db8::1]:54"),
            ("fe80::1%7", "[fe80::1%7]:53"),
            ("[fe80::1%lo]:54", "[fe80::1%1]:54"),
        ] {
            assert_eq!(parse_server(text).unwrap().to_string(), want);
        }
        for bad in [
            "",
            "localhost",
            "192.0.2.1:0",
            "192.0.2.1:99999",
            "192.0.2",
            "[::1",
            "::1]:53",
            "[192.0.2.1]",
            "[::1]:",
            "fe80::1%",
            "fe80::1%no such interface",
        ] {
            assert!(parse_server(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn resolv_conf_servers() {
        let text = b"# c\nsearch exa..mple.org\nsortlist x\nnameserver 192.0.2.1\nnameserver 2001:db8::1\noptions trust-ad edns0\n";
        let servers = parse_resolv_conf(text).unwrap();
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[1].to_string(), "[2001:db8::1]:53");
        assert_eq!(parse_resolv_conf(b"").unwrap(), [local()]);
        let odd = b"nameserver\nnameserver nonsense\nnameserver 192.0.2.1 # mine\n nameserver fe80::1%1\n";
        let servers = parse_resolv_conf(odd).unwrap();
        assert_eq!(
            servers.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["192.0.2.1:53", "[fe80::1%1]:53"]
        );
        assert!(parse_resolv_conf(b"\xff\xfe").is_err());
    }

    #[test]
    fn only_a_resolv_conf_that_is_missing_means_the_local_server() {
        let servers = |error: io::ErrorKind| servers_of(Err(error.into()));
        assert_eq!(servers(io::ErrorKind::NotFound), [local()]);
        assert_eq!(servers(io::ErrorKind::PermissionDenied), []);
        assert_eq!(servers_of(Ok(Vec::new())), [local()]);
        assert_eq!(servers_of(Ok(vec![0xff])), []);
    }
}
