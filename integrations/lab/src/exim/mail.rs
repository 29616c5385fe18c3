//! Mail for every domain of the embedded world through an Exim that asks the library: does it do what the library says?

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use world::{Case, Message, World};

use crate::dns::raw_relay;
use crate::dns::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::exim::controls;
use crate::exim::exception;
use crate::exim::hooks;
use crate::exim::outcome::Outcome;
use crate::exim::service::DAEMON;
use crate::exim::{Exim, Setting};
use crate::mail::deed::Deed;
use crate::mail::rule::has_special_name;
use crate::mail::service;
use crate::mail::tally::Tally;
use crate::subject::Subject;
use crate::sys::namespace::{self, Namespace};
use crate::sys::process;
use crate::sys::workers;

const SMTP_PORT: u16 = 25;
/// Most of them wait.
const WORKERS: usize = 8;

/// Runs Exim behind a validating resolver, and behind one that judges nothing; whether it always did what it should.
pub fn compare(program: &str, part: &str, directory: &Path) -> io::Result<bool> {
    let flavour = part.trim_start_matches("exim-");
    let exim = Path::new(program).with_file_name("exim").join(flavour).join("exim4");
    let namespace = &Namespace::start()?;
    let world = World::start_on(SMTP_PORT, namespace::SERVERS_IPV6)?;
    let anchors = directory.join("anchors");
    fs::write(&anchors, &world.anchor)?;
    let unjudged = raw_relay::start(world.dns)?;
    let start_upstream = || resolver::start(UPSTREAM, Asks::World(unjudged), None, directory);
    let mut servers = [
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?,
        start_upstream()?,
    ];
    if flavour.starts_with("plain-") {
        return hooks::check_plain(namespace, &exim, &anchors, directory);
    }
    let settings = [("trust-ad", ORACLE), ("validate", UPSTREAM)];
    let mut is_good = true;
    for (mode, resolver) in settings {
        let started = Instant::now();
        let (changes, preload) = (&[], None);
        let setting = Setting { name: mode, resolver, mode, anchors: &anchors, changes, preload };
        let exim = Exim::new(namespace, &exim, &setting, directory)?;
        let (anchors, nameserver) = (anchors.clone(), resolver.into());
        let subject = Subject { program: program.into(), anchors, nameserver, timeout: 60 };
        let tally = run(&world, &exim, &subject, mode)?;
        let title = format!("{part}, {mode}: {} messages", world.cases.len());
        is_good &= tally.print(&title, started);
    }
    is_good &= hooks::check(&world, namespace, &exim, &anchors, directory)?;
    is_good &= controls::check(&world, namespace, &exim, &anchors, directory)?;
    servers.iter_mut().try_for_each(process::Server::check)?;
    let (name, resolver, mode) = ("service", UPSTREAM, "validate");
    let (changes, preload) = (&[DAEMON], None);
    let setting = Setting { name, resolver, mode, anchors: &anchors, changes, preload };
    let exim = Exim::new(namespace, &exim, &setting, directory)?;
    let [_, upstream] = &mut servers;
    let restart = &mut || {
        upstream.end();
        *upstream = start_upstream()?;
        Ok(())
    };
    Ok(service::check(&world, &exim, restart, directory)? && is_good)
}

fn add(tally: &mut Tally, case: &Case, mode: &str, outcome: &Outcome, message: Option<&Message>) {
    let Some(deed) = Deed::of(&outcome.delivery, message) else {
        return tally.differ(case, None, &format!("{outcome:?}, the server: {message:?}"));
    };
    tally.see(case, deed, &outcome.delivery.why);
    match outcome.problem(case, mode, deed) {
        None => tally.agree(),
        Some(problem) => {
            let rule = exception::rule(case, deed, outcome);
            tally.differ(case, rule, &format!("{problem}: {deed}; {}", outcome.log));
        }
    }
}

/// Whether a verified server was asked for by the TLSA base domain.
fn has_base_domain(
    case: &Case,
    mode: &str,
    subject: &Subject,
    server_name: &str,
) -> io::Result<bool> {
    let options = ["--dns-only", "--level", case.level, "--dnssec", mode];
    let report = subject.run(&[&options[..], &[&case.domain]].concat())?;
    let hosts = report["hosts"].as_array().into_iter().flatten();
    Ok(hosts.into_iter().any(|host| host["base_domain"] == server_name))
}

/// One message for each case, each tried once.
fn run(world: &World, exim: &Exim<'_>, subject: &Subject, mode: &str) -> io::Result<Tally> {
    let tally = Mutex::new(Tally::default());
    let cases: Vec<(usize, &Case)> = world.cases.iter().enumerate().collect();
    workers::each(WORKERS, &cases, |(number, case)| {
        let local_part = format!("{mode}-{number}");
        let sender = format!("{}@client.test", case.level);
        let outcome = match exim.submit(&sender, &[&format!("{local_part}@{}", case.domain)])? {
            Ok(id) => Ok(exim.deliver(&id)?),
            Err(said) => Err(said),
        };
        let taken = world.mail.taken();
        let is_it = |message: &&Message| message.recipient.split('@').next() == Some(&local_part);
        let message = taken.iter().find(is_it);
        let is_verified = outcome.as_ref().is_ok_and(Outcome::is_verified);
        let name = message.and_then(|message| message.server_name.as_deref());
        let is_named = !is_verified
            || has_special_name(case)
            || has_base_domain(case, mode, subject, name.unwrap_or_default())?;
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_named {
            tally.differ(case, None, &format!("asked for server name {name:?}"));
        }
        match outcome {
            Ok(outcome) => add(&mut tally, case, mode, &outcome, message),
            Err(said) => {
                tally.differ(case, exception::refusal(case), &format!("not taken: {said}"))
            }
        }
        Ok(())
    })?;
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    exim.panics().into_iter().for_each(|line| tally.complain(line));
    Ok(tally)
}
