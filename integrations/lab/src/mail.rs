//! Mail for every domain of the embedded world: does Postfix do what the library says?

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use world::{Case, Expected, Message, World};

use crate::delivery::{self, Delivery};
use crate::exception;
use crate::postfix::Postfix;
use crate::process;
use crate::resolver::{self, Asks, ORACLE};
use crate::subject::Subject;

/// Where Postfix finds servers, and TLSA records.
const SMTP_PORT: u16 = 25;
/// For all messages together.
const PATIENCE: Duration = Duration::from_secs(90);
const MODES: [&str; 2] = ["validate", "trust-ad"];
/// Most of them wait.
const WORKERS: usize = 8;
/// Seconds that a check may take, and one that waits for a timeout anyhow.
const TIMEOUT: u32 = 20;
const SLOW_TIMEOUT: u32 = 5;

/// Why the library defers after it has connected; for any other reason it does not connect.
const AFTER_CONNECTING: [&str; 4] = [
    "server certificate not trusted",
    "TLS required but not offered",
    "TLS handshake failed",
    "connection failed",
];

/// What Postfix did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Over a verified session.
    Deliver,
    /// Over TLS; whether it had to be TLS cannot be seen.
    Encrypted,
    InClear,
    Defer,
    ConnectAndDefer,
    Fail,
}

impl Deed {
    /// None where the log and the servers contradict each other.
    fn of(delivery: &Delivery, message: Option<&Message>) -> Option<Self> {
        let is_connected = delivery.relay != "none";
        match (&*delivery.status, message) {
            ("sent", Some(message)) => match (message.encrypted, delivery.trust.as_deref()) {
                (true, Some("Verified")) => Some(Self::Deliver),
                (true, Some(_)) => Some(Self::Encrypted),
                (false, None) => Some(Self::InClear),
                _ => None,
            },
            ("deferred", None) if is_connected => Some(Self::ConnectAndDefer),
            ("deferred", None) => Some(Self::Defer),
            ("bounced", None) => Some(Self::Fail),
            _ => None,
        }
    }

    fn is(self, expected: Expected) -> bool {
        match self {
            Self::Deliver => expected.action == "deliver",
            Self::Encrypted => matches!(expected.action, "encrypt" | "opportunistic"),
            Self::InClear => expected.action == "opportunistic",
            Self::Defer => expected.action == "defer",
            Self::ConnectAndDefer => AFTER_CONNECTING.contains(&expected.reason),
            Self::Fail => expected.action == "fail",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Deliver => "sent verified",
            Self::Encrypted => "sent over TLS",
            Self::InClear => "sent in clear",
            Self::Defer => "deferred",
            Self::ConnectAndDefer => "deferred after connecting",
            Self::Fail => "bounced",
        })
    }
}

/// Compares both over the same validating resolver; whether nothing differs but by rule.
pub fn compare(program: &str, directory: &Path) -> io::Result<bool> {
    let started = Instant::now();
    let world = World::start_on(SMTP_PORT)?;
    let anchors = directory.join("anchors");
    fs::write(&anchors, &world.anchor)?;
    let asks = Asks::World(world.dns);
    let mut unbound = resolver::start(ORACLE, asks, Some(&world.anchor), directory)?;

    let mut tally = Tally::default();
    by_postfix(&world, directory, &mut tally)?;
    process::Server::check(&mut unbound)?;
    let deeds: Vec<String> =
        tally.deeds.iter().map(|(deed, count)| format!("{count} {deed}")).collect();
    if !world.cases.iter().any(|case| case.domain == "six.test") {
        println!("skipped: 2 cases of a host with IPv6 only, since there is no IPv6 here");
    }
    println!("Postfix: {} messages ({})", world.cases.len(), deeds.join(", "));
    let agree_with_postfix = tally.print(started);

    let subject =
        Subject { program: program.into(), anchors, nameserver: ORACLE.into(), timeout: TIMEOUT };
    let tally = by_library(&world.cases, &subject)?;
    println!("the library over the same resolver: {} checks", MODES.len() * world.cases.len());
    Ok(tally.print(started) && agree_with_postfix)
}

/// What was found.
#[derive(Default)]
struct Tally {
    agree: usize,
    deeds: BTreeMap<Deed, usize>,
    permitted: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Tally {
    fn differ(&mut self, case: &Case, rule: Option<&'static str>, found: &str) {
        if let Some(rule) = rule {
            *self.permitted.entry(rule).or_default() += 1;
            return;
        }
        let Case { name, domain, level, expected, .. } = case;
        let Expected { action, reason } = expected;
        self.failures.push(format!("{domain} at {level} [{name}]: {action} {reason}; {found}"));
    }

    fn print(&self, started: Instant) -> bool {
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

/// One message for each case; all are in the queue before Postfix starts.
fn by_postfix(world: &World, directory: &Path, tally: &mut Tally) -> io::Result<()> {
    let postfix = Postfix::new(ORACLE, directory)?;
    for (number, case) in world.cases.iter().enumerate() {
        let sender = format!("{}@client.test", case.level);
        postfix.submit(&sender, &format!("{number}@{}", case.domain))?;
    }
    postfix.start()?;
    let is_complete = |log: &str| delivery::read(log).len() == world.cases.len();
    let deliveries = delivery::read(&postfix.log_when(is_complete, PATIENCE));
    let taken = world.mail.taken();
    for (number, case) in world.cases.iter().enumerate() {
        let Some(delivery) = deliveries.get(&number) else {
            tally.differ(case, None, "Postfix did not try");
            continue;
        };
        let number = number.to_string();
        let mut messages = taken.iter();
        let message = messages.find(|message| message.recipient.split('@').next() == Some(&number));
        let Some(deed) = Deed::of(delivery, message) else {
            tally.differ(case, None, &format!("Postfix: {delivery:?}, the server: {message:?}"));
            continue;
        };
        *tally.deeds.entry(deed).or_default() += 1;
        if deed.is(case.expected) {
            tally.agree += 1;
        } else {
            let rule = exception::rule(case, deed, delivery);
            let Delivery { relay, why, .. } = delivery;
            tally.differ(case, rule, &format!("Postfix: {deed}, {relay}, {why}"));
        }
    }
    Ok(())
}

/// Every case through dane-check, in both modes.
fn by_library(cases: &[Case], subject: &Subject) -> io::Result<Tally> {
    let questions: Vec<(&Case, &str)> =
        cases.iter().flat_map(|case| MODES.map(|mode| (case, mode))).collect();
    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        let work = || -> io::Result<()> {
            while let Some((case, mode)) = questions.get(next.fetch_add(1, Ordering::Relaxed)) {
                let timeout = if case.slow { SLOW_TIMEOUT } else { TIMEOUT };
                let subject = Subject { timeout, ..subject.clone() };
                let options = ["--level", case.level, "--dnssec", mode, "--ehlo", "client.test"];
                let report = subject.run(&[&options[..], &[&case.domain]].concat())?;
                let text = |field: &str| report[field].as_str().unwrap_or_default();
                let (action, reason) = (text("action"), text("reason"));
                let mut tally = tally.lock().map_err(|_| io::Error::other("a worker panicked"))?;
                if (action, reason) == (case.expected.action, case.expected.reason) {
                    tally.agree += 1;
                } else {
                    let rule = exception::rule_for_library(case, mode, reason);
                    let found = format!("the library, {mode}: {action}, {}", text("text"));
                    tally.differ(case, rule, &found);
                }
            }
            Ok(())
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker panicked")))
        })
    })?;
    tally.into_inner().map_err(|_| io::Error::other("a worker panicked"))
}
