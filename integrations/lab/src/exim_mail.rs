//! Mail for every domain of the embedded world through an Exim that asks the library: does it do what the library says?

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use world::{Case, Message, World};

use crate::deed::Deed;
use crate::exim::{Exim, Outcome, Setting};
use crate::exim_controls;
use crate::exim_exception;
use crate::exim_hooks;
use crate::process;
use crate::raw_relay;
use crate::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::subject::Subject;

const SMTP_PORT: u16 = 25;
/// Most of them wait.
const WORKERS: usize = 8;
/// Every text of the policy starts so.
const OURS: &str = "DANE policy: ";

/// Runs Exim behind a validating resolver, and behind one that judges nothing; whether it always did what it should.
pub fn compare(program: &str, part: &str, directory: &Path) -> io::Result<bool> {
    let flavour = part.trim_start_matches("exim-");
    let exim = Path::new(program).with_file_name("exim").join(flavour).join("exim4");
    let world = World::start_on(SMTP_PORT)?;
    let anchors = directory.join("anchors");
    fs::write(&anchors, &world.anchor)?;
    let mut servers = [
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?,
        resolver::start(UPSTREAM, Asks::World(raw_relay::start(world.dns)?), None, directory)?,
    ];
    if flavour.starts_with("plain-") {
        return exim_hooks::check_plain(&exim, &anchors, directory);
    }
    let settings = [("trust-ad", ORACLE), ("validate", UPSTREAM)];
    let mut is_good = true;
    for (mode, resolver) in settings {
        let started = Instant::now();
        let (changes, preload) = (&[], None);
        let setting = Setting { name: mode, resolver, mode, anchors: &anchors, changes, preload };
        let exim = Exim::new(&exim, &setting, directory)?;
        let (anchors, nameserver) = (anchors.clone(), resolver.into());
        let subject = Subject { program: program.into(), anchors, nameserver, timeout: 10 };
        let tally = run(&world, &exim, &subject, mode)?;
        println!("{part}, {mode}: {} messages ({})", world.cases.len(), tally.deeds());
        is_good &= tally.print(started);
    }
    is_good &= exim_hooks::check(&world, &exim, &anchors, directory)?;
    is_good &= exim_controls::check(&world, &exim, &anchors, directory)?;
    servers.iter_mut().try_for_each(process::Server::check)?;
    Ok(is_good)
}

/// What was found.
#[derive(Default)]
struct Tally {
    agree: usize,
    deeds: BTreeMap<Deed, usize>,
    permitted: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    /// For the 30 rows of the table, what Exim's log says.
    rows: BTreeMap<usize, String>,
}

impl Tally {
    fn deeds(&self) -> String {
        let counts = self.deeds.iter().map(|(deed, count)| format!("{count} {deed}"));
        counts.collect::<Vec<_>>().join(", ")
    }

    fn fail(&mut self, case: &Case, found: &str) {
        let Case { name, domain, level, expected, .. } = case;
        let (action, reason) = (expected.action, expected.reason);
        self.failures.push(format!("{domain} at {level} [{name}]: {action} {reason}; {found}"));
    }

    fn add(&mut self, case: &Case, mode: &str, outcome: &Outcome, message: Option<&Message>) {
        if let Ok(number) = case.name.parse() {
            self.rows.insert(number, outcome.delivery.why.clone());
        }
        let Some(deed) = Deed::of(&outcome.delivery, message) else {
            self.fail(case, &format!("{outcome:?}, the server: {message:?}"));
            return;
        };
        *self.deeds.entry(deed).or_default() += 1;
        let problem = problem(case, mode, deed, outcome);
        match (problem, exim_exception::rule(case, deed, outcome)) {
            (None, _) => self.agree += 1,
            (Some(_), Some(rule)) => *self.permitted.entry(rule).or_default() += 1,
            (Some(problem), None) => {
                self.fail(case, &format!("{problem}: {deed}; {}", outcome.log));
            }
        }
    }

    fn print(&self, started: Instant) -> bool {
        for (row, line) in &self.rows {
            println!("  row {row}: {line}");
        }
        println!("  {} agree", self.agree);
        for (rule, count) in &self.permitted {
            println!("  {count} differ by rule: {rule}");
        }
        for failure in &self.failures {
            println!("  DIFFERENT {failure}");
        }
        let seconds = started.elapsed().as_secs();
        println!("  {} differ otherwise; {seconds} s", self.failures.len());
        self.failures.is_empty()
    }
}

/// What is wrong, if anything is.
pub fn problem(case: &Case, mode: &str, deed: Deed, outcome: &Outcome) -> Option<&'static str> {
    let waits = matches!(deed, Deed::Defer | Deed::ConnectAndDefer);
    let reason = format!("{OURS}{}", case.expected.reason);
    if !deed.is(case.expected) {
        return Some("another action");
    }
    if waits != outcome.is_queued {
        return Some("the queue says otherwise");
    }
    if waits && !is_exims_own(case, mode, outcome) && !outcome.log.contains(&reason) {
        return Some("the log gives another reason");
    }
    if waits && !outcome.queue_log.contains(&outcome.delivery.why) {
        return Some("the queue gives another reason");
    }
    None
}

/// Whether Exim waits for something else than the policy: a connection, or, behind a resolver that validates, DNS.
fn is_exims_own(case: &Case, mode: &str, outcome: &Outcome) -> bool {
    let is_row = case.columns.is_some();
    let is_dns = outcome.delivery.why.ends_with("host lookup did not complete");
    let is_connection = case.expected.reason == "connection failed";
    !outcome.log.contains(OURS) && (is_connection || is_dns && (mode == "trust-ad" || !is_row))
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

fn waits_for_name(case: &Case) -> bool {
    case.expected.reason == "host or domain name not found"
}

/// One message for each case, each tried once.
fn run(world: &World, exim: &Exim, subject: &Subject, mode: &str) -> io::Result<Tally> {
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        let work = || -> io::Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = world.cases.get(number) else { return Ok(()) };
                let local_part = format!("{mode}-{number}");
                let sender = format!("{}@client.test", case.level);
                let submitted = exim.submit(&sender, &[&format!("{local_part}@{}", case.domain)]);
                let outcome = match submitted? {
                    Ok(id) => Ok(exim.deliver(&id)?),
                    Err(said) => Err(said),
                };
                let taken = world.mail.taken();
                let is_it =
                    |message: &&Message| message.recipient.split('@').next() == Some(&local_part);
                let message = taken.iter().find(is_it);
                let is_verified = outcome.as_ref().is_ok_and(Outcome::is_verified);
                let name = message.and_then(|message| message.server_name.as_deref());
                let is_named =
                    !is_verified || has_base_domain(case, mode, subject, name.unwrap_or_default())?;
                let mut tally = tally.lock().map_err(|_| io::Error::other("a worker panicked"))?;
                if !is_named {
                    tally.fail(case, &format!("asked for server name {name:?}"));
                }
                match outcome {
                    Ok(outcome) => tally.add(case, mode, &outcome, message),
                    Err(_) if case.name.starts_with("next hop") && waits_for_name(case) => {
                        let rule = "a recipient whose domain is no name is not taken";
                        *tally.permitted.entry(rule).or_default() += 1;
                    }
                    Err(said) => tally.fail(case, &format!("not taken: {said}")),
                }
            }
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked")))
        })
    })?;
    let mut tally = tally.into_inner().map_err(|_| io::Error::other("a worker panicked"))?;
    tally.failures.extend(exim.panics());
    Ok(tally)
}
