//! Mail for every domain of the embedded world, through a Sendmail that asks the library: does it do what the cases expect?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use world::{Case, Expected, Message, World};

use crate::deed::Deed;
use crate::delivery::Delivery;
use crate::exception;
use crate::process;
use crate::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::sendmail::{self, Sendmail, Syslog};
use crate::sendmail_log::{read, read_queue};
use crate::sendmail_ways;

const SMTP_PORT: u16 = 25;
const LEVELS: [&str; 2] = ["dane", "dane-only"];
/// How many work on a queue.
const RUNNERS: usize = 6;
/// For all messages together.
const PATIENCE: Duration = Duration::from_secs(120);

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

const NO_NAME: &str =
    "Sendmail refuses a recipient whose domain is no name at once; here such a next hop waits";

type Rule = (&'static str, fn(&Case, Deed, &Delivery) -> bool);

/// Where Sendmail may do something else than the library says; nowhere else.
const RULES: &[Rule] = &[
    (
        "its own lookup of the other family of addresses fails, and it does not connect",
        |case, deed, delivery| {
            case.domain.starts_with("aaaa-")
                && deed == Deed::Defer
                && delivery.why.contains("Deferred: Name server: ")
        },
    ),
    (
        "that no connection, or no greeting, came about is said in its own words",
        |case, deed, delivery| {
            let is_so =
                case.expected.reason == "connection failed" || case.domain == "all-dead.test";
            is_so
                && matches!(deed, Deed::Defer | Deed::ConnectAndDefer)
                && delivery.why.contains("Deferred: Connection ")
        },
    ),
    ("it tries no second address where TLS fails at the first", |case, deed, _| {
        case.domain == "second-address.test" && deed == Deed::ConnectAndDefer
    }),
    ("a greeting with 554 bounces; here it may be another host's turn", |case, deed, _| {
        case.domain == "unwelcoming.test" && deed == Deed::Fail
    }),
    (
        "it forgets what follows the reply to STARTTLS; here that ends the attempt (RFC 3207 section 6)",
        |case, deed, _| case.domain == "injects.test" && deed == Deed::Deliver,
    ),
    (
        "it takes an IP address without brackets for a name, and remembers that there is none",
        |case, deed, delivery| {
            let waits = ["127.77.0.21", "address-mx.test"].contains(&&*case.domain)
                && deed == Deed::Defer
                && (delivery.why.starts_with("4.4.4 ") || delivery.why == "5.1.2 Deferred");
            waits || (case.domain == "address-good.test" && deed == Deed::Deliver)
        },
    ),
    ("it writes an MX host that is no name as the library does not", |case, deed, delivery| {
        case.domain == "invalid-mx.test"
            && deed == Deed::Defer
            && delivery.why.contains("DANE: host not in MX records")
    }),
    (
        "it takes MX hosts of equal preference in any order; here the mail server may",
        |case, deed, _| {
            exception::has_equal_preferences(case)
                && matches!(deed, Deed::Deliver | Deed::Encrypted)
        },
    ),
    (
        "this unbound answers SERVFAIL when asked for the CNAME below a DNAME into an insecure zone",
        |case, deed, _| case.domain == "dname-insecure.test" && deed == Deed::Defer,
    ),
];

/// Sends everything twice; whether nothing differs but by rule.
pub fn compare(directory: &Path) -> io::Result<bool> {
    let world = World::start_on(SMTP_PORT)?;
    fs::write(directory.join("anchors"), &world.anchor)?;
    let mut validating =
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?;
    let mut carrying = resolver::start(UPSTREAM, Asks::World(world.dns), None, directory)?;
    sendmail::name_host(directory)?;
    let syslog = Syslog::start(directory)?;
    let mut agrees = true;
    for (number, round) in ROUNDS.iter().enumerate() {
        agrees &= run(number, round, &world, &syslog, directory)?;
    }
    let anchors = directory.join("anchors");
    let options = format!("O DanePolicyTrustAnchorFile={}\n", anchors.display());
    agrees &= sendmail_ways::compare(&world, &syslog, &options, directory)?;
    process::Server::check(&mut validating)?;
    process::Server::check(&mut carrying)?;
    fs::write(directory.join("syslog"), syslog.said())?;
    Ok(agrees)
}

fn run(
    number: usize,
    round: &Round,
    world: &World,
    syslog: &Syslog,
    directory: &Path,
) -> io::Result<bool> {
    let started = Instant::now();
    let cases = &world.cases;
    let first = number * cases.len();
    process::resolve_by(round.resolver, directory)?;
    let mut queues = BTreeMap::new();
    for level in LEVELS {
        let anchors = directory.join("anchors");
        let options = format!(
            "O DanePolicy={level}\nO DanePolicyDnssec={}\nO DanePolicyTimeout=20\nO DanePolicyTrustAnchorFile={}\n",
            round.dnssec,
            anchors.display()
        );
        queues.insert(level, Sendmail::new(&format!("{level}-{number}"), "", &options, directory)?);
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
    let until = Instant::now() + PATIENCE;
    let is_one_of_these = |number: &usize| (first..first + cases.len()).contains(number);
    let expected = cases.len() - refused.len();
    let mut deliveries = read(&syslog.said());
    while deliveries.keys().filter(|number| is_one_of_these(number)).count() < expected
        && Instant::now() < until
    {
        thread::sleep(Duration::from_millis(200));
        deliveries = read(&syslog.said());
    }
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
            tally.refuse(case);
            continue;
        }
        tally.add(case, deliveries.get(&number), waiting.get(&number), message);
    }
    println!(
        "Sendmail {}: {} messages, {} s",
        round.name,
        cases.len(),
        started.elapsed().as_secs()
    );
    Ok(tally.print())
}

