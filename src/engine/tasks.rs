//! Work that a call has begun, and that others in it wait for.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::part::{Part, Work};

/// Work under way, in the order in which it was begun.
#[derive(Default)]
pub(crate) struct Tasks {
    running: RefCell<Vec<Part<'static, ()>>>,
    begun: RefCell<Vec<Work<'static, ()>>>,
}

impl Tasks {
    pub(crate) fn begin(&self, work: impl Future<Output = ()> + 'static) {
        self.begun.borrow_mut().push(Box::pin(work));
    }

    /// Polls `work`, and of all that it began what has news, until nothing moves.
    pub(crate) fn poll<T>(
        &self,
        mut work: Pin<&mut (impl Future<Output = T> + ?Sized)>,
        context: &mut Context<'_>,
    ) -> Poll<T> {
        loop {
            self.poll_running(context.waker());
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            let has_news = self.running.borrow().iter().any(Part::has_news);
            if !has_news && self.begun.borrow().is_empty() {
                return Poll::Pending;
            }
        }
    }

    /// Each once, in its order.
    fn poll_running(&self, above: &Waker) {
        let mut running = self.running.take();
        running
            .extend(self.begun.borrow_mut().drain(..).map(|work| Part::new(work, above.clone())));
        running.retain_mut(|task| task.poll().is_pending());
        self.running.replace(running);
    }

    /// Drops what nobody waits for any longer.
    pub(crate) fn cancel(&self) {
        drop((self.running.take(), self.begun.take()));
    }
}
