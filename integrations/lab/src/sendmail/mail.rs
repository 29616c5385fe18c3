//! Mail for every domain of the embedded world, through a Sendmail that asks the library: does it do what the cases expect?

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use kit::case::Case;
use kit::recipe::Recipe;
use kit::resolver::Judgement;
use kit::sys::process;

use crate::dns::raw_relay;
use crate::dns::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::mail::cases::{self, LEVELS};
use crate::mail::service::{self, MailServer};
use crate::sendmail::controls;
use crate::sendmail::exception;
use crate::sendmail::log::{read, read_queue};
use crate::sendmail::service::InService;
use crate::sendmail::ways;
use crate::sendmail::{BUILT_PLAIN, Machine, Sendmail};

/// Where Sendmail's own lookups go, and the library's mode.
struct Round {
    name: &'static str,
    resolver: &'static str,
    judgement: Judgement,
}

const ROUNDS: [Round; 2] = [
    Round { name: "behind a validating unbound", resolver: ORACLE, judgement: Judgement::SetsAd },
    Round {
        name: "behind an unbound that judges nothing",
        resolver: UPSTREAM,
        judgement: Judgement::None,
    },
];

/// Sends everything twice; whether nothing differs but by rule.
pub fn compare(directory: &Path) -> io::Result<bool> {
    let machine = &Machine::start(directory)?;
    let world = &*machine.stage.world;
    let mut validating =
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?;
    let unjudged = raw_relay::start(world.dns)?;
    let start_carrying = || resolver::start(UPSTREAM, Asks::World(unjudged), None, directory);
    let mut carrying = start_carrying()?;
    let mut agrees = true;
    for round in &ROUNDS {
        agrees &= run(round, machine)?;
    }
    let options = format!("O DanePolicyTrustAnchorFile={}\n", machine.stage.anchors.display());
    agrees &= ways::compare(world, machine, &options)?;
    process::Server::check(&mut validating)?;
    process::Server::check(&mut carrying)?;
    agrees &= controls::check(world, machine, &options)?;
    let level = format!("O DanePolicy=dane\n{options}");
    let sendmail = Sendmail::new(machine, "service", "", &level)?;
    let server = InService { sendmail, syslog: &machine.syslog };
    let restart = &mut || {
        carrying.end();
        carrying = start_carrying()?;
        Ok(())
    };
    agrees &= service::check(world, &server, restart, directory)?;
    fs::write(directory.join("syslog"), machine.syslog.said())?;
    Ok(agrees)
}

/// A Sendmail with the policy compiled out delivers as it always did.
pub fn check_plain(directory: &Path) -> io::Result<bool> {
    let machine = &Machine::start(directory)?;
    let world = &*machine.stage.world;
    let mut unbound =
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?;
    process::resolve_by(ORACLE, directory)?;
    let sendmail = Sendmail::built_in(BUILT_PLAIN, machine, "plain", "", "")?;
    let is_linked = process::needs_library(sendmail.program())?;
    let server = InService { sendmail, syslog: &machine.syslog };
    let domains = ["good.test", "mismatch.test", "tlsa-none.test"];
    let recipients: Vec<String> =
        (0..).zip(domains).map(|(number, domain)| format!("{number}@{domain}")).collect();
    recipients.iter().try_for_each(|recipient| server.enqueue(recipient))?;
    server.run_queue()?;
    let taken = world.mail.taken();
    let has_gone = |recipient: &&String| {
        taken.iter().any(|mail| mail.encrypted && mail.recipient == **recipient)
    };
    let gone = recipients.iter().filter(has_gone).count();
    println!(
        "plain: {gone} of {} sent over TLS; linked with the library: {is_linked}",
        domains.len()
    );
    unbound.check()?;
    Ok(gone == domains.len() && !is_linked)
}

fn run(round: &Round, machine: &Machine<'_>) -> io::Result<bool> {
    process::resolve_by(round.resolver, machine.directory)?;
    let recipe = Recipe::read("sendmail")?;
    let mut agrees = true;
    for level in LEVELS {
        let started = Instant::now();
        let (rows, subject) = cases::run(&machine.stage, &recipe, level, round.judgement)?;
        let (log, queue) = (read(&machine.syslog.said()), read_queue(&subject.queue()?));
        let title = format!("Sendmail {}", round.name);
        agrees &= cases::judge(&title, started, &rows, level, exception::RULES, |case, to, why| {
            let local_part = to.split('@').next().unwrap_or_default();
            let logged = log.get(local_part).map(|delivery| &*delivery.why);
            let both = logged.zip(queue.get(local_part));
            both.is_some_and(|(logged, queued)| {
                logged.contains(why) && queued.contains(why) || is_its_own(case, logged, why)
            })
        });
    }
    Ok(agrees)
}

/// Whether the log has Sendmail's own words for what it found without the library.
fn is_its_own(case: &Case, logged: &str, reason: &str) -> bool {
    let is_no_connection = reason == "connection failed" || case.domain == "all-dead.test";
    let is_address = ["127.77.0.21", "address-mx.test"].contains(&&*case.domain);
    is_no_connection && logged.contains("Deferred: Connection ")
        || is_address && (logged.starts_with("4.4.4 ") || logged == "5.1.2 Deferred")
        || case.domain == "invalid-mx.test" && logged.contains("DANE: host not in MX records")
        || case.has_special_name() && logged == "5.1.2 Deferred"
}
