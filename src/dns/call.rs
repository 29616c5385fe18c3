//! One call into the library: its clock, deadline, budget, and every answer it has seen.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::Hash;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::Mode;
use super::cache::Cache;
use super::config::Config;
use super::exchange::{Exchange, Question};
use crate::budget::{Budget, Pace};
use crate::cause::{Cause, Detail, Subject, Unusable};
use crate::dns::proof::{Failure, Standing};
use crate::dns::wire::rcode::{NOERROR, NXDOMAIN};
use crate::dns::wire::{self, Message, Unreadable, Wants};
use crate::engine::{Engine, Kind, Once, Tasks};

/// Patience with one server, per round over all of them.
const ROUNDS: [Duration; 3] =
    [Duration::from_millis(1500), Duration::from_secs(3), Duration::from_secs(6)];

/// A reply, and who sent it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) message: Message,
    pub(crate) server: SocketAddr,
}

pub(crate) type Outcome = Result<Rc<Reply>, Failure>;

type Memo<K, V> = RefCell<HashMap<K, Once<V>>>;

/// The state of one call. Lives on one thread; its tasks share it.
pub(crate) struct Call {
    pub(crate) engine: Rc<Engine>,
    pub(crate) config: Config,
    pub(crate) cache: Arc<Cache>,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// By the engine's time.
    pub(crate) deadline: Duration,
    pub(crate) budget: Budget,
    tasks: Tasks,
    standings: Memo<Name, Standing>,
    replies: Memo<(Name, u16), Outcome>,
    direct: Memo<(SocketAddr, Name, u16), Outcome>,
    /// The server that answered last: a dead one is not waited for twice.
    preferred: Cell<usize>,
}

impl Call {
    pub(crate) fn new(
        engine: Rc<Engine>,
        config: Config,
        cache: Arc<Cache>,
        now: i64,
        deadline: Duration,
    ) -> Rc<Self> {
        Rc::new(Self {
            engine,
            config,
            cache,
            now,
            deadline,
            budget: Budget::new(Pace::steady()),
            tasks: Tasks::default(),
            standings: Memo::default(),
            replies: Memo::default(),
            direct: Memo::default(),
            preferred: Cell::new(0),
        })
    }

