//! Which server is asked, and how long an answer is waited for.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::Mode;
use super::call::Call;
use super::exchange::{Exchange, Question};
use super::reply::{Outcome, Reply};
use crate::cause::{Cause, Detail, Subject, Unusable};
use crate::dns::proof::Failure;
use crate::dns::wire::rcode::{NOERROR, NXDOMAIN};
use crate::dns::wire::{self, Message, Unreadable, Wants};
use crate::engine::Kind;

/// Patience with one server, per round over all of them.
const ROUNDS: [Duration; 3] =
    [Duration::from_millis(1500), Duration::from_secs(3), Duration::from_secs(6)];
/// Patience with one server where it alone can answer.
const PATIENCE: Duration = ROUNDS[1];
/// Failures of other calls' questions that a call waited for; after them it asks by itself.
const MAX_FAILURES_OF_OTHERS: u32 = 2;

impl Call {
    /// Every server in turn, and again with more patience; an answer that is a failure is not asked for again.
    pub(super) async fn ask_servers(&self, name: &Name, rtype: u16) -> Outcome {
        let servers = &self.config.servers;
        let mut given_up = Vec::new();
        let mut failure = None;
        'rounds: for patience in ROUNDS {
            let first = self.shared.preferred.get();
            for index in (0..servers.len()).map(|i| (first + i) % servers.len()) {
                if given_up.contains(&index) {
                    continue;
                }
                let question = self.question(servers[index], name, rtype);
                match Asking::new(self, question, patience, true).reply().await {
                    Ok(reply) => {
                        self.shared.preferred.set(index);
                        return Ok(reply);
                    }
                    Err(cause) => {
                        if cause.0.detail() != Detail::Timeout {
                            given_up.push(index);
                        }
                        failure = Some(cause);
                    }
                }
                if self.engine.now() >= self.deadline {
                    break 'rounds;
                }
            }
        }
        Err(failure.unwrap_or_else(|| Cause::NoServer.into()))
    }

    /// One server alone; its packets are no part of the lookup's own.
    pub(super) async fn ask_server(&self, server: SocketAddr, name: &Name, rtype: u16) -> Outcome {
        let question = self.question(server, name, rtype);
        Asking::new(self, question, PATIENCE, false).reply().await
    }

    fn question(&self, server: SocketAddr, name: &Name, rtype: u16) -> Question {
        let wants = match self.mode {
            Some(Mode::Validate) => Wants::Proofs,
            Some(Mode::TrustAd) => Wants::Judgement,
            None => Wants::Records,
        };
        Question { server, name: name.clone(), rtype, wants }
    }
}

/// A question that a call asks a server, or waits for along with a call that has asked the same.
///
/// What fails for another call does not fail for this one: it waits along once more, for a question that was sent since,
/// and then asks by itself. That nobody answers within its own patience is its own failure.
struct Asking<'c> {
    call: &'c Call,
    question: Question,
    /// Whether its packets are those of the lookup.
    counts: bool,
    patience: Duration,
    /// Until when it waits, since a question that it waits for was sent.
    until: Option<Duration>,
    failures_of_others: u32,
    /// When the last of those was sent.
    failed: Option<Duration>,
}

/// As what a call waits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It has sent the question.
    Asks,
    /// It waits as long as the call that has sent it, or until somebody asks anew.
    Follows,
    /// It waits on, within its own patience, until somebody asks anew.
    Stays,
}

/// What came of waiting.
enum Waited {
    /// There is a reply, or never will be.
    Heard,
    /// Nothing within the patience.
    Silent,
    /// Nothing within that of the call that asked, or somebody asks anew.
    Stale,
    /// It was never sent.
    Unsent,
}

/// Why there is no reply; and when the question was sent, where it was another call's.
struct Trouble {
    failure: Failure,
    anothers: Option<Duration>,
}

impl Trouble {
    fn own(failure: impl Into<Failure>) -> Self {
        Self { failure: failure.into(), anothers: None }
    }
}

impl<'c> Asking<'c> {
    fn new(call: &'c Call, question: Question, patience: Duration, counts: bool) -> Self {
        let (until, failed) = (None, None);
        Self { call, question, counts, patience, until, failures_of_others: 0, failed }
    }

    async fn reply(mut self) -> Outcome {
        loop {
            if let Some(reply) = self.call.shared.reply(&self.question, self.call.engine.now()) {
                self.call.budget.keep(reply.message.kept_octets())?;
                return Ok(reply);
            }
            match self.message().await {
                Ok(message) => {
                    let reply = Rc::new(Reply { message, server: self.question.server });
                    let now = self.call.engine.now();
                    self.call.shared.answered(self.question, &reply, now);
                    return Ok(reply);
                }
                Err(Trouble { failure, anothers: None }) => return Err(failure),
                Err(Trouble { anothers, .. }) => {
                    self.failures_of_others += 1;
                    (self.failed, self.until) = (anothers, None);
                }
            }
        }
    }

    /// A usable reply; over TCP where it is truncated (RFC 7766).
    async fn message(&mut self) -> Result<Message, Trouble> {
        let (mut message, mut anothers) = self.message_over(Kind::Datagram).await?;
        if message.truncated {
            (message, anothers) = self.message_over(Kind::Stream).await?;
        }
        let Message { rcode, truncated, .. } = message;
        let failure = if truncated {
            self.unusable(Unusable::TruncatedOverTcp)
        } else if !matches!(rcode, NOERROR | NXDOMAIN) {
            let (server, error) = (self.question.server, message.extended_error);
            Cause::Refused { server, subject: self.subject(), rcode, error }.into()
        } else {
            return Ok(message);
        };
        Err(Trouble { failure, anothers })
    }