/// What was found.
#[derive(Default)]
struct Tally {
    agree: usize,
    deeds: BTreeMap<Deed, usize>,
    permitted: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    /// The rows of the table, as the log has them.
    rows: BTreeMap<usize, String>,
}

impl Tally {
    fn add(
        &mut self,
        case: &Case,
        delivery: Option<&Delivery>,
        waiting: Option<&String>,
        message: Option<&Message>,
    ) {
        let Case { name, domain, level, expected, columns, .. } = case;
        let Expected { action, reason } = *expected;
        let found = format!("{delivery:?}, the server: {message:?}, the queue: {waiting:?}");
        let Some((delivery, deed)) = delivery.and_then(|it| Some((it, Deed::of(it, message)?)))
        else {
            self.failures.push(format!("{domain} at {level} [{name}]: {action} {reason}; {found}"));
            return;
        };
        *self.deeds.entry(deed).or_default() += 1;
        if let (Some(_), Ok(row)) = (columns, name.parse()) {
            self.rows.insert(row, format!("{deed}: {}", delivery.why));
        }
        // Whoever looks for the reason finds it in the log and in the queue.
        let says_why = |words: &str| words.contains(reason);
        let is_told = action != "defer"
            || (says_why(&delivery.why) && waiting.is_some_and(|why| says_why(why)));
        if deed.is(*expected) && is_told && waiting.is_some() == (delivery.status == "deferred") {
            self.agree += 1;
        } else if let Some((rule, _)) =
            RULES.iter().find(|(_, permits)| permits(case, deed, delivery))
        {
            *self.permitted.entry(rule).or_default() += 1;
        } else {
            self.failures.push(format!("{domain} at {level} [{name}]: {action} {reason}; {found}"));
        }
    }

    /// Refused before it was in the queue.
    fn refuse(&mut self, case: &Case) {
        let Case { name, domain, level, expected, .. } = case;
        if expected.reason == "host or domain name not found" {
            *self.permitted.entry(NO_NAME).or_default() += 1;
        } else {
            self.failures.push(format!("{domain} at {level} [{name}]: refused at once"));
        }
    }

    fn print(&self) -> bool {
        let deeds: Vec<String> =
            self.deeds.iter().map(|(deed, count)| format!("{count} {deed}")).collect();
        println!("  {}", deeds.join(", "));
        for (row, words) in &self.rows {
            println!("  row {row}: {words}");
        }
        println!("  {} agree", self.agree);
        for (rule, count) in &self.permitted {
            println!("  {count} differ by rule: {rule}");
        }
        for failure in &self.failures {
            println!("  DIFFERENT {failure}");
        }
        println!("  {} differ otherwise", self.failures.len());
        self.failures.is_empty()
    }
}
