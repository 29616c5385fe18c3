//! Mail for every domain of the embedded world: does Postfix do what the library says?

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::Ipv6Addr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;
use world::{Case, Message, World};

use crate::dns::resolver::{self, Asks, ORACLE};
use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;
use crate::mail::rule::has_equal_preferences;
use crate::mail::tally::Tally;
use crate::postfix::Postfix;
use crate::postfix::exception;
use crate::postfix::log::read;
use crate::subject::Subject;
use crate::sys::process;
use crate::sys::wait::PATIENCE;
use crate::sys::workers;

/// Where Postfix finds servers, and TLSA records.
const SMTP_PORT: u16 = 25;
const MODES: [&str; 2] = ["validate", "trust-ad"];
/// Most of them wait.
const WORKERS: usize = 8;
/// Seconds that a check may take, and one that waits for a timeout anyhow.
const TIMEOUT: u32 = 60;
const SLOW_TIMEOUT: u32 = 5;

/// Compares both over the same validating resolver; whether nothing differs but by rule.
pub fn compare(program: &str, directory: &Path) -> io::Result<bool> {
    let started = Instant::now();
    let world = World::start_on(SMTP_PORT, Ipv6Addr::LOCALHOST)?;
    let anchors = directory.join("anchors");
    fs::write(&anchors, &world.anchor)?;
    let asks = Asks::World(world.dns);
    let mut unbound = resolver::start(ORACLE, asks, Some(&world.anchor), directory)?;

    let mut tally = Tally::default();
    let hosts = by_postfix(&world, directory, &mut tally)?;
    process::Server::check(&mut unbound)?;
    if !world.cases.iter().any(|case| case.domain == "six.test") {
        println!("skipped: 2 cases of a host with IPv6 only, since there is no IPv6 here");
    }
    let title = format!("Postfix: {} messages", world.cases.len());
    let postfix_agrees = tally.print(&title, started);

    let subject =
        Subject { program: program.into(), anchors, nameserver: ORACLE.into(), timeout: TIMEOUT };
    let tally = by_library(&world.cases, &subject, &hosts)?;
    let checks = MODES.len() * world.cases.len();
    let title = format!("library: {checks} checks over the same resolver");
    Ok(tally.print(&title, started) && postfix_agrees)
}

/// The MX host that took each message, by the number of its case.
type Hosts = BTreeMap<usize, String>;

/// What dane-check says; `host` took the message from Postfix.
fn add_report(tally: &mut Tally, case: &Case, mode: &str, report: &Value, host: Option<&String>) {
    let text = |field: &str| report[field].as_str().unwrap_or_default();
    let (action, reason, via) = (text("action"), text("reason"), text("via"));
    let said = format!("the library, {mode}: {action} via {via}, {}", text("text"));
    let sends = !matches!(action, "defer" | "fail");
    if (action, reason) != (case.expected.action, case.expected.reason) {
        tally.differ(case, exception::rule_for_library(case, mode, reason), &said);
    } else if let Some(host) = host.filter(|host| sends && !is_same_host(case, via, host)) {
        tally.differ(case, None, &format!("{said}; Postfix: via {host}"));
    } else {
        tally.agree();
    }
}

/// Postfix says 192.0.2.1 where the next hop is [192.0.2.1].
fn is_same_host(case: &Case, via: &str, host: &str) -> bool {
    let literal = via.trim_start_matches('[').trim_end_matches(']');
    let address = literal.strip_prefix("ipv6:").unwrap_or(literal);
    has_equal_preferences(case) || host.eq_ignore_ascii_case(address)
}

/// One message for each case; all are in the queue before Postfix starts.
fn by_postfix(world: &World, directory: &Path, tally: &mut Tally) -> io::Result<Hosts> {
    let mut hosts = Hosts::new();
    let postfix = Postfix::new(ORACLE, directory)?;
    for (number, case) in world.cases.iter().enumerate() {
        let sender = format!("{}@client.test", case.level);
        postfix.submit(&sender, &format!("{number}@{}", case.domain))?;
    }
    postfix.start()?;
    let is_complete = |log: &str| read(log).len() == world.cases.len();
    let deliveries = read(&postfix.log_when(is_complete, 2 * PATIENCE)?);
    let taken = world.mail.taken();
    for (number, case) in world.cases.iter().enumerate() {
        let Some(delivery) = deliveries.get(&number) else {
            tally.differ(case, None, "Postfix did not try");
            continue;
        };
        let local_part = number.to_string();
        let is_it = |message: &&Message| message.recipient.split('@').next() == Some(&local_part);
        let message = taken.iter().find(is_it);
        let Some(deed) = Deed::of(delivery, message) else {
            tally.differ(case, None, &format!("Postfix: {delivery:?}, the server: {message:?}"));
            continue;
        };
        tally.see(case, deed, &delivery.why);
        if message.is_some() {
            let host = delivery.relay.split('[').next().unwrap_or_default();
            hosts.insert(number, host.to_owned());
        }
        if deed.is(case.expected) {
            tally.agree();
        } else {
            let rule = exception::rule(case, deed, delivery);
            let Delivery { relay, why, .. } = delivery;
            tally.differ(case, rule, &format!("Postfix: {deed}, {relay}, {why}"));
        }
    }
    Ok(hosts)
}

/// Every case through dane-check, in both modes; what may be sent must go where Postfix sent it.
fn by_library(cases: &[Case], subject: &Subject, hosts: &Hosts) -> io::Result<Tally> {
    let numbered = cases.iter().enumerate();
    let questions: Vec<(usize, &Case, &str)> =
        numbered.flat_map(|(number, case)| MODES.map(|mode| (number, case, mode))).collect();
    let tally = Mutex::new(Tally::default());
    workers::each(WORKERS, &questions, |(number, case, mode)| {
        let timeout = if case.slow { SLOW_TIMEOUT } else { TIMEOUT };
        let subject = Subject { timeout, ..subject.clone() };
        let options = ["--level", case.level, "--dnssec", mode, "--ehlo", "client.test"];
        let report = subject.run(&[&options[..], &[&case.domain]].concat())?;
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        add_report(&mut tally, case, mode, &report, hosts.get(number));
        Ok(())
    })?;
    Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}
