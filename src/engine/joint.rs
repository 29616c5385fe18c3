//! Work that several wait for: whoever is polled drives it, and it ends when nobody waits any longer.

use std::cell::{OnceCell, RefCell};
use std::future::poll_fn;
use std::task::Poll;

use super::part::Part;
use crate::waiters::Waiters;

/// Work under way, and then its outcome.
pub(crate) struct Joint<T> {
    part: RefCell<Option<Part<'static, T, Waiters>>>,
    outcome: OnceCell<T>,
}

impl<T> Joint<T> {
    pub(crate) fn new(work: impl Future<Output = T> + 'static) -> Self {
        let part = Part::new(Box::pin(work), Waiters::default());
        Self { part: RefCell::new(Some(part)), outcome: OnceCell::new() }
    }

    /// The outcome. Each who waits is told of news, for the first may be gone when the others are polled.
    pub(crate) async fn wait(&self) -> &T {
        poll_fn(|context| {
            let mut part = self.part.borrow_mut();
            if let Some(running) = &mut *part {
                running.above().add(context);
                if let Poll::Ready(outcome) = running.poll() {
                    let _first = self.outcome.set(outcome);
                    let done = part.take();
                    drop(part);
                    done.inspect(|done| done.above().wake_all());
                }
            }
            self.outcome.get().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}
