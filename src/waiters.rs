//! The futures that wait for one thing.

use std::cell::RefCell;
use std::task::{Context, Waker};

/// Who waits for something.
#[derive(Debug, Default)]
pub(crate) struct Waiters(RefCell<Vec<Waker>>);

impl Waiters {
    pub(crate) fn add(&self, context: &Context<'_>) {
        let mut waiters = self.0.borrow_mut();
        if !waiters.iter().any(|known| known.will_wake(context.waker())) {
            waiters.push(context.waker().clone());
        }
    }

    /// It is there.
    pub(crate) fn wake(&self) {
        self.0.take().into_iter().for_each(Waker::wake);
    }
}
