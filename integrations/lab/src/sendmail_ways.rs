//! What only a mail server's own ways show: shared transactions, kept connections, lists, FallbackMX and mailer flags.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use world::World;

use crate::sendmail::{Sendmail, Syslog};
use crate::sendmail_log::read;

const PATIENCE: Duration = Duration::from_secs(30);
/// Numbers of recipients, beyond those of the cases.
const FIRST: usize = 100_000;

/// One message, and what must come of it.
struct Way {
    name: &'static str,
    /// Lines of the macro configuration before the mailers.
    macros: &'static str,
    level: &'static str,
    domains: &'static [&'static str],
    /// For each domain what its log line must contain.
    says: &'static [&'static str],
    /// A host, and how many connections to it there must be.
    connections: (&'static str, usize),
}

const WAYS: &[Way] = &[
    Way {
        name: "two next hops with one MX host share neither transaction nor connection",
        macros: "",
        level: "dane",
        domains: &["good.test", "good.unsigned.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.good.test", 2),
    },
    Way {
        name: "one is refused as a whole, the other goes to the same host",
        macros: "",
        level: "dane-only",
        domains: &["good.unsigned.test", "good.test"],
        says: &["DANE: non-DNSSEC destination", "stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "a host in brackets has no MX records to distrust",
        macros: "define(`SMART_HOST', `[mx.good.test]')dnl\n",
        level: "dane-only",
        domains: &["good.unsigned.test"],
        says: &["stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "a host in brackets is verified all the same",
        macros: "define(`SMART_HOST', `[mx.mismatch.test]')dnl\n",
        level: "dane",
        domains: &["good.test"],
        says: &["DANE: server certificate not trusted"],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "of a list, the second takes what the first may not",
        macros: "define(`SMART_HOST', `mismatch.test:[mx.good.test]')dnl\n",
        level: "dane",
        domains: &["tlsa-none.test"],
        says: &["stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "FallbackMX takes what the domain may not, verified",
        macros: "define(`confFALLBACK_MX', `[mx.good.test]')dnl\n",
        level: "dane",
        domains: &["mx-bogus.test", "mismatch.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "FallbackMX is no way around the policy",
        macros: "define(`confFALLBACK_MX', `[mx.mismatch.test]')dnl\n",
        level: "dane",
        domains: &["mx-bogus.test"],
        says: &["DANE: host or domain name not found"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "F=Y is dane-only for a mailer",
        macros: "MODIFY_MAILER_FLAGS(`ESMTP', `+Y')dnl\n",
        level: "none",
        domains: &["tlsa-none.test", "good.test"],
        says: &["DANE: no TLSA record", "stat=Sent"],
        connections: ("mx.tlsa-none.test", 0),
    },
    Way {
        name: "F=y is no DANE for a mailer",
        macros: "MODIFY_MAILER_FLAGS(`ESMTP', `+y')dnl\n",
        level: "dane-only",
        domains: &["mismatch.test"],
        says: &["stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
];

/// Tries them all; whether all came out so.
pub fn compare(
    world: &World,
    syslog: &Syslog,
    options: &str,
    directory: &Path,
) -> io::Result<bool> {
    let mut failures = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let options = format!("O DanePolicy={}\n{options}", way.level);
        let sendmail = Sendmail::new(&format!("way-{number}"), way.macros, &options, directory)?;
        let first = FIRST + number * 10;
        let recipients: Vec<String> = (first..)
            .zip(way.domains)
            .map(|(number, domain)| format!("{number}@{domain}"))
            .collect();
        let (host, wanted) = way.connections;
        let before = world.connections.of(host);
        sendmail.submit(&[recipients])?;
        sendmail.start(1)?;
        let until = Instant::now() + PATIENCE;
        let numbers = first..first + way.domains.len();
        while numbers.clone().any(|number| !read(&syslog.said()).contains_key(&number))
            && Instant::now() < until
        {
            thread::sleep(Duration::from_millis(50));
        }
        let made = world.connections.of(host) - before;
        if made != wanted {
            failures.push(format!("{}: {made} connections to {host}", way.name));
        }
        let log = syslog.said();
        for (number, says) in numbers.zip(way.says) {
            let is_its = |line: &&str| {
                line.contains(&format!("to=<{number}@")) && !line.contains("stat=queued")
            };
            let line = log.lines().find(is_its).unwrap_or("no line");
            if !line.contains(says) {
                failures.push(format!("{}: {line}", way.name));
            }
        }
    }
    println!("Sendmail's ways: {} tried", WAYS.len());
    for failure in &failures {
        println!("  DIFFERENT {failure}");
    }
    Ok(failures.is_empty())
}
