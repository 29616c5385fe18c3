//! What only a mail server's own ways show: shared transactions, kept connections, lists, FallbackMX, mailer flags and split DNS.

use std::io;

use kit::sys::wait::{self, PATIENCE};
use world::World;

use crate::dns::raw_relay::FORGED;
use crate::sendmail::log::read;
use crate::sendmail::{IN_HOSTS_FILE, Machine, Sendmail};

/// Numbers of recipients, beyond those of the cases.
const FIRST: usize = 100_000;

/// What is sent, and what must come of it.
struct Way {
    name: &'static str,
    /// Lines of the macro configuration before the mailers.
    macros: &'static str,
    /// DanePolicy, and further options.
    policy: &'static str,
    /// One message to all of them, or one to each.
    is_one_message: bool,
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
        policy: "dane",
        is_one_message: true,
        domains: &["good.test", "good.unsigned.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.good.test", 2),
    },
    Way {
        name: "one is refused as a whole, the other goes to the same host",
        macros: "",
        policy: "dane-only",
        is_one_message: true,
        domains: &["good.unsigned.test", "good.test"],
        says: &["DANE: non-DNSSEC destination", "stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "a host in brackets has no MX records to distrust",
        macros: "define(`SMART_HOST', `[mx.good.test]')dnl\n",
        policy: "dane-only",
        is_one_message: true,
        domains: &["good.unsigned.test"],
        says: &["stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "a host in brackets is verified all the same",
        macros: "define(`SMART_HOST', `[mx.mismatch.test]')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["good.test"],
        says: &["DANE: server certificate not trusted"],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "of a list, the second takes what the first may not",
        macros: "define(`SMART_HOST', `mismatch.test:[mx.good.test]')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["tlsa-none.test"],
        says: &["stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "FallbackMX takes what the domain may not, verified",
        macros: "define(`confFALLBACK_MX', `[mx.good.test]')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["mx-bogus.test", "mismatch.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "FallbackMX is no way around the policy",
        macros: "define(`confFALLBACK_MX', `[mx.mismatch.test]')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["mx-bogus.test"],
        says: &["DANE: host or domain name not found"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "F=Y is dane-only for a mailer",
        macros: "MODIFY_MAILER_FLAGS(`ESMTP', `+Y')dnl\n",
        policy: "none",
        is_one_message: true,
        domains: &["tlsa-none.test", "good.test"],
        says: &["DANE: no TLSA record", "stat=Sent"],
        connections: ("mx.tlsa-none.test", 0),
    },
    Way {
        name: "F=y is no DANE for a mailer",
        macros: "MODIFY_MAILER_FLAGS(`ESMTP', `+y')dnl\n",
        policy: "dane-only",
        is_one_message: true,
        domains: &["mismatch.test"],
        says: &["stat=Sent"],
        connections: ("mx.mismatch.test", 1),
    },
    Way {
        name: "a kept connection takes the next message for the same policy",
        macros: "",
        policy: "dane",
        is_one_message: false,
        domains: &["good.test", "good.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "a kept connection takes no message for another policy",
        macros: "",
        policy: "dane",
        is_one_message: false,
        domains: &["good.test", "good.unsigned.test"],
        says: &["stat=Sent", "stat=Sent"],
        connections: ("mx.good.test", 2),
    },
    Way {
        name: "FallbackSmartHost takes no refusal",
        macros: "define(`confFALLBACK_SMARTHOST', `mx.good.test')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["mismatch.test", "nothing-here.test"],
        says: &["DANE: server certificate not trusted", "dsn=5.1.2, stat=Service unavailable"],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "with F=0 the next hop is a host",
        macros: "MODIFY_MAILER_FLAGS(`ESMTP', `+0')dnl\n",
        policy: "dane-only",
        is_one_message: true,
        domains: &["mx.good.test"],
        says: &["stat=Sent"],
        connections: ("mx.good.test", 1),
    },
    Way {
        name: "DanePolicyNameServers takes the place of resolv.conf",
        macros: "",
        policy: "dane\nO DanePolicyTimeout=2\nO DanePolicyNameServers=127.0.2.99",
        is_one_message: true,
        domains: &["good.test"],
        says: &["DANE: host or domain name not found"],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "what does not exist bounces, with the library's code",
        macros: "",
        policy: "dane",
        is_one_message: true,
        domains: &[
            "no-such-domain.test",
            "nothing.test",
            "missing.domain-alias.test",
            "nothing.domain-alias.test",
            "null.test",
        ],
        says: &[
            "dsn=5.1.2, stat=Service unavailable",
            "dsn=5.4.4, stat=Service unavailable",
            "dsn=5.1.2, stat=Service unavailable",
            "dsn=5.4.4, stat=Service unavailable",
            "dsn=5.1.10, stat=Service unavailable",
        ],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "what anybody could deny waits at dane-only",
        macros: "",
        policy: "dane-only",
        is_one_message: true,
        domains: &["no-such-domain.unsigned.test", "nothing-insecure.test"],
        says: &[
            "dsn=4.4.4, stat=Deferred: 403 4.4.4 DANE: ",
            "dsn=4.4.4, stat=Deferred: 403 4.4.4 DANE: ",
        ],
        connections: ("mx.good.test", 0),
    },
    // The library asks the validating resolver, which knows nothing of an alias made up for Sendmail's, nor of /etc/hosts.
    Way {
        name: "what Sendmail finds and the library does not waits",
        macros: "",
        policy: "dane\nO DanePolicyNameServers=127.0.2.2",
        is_one_message: true,
        domains: &[FORGED, IN_HOSTS_FILE],
        says: &[
            "dsn=4.4.4, stat=Deferred: 403 4.4.4 DANE: host or domain name not found: forged.test does not exist",
            "dsn=4.4.4, stat=Deferred: 403 4.4.4 DANE: host or domain name not found: in-hosts-file.test does not exist",
        ],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "what only Sendmail finds is not held to the policy of FallbackMX",
        macros: "define(`confFALLBACK_MX', `mx.tlsa-none.test')dnl\n",
        policy: "dane\nO DanePolicyNameServers=127.0.2.2",
        is_one_message: true,
        domains: &[IN_HOSTS_FILE],
        says: &["relay=mx.tlsa-none.test"],
        connections: ("mx.good.test", 0),
    },
    Way {
        name: "a list of what does not exist waits",
        macros: "define(`SMART_HOST', `no-such-domain.test:nothing.test')dnl\n",
        policy: "dane",
        is_one_message: true,
        domains: &["good.test"],
        says: &["dsn=4.4.4, stat=Deferred: 403 4.4.4 DANE: "],
        connections: ("mx.good.test", 0),
    },
];

/// Tries them all; whether all came out so.
pub fn compare(world: &World, machine: &Machine<'_>, options: &str) -> io::Result<bool> {
    let mut failures = Vec::new();
    for (number, way) in WAYS.iter().enumerate() {
        let options = format!("{options}O DanePolicy={}\n", way.policy);
        let sendmail = Sendmail::new(machine, &format!("way-{number}"), way.macros, &options)?;
        let first = FIRST + number * 10;
        let recipients: Vec<String> = (first..)
            .zip(way.domains)
            .map(|(number, domain)| format!("{number}@{domain}"))
            .collect();
        let (host, wanted) = way.connections;
        let before = world.connections.of(host);
        let messages = match way.is_one_message {
            true => vec![recipients],
            false => recipients.into_iter().map(|recipient| vec![recipient]).collect(),
        };
        sendmail.submit(&messages)?;
        sendmail.run_queue(&[])?;
        let numbers = first..first + way.domains.len();
        wait::until(PATIENCE, || {
            let deliveries = read(&machine.syslog.said());
            Ok(numbers.clone().all(|number| deliveries.contains_key(&number.to_string())))
        })?;
        let made = world.connections.of(host) - before;
        if made != wanted {
            failures.push(format!("{}: {made} connections to {host}", way.name));
        }
        let log = machine.syslog.said();
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
