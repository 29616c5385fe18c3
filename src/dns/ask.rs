//! Which server is asked, and how long for an answer is waited.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::Mode;
use super::call::Call;
use super::exchange::{Exchange, Heard, Question};
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
        let mut given_up = vec![false; servers.len()];
        let mut failure = Failure::from(Cause::NoServer);
        for patience in ROUNDS {
            let first = self.shared.preferred.get();
            for index in (0..servers.len()).map(|i| (first + i) % servers.len()) {
                if given_up[index] {
                    continue;
                }
                let question = self.question(servers[index], name, rtype);
                match Asking::new(self, question, patience, true).reply().await {
                    Ok(reply) => {
                        self.shared.preferred.set(index);
                        return Ok(reply);
                    }
                    Err(cause) => {
                        given_up[index] = cause.0.detail() != Detail::Timeout;
                        failure = cause;
                    }
                }
                if self.engine.now() >= self.deadline {
                    return Err(failure);
                }
            }
            if given_up.iter().all(|given_up| *given_up) {
                break;
            }
        }
        Err(failure)
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
    /// When the last of them was.
    since: Duration,
}

/// What came of waiting.
enum Waited {
    Heard(Heard),
    /// Nothing within the patience.
    Silent,
    /// Nothing within that of the call that asked.
    Stale,
    /// It was never sent.
    Unsent,
}

/// Why there is no reply, and whether that is another call's failure.
struct Trouble {
    failure: Failure,
    is_anothers: bool,
}

impl Trouble {
    fn own(failure: impl Into<Failure>) -> Self {
        Self { failure: failure.into(), is_anothers: false }
    }
}

impl<'c> Asking<'c> {
    fn new(call: &'c Call, question: Question, patience: Duration, counts: bool) -> Self {
        let (until, since) = (None, Duration::ZERO);
        Self { call, question, counts, patience, until, failures_of_others: 0, since }
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
                Err(Trouble { failure, is_anothers: false }) => return Err(failure),
                Err(_) => {
                    self.failures_of_others += 1;
                    self.since = self.call.engine.now();
                    self.until = None;
                }
            }
        }
    }

    /// A usable reply; over TCP where it is truncated (RFC 7766).
    async fn message(&mut self) -> Result<Message, Trouble> {
        let (mut message, mut is_own) = self.message_over(Kind::Datagram).await?;
        if message.truncated {
            (message, is_own) = self.message_over(Kind::Stream).await?;
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
        Err(Trouble { failure, is_anothers: !is_own })
    }

    /// A reply that came this way, and whether this call asked for it.
    async fn message_over(&mut self, kind: Kind) -> Result<(Message, bool), Trouble> {
        let (heard, is_own) = loop {
            let (exchange, is_own) = self.exchange(kind)?;
            let server = self.question.server;
            match self.wait(&exchange, is_own).await {
                Waited::Heard(heard) => break (heard, is_own),
                Waited::Stale => {}
                Waited::Silent => {
                    return Err(Trouble::own(Cause::Silent { server, subject: self.subject() }));
                }
                Waited::Unsent => {
                    return Err(Trouble::own(Cause::Unsent(self.subject())));
                }
            }
        };
        let trouble = |failure| Trouble { failure, is_anothers: !is_own };
        let wire = heard
            .map_err(|error| trouble(self.unusable(Unusable::Failed(error.to_string().into()))))?;
        let Question { name, rtype, .. } = &self.question;
        match wire::parse(&wire, name, *rtype, &self.call.budget).await {
            Ok(message) => Ok((message, is_own)),
            Err(Unreadable::Malformed) => Err(trouble(self.unusable(Unusable::Malformed))),
            Err(Unreadable::Exhausted(exhausted)) => Err(Trouble::own(exhausted)),
        }
    }

    /// The question on its way: another call's, or a new one.
    fn exchange(&self, kind: Kind) -> Result<(Rc<Exchange>, bool), Trouble> {
        let Call { engine, shared, budget, .. } = self.call;
        budget.query().map_err(Trouble::own)?;
        let (now, since) = (engine.now(), self.since);
        let is_worth_it = |exchange: &Rc<Exchange>| {
            exchange.begun().is_none_or(|begun| begun >= since)
                && exchange.ends().is_none_or(|end| now < end)
        };
        let may_join = self.failures_of_others < MAX_FAILURES_OF_OTHERS;
        let others = shared.under_way(&self.question, kind).filter(|_| may_join);
        if let Some(exchange) = others.filter(is_worth_it) {
            return Ok((exchange, false));
        }
        if self.counts || kind == Kind::Stream {
            budget.count_packet();
        }
        let left = self.until.map_or(self.patience, |until| until.saturating_sub(now));
        let exchange =
            Rc::new(Exchange::begin(engine, self.call.number, kind, &self.question, left));
        shared.begin(&self.question, kind, &exchange);
        Ok((exchange, true))
    }

    /// Waits from when the question was sent, or from now on where that was before.
    async fn wait(&mut self, exchange: &Exchange, is_own: bool) -> Waited {
        let Call { engine, deadline, .. } = self.call;
        let mut heard = pin!(exchange.heard());
        let mut alarm = engine.alarm(*deadline);
        let mut is_sent = false;
        poll_fn(|context| {
            if let Poll::Ready(heard) = heard.as_mut().poll(context) {
                return Poll::Ready(Waited::Heard(heard));
            }
            if !is_sent && let Some(ends) = exchange.ends() {
                is_sent = true;
                let until = *self.until.get_or_insert(engine.now() + self.patience);
                let until = if is_own { until } else { until.min(ends) };
                alarm = engine.alarm(until.min(*deadline));
            }
            if !alarm.is_due(context) {
                return Poll::Pending;
            }
            let now = engine.now();
            Poll::Ready(match self.until {
                None => Waited::Unsent,
                Some(until) if now < until && now < *deadline => Waited::Stale,
                Some(_) => Waited::Silent,
            })
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
