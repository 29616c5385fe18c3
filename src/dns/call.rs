//! One call into the library: its clock, deadline, budget, and every answer it has seen.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::Mode;
use super::cache::{Cache, Visitor};
use super::config::Config;
use super::reply::Outcome;
use super::shared::Shared;
use crate::budget::{Budget, Exhausted, Pace};
use crate::dns::proof::{Failure, Standing};
use crate::engine::{Engine, Once, Tasks};

/// How long another call that is finding out where a name stands is waited for.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Names come last in a key: to compare them costs most.
type Memo<K, V> = RefCell<BTreeMap<K, Rc<Once<V>>>>;

/// Where and when a call takes place.
pub(crate) struct Setting {
    pub(crate) engine: Rc<Engine>,
    pub(crate) shared: Rc<Shared>,
    /// Which of the engine's calls it is.
    pub(crate) number: u64,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// When it began and when it must be done, by the engine's time.
    pub(crate) began: Duration,
    pub(crate) deadline: Duration,
}

/// The state of one call. Lives on one thread; its tasks share it.
pub(crate) struct Call {
    pub(crate) engine: Rc<Engine>,
    pub(super) shared: Rc<Shared>,
    pub(crate) number: u64,
    pub(crate) config: Arc<Config>,
    /// None: DNSSEC does not matter, and everything is insecure.
    pub(crate) mode: Option<Mode>,
    pub(crate) cache: Arc<Cache>,
    pub(super) visitor: Visitor,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// By the engine's time.
    pub(crate) began: Duration,
    pub(crate) deadline: Duration,
    pub(crate) budget: Budget,
    tasks: Tasks,
    standings: Memo<Name, Standing>,
    replies: Memo<(u16, Name), Outcome>,
    direct: Memo<(SocketAddr, u16, Name), Outcome>,
    /// Other calls need its memory.
    ended: Once<()>,
}

impl Call {
    pub(crate) fn new(
        setting: Setting,
        config: Arc<Config>,
        mode: Option<Mode>,
        cache: Arc<Cache>,
    ) -> Rc<Self> {
        let Setting { engine, shared, number, now, began, deadline } = setting;
        Rc::new(Self {
            engine,
            shared,
            number,
            config,
            mode,
            visitor: cache.visitor(),
            cache,
            now,
            began,
            deadline,
            budget: Budget::new(Pace::steady()),
            tasks: Tasks::default(),
            standings: Memo::default(),
            replies: Memo::default(),
            direct: Memo::default(),
            ended: Once::default(),
        })
    }

    /// Runs `work`, and what it begins, until it has its outcome.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let _ends = CancelOnDrop(&self.tasks);
        let mut work = Box::pin(work);
        let pace = &self.budget.pace;
        poll_fn(|context| {
            pace.resume(self.engine.now() >= self.deadline);
            let polled = self.tasks.poll(work.as_mut(), context);
            self.engine.compute(pace.computed(), pace.is_over());
            polled
        })
        .await
    }

    /// Ends it before its time, for other calls need its memory: whatever it waits for fails.
    pub(crate) fn end(&self) {
        self.budget.end();
        let failure = || Failure::from(Exhausted::SharedMemory);
        self.replies.borrow().values().for_each(|reply| reply.set(Err(failure())));
        self.direct.borrow().values().for_each(|reply| reply.set(Err(failure())));
        let standings = self.standings.borrow();
        standings.values().for_each(|standing| standing.set(Standing::Failed(failure())));
        self.ended.set(());
    }

    /// The outcome of `work`, unless the call is ended before.
    pub(crate) async fn unless_ended<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut ended) = (pin!(work), pin!(self.ended.wait()));
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending => ended.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    /// Begins to work something out, once in a call, whoever asks.
    fn once<K: Ord, V: Clone + 'static, F: Future<Output = V> + 'static>(
        self: &Rc<Self>,
        memo: fn(&Self) -> &Memo<K, V>,
        key: K,
        work: impl FnOnce(Rc<Self>) -> F,
    ) -> Rc<Once<V>> {
        if let Some(known) = memo(self).borrow().get(&key) {
            return known.clone();
        }
        let once = Rc::<Once<V>>::default();
        memo(self).borrow_mut().insert(key, once.clone());
        let (work, outcome) = (work(self.clone()), once.clone());
        self.tasks.begin(async move { outcome.set(work.await) });
        once
    }

    /// Starts a question, and gives the place of its answer.
    pub(super) fn start(self: &Rc<Self>, name: &Name, rtype: u16) -> Rc<Once<Outcome>> {
        let asked = name.clone();
        self.once(
            |call| &call.replies,
            (rtype, name.clone()),
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
    ) -> Rc<Once<Outcome>> {
        let asked = name.clone();
        self.once(
            |call| &call.direct,
            (server, rtype, name.clone()),
            |call| async move { call.ask_server(server, &asked, rtype).await },
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

    /// What other calls found out of a zone.
    pub(super) fn known(&self, name: &Name) -> Option<Standing> {
        self.cache.get(name, self.now, self.visitor)
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
        let owner = name.clone();
        let work = |call: Rc<Self>| {
            let work = work(call.clone());
            async move { call.stand_first(&owner, work).await }
        };
        self.once(|call| &call.standings, name.clone(), work).wait().await
    }

    /// Where a name stands, by `work`, unless another call that is at it finds out what lasts.
    async fn stand_first(&self, name: &Name, work: impl Future<Output = Standing>) -> Standing {
        let until = (self.engine.now() + PATIENCE).min(self.deadline);
        loop {
            let others = match self.shared.lead(name) {
                Ok(_lead) => return work.await,
                Err(others) => others,
            };
            if self.engine.within(until, others.wait()).await.is_none() {
                return work.await;
            }
            if let Some(known) = self.known(name) {
                return known;
            }
        }
    }
}

/// However the call ends, its tasks end with it: they hold it, and it holds them.
struct CancelOnDrop<'t>(&'t Tasks);

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
