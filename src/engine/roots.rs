//! Many calls under way, of which those go on that have news.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use super::part::{Part, Work};
use super::{Driver, Engine};

/// How often a call that computes for long goes on, while there is news for others.
const RARELY: Duration = Duration::from_millis(10);

/// The calls for which there is news, in the order in which it came.
#[derive(Default)]
struct News(Mutex<VecDeque<u64>>);

impl News {
    fn numbers(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who is told that there is news for one call.
struct Ear {
    number: u64,
    news: Arc<News>,
}

impl Wake for Ear {
    fn wake(self: Arc<Self>) {
        self.news.numbers().push_back(self.number);
    }
}

/// Calls under way, by their numbers.
pub(crate) struct Roots<T> {
    parts: BTreeMap<u64, Part<'static, T>>,
    news: Arc<News>,
    /// The calls that have more to compute, in the order in which they are to go on.
    computing: VecDeque<u64>,
    /// When one of them went on.
    computed: Duration,
    /// Whose turn it is.
    at: u64,
}

/// What came of a turn.
pub(crate) enum Turn<T> {
    /// This call is done.
    Done(u64, T),
    /// A call went on.
    On,
    /// There was news for none.
    Idle,
}

impl<T> Roots<T> {
    pub(crate) fn new() -> Self {
        Self {
            parts: BTreeMap::new(),
            news: Arc::default(),
            computing: VecDeque::new(),
            computed: Duration::ZERO,
            at: 0,
        }
    }

    pub(crate) fn begin(&mut self, number: u64, work: Work<'static, T>) {
        let ear: Waker = Arc::new(Ear { number, news: self.news.clone() }).into();
        ear.wake_by_ref();
        self.parts.insert(number, Part::new(work, ear));
    }

    /// Drops a call that nobody waits for any longer.
    pub(crate) fn cancel(&mut self, number: u64) {
        self.parts.remove(&number);
    }

    pub(crate) fn has_news(&self) -> bool {
        !self.computing.is_empty() || !self.news.numbers().is_empty()
    }

    /// Whether nobody has news, and somebody has more to compute.
    pub(crate) fn only_computes(&self) -> bool {
        !self.computing.is_empty() && self.news.numbers().is_empty()
    }

    /// Those with news come first, so that who computes for long keeps nobody else for long.
    fn next(&mut self, now: Duration) -> Option<u64> {
        let is_time = now >= self.computed + RARELY;
        let news = if is_time && !self.computing.is_empty() {
            None
        } else {
            self.news.numbers().pop_front()
        };
        news.or_else(|| {
            self.computed = now;
            self.computing.pop_front()
        })
    }

    /// The call whose turn it is, or was last.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Lets the next call with news go on, at the driver's time. A call that panics here is dropped.
    pub(crate) fn turn(&mut self, driver: &mut dyn Driver, engine: &Engine) -> Turn<T> {
        engine.begin_turn(driver.now(engine.computed.take()));
        engine.perform(driver);
        let Some(number) = self.next(engine.now()) else { return Turn::Idle };
        self.at = number;
        let Some(mut part) = self.parts.remove(&number) else { return Turn::On };
        let polled = part.poll();
        engine.perform(driver);
        match polled {
            Poll::Ready(outcome) => Turn::Done(number, outcome),
            Poll::Pending => {
                if engine.is_computing.get() {
                    // Its own parts tell it of the next stretch, which is no news.
                    self.news.numbers().retain(|other| *other != number);
                    part.stir();
                    self.computing.push_back(number);
                }
                self.parts.insert(number, part);
                Turn::On
            }
        }
    }
}
