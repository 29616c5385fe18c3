//! A mail server in service: many domains in one queue run, the next MX host, a daemon, other receivers, and DNS that is
//! repaired while mail waits.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use kit::sys::process;
use kit::sys::wait::{self, PATIENCE};
use world::{Case, World};

use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;
use crate::mail::receiver;
use crate::mail::rule::has_equal_preferences;
use crate::mail::submission;

/// As the lab drives any mail server that asks the library, at the level dane.
pub trait MailServer {
    /// Puts a message into the queue, and leaves it there.
    fn enqueue(&self, recipient: &str) -> io::Result<()>;
    /// Tries everything in the queue, in one run.
    fn run_queue(&self) -> io::Result<()>;
    /// A daemon that takes mail on the lab's port and delivers it at once.
    fn start_daemon(&self) -> io::Result<process::Server>;
    /// The last attempt for a recipient, by the log.
    fn attempt(&self, recipient: &str) -> io::Result<Option<Delivery>>;
    /// Whether a message for this recipient is in the queue.
    fn is_waiting(&self, recipient: &str) -> io::Result<bool>;
}

const DOMAINS: usize = 50;
/// Beyond the numbers of the cases, and of whatever else the lab sends.
const FIRST: usize = 200_000;

/// What waits for the DNS, and goes out verified once that is mended.
const BROKEN: [&str; 3] = ["tlsa-bogus.test", "address-bogus.test", "mx-bogus.test"];

/// Where a mail server that tries no second address of a host does not deliver.
const ONE_ADDRESS: &str = "second-address.test";

/// Who sends what, and what went wrong with it.
struct Service<'a> {
    world: &'a World,
    server: &'a dyn MailServer,
    next: usize,
    problems: Vec<String>,
}

/// Tries all of it; whether all is as it should be. `restart` gives the resolver an empty cache. The world is mended after.
pub fn check(
    world: &World,
    server: &dyn MailServer,
    restart: &mut dyn FnMut() -> io::Result<()>,
    directory: &Path,
) -> io::Result<bool> {
    let started = Instant::now();
    let mut service = Service { world, server, next: FIRST, problems: Vec::new() };
    let run = service.many_domains()?;
    println!(
        "service: {DOMAINS} messages to {DOMAINS} domains in one queue run of {} s",
        run.as_secs()
    );
    service.next_host()?;
    service.daemon()?;
    let receivers = service.receivers(directory)?;
    let waiting = service.wait_for_repair(restart)?;
    println!(
        "  next MX host, daemon; received by {receivers}; {waiting} of {} waited for repaired DNS",
        BROKEN.len()
    );
    for problem in &service.problems {
        println!("  WRONG {problem}");
    }
    println!("  {} wrong; {} s", service.problems.len(), started.elapsed().as_secs());
    Ok(service.problems.is_empty())
}

