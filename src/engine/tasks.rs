//! Work that a call has begun, and that others in it wait for.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// Work under way, in the order in which it was begun.
#[derive(Default)]
pub(crate) struct Tasks {
    running: RefCell<Vec<Task>>,
    begun: RefCell<Vec<Task>>,
}

impl Tasks {
    pub(crate) fn begin(&self, work: impl Future<Output = ()> + 'static) {
        self.begun.borrow_mut().push(Box::pin(work));
    }

    /// Polls `work`, and all that it began, until nothing moves.
    pub(crate) fn poll<T>(
        &self,
        mut work: Pin<&mut (impl Future<Output = T> + ?Sized)>,
        context: &mut Context<'_>,
    ) -> Poll<T> {
        loop {
            let moves = self.poll_running(context);
            if let Poll::Ready(outcome) = work.as_mut().poll(context) {
                return Poll::Ready(outcome);
            }
            if !moves && self.begun.borrow().is_empty() {
                return Poll::Pending;
            }
        }
    }

    /// Polls each once, in its order. Whether one was new or ended: then another may go on.
    fn poll_running(&self, context: &mut Context<'_>) -> bool {
        let mut running = self.running.take();
        let before = running.len();
        running.append(&mut self.begun.borrow_mut());
        let count = running.len();
        running.retain_mut(|task| task.as_mut().poll(context).is_pending());
        let moves = before < count || running.len() < count;
        self.running.replace(running);
        moves
    }

    /// Drops what nobody waits for any longer.
    pub(crate) fn cancel(&self) {
        drop((self.running.take(), self.begun.take()));
    }
}
