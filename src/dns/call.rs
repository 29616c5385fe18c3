//! One call into the library: its clock, deadline, budget, and every answer it has seen.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::Mode;
use super::cache::Cache;
use super::config::Config;
use super::transport::{Question, ask_tcp, ask_udp};
use crate::budget::Budget;
use crate::decide::Detail;
use crate::dns::proof::Failure;
use crate::dns::proof::Standing;
use crate::dns::wire::names::display;
use crate::dns::wire::rtype;
use crate::dns::wire::{self, Message, Unreadable, Wants};

/// Patience with one server, per round over all of them.
const ROUNDS: [Duration; 3] =
    [Duration::from_millis(1500), Duration::from_secs(3), Duration::from_secs(6)];

/// Sockets open at once.
const SOCKETS: usize = 64;

const NOERROR: u16 = 0;
const NXDOMAIN: u16 = 3;

/// A reply, and who sent it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) message: Message,
    pub(crate) server: SocketAddr,
}

pub(crate) type Outcome = Result<Rc<Reply>, Failure>;

type Memo<K, V> = RefCell<HashMap<K, Rc<OnceCell<V>>>>;

/// The state of one call. Lives on one thread; tasks share it.
pub(crate) struct Call {
    pub(crate) config: Config,
    pub(crate) cache: Arc<Cache>,
    /// Seconds since 1970.
    pub(crate) now: i64,
    pub(crate) deadline: Instant,
    pub(crate) budget: Budget,
    pub(super) standings: Memo<Name, Standing>,
    replies: Memo<(Name, u16), Outcome>,
    direct: Memo<(SocketAddr, Name, u16), Outcome>,
    sockets: Semaphore,
    /// The server that answered last: a dead one is not waited for twice.
    preferred: Cell<usize>,
}

impl Call {
    pub(crate) fn new(config: Config, cache: Arc<Cache>, now: i64, deadline: Instant) -> Rc<Self> {
        Rc::new(Self {
            config,
            cache,
            now,
            deadline,
            budget: Budget::new(deadline),
            standings: Memo::default(),
            replies: Memo::default(),
            direct: Memo::default(),
            sockets: Semaphore::new(SOCKETS),
            preferred: Cell::new(0),
        })
    }

    /// Asks once per call, whoever asks again.
    pub(crate) async fn ask(&self, name: &Name, rtype: u16) -> Outcome {
        let cell = self.replies.borrow_mut().entry((name.clone(), rtype)).or_default().clone();
        cell.get_or_init(|| self.ask_servers(name, rtype)).await.clone()
    }

    /// Starts a question whose answer will be wanted.
    pub(crate) fn start(self: &Rc<Self>, name: &Name, rtype: u16) {
        if self.replies.borrow().contains_key(&(name.clone(), rtype)) {
            return;
        }
        let (call, name) = (self.clone(), name.clone());
        tokio::task::spawn_local(async move { call.ask(&name, rtype).await });
    }

    /// Asks one server, once per call; no part of the lookup's own queries.
    pub(crate) async fn ask_directly(
        &self,
        server: SocketAddr,
        name: &Name,
        rtype: u16,
    ) -> Outcome {
        let cell =
            self.direct.borrow_mut().entry((server, name.clone(), rtype)).or_default().clone();
        let ask = || async {
            self.budget.probe()?;
            let patience = Instant::now() + ROUNDS[1];
            self.exchange(server, name, rtype, patience.min(self.deadline)).await
        };
        cell.get_or_init(ask).await.clone()
    }

    /// Every server in turn, and again with more patience; an answer that is a failure is not asked for again.
    async fn ask_servers(&self, name: &Name, rtype: u16) -> Outcome {
        let servers = &self.config.servers;
        let mut given_up = vec![false; servers.len()];
        let mut failure =
            Failure::indeterminate(Detail::ServerFailure, "no name server is configured");
        for patience in ROUNDS {
            let first = self.preferred.get();
            for index in (0..servers.len()).map(|i| (first + i) % servers.len()) {
                if given_up[index] {
                    continue;
                }
                self.budget.query()?;
                let until = (Instant::now() + patience).min(self.deadline);
                match self.exchange(servers[index], name, rtype, until).await {
                    Ok(reply) => {
                        self.preferred.set(index);
                        return Ok(reply);
                    }
                    Err(cause) => {
                        given_up[index] = cause.detail != Detail::Timeout;
                        failure = cause;
                    }
                }
                if Instant::now() >= self.deadline {
                    return Err(failure);
                }
            }
            if given_up.iter().all(|given_up| *given_up) {
                break;
            }
        }
        Err(failure)
    }

    async fn exchange(
        &self,
        server: SocketAddr,
        name: &Name,
        rtype: u16,
        until: Instant,
    ) -> Outcome {
        let what = || format!("{} of {}", rtype::name(rtype), display(name));
        let unusable = |cause: String| {
            let text = format!("resolver {server} gave no usable answer for {}: {cause}", what());
            Failure::indeterminate(Detail::ServerFailure, text)
        };
        let wants = match self.config.mode {
            Some(Mode::Validate) => Wants::Proofs,
            Some(Mode::TrustAd) => Wants::Judgement,
            None => Wants::Records,
        };
        let question = Question::new(name, rtype, wants).map_err(|e| unusable(e.to_string()))?;
        let talk = async {
            let _socket = self.sockets.acquire().await;
            let wire = ask_udp(server, &question).await.map_err(|e| unusable(e.to_string()))?;
            let message = self.read(&wire, name, rtype, unusable)?;
            if !message.truncated {
                return Ok(message);
            }
            self.budget.query()?;
            let wire = ask_tcp(server, &question).await.map_err(|e| unusable(e.to_string()))?;
            let message = self.read(&wire, name, rtype, unusable)?;
            if message.truncated {
                return Err(unusable("truncated over TCP".into()));
            }
            Ok(message)
        };
        let message = timeout_at(until, talk).await.map_err(|_| {
            let text = format!("resolver {server} did not answer for {} in time", what());
            Failure::indeterminate(Detail::Timeout, text)
        })??;
        if !matches!(message.rcode, NOERROR | NXDOMAIN) {
            let words = message.extended_error.map(|words| format!(" ({words})"));
            let words = words.unwrap_or_default();
            let (rcode, what) = (rcode_name(message.rcode), what());
            let text = format!("resolver {server} answered {rcode} for {what}{words}");
            let mut failure = Failure::indeterminate(Detail::ServerFailure, text);
            failure.rcode = message.rcode;
            return Err(failure);
        }
        Ok(Rc::new(Reply { message, server }))
    }

    fn read(
        &self,
        wire: &[u8],
        name: &Name,
        rtype: u16,
        unusable: impl Fn(String) -> Failure,
    ) -> Result<Message, Failure> {
        wire::parse(wire, name, rtype, &self.budget).map_err(|unreadable| match unreadable {
            Unreadable::Malformed => unusable("malformed message".into()),
            Unreadable::Exhausted(exhausted) => exhausted.into(),
        })
    }
}

/// The name of a response code (RFC 6895 section 2.3).
pub(crate) fn rcode_name(rcode: u16) -> String {
    match rcode {
        NOERROR => "NOERROR".into(),
        1 => "FORMERR".into(),
        2 => "SERVFAIL".into(),
        NXDOMAIN => "NXDOMAIN".into(),
        4 => "NOTIMP".into(),
        5 => "REFUSED".into(),
        other => format!("RCODE{other}"),
    }
}

impl Reply {
    /// Whether the response code says that the name does not exist.
    pub(crate) fn is_nxdomain(&self) -> bool {
        self.message.rcode == NXDOMAIN
    }
}
