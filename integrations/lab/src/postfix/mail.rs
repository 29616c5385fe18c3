//! Mail for every domain of the embedded world: does Postfix do what the library says?

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kit::recipe::Recipe;
use kit::resolver::Judgement;
use kit::stage::Stage;
use kit::sys::process::{self, resolve_by};
use kit::sys::workers;
use serde_json::Value;
use world::Case;

use crate::dns::resolver::{self, Asks, ORACLE};
use crate::mail::cases::{self, LEVELS};
use crate::mail::rule::has_equal_preferences;
use crate::mail::tally::Tally;
use crate::postfix::exception;
use crate::subject::Subject;

const MODES: [&str; 2] = ["validate", "trust-ad"];
/// Most of them wait.
const WORKERS: usize = 8;
/// Seconds that a check may take, and one that waits for a timeout anyhow.
const TIMEOUT: u32 = 60;
const SLOW_TIMEOUT: u32 = 5;

/// Compares both over the same validating resolver; whether nothing differs but by rule.
pub fn compare(program: &str, directory: &Path) -> io::Result<bool> {
    let stage = Stage::raise(directory)?;
    let (world, anchors) = (&stage.world, stage.anchors.clone());
    let asks = Asks::World(world.dns);
    let mut unbound = resolver::start(ORACLE, asks, Some(&world.anchor), directory)?;
    resolve_by(ORACLE, directory)?;

    let recipe = Recipe::read("postfix")?;
    let (mut hosts, mut agrees) = (Hosts::new(), true);
    for level in LEVELS {
        let started = Instant::now();
        let (rows, _) = cases::run(&stage, &recipe, level, Judgement::SetsAd)?;
        agrees &= cases::judge("Postfix", started, &rows, level, exception::RULES, |_, _, _| true);
        for row in rows {
            let address = row.seen.delivery.map(|delivery| delivery.address.to_string());
            hosts.extend(address.map(|address| ((row.case.domain, level.word()), address)));
        }
    }
    process::Server::check(&mut unbound)?;
    if !world.cases.iter().any(|case| case.domain == "six.test") {
        println!("skipped: 2 cases of a host with IPv6 only, since there is no IPv6 here");
    }

    let started = Instant::now();
    let subject =
        Subject { program: program.into(), anchors, nameserver: ORACLE.into(), timeout: TIMEOUT };
    let tally = by_library(&world.cases, &subject, &hosts)?;
    let checks = MODES.len() * world.cases.len();
    let title = format!("library: {checks} checks over the same resolver");
    Ok(tally.print(&title, started) && agrees)
}

/// Where each message was taken, by its domain and level.
type Hosts = BTreeMap<(String, &'static str), String>;

/// What dane-check says; the host at `address` took the message from Postfix.
fn add_report(
    tally: &mut Tally,
    case: &Case,
    mode: &str,
    report: &Value,
    address: Option<&String>,
) {
    let text = |field: &str| report[field].as_str().unwrap_or_default();
    let (action, reason, via) = (text("action"), text("reason"), text("via"));
    let said = format!("the library, {mode}: {action} via {via}, {}", text("text"));
    let sends = !matches!(action, "defer" | "fail");
    if (action, reason) != (case.expected.action, case.expected.reason) {
        let rule = exception::rule_for_library(case, mode, reason);
        tally.differ(&case.domain, &case.name, case.expected.action, rule, &said);
    } else if let Some(address) =
        address.filter(|address| sends && !is_at(case, report, via, address))
    {
        let found = format!("{said}; Postfix: at {address}");
        tally.differ(&case.domain, &case.name, case.expected.action, None, &found);
    } else {
        tally.agree();
    }
}

/// Whether a host has an address, by the same report.
fn is_at(case: &Case, report: &Value, host: &str, address: &str) -> bool {
    let hosts = report["hosts"].as_array().into_iter().flatten();
    let mut addresses = hosts
        .filter(|found| found["name"] == host)
        .flat_map(|found| found["addresses"].as_array().into_iter().flatten());
    has_equal_preferences(case) || addresses.any(|found| found == address)
}

/// Every case through dane-check, in both modes; what may be sent must go where Postfix sent it.
fn by_library(cases: &[Case], subject: &Subject, hosts: &Hosts) -> io::Result<Tally> {
    let questions: Vec<(&Case, &str)> =
        cases.iter().flat_map(|case| MODES.map(|mode| (case, mode))).collect();
    let tally = Mutex::new(Tally::default());
    workers::each(WORKERS, &questions, |(case, mode)| {
        let timeout = if case.slow { SLOW_TIMEOUT } else { TIMEOUT };
        let subject = Subject { timeout, ..subject.clone() };
        let options = ["--level", case.level, "--dnssec", mode, "--ehlo", "client.test"];
        let report = subject.run(&[&options[..], &[&case.domain]].concat())?;
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        add_report(&mut tally, case, mode, &report, hosts.get(&(case.domain.clone(), case.level)));
        Ok(())
    })?;
    Ok(tally.into_inner().unwrap_or_else(PoisonError::into_inner))
}
