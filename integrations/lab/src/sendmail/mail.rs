//! Mail for every domain of the embedded world, through a Sendmail that asks the library: does it do what the cases expect?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use world::{Case, Expected, Message, World};

use crate::dns::raw_relay;
use crate::dns::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;
use crate::mail::service::{self, MailServer};
use crate::mail::tally::Tally;
use crate::sendmail::controls;
use crate::sendmail::exception;
use crate::sendmail::log::{read, read_queue};
use crate::sendmail::service::InService;
use crate::sendmail::ways;
use crate::sendmail::{BUILT_PLAIN, Machine, Sendmail};
use crate::sys::namespace;
use crate::sys::process;
use crate::sys::wait::{self, PATIENCE};

const SMTP_PORT: u16 = 25;
const LEVELS: [&str; 2] = ["dane", "dane-only"];
/// How many work on a queue.
const RUNNERS: usize = 6;

/// Where Sendmail's own lookups go, and the library's mode.
struct Round {
    name: &'static str,
    resolver: &'static str,
    dnssec: &'static str,
}

const ROUNDS: [Round; 2] = [
    Round { name: "behind a validating unbound", resolver: ORACLE, dnssec: "trust-ad" },
    Round { name: "behind an unbound that judges nothing", resolver: UPSTREAM, dnssec: "validate" },
];

/// Sends everything twice; whether nothing differs but by rule.
pub fn compare(directory: &Path) -> io::Result<bool> {
    let machine = &Machine::start(directory)?;
    let world = World::start_on(SMTP_PORT, namespace::SERVERS_IPV6)?;
    fs::write(directory.join("anchors"), &world.anchor)?;
    let mut validating =
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?;
    let unjudged = raw_relay::start(world.dns)?;
    let start_carrying = || resolver::start(UPSTREAM, Asks::World(unjudged), None, directory);
    let mut carrying = start_carrying()?;
    let mut agrees = true;
    for (number, round) in ROUNDS.iter().enumerate() {
        agrees &= run(number, round, &world, machine)?;
    }
    let anchors = directory.join("anchors");
    let options = format!("O DanePolicyTrustAnchorFile={}\n", anchors.display());
    agrees &= ways::compare(&world, machine, &options)?;
    process::Server::check(&mut validating)?;
    process::Server::check(&mut carrying)?;
    agrees &= controls::check(&world, machine, &options)?;
    let level = format!("O DanePolicy=dane\n{options}");
    let sendmail = Sendmail::new(machine, "service", "", &level)?;
    let server = InService { sendmail, syslog: &machine.syslog };
    let restart = &mut || {
        carrying.end();
        carrying = start_carrying()?;
        Ok(())
    };
    agrees &= service::check(&world, &server, restart, directory)?;
    fs::write(directory.join("syslog"), machine.syslog.said())?;
    Ok(agrees)
}

/// A Sendmail with the policy compiled out delivers as it always did.
pub fn check_plain(directory: &Path) -> io::Result<bool> {
    let machine = &Machine::start(directory)?;
    let world = World::start_on(SMTP_PORT, namespace::SERVERS_IPV6)?;
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

fn run(number: usize, round: &Round, world: &World, machine: &Machine<'_>) -> io::Result<bool> {
    let started = Instant::now();
    let cases = &world.cases;
    let first = number * cases.len();
    process::resolve_by(round.resolver, machine.directory)?;
    let mut queues = BTreeMap::new();
    for level in LEVELS {
        let anchors = machine.directory.join("anchors");
        let options = format!(
            "O DanePolicy={level}\nO DanePolicyDnssec={}\nO DanePolicyTimeout=20\nO DanePolicyTrustAnchorFile={}\n",
            round.dnssec,
            anchors.display()
        );
        queues.insert(level, Sendmail::new(machine, &format!("{level}-{number}"), "", &options)?);
    }
    let mut refused = BTreeSet::new();
    for (level, sendmail) in &queues {
        let numbers: Vec<usize> =
            (0..cases.len()).filter(|number| cases[*number].level == *level).collect();
        let recipient =
            |number: &usize| vec![format!("{}@{}", first + number, cases[*number].domain)];
        let messages: Vec<Vec<String>> = numbers.iter().map(recipient).collect();
        let taken = sendmail.submit(&messages)?;
        refused.extend(
            numbers.iter().zip(taken).filter(|(_, taken)| !taken).map(|(number, _)| first + number),
        );
    }
    queues.values().try_for_each(|sendmail| sendmail.start(RUNNERS))?;
    let is_one_of_these = |number: &usize| (first..first + cases.len()).contains(number);
    let expected = cases.len() - refused.len();
    let mut deliveries = BTreeMap::new();
    wait::until(2 * PATIENCE, || {
        deliveries = read(&machine.syslog.said());
        Ok(deliveries.keys().filter(|number| is_one_of_these(number)).count() >= expected)
    })?;
    let mut waiting = BTreeMap::new();
    for sendmail in queues.values() {
        waiting.extend(read_queue(&sendmail.queue()?));
    }
    let taken = world.mail.taken();
    let mut tally = Tally::default();
    for (number, case) in (first..).zip(cases) {
        let local_part = number.to_string();
        let is_it = |message: &&Message| message.recipient.split('@').next() == Some(&local_part);
        let message = taken.iter().find(is_it);
        if refused.contains(&number) {
            tally.differ(case, exception::refusal(case), "refused at once");
            continue;
        }
        add(&mut tally, case, deliveries.get(&number), waiting.get(&number), message);
    }
    Ok(tally.print(&format!("Sendmail {}: {} messages", round.name, cases.len()), started))
}

/// Whoever looks for the reason finds it in the log and in the queue.
fn add(
    tally: &mut Tally,
    case: &Case,
    delivery: Option<&Delivery>,
    waiting: Option<&String>,
    message: Option<&Message>,
) {
    let Expected { action, reason } = case.expected;
    let found = format!("{delivery:?}, the server: {message:?}, the queue: {waiting:?}");
    let Some((delivery, deed)) = delivery.and_then(|it| Some((it, Deed::of(it, message)?))) else {
        return tally.differ(case, None, &found);
    };
    tally.see(case, deed, &delivery.why);
    let says_why = |words: &str| words.contains(reason);
    let is_told =
        action != "defer" || (says_why(&delivery.why) && waiting.is_some_and(|why| says_why(why)));
    if deed.is(case.expected) && is_told && waiting.is_some() == (delivery.status == "deferred") {
        tally.agree();
    } else {
        tally.differ(case, exception::rule(case, deed, delivery), &found);
    }
}
