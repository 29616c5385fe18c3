//! The futures that wait for one thing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

/// Who waits for something; as a rule it is one.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Mutex<(Option<Waker>, Vec<Waker>)>);

impl Waiters {
    fn wakers(&self) -> MutexGuard<'_, (Option<Waker>, Vec<Waker>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, context: &Context<'_>) {
        let (first, others) = &mut *self.wakers();
        if first.iter().chain(&*others).any(|known| known.will_wake(context.waker())) {
            return;
        }
        let waker = context.waker().clone();
        match first {
            None => *first = Some(waker),
            Some(_) => others.push(waker),
        }
    }

    /// It is there.
    pub(crate) fn wake_all(&self) {
        let (first, others) = std::mem::take(&mut *self.wakers());
        first.into_iter().chain(others).for_each(Waker::wake);
    }
}