    /// Runs `work`, and what it begins, until it has its outcome.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = Box::pin(work);
        let pace = &self.budget.pace;
        let outcome = poll_fn(|context| {
            pace.resume(self.engine.now() >= self.deadline);
            let polled = self.tasks.poll(work.as_mut(), context);
            self.engine.compute(pace.computed(), pace.is_over());
            polled
        })
        .await;
        self.tasks.cancel();
        outcome
    }

    /// Begins to work something out, once in a call, whoever asks.
    fn once<K: Hash + Eq, V: Clone + 'static, F: Future<Output = V> + 'static>(
        self: &Rc<Self>,
        memo: fn(&Self) -> &Memo<K, V>,
        key: K,
        work: impl FnOnce(Rc<Self>) -> F,
    ) -> Once<V> {
        if let Some(known) = memo(self).borrow().get(&key) {
            return known.clone();
        }
        let once = Once::new();
        memo(self).borrow_mut().insert(key, once.clone());
        let (work, outcome) = (work(self.clone()), once.clone());
        self.tasks.begin(async move { outcome.set(work.await) });
        once
    }

    /// Starts a question, and gives the place of its answer.
    pub(super) fn start(self: &Rc<Self>, name: &Name, rtype: u16) -> Once<Outcome> {
        let asked = name.clone();
        self.once(
            |call| &call.replies,
            (name.clone(), rtype),
            |call| async move { call.ask_servers(&asked, rtype).await },
        )
    }

    /// Asks once per call, whoever asks again.
    pub(super) async fn ask(self: &Rc<Self>, name: &Name, rtype: u16) -> Outcome {
        self.start(name, rtype).wait().await
    }

    /// Whether nothing has been asked yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.replies.borrow().is_empty()
    }

    /// Starts a question to one server; no part of the lookup's own queries.
    pub(super) fn start_directly(
        self: &Rc<Self>,
        server: SocketAddr,
        name: &Name,
        rtype: u16,
    ) -> Once<Outcome> {
        let asked = name.clone();
        self.once(
            |call| &call.direct,
            (server, name.clone(), rtype),
            |call| async move {
                call.budget.probe()?;
                call.exchange(server, &asked, rtype, ROUNDS[1]).await
            },
        )
    }

    /// Asks one server, once per call, whoever asks again.
    pub(super) async fn ask_directly(
        self: &Rc<Self>,
        server: SocketAddr,
        name: &Name,
        rtype: u16,
    ) -> Outcome {
        self.start_directly(server, name, rtype).wait().await
    }

    /// Where a name stands, if that is known already.
    pub(super) fn known_standing(&self, name: &Name) -> Option<Standing> {
        self.standings.borrow().get(name).and_then(|once| once.get().cloned())
    }

    /// Where a name stands, by `work`; worked out once in a call, whoever asks.
    pub(super) async fn stand<F: Future<Output = Standing> + 'static>(
        self: &Rc<Self>,
        name: &Name,
        work: impl FnOnce(Rc<Self>) -> F,
    ) -> Standing {
        self.once(|call| &call.standings, name.clone(), work).wait().await
    }

    /// Every server in turn, and again with more patience; an answer that is a failure is not asked for again.
    async fn ask_servers(&self, name: &Name, rtype: u16) -> Outcome {
        let servers = &self.config.servers;
        let mut given_up = vec![false; servers.len()];
        let mut failure = Failure::from(Cause::NoServer);
        for patience in ROUNDS {
            let first = self.preferred.get();
            for index in (0..servers.len()).map(|i| (first + i) % servers.len()) {
                if given_up[index] {
                    continue;
                }
                self.budget.query()?;
                match self.exchange(servers[index], name, rtype, patience).await {
                    Ok(reply) => {
                        self.preferred.set(index);
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

    /// Asks one server. Patience begins when the question is sent.
    async fn exchange(
        &self,
        server: SocketAddr,
        name: &Name,
        rtype: u16,
        patience: Duration,
    ) -> Outcome {
        let subject = || Subject::new(name, rtype);
        let unusable = |why| Failure::from(Cause::Unusable { server, subject: subject(), why });
        let failed = |error: io::Error| unusable(Unusable::Failed(error.to_string().into()));
        let wants = match self.config.mode {
            Some(Mode::Validate) => Wants::Proofs,
            Some(Mode::TrustAd) => Wants::Judgement,
            None => Wants::Records,
        };
        let late = || Failure::from(Cause::Silent { server, subject: subject() });
        let question = Question { name, rtype, wants };
        let begin = |kind| Exchange::begin(&self.engine, kind, server, question);
        let by_datagram = self.engine.within(self.deadline, begin(Kind::Datagram)).await;
        let by_datagram = by_datagram.ok_or_else(late)?;
        let until = (self.engine.now() + patience).min(self.deadline);
        let talk = async {
            let wire = by_datagram.reply().await.map_err(failed)?;
            drop(by_datagram);
            let message = self.read(&wire, name, rtype, unusable).await?;
            if !message.truncated {
                return Ok(message);
            }
            self.budget.query()?;
            let wire = begin(Kind::Stream).await.reply().await.map_err(failed)?;
            let message = self.read(&wire, name, rtype, unusable).await?;
            if message.truncated {
                return Err(unusable(Unusable::TruncatedOverTcp));
            }
            Ok(message)
        };
        let message = self.engine.within(until, talk).await.ok_or_else(late)??;
        if !matches!(message.rcode, NOERROR | NXDOMAIN) {
            let Message { rcode, extended_error: error, .. } = message;
            return Err(Cause::Refused { server, subject: subject(), rcode, error }.into());
        }
        Ok(Rc::new(Reply { message, server }))
    }

    async fn read(
        &self,
        wire: &[u8],
        name: &Name,
        rtype: u16,
        unusable: impl Fn(Unusable) -> Failure,
    ) -> Result<Message, Failure> {
        let message = wire::parse(wire, name, rtype, &self.budget).await;
        message.map_err(|unreadable| match unreadable {
            Unreadable::Malformed => unusable(Unusable::Malformed),
            Unreadable::Exhausted(exhausted) => exhausted.into(),
        })
    }
}

impl Reply {
    /// Whether the response code says that the name does not exist.
    pub(crate) fn is_nxdomain(&self) -> bool {
        self.message.rcode == NXDOMAIN
    }
}
