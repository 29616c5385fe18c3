//! One run: every case is handed over, the world is watched until nothing happens any more, and then again with strangers
//! in the place of the servers that have to be verified.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use world::{Message, sender};

use crate::case::Case;
use crate::expectation::{Expectation, Level};
use crate::fate::Fate;
use crate::recipe::{Handover, Subject};
use crate::resolver::Resolver;
use crate::stage::Stage;
use crate::sys::workers;
use crate::verdict::{Delivery, Outcome, Row};

/// Messages that are handed over at once.
const WORKERS: usize = 16;
const POLL: Duration = Duration::from_millis(50);
/// Nothing happens for so long: it is over, where every message that must move has moved; else with more patience.
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(15);
/// After a round has been handed over, in all.
const LIMIT: Duration = Duration::from_secs(60);

/// What is handed over, by its local part.
struct Round<'a> {
    prefix: String,
    cases: Vec<&'a Case>,
    handovers: BTreeMap<String, Handover>,
}

/// Runs a mail server on a stage; the rows, in the order of the cases.
pub struct Run<'a> {
    pub stage: &'a Stage,
    /// Where the mail server asks; none where the caller runs a resolver of its own.
    pub resolver: Option<&'a Resolver>,
    pub level: Level,
    /// A word that no other run on this stage has: its messages are known by it.
    pub name: &'a str,
}

impl Run<'_> {
    /// All of it.
    pub fn rows(&self, cases: &[Case], subject: &Subject<'_>) -> io::Result<Vec<Row>> {
        self.try_first(subject)?;
        let mut first = Round::new(format!("{}-", self.name), cases.iter());
        let seen = self.watch(&mut first, |case| case.at(self.level), subject)?;
        self.stage.world.set_strangers(true);
        let mut second = Round::new(
            format!("{}-twin-", self.name),
            cases.iter().filter(|case| case.has_twin(self.level)),
        );
        let outcomes = if second.cases.is_empty() {
            Vec::new()
        } else {
            self.watch(&mut second, |_| Expectation::Kept, subject)?
        };
        self.stage.world.set_strangers(false);
        let domains = second.cases.iter().map(|case| case.domain.clone());
        let mut twins: BTreeMap<String, Outcome> = domains.zip(outcomes).collect();
        let row = |(case, seen): (&Case, Outcome)| {
            Row::new(case.clone(), self.level, seen, twins.remove(&case.domain))
        };
        Ok(cases.iter().zip(seen).map(row).collect())
    }

    /// A message to the senders themselves: who does not even take that is not set up.
    fn try_first(&self, subject: &Subject<'_>) -> io::Result<()> {
        let address = format!("{}-first@{}", self.name, sender::DOMAIN);
        match subject.hand_over(&address, &address)? {
            Handover::Refused(said) => {
                Err(io::Error::other(format!("it takes no mail at all: {address}: {said}")))
            }
            _ => Ok(()),
        }
    }

    /// Hands a round over, and waits.
    fn watch(
        &self,
        round: &mut Round<'_>,
        expected: impl Fn(&Case) -> Expectation,
        subject: &Subject<'_>,
    ) -> io::Result<Vec<Outcome>> {
        round.hand_over(subject)?;
        let handed_over = Instant::now();
        loop {
            let mail = self.stage.world.mail.taken();
            let has_moved = |index: usize, case: &Case| {
                matches!(expected(case), Expectation::Kept | Expectation::Unknown)
                    || round.outcome(index, &mail, "").fate != Fate::Lost
            };
            let is_done = round.has_last(&mail)
                && round.cases.iter().enumerate().all(|(index, case)| has_moved(index, case));
            let quiet = if is_done { QUIET } else { PATIENCE };
            if self.quiet_since(handed_over).elapsed() > quiet || handed_over.elapsed() > LIMIT {
                let queue = subject.queue()?;
                let outcomes = 0..round.cases.len();
                return Ok(outcomes.map(|index| round.outcome(index, &mail, &queue)).collect());
            }
            thread::sleep(POLL);
        }
    }

    /// Since when nothing has been asked or said, `began` at the earliest; not yet while a connection is open.
    fn quiet_since(&self, began: Instant) -> Instant {
        let asked = self.resolver.and_then(Resolver::last_asked);
        let records = self.stage.world.connections.records();
        let ended = records.iter().map(|record| record.ended.unwrap_or_else(Instant::now));
        ended.chain(asked).fold(began, Instant::max)
    }
}

