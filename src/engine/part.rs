//! A future among many, which is polled only when there is news for it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

pub(crate) type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

/// Up whenever something that a future waited for has come, and in the beginning.
struct Flag {
    is_up: AtomicBool,
    /// Who polls the future.
    above: Waker,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if !self.is_up.swap(true, Ordering::Relaxed) {
            self.above.wake_by_ref();
        }
    }
}

pub(super) struct Part<'w, T> {
    work: Work<'w, T>,
    flag: Arc<Flag>,
    waker: Waker,
}

impl<'w, T> Part<'w, T> {
    pub(super) fn new(work: Work<'w, T>, above: &Waker) -> Self {
        let flag = Arc::new(Flag { is_up: AtomicBool::new(true), above: above.clone() });
        Self { work, waker: flag.clone().into(), flag }
    }

    pub(super) fn has_news(&self) -> bool {
        self.flag.is_up.load(Ordering::Relaxed)
    }

    /// It is to go on, though there may be no news.
    pub(super) fn stir(&self) {
        self.flag.is_up.store(true, Ordering::Relaxed);
    }

    /// Goes on, if there is news.
    pub(super) fn poll(&mut self) -> Poll<T> {
        if !self.flag.is_up.swap(false, Ordering::Relaxed) {
            return Poll::Pending;
        }
        self.work.as_mut().poll(&mut Context::from_waker(&self.waker))
    }
}
