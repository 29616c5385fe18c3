//! What Exim does with a policy beside one message to one domain: fall-backs, other routers, reuse, callouts, other libraries.

use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use kit::sys::namespace::Namespace;
use kit::sys::process;
use kit::sys::wait::{self, PATIENCE};
use world::World;

use crate::dns::raw_relay::{FORGED, TARGET};
use crate::dns::resolver::{ORACLE, UPSTREAM};
use crate::exim::{Exim, LEVEL, ROUTERS, Setting, TRANSPORT};

/// What is wrong, a line each.
type Problems = io::Result<Vec<String>>;
/// Configuration, and what must come of it.
type Hook =
    (&'static str, &'static [(&'static str, &'static str)], fn(&World, &Exim<'_>) -> Problems);

const ROUTE: &str = "begin routers\nroute:\n driver = manualroute\n domains = ! client.test\n \
     transport = remote\n host_find_failed = defer\n";

const HOOKS: &[Hook] = &[
    (
        "hosts-avoid-tls",
        &[(TRANSPORT, "hosts_avoid_tls = *\n hosts_verify_avoid_tls = *\n")],
        |_, exim| {
            let verified = one(exim, "dane", &["1@good.test"], &["CV=dane"], &[])?;
            let clear = one(exim, "dane", &["2@tlsa-none.test"], &[" => "], &["X=TLS"])?;
            Ok([verified, clear].concat())
        },
    ),
    (
        "resumption",
        &[
            (TRANSPORT, "tls_resumption_hosts = *\n"),
            ("+received_recipients", "+received_recipients +tls_resumption"),
        ],
        |_, exim| {
            // The log marks a resumed session by a star; the second to a host without a policy is one.
            let first = one(exim, "dane", &["1@tlsa-none.test"], &[":256 CV=no"], &[])?;
            let second = one(exim, "dane", &["2@tlsa-none.test"], &[":256* CV=no"], &[])?;
            let verified = one(exim, "none", &["3@good.test"], &[":256 CV=no"], &[])?;
            let again = one(exim, "dane", &["4@good.test"], &[":256 CV=dane"], &[])?;
            Ok([first, second, verified, again].concat())
        },
    ),
    ("authorities", &[(TRANSPORT, "tls_verify_hosts = *\n")], |_, exim| {
        // No CA knows these, and where the policy requires TLS none is asked.
        let verified = one(exim, "dane", &["1@good.test"], &["CV=dane"], &[])?;
        let encrypted = one(exim, "dane", &["2@pkix-ta-only.test"], &[" => ", ":256 CV=no"], &[])?;
        Ok([verified, encrypted].concat())
    }),
    ("builtin-dane", &[(TRANSPORT, "hosts_require_dane = *\n hosts_try_dane = *\n")], |_, exim| {
        one(exim, "dane", &["1@tlsa-none.test"], &[" => ", "CV=no"], &["DANE"])
    }),
    ("no-level", &[], |_, exim| {
        one(exim, "none", &["1@mismatch.test"], &[" => ", "CV=no"], &["DANE policy"])
    }),
    ("unknown-level", &[(LEVEL, "perhaps")], |_, exim| {
        one(exim, "dane", &["1@good.test"], &["DANE policy: dane_policy is neither"], &[" => "])
    }),
    ("failed-expansion", &[(LEVEL, "${if perhaps{dane}}")], |_, exim| {
        one(exim, "dane", &["1@good.test"], &["DANE policy: failed to expand"], &[" => "])
    }),
    ("no-anchors", &[("/anchors\n", "/no-anchors\n")], |_, exim| {
        one(exim, "dane", &["1@good.test"], &["DANE policy: cannot use the file"], &[" => "])
    }),
    ("several-domains", &[], |world, exim| {
        let before = world.connections.of("mx.good.test");
        let recipients = ["1@good.test", "2@good.unsigned.test"];
        let has = ["=> 1@good.test", "CV=dane", "=> 2@good.unsigned.test", "CV=no"];
        let mut problems = one(exim, "dane", &recipients, &has, &[])?;
        if world.connections.of("mx.good.test") != before + 2 {
            problems.push("not two connections for two policies".to_owned());
        }
        let has = ["=> 1@good.test", "== 2@good.unsigned.test", "non-DNSSEC destination"];
        problems.extend(one(exim, "dane-only", &recipients, &has, &[])?);
        Ok(problems)
    }),
    ("aliases-of-one-domain", &[], |_, exim| {
        let recipients = ["1@exchange.example-org.test", "2@mail.example-org.test"];
        let has = ["CV=dane", "H=mx10.example-com.test", "H=mxbackup.example-com.test"];
        one(exim, "dane", &recipients, &has, &[])
    }),
    ("forged-alias", &[], |_, exim| {
        // To Exim the mail is for the target now, of whose servers there is every proof.
        let recipient = format!("1@{FORGED}");
        let as_seen = format!("== 1@{TARGET} <{recipient}>");
        let has = [&*as_seen, "DANE policy: host or domain name not found: MX of forged.test"];
        one(exim, "dane", &[&recipient], &has, &[" => "])
    }),
    ("absent", &[], |_, exim| {
        // Exim's router says so before the library is asked.
        let mut problems = Vec::new();
        for domain in [
            "no-such-domain.test",
            "nothing.test",
            "missing.domain-alias.test",
            "nothing.domain-alias.test",
        ] {
            let recipient = format!("1@{domain}");
            let has = [" ** ", &recipient, "Unrouteable address"];
            problems.extend(one(exim, "dane", &[&recipient], &has, &["DANE policy"])?);
        }
        Ok(problems)
    }),
    // The library asks the validating resolver, which knows nothing of the alias that Exim's resolver makes up.
    ("split-dns", &[(TRANSPORT, "dane_policy_nameserver = 127.0.2.2\n")], |_, exim| {
        let recipient = format!("1@{FORGED}");
        let as_seen = format!("== 1@{TARGET} <{recipient}>");
        let has =
            [&*as_seen, "DANE policy: host or domain name not found: forged.test does not exist"];
        one(exim, "dane", &[&recipient], &has, &[" => ", " ** "])
    }),
    ("retry-records", &[], |_, exim| {
        let mut problems = Vec::new();
        for (sender, recipient, word) in [
            ("dane-only", "1@good.unsigned.test", "non-DNSSEC destination"),
            ("dane", "2@good.test", "CV=dane"),
            ("dane", "3@mismatch.test", "server certificate not trusted"),
            ("none", "4@mismatch.test", " => "),
        ] {
            let id = submit(exim, sender, &[recipient])?;
            // Not forced, as -M is.
            exim.run(&["-Mc", &id])?;
            problems.extend(compare(exim, &id, &[word], &["retry time not reached"])?);
        }
        Ok(problems)
    }),
    ("reuse", &[], |world, exim| {
        let mut problems = Vec::new();
        for (senders, recipient, host, connections) in [
            (["dane", "dane"], "good.test", "mx.good.test", 2),
            (["none", "dane"], "good.test", "mx.good.test", 2),
            (["dane", "none"], "good.test", "mx.good.test", 2),
            (["dane", "dane"], "tlsa-none.test", "mx.tlsa-none.test", 1),
        ] {
            let before = world.connections.of(host);
            let submit = |sender| submit(exim, sender, &[&format!("1@{recipient}")]);
            let ids =
                senders.iter().map(|sender| submit(sender)).collect::<io::Result<Vec<_>>>()?;
            exim.run(&["-qq"])?;
            for (id, sender) in ids.iter().zip(senders) {
                wait_for(exim, id)?;
                let is_verified = sender == "dane" && recipient == "good.test";
                let word = if is_verified { "CV=dane" } else { "CV=no" };
                problems.extend(compare(exim, id, &[" => ", word], &[])?);
            }
            let made = world.connections.of(host) - before;
            if made != connections {
                problems.push(format!("{made} connections to {host} for {senders:?}"));
            }
        }
        Ok(problems)
    }),
    (
        "route",
        &[(ROUTERS, ROUTE), (" host_find", " route_data = mx.good.test\n host_find")],
        |_, exim| {
            one(exim, "dane-only", &["1@elsewhere.test"], &["H=mx.good.test", "CV=dane"], &[])
        },
    ),
    (
        "route-of-several",
        &[
            (ROUTERS, ROUTE),
            (" host_find", " route_data = mx.mismatch.test:mx.good.test\n host_find"),
        ],
        |_, exim| {
            let has = [
                "H=mx.mismatch.test [127.77.0.2] DANE policy: server certificate not trusted",
                "H=mx.good.test",
                "CV=dane",
            ];
            one(exim, "dane", &["1@elsewhere.test"], &has, &[])
        },
    ),
    (
        "route-without-tlsa",
        &[(ROUTERS, ROUTE), (" host_find", " route_data = mx.tlsa-none.test\n host_find")],
        |_, exim| {
            let waits = one(
                exim,
                "dane-only",
                &["1@elsewhere.test"],
                &["DANE policy: no TLSA record"],
                &[" => "],
            )?;
            let goes = one(exim, "dane", &["1@elsewhere.test"], &[" => ", "CV=no"], &[])?;
            Ok([waits, goes].concat())
        },
    ),
    (
        "route-by-mx",
        &[(ROUTERS, ROUTE), (" host_find", " route_data = good.test/MX\n host_find")],
        |_, exim| {
            one(
                exim,
                "dane",
                &["1@elsewhere.test"],
                &["DANE policy: cannot tell whose MX host"],
                &[" => "],
            )
        },
    ),
    (
        "route-to-address",
        &[(ROUTERS, ROUTE), (" host_find", " route_data = 127.77.0.1\n host_find")],
        |_, exim| {
            let waits = one(
                exim,
                "dane-only",
                &["1@elsewhere.test"],
                &["DANE policy: non-DNSSEC destination"],
                &[" => "],
            )?;
            let goes = one(exim, "dane", &["1@elsewhere.test"], &[" => ", "CV=no"], &[])?;
            Ok([waits, goes].concat())
        },
    ),
    ("hosts-of-transport", &[(TRANSPORT, "hosts = mx.good.test\n hosts_override\n")], |_, exim| {
        one(exim, "dane-only", &["1@tlsa-none.test"], &["H=mx.good.test", "CV=dane"], &[])
    }),
    ("fallback-hosts", &[(TRANSPORT, "fallback_hosts = mx.good.test\n")], |_, exim| {
        let has = ["TLSA lookup error", "H=mx.good.test", "CV=dane"];
        one(exim, "dane", &["1@tlsa-bogus.test"], &has, &[])
    }),
    ("callout", &[("begin routers\n", CALLOUT)], |world, exim| {
        let before = world.connections.of("mx.mismatch.test");
        let said = smtp(
            exim,
            "dane",
            &["1@good.test", "2@mismatch.test", "3@tlsa-none.test", "4@tlsa-bogus.test"],
        )?;
        let codes: Vec<&str> = said.lines().filter_map(|line| line.get(..3)).collect();
        let mut problems = Vec::new();
        if codes != ["220", "250", "250", "250", "451", "250", "451", "221"] {
            problems.push(format!("callouts: {said}"));
        }
        if world.connections.of("mx.mismatch.test") != before + 1 {
            problems.push("another callout in clear".to_owned());
        }
        problems.extend(exim.panics());
        Ok(problems)
    }),
];

const CALLOUT: &str = "acl_smtp_rcpt = check\nbegin acl\ncheck:\n \
     require verify = recipient/callout=10s,no_cache\n warn control = cutthrough_delivery\n accept\nbegin routers\n";

/// Tries all of it; whether all is as it should be.
pub fn check(
    world: &World,
    namespace: &Namespace,
    program: &Path,
    anchors: &Path,
    directory: &Path,
) -> io::Result<bool> {
    let started = Instant::now();
    let mut failures = Vec::new();
    for (name, changes, act) in HOOKS {
        let setting =
            Setting { name, resolver: UPSTREAM, mode: "validate", anchors, changes, preload: None };
        let exim = Exim::new(namespace, program, &setting, directory)?;
        failures.extend(act(world, &exim)?.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    for failure in &failures {
        println!("  WRONG {failure}");
    }
    let (all, seconds) = (HOOKS.len(), started.elapsed().as_secs());
    println!("hooks: {all} situations, {} wrong; {seconds} s", failures.len());
    Ok(failures.is_empty())
}

/// An Exim with the policy compiled out delivers, by its own DANE where that applies.
pub fn check_plain(
    namespace: &Namespace,
    program: &Path,
    anchors: &Path,
    directory: &Path,
) -> io::Result<bool> {
    let (name, resolver, mode) = ("plain", ORACLE, "trust-ad");
    let changes = &[(" dane_policy", " #dane_policy"), ("\ndane_policy", "\n#dane_policy")];
    let setting = Setting { name, resolver, mode, anchors, changes, preload: None };
    let exim = Exim::new(namespace, program, &setting, directory)?;
    let verified = one(&exim, "dane", &["1@good.test"], &[" => ", "CV=dane"], &["DANE policy"])?;
    let plain = one(&exim, "dane", &["1@tlsa-none.test"], &[" => ", "CV=no"], &["DANE policy"])?;
    let mut failures = [verified, plain].concat();
    if process::needs_library(program)? {
        failures.push("it needs the library".to_owned());
    }
    for failure in &failures {
        println!("  WRONG {failure}");
    }
    println!("plain: {} wrong", failures.len());
    Ok(failures.is_empty())
}

fn submit(exim: &Exim<'_>, sender: &str, recipients: &[&str]) -> io::Result<String> {
    let id = exim.submit(&format!("{sender}@client.test"), recipients)?;
    id.map_err(|said| io::Error::other(format!("{recipients:?} not taken: {said}")))
}

/// One message, tried once; what the log must and must not have.
fn one(
    exim: &Exim<'_>,
    sender: &str,
    recipients: &[&str],
    has: &[&str],
    lacks: &[&str],
) -> Problems {
    let id = submit(exim, sender, recipients)?;
    exim.run(&["-M", &id])?;
    compare(exim, &id, has, lacks)
}

fn compare(exim: &Exim<'_>, id: &str, has: &[&str], lacks: &[&str]) -> Problems {
    let log = exim.log_of(id)?;
    let missing = has.iter().filter(|word| !log.contains(**word));
    let missing = missing.map(|word| format!("without {word:?}: {log}"));
    let unwanted = lacks.iter().filter(|word| log.contains(**word));
    let unwanted = unwanted.map(|word| format!("with {word:?}: {log}"));
    let mut problems: Vec<String> = missing.chain(unwanted).collect();
    let is_over = log.lines().any(|line| line.ends_with("Completed"));
    if is_over == exim.is_queued(id)? {
        problems.push(format!("the queue says otherwise: {log}"));
    }
    problems.extend(exim.panics());
    Ok(problems)
}

/// A connection that was handed on ends in a process of its own.
fn wait_for(exim: &Exim<'_>, id: &str) -> io::Result<()> {
    wait::until(PATIENCE, || Ok(!exim.is_queued(id)?)).map(|_| ())
}

/// What Exim answers on its standard output to a session with these recipients.
fn smtp(exim: &Exim<'_>, sender: &str, recipients: &[&str]) -> io::Result<String> {
    let mut text = format!("HELO client.test\r\nMAIL FROM:<{sender}@client.test>\r\n");
    for recipient in recipients {
        text += &format!("RCPT TO:<{recipient}>\r\n");
    }
    text += "QUIT\r\n";
    let mut child =
        exim.command().arg("-bs").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().expect("its input is a pipe").write_all(text.as_bytes())?;
    Ok(String::from_utf8_lossy(&child.wait_with_output()?.stdout).into_owned())
}
