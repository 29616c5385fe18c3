//! What is worked out once, whoever asks.

use std::cell::OnceCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use crate::waiters::Waiters;

/// A place for an outcome.
pub(crate) struct Once<T>(Rc<Place<T>>);

struct Place<T> {
    outcome: OnceCell<T>,
    waiters: Waiters,
}

impl<T> Clone for Once<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Once<T> {
    pub(crate) fn new() -> Self {
        Self(Place { outcome: OnceCell::new(), waiters: Waiters::default() }.into())
    }

    /// The outcome, where it is there.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.outcome.get()
    }

    /// The first outcome is the outcome.
    pub(crate) fn set(&self, outcome: T) {
        if self.0.outcome.set(outcome).is_ok() {
            self.0.waiters.wake_all();
        }
    }

    /// Waits for whoever works it out.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|context| match self.get() {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                self.0.waiters.add(context);
                Poll::Pending
            }
        })
        .await
    }
}