    /// A reply that came this way; and when the question was sent, where it was another call's.
    async fn message_over(&mut self, kind: Kind) -> Result<(Message, Option<Duration>), Trouble> {
        let (exchange, anothers) = self.answered(kind).await?;
        let trouble = |why| Trouble { failure: self.unusable(why), anothers };
        let failed = |error: &io::Error| trouble(Unusable::Failed(error.to_string().into()));
        let wire = exchange.heard().await.as_ref().map_err(failed)?;
        let Question { name, rtype, .. } = &self.question;
        match wire::parse(wire, name, *rtype, &self.call.budget).await {
            Ok(message) => Ok((message, anothers)),
            Err(Unreadable::Malformed) => Err(trouble(Unusable::Malformed)),
            Err(Unreadable::Exhausted(exhausted)) => Err(Trouble::own(exhausted)),
        }
    }

    /// A question that has an outcome within the patience; and when it was sent, where it was another call's.
    async fn answered(&mut self, kind: Kind) -> Result<(Rc<Exchange>, Option<Duration>), Trouble> {
        loop {
            let others = self.others(kind);
            let is_own = others.is_none();
            self.call.budget.query().map_err(Trouble::own)?;
            let exchange = others.unwrap_or_else(|| self.begin(kind));
            let part = if is_own { Part::Asks } else { Part::Follows };
            let mut waited = self.wait(&exchange, part).await;
            if matches!(waited, Waited::Stale) && self.others(kind).is_none() {
                let now = self.call.engine.now();
                let left = self.until.map_or(self.patience, |until| until.saturating_sub(now));
                if left < self.patience / 2 {
                    waited = self.wait(&exchange, Part::Stays).await;
                } else {
                    self.until = None;
                }
            }
            let failure = match waited {
                Waited::Heard => {
                    let anothers = exchange.begun().filter(|_| !is_own);
                    return Ok((exchange, anothers));
                }
                Waited::Stale => continue,
                Waited::Unsent => Cause::Unsent(self.subject()),
                Waited::Silent => {
                    Cause::Silent { server: self.question.server, subject: self.subject() }
                }
            };
            return Err(Trouble::own(failure));
        }
    }

    /// The same question of another call, if it is worth waiting for.
    fn others(&self, kind: Kind) -> Option<Rc<Exchange>> {
        if self.failures_of_others == MAX_FAILURES_OF_OTHERS {
            return None;
        }
        let (now, failed) = (self.call.engine.now(), self.failed);
        self.call.shared.under_way(&self.question, kind).filter(|exchange| {
            exchange.begun().is_none_or(|begun| failed.is_none_or(|failed| failed < begun))
                && now < exchange.ends()
        })
    }

    fn begin(&self, kind: Kind) -> Rc<Exchange> {
        let Call { engine, shared, budget, number, deadline, .. } = self.call;
        if self.counts {
            budget.count_packet();
        }
        let left = self.until.map_or(self.patience, |until| until.saturating_sub(engine.now()));
        let exchange = Exchange::begin(engine, *number, *deadline, kind, &self.question, left);
        let exchange = Rc::new(exchange);
        shared.begin(&self.question, kind, &exchange);
        exchange
    }

    /// Waits from when the question was sent, or from now on where that was before.
    async fn wait(&mut self, exchange: &Exchange, part: Part) -> Waited {
        let Call { engine, deadline, .. } = self.call;
        let (mut heard, mut superseded) = (pin!(exchange.heard()), pin!(exchange.superseded()));
        let mut alarm = engine.alarm(exchange.ends().min(*deadline));
        let mut is_sent = false;
        poll_fn(|context| {
            if self.until.is_none() && exchange.begun().is_none() && engine.now() >= *deadline {
                // Its turn may have come a moment ago, too late to wait for anybody.
                return Poll::Ready(Waited::Unsent);
            }
            if heard.as_mut().poll(context).is_ready() {
                return Poll::Ready(Waited::Heard);
            }
            if !is_sent && exchange.begun().is_some() {
                is_sent = true;
                let ends = exchange.ends();
                let asked = if part == Part::Asks { ends } else { engine.now() + self.patience };
                let until = *self.until.get_or_insert(asked);
                let until = if part == Part::Follows { until.min(ends) } else { until };
                alarm = engine.alarm(until.min(*deadline));
            }
            if part != Part::Asks && superseded.as_mut().poll(context).is_ready() {
                return Poll::Ready(Waited::Stale);
            }
            if !alarm.is_due(context) {
                return Poll::Pending;
            }
            let until = self.until.map_or(*deadline, |until| until.min(*deadline));
            Poll::Ready(if engine.now() < until { Waited::Stale } else { Waited::Silent })
        })
        .await
    }

    fn subject(&self) -> Subject {
        Subject::new(&self.question.name, self.question.rtype)
    }

    fn unusable(&self, why: Unusable) -> Failure {
        Cause::Unusable { server: self.question.server, subject: self.subject(), why }.into()
    }
}