impl<'a> Round<'a> {
    fn new(prefix: String, cases: impl Iterator<Item = &'a Case>) -> Self {
        Self { prefix, cases: cases.collect(), handovers: BTreeMap::new() }
    }

    fn local_part(&self, index: usize) -> String {
        format!("{}{index}", self.prefix)
    }

    /// The last message of the round, which goes to the senders themselves.
    fn last(&self) -> String {
        format!("{}last", self.prefix)
    }

    fn hand_over(&mut self, subject: &Subject<'_>) -> io::Result<()> {
        let handovers = Mutex::new(BTreeMap::new());
        let hand_over = |local_part: String, domain: &str| -> io::Result<()> {
            let from = format!("{local_part}@{}", sender::DOMAIN);
            let taken = subject.hand_over(&from, &format!("{local_part}@{domain}"))?;
            let mut handovers = handovers.lock().unwrap_or_else(PoisonError::into_inner);
            handovers.insert(local_part, taken);
            Ok(())
        };
        let numbered: Vec<_> = self.cases.iter().enumerate().collect();
        workers::each(WORKERS, &numbered, |(index, case)| {
            hand_over(self.local_part(*index), &case.domain)
        })?;
        hand_over(self.last(), sender::DOMAIN)?;
        self.handovers = handovers.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(())
    }

    /// Whether the last message has gone the way of all.
    fn has_last(&self, mail: &[Message]) -> bool {
        let last = self.last();
        let is_over =
            matches!(self.handovers.get(&last), Some(Handover::Refused(_) | Handover::TryAgain));
        is_over || mail.iter().any(|message| local_part(&message.recipient) == last)
    }

    /// What became of a message so far.
    fn outcome(&self, index: usize, mail: &[Message], queue: &str) -> Outcome {
        let name = self.local_part(index);
        let of_it = || mail.iter().filter(|message| local_part(&message.recipient) == name);
        let is_notice = |message: &&Message| is_at_sender(&message.recipient);
        let taken = of_it().find(|message| !is_notice(message));
        let in_clear = of_it().any(|message| !is_notice(&message) && !message.encrypted);
        let (mut said, handover) = (String::new(), self.handovers.get(&name));
        let fate = match (taken, handover) {
            (Some(_), _) if in_clear => Fate::InClear,
            (Some(_), _) => Fate::OverTls,
            (None, Some(Handover::Refused(words))) => {
                said.clone_from(words);
                Fate::Bounced
            }
            (None, _) if of_it().any(|message| is_notice(&message)) => Fate::Bounced,
            (None, Some(Handover::TryAgain)) => Fate::Kept,
            (None, _) if is_in(queue, &name) => Fate::Kept,
            (None, handover) => {
                if handover == Some(&Handover::Unfinished) {
                    "it was still at work with the message".clone_into(&mut said);
                }
                Fate::Lost
            }
        };
        let recipient = format!("{name}@{}", self.cases[index].domain);
        let delivery = taken.map(|message| Delivery {
            host: message.host.clone(),
            address: message.address,
            server_name: message.server_name.clone(),
        });
        Outcome { recipient, fate, delivery, said }
    }
}

fn local_part(recipient: &str) -> &str {
    recipient.rsplit_once('@').map_or(recipient, |(local_part, _)| local_part)
}

fn is_at_sender(recipient: &str) -> bool {
    recipient.rsplit_once('@').is_some_and(|(_, domain)| {
        domain.trim_end_matches('.').eq_ignore_ascii_case(sender::DOMAIN)
    })
}

/// Whether a queue shows a recipient with this local part, which is not the end of another's.
fn is_in(queue: &str, name: &str) -> bool {
    queue.match_indices(&format!("{name}@")).any(|(at, _)| {
        !queue[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
            && !is_at_sender(queue[at..].split([' ', '>', '\n', ',']).next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_shows_a_recipient_and_not_its_sender_or_another() {
        let queue = "A1 Mon a-7@sender.test\n   a-17@good.test\n<a-twin-2@mx.test> (deferred)\n";
        assert!(is_in(queue, "a-17") && is_in(queue, "a-twin-2"));
        assert!(!is_in(queue, "a-7") && !is_in(queue, "a-1") && !is_in(queue, "twin-2"));
    }
}
