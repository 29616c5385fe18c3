//! Work that several wait for: whoever is polled drives it, and it ends when nobody waits any longer.

use std::cell::{OnceCell, RefCell};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use super::part::Part;
use crate::waiters::Waiters;

/// Work under way, and then its outcome.
pub(crate) struct Joint<T> {
    part: RefCell<Option<Part<'static, T>>>,
    outcome: OnceCell<T>,
    waiters: Arc<Waiters>,
}

impl<T: Clone> Joint<T> {
    pub(crate) fn new(work: impl Future<Output = T> + 'static) -> Self {
        let waiters = Arc::<Waiters>::default();
        let part = Part::new(Box::pin(work), &waiters.clone().into());
        Self { part: RefCell::new(Some(part)), outcome: OnceCell::new(), waiters }
    }

    /// The outcome. Each who waits is told of news, for the first may be gone when the others are polled.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|context| {
            self.waiters.add(context);
            let mut part = self.part.borrow_mut();
            if let Some(Poll::Ready(outcome)) = part.as_mut().map(Part::poll) {
                *part = None;
                let _first = self.outcome.set(outcome);
                drop(part);
                self.waiters.wake_all();
            }
            self.outcome.get().cloned().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}
