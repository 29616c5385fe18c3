//! Where and how to ask.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hickory_resolver::system_conf;

use super::Mode;
use super::anchors::Anchors;

const PORT: u16 = 53;

/// Name servers, mode and trust anchors.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// In the order to try them; none means that the configuration could not be read.
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) mode: Mode,
    pub(crate) anchors: Anchors,
}

impl Config {
    /// `/etc/resolv.conf` as it is now: 127.0.0.1 where it is missing, no server where it is unreadable.
    pub(crate) fn from_system() -> Self {
        let servers = match std::fs::read("/etc/resolv.conf") {
            Ok(text) => parse_resolv_conf(&text).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![local()],
            Err(_) => Vec::new(),
        };
        Self { servers, mode: Mode::Validate, anchors: Anchors::iana() }
    }
}

/// resolv.conf(5) without a name server means the one on this machine.
fn local() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT)
}

/// The name servers of a resolv.conf text; other lines do not concern us, and must not spoil it.
pub(crate) fn parse_resolv_conf(text: &[u8]) -> Result<Vec<SocketAddr>, String> {
    let text = std::str::from_utf8(text).map_err(|_| "resolv.conf is not text")?;
    let is_server = |line: &&str| line.split_ascii_whitespace().next() == Some("nameserver");
    let lines: Vec<&str> = text.lines().filter(is_server).collect();
    let Ok((config, _)) = system_conf::parse_resolv_conf(lines.join("\n")) else {
        return Ok(vec![local()]);
    };
    let servers = config.name_servers().iter();
    Ok(servers.map(|server| SocketAddr::new(server.ip, PORT)).collect())
}

/// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:53`.
pub(crate) fn parse_server(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, PORT));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if let Some(Ok(address)) = bare.map(str::parse) {
        return Ok(SocketAddr::new(IpAddr::V6(address), PORT));
    }
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => Ok(address),
        _ => Err("not an IP address with an optional port".into()),
    }
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
        ] {
            assert_eq!(parse_server(text).unwrap().to_string(), want);
        }
        for bad in ["", "localhost", "192.0.2.1:0", "192.0.2.1:99999", "192.0.2", "[::1", "::1]:53"]
        {
            assert!(parse_server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn resolv_conf_servers() {
        let text = b"# c\nsearch exa..mple.org\nsortlist x\nnameserver 192.0.2.1\nnameserver 2001:db8::1\noptions trust-ad edns0\n";
        let servers = parse_resolv_conf(text).unwrap();
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[1].to_string(), "[2001:db8::1]:53");
        assert_eq!(parse_resolv_conf(b"").unwrap(), [local()]);
        assert!(parse_resolv_conf(b"\xff\xfe").is_err());
    }
}
