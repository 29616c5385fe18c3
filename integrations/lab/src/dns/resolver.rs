//! unbound: one that carries records and judges nothing, one that validates and is the oracle.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use kit::sys::namespace::CLIENT;
use kit::sys::process;
use kit::sys::wait;

use crate::dns::client::{RECURSE, RECURSE_UNCHECKED, ask, wait_for};
use crate::dns::server::Server;
use crate::dns::verdict::{Status, Verdict};
use crate::dns::wire::{self, CNAME, Message, NOERROR, NXDOMAIN};

/// Where the resolver that the library asks listens.
pub const UPSTREAM: &str = "127.0.2.1";
/// Where the oracle listens.
pub const ORACLE: &str = "127.0.2.2";
/// Where an oracle listens that sees only what an attacker lets it see.
pub const ORACLE_BEHIND: &str = "127.0.2.3";

/// Whom an unbound asks.
pub enum Asks<'a> {
    /// The authorities, from the root down.
    Root,
    /// This resolver and no other.
    Forwarder(&'a str),
    /// The embedded world's name server, of which one port answers for all zones.
    World(SocketAddr),
}

/// Starts one and waits for it; with anchors it validates.
pub fn start(
    address: &str,
    asks: Asks<'_>,
    anchors: Option<&str>,
    directory: &Path,
) -> io::Result<process::Server> {
    let home = directory.join(format!("unbound-{address}"));
    fs::create_dir_all(&home)?;
    let at = home.display();
    let root = Server::Bind.address();
    fs::write(home.join("hints"), format!(". 3600 NS ns.\nns. 3600 A {root}\n"))?;
    let mut text = format!(
        "server:\n interface: {address}\n access-control: 127.0.0.0/8 allow\n access-control: {CLIENT} allow\n do-daemonize: no\n use-syslog: no\n\
         username: \"\"\n chroot: \"\"\n directory: \"{at}\"\n pidfile: \"\"\n root-hints: \"{at}/hints\"\n\
         do-not-query-localhost: no\n do-ip6: no\n qname-minimisation: no\n aggressive-nsec: no\n\
         harden-below-nxdomain: no\n neg-cache-size: 0\n num-threads: 1\n val-log-level: 2\n ede: yes\n\
         unwanted-reply-threshold: 0\n edns-buffer-size: 1232\n"
    );
    match anchors {
        None => text += " module-config: \"iterator\"\n",
        Some(anchors) => {
            text += " module-config: \"validator iterator\"\n";
            for anchor in anchors.lines() {
                text += &format!(" trust-anchor: \"{anchor}\"\n");
            }
        }
    }
    let forwarder = match asks {
        Asks::Root => None,
        Asks::Forwarder(forwarder) => Some(forwarder.to_owned()),
        Asks::World(name_server) => {
            // unbound itself denies `test`. The world takes its time to hash; its silence on one name says nothing of others.
            text += " local-zone: \"test.\" nodefault\n infra-cache-min-rtt: 2000\n infra-host-ttl: 0\n";
            Some(format!("{}@{}", name_server.ip(), name_server.port()))
        }
    };
    if let Some(forwarder) = forwarder {
        text += &format!("forward-zone:\n name: \".\"\n forward-addr: {forwarder}\n");
    }
    text += "remote-control:\n control-enable: no\n";
    let config = home.join("conf");
    fs::write(&config, text)?;
    let config = config.display().to_string();
    let running = process::Server::start("unbound", &["-d", "-c", &config], &home.join("log"))?;
    match asks {
        Asks::Root | Asks::World(_) => wait_for(address, ".")?,
        Asks::Forwarder(_) => wait_for_socket(address)?,
    }
    Ok(running)
}

/// An oracle behind an attacker may have no answer even for the root.
fn wait_for_socket(address: &str) -> io::Result<()> {
    let listens = || Ok(TcpStream::connect((address, 53)).is_ok());
    wait::must(&format!("unbound does not listen on {address}"), listens)
}

/// What a validating resolver says; a refusal is bogus where `carrier` has an answer at all.
pub fn judge(oracle: &str, carrier: &str, name: &str, rtype: u16) -> Verdict {
    let wire_name = wire::name(name);
    let usable = |reply: &Message| matches!(reply.rcode(), NOERROR | NXDOMAIN);
    let reply = match ask(oracle, &wire_name, rtype, RECURSE) {
        Ok(reply) if usable(&reply) => reply,
        other => {
            let text = match &other {
                Ok(reply) => extended_error(reply),
                Err(error) => error.to_string(),
            };
            let carried = ask(carrier, &wire_name, rtype, RECURSE_UNCHECKED);
            let (status, path) = match carried {
                Ok(reply) if usable(&reply) => {
                    (Status::Bogus, final_records(&reply, &wire_name, rtype).1)
                }
                _ => (Status::Indeterminate, Vec::new()),
            };
            return Verdict { status, exists: false, records: Vec::new(), path, text, queries: 0 };
        }
    };
    let status = if reply.is_authentic() { Status::Secure } else { Status::Insecure };
    let (records, path) = final_records(&reply, &wire_name, rtype);
    let exists = reply.rcode() == NOERROR;
    Verdict { status, exists, records, path, text: String::new(), queries: 0 }
}

/// The records at the end of the aliases, and every name on the way.
fn final_records(reply: &Message, name: &[u8], rtype: u16) -> (Vec<String>, Vec<String>) {
    let (mut name, mut path) = (name.to_vec(), Vec::new());
    for _ in 0..=reply.answer.len() {
        path.push(wire::show_name(&name));
        let at = |wanted: u16| {
            reply.answer.iter().filter(move |r| r.rtype == wanted).filter(|r| r.is_at(&name))
        };
        let mut records: Vec<String> =
            at(rtype).map(|record| wire::show_rdata(rtype, &record.rdata)).collect();
        if !records.is_empty() {
            records.sort();
            records.dedup();
            return (records, path);
        }
        match at(CNAME).next() {
            Some(alias) => name = alias.rdata.clone(),
            None => break,
        }
    }
    (Vec::new(), path)
}

/// RFC 8914, as far as unbound says it.
fn extended_error(reply: &Message) -> String {
    let opt = reply.additional.iter().find(|record| record.rtype == wire::OPT);
    let words = opt.and_then(|opt| opt.rdata.get(6..)).unwrap_or_default();
    format!("rcode {} {}", reply.rcode(), String::from_utf8_lossy(words))
}
