//! What is worked out once, whoever asks.

use std::cell::OnceCell;
use std::future::poll_fn;
use std::task::Poll;

use crate::waiters::Waiters;

/// A place for an outcome.
pub(crate) struct Once<T> {
    outcome: OnceCell<T>,
    waiters: Waiters,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { outcome: OnceCell::new(), waiters: Waiters::default() }
    }
}

impl<T: Clone> Once<T> {
    /// The outcome, where it is there.
    pub(crate) fn get(&self) -> Option<&T> {
        self.outcome.get()
    }

    /// The first outcome is the outcome.
    pub(crate) fn set(&self, outcome: T) {
        if self.outcome.set(outcome).is_ok() {
            self.waiters.wake_all();
        }
    }

    /// Waits for whoever works it out.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|context| match self.get() {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                self.waiters.add(context);
                Poll::Pending
            }
        })
        .await
    }
}
