//! What is worked out once, whoever asks.

use std::cell::OnceCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// A place for an outcome.
#[derive(Debug)]
pub(crate) struct Once<T>(Rc<OnceCell<T>>);

impl<T> Clone for Once<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Once<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::default())
    }

    /// The outcome, where it is there.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// The first outcome is the outcome.
    pub(crate) fn set(&self, outcome: T) {
        let _earlier = self.0.set(outcome);
    }

    /// Waits for whoever works it out.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|_| self.0.get().cloned().map_or(Poll::Pending, Poll::Ready)).await
    }
}