impl Service<'_> {
    fn recipient(&mut self, domain: &str) -> String {
        self.next += 1;
        format!("{}@{domain}", self.next)
    }

    fn enqueue(&mut self, domain: &str) -> io::Result<String> {
        let recipient = self.recipient(domain);
        self.server.enqueue(&recipient)?;
        Ok(recipient)
    }

    /// Whether what became of a message is what should have.
    fn expect(&mut self, recipient: &str, is_right: impl Fn(Deed) -> bool) -> io::Result<()> {
        let taken = self.world.mail.taken();
        // A mail server may follow an alias of the domain, and write that name.
        let number = recipient.split('@').next();
        let message = taken.iter().find(|message| message.recipient.split('@').next() == number);
        let delivery = self.server.attempt(recipient)?;
        let deed = delivery.as_ref().and_then(|delivery| Deed::of(delivery, message));
        let waits = matches!(deed, Some(Deed::Defer | Deed::ConnectAndDefer));
        let is_waiting = self.server.is_waiting(recipient)?;
        if !deed.is_some_and(is_right) || waits != is_waiting {
            let found = format!("{recipient}: {delivery:?}, the server: {message:?}");
            self.problems.push(format!("{found}, in the queue: {is_waiting}"));
        }
        Ok(())
    }

    fn expect_verified(&mut self, recipient: &str) -> io::Result<()> {
        self.expect(recipient, |deed| deed == Deed::Deliver)
    }

    /// The rows of the table first, then whatever else all mail servers do alike, and without a long wait.
    fn many_domains(&mut self) -> io::Result<Duration> {
        let mut seen = BTreeSet::new();
        let is_plain = |case: &&Case| {
            let is_told_apart = case.columns.is_some() || case.expected.action == "deliver";
            let is_alike = !has_equal_preferences(case) && case.domain != ONE_ADDRESS;
            case.level == "dane" && is_told_apart && is_alike && !case.slow
        };
        let world = self.world;
        let cases: Vec<&Case> = world
            .cases
            .iter()
            .filter(is_plain)
            .filter(|case| seen.insert(&case.domain))
            .take(DOMAINS)
            .collect();
        let recipients =
            cases.iter().map(|case| self.enqueue(&case.domain)).collect::<io::Result<Vec<_>>>()?;
        let started = Instant::now();
        self.server.run_queue()?;
        let run = started.elapsed();
        for (case, recipient) in cases.iter().zip(&recipients) {
            self.expect(recipient, |deed| deed.is(case.expected))?;
        }
        if recipients.len() < DOMAINS {
            self.problems.push(format!("only {} domains", recipients.len()));
        }
        Ok(run)
    }

    fn next_host(&mut self) -> io::Result<()> {
        let first = |world: &World| world.connections.of("mx.mismatch.test");
        let before = first(self.world);
        let recipient = self.enqueue("mismatch-good.test")?;
        self.server.run_queue()?;
        self.expect_verified(&recipient)?;
        let relay = self.server.attempt(&recipient)?.map(|delivery| delivery.relay);
        if first(self.world) == before || relay.as_deref() != Some("mx.good.test") {
            self.problems.push(format!("{recipient}: by {relay:?}, not after the first host"));
        }
        Ok(())
    }

    fn daemon(&mut self) -> io::Result<()> {
        let daemon = self.server.start_daemon()?;
        let domains = ["good.test", "mismatch.test", "tlsa-none.test"];
        let recipients = domains.map(|domain| self.recipient(domain));
        let messages = recipients.clone().map(|recipient| vec![recipient]);
        let taken = submission::submit("dane@client.test", &messages)?;
        if taken.contains(&false) {
            self.problems.push("the daemon does not take mail".to_owned());
        }
        let [good, mismatch, plain] = &recipients;
        // What is logged is not yet out of the queue.
        wait::until(PATIENCE, || {
            for (recipient, waits) in [(good, false), (mismatch, true), (plain, false)] {
                let is_tried = self.server.attempt(recipient)?.is_some();
                if !is_tried || self.server.is_waiting(recipient)? != waits {
                    return Ok(false);
                }
            }
            Ok(true)
        })?;
        drop(daemon);
        self.expect_verified(good)?;
        self.expect(mismatch, |deed| deed == Deed::ConnectAndDefer)?;
        self.expect(plain, |deed| deed == Deed::Encrypted)
    }

    /// Which other programs took a message, over a verified session and by their own log.
    fn receivers(&mut self, directory: &Path) -> io::Result<String> {
        let mut names = Vec::new();
        for (receiver, guest) in receiver::RECEIVERS.iter().zip(&self.world.guests) {
            let Some(running) = receiver.start(guest, directory)? else { continue };
            let recipient = self.enqueue(&guest.domain)?;
            self.server.run_queue()?;
            let delivery = self.server.attempt(&recipient)?;
            let is_verified = delivery.as_ref().is_some_and(|delivery| {
                delivery.status == "sent" && delivery.trust.as_deref() == Some("Verified")
            });
            let log = running.log_when_taken(&recipient)?;
            if !is_verified || log.is_none() {
                let found = format!("{delivery:?}, its log: {}", running.log());
                self.problems.push(format!("{}: {found}", receiver.name));
            }
            names.push(receiver.name);
        }
        Ok(names.join(" and "))
    }

    fn wait_for_repair(
        &mut self,
        restart: &mut dyn FnMut() -> io::Result<()>,
    ) -> io::Result<usize> {
        let recipients = BROKEN.map(|domain| self.enqueue(domain));
        let recipients = recipients.into_iter().collect::<io::Result<Vec<_>>>()?;
        self.server.run_queue()?;
        let mut waiting = 0;
        for recipient in &recipients {
            self.expect(recipient, |deed| deed == Deed::Defer)?;
            waiting += usize::from(self.server.is_waiting(recipient)?);
        }
        self.world.repair();
        restart()?;
        self.server.run_queue()?;
        recipients.iter().try_for_each(|recipient| self.expect_verified(recipient))?;
        Ok(waiting)
    }
}
