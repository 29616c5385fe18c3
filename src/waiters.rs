//! The futures that wait for one thing.

use std::task::{Context, Waker};

/// Who waits for something.
#[derive(Default)]
pub(super) struct Waiters(Vec<Waker>);

impl Waiters {
    pub(super) fn add(&mut self, context: &Context<'_>) {
        if !self.0.iter().any(|known| known.will_wake(context.waker())) {
            self.0.push(context.waker().clone());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// It is there.
    pub(super) fn wake(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
    }
}
