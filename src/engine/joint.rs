//! Work that several wait for: whoever is polled drives it, and it ends when nobody waits any longer.

use std::cell::{OnceCell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::part::Part;

/// Work under way, and then its outcome.
pub(crate) struct Joint<T> {
    part: RefCell<Option<Part<'static, T>>>,
    outcome: OnceCell<T>,
    crowd: Arc<Crowd>,
}

/// Those who wait.
#[derive(Default)]
struct Crowd(Mutex<Vec<Waker>>);

impl Crowd {
    fn add(&self, context: &Context<'_>) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|known| known.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
    }
}

impl Wake for Crowd {
    /// Each of them, for the first may be gone when the others are polled.
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<T: Clone> Joint<T> {
    pub(crate) fn new(work: impl Future<Output = T> + 'static) -> Rc<Self> {
        let crowd = Arc::new(Crowd::default());
        let part = Part::new(Box::pin(work), &crowd.clone().into());
        Rc::new(Self { part: RefCell::new(Some(part)), outcome: OnceCell::new(), crowd })
    }

    /// The outcome.
    pub(crate) async fn wait(&self) -> T {
        poll_fn(|context| {
            self.crowd.add(context);
            let mut part = self.part.borrow_mut();
            if let Some(Poll::Ready(outcome)) = part.as_mut().map(Part::poll) {
                *part = None;
                let _first = self.outcome.set(outcome);
                drop(part);
                self.crowd.clone().wake();
            }
            self.outcome.get().cloned().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}
