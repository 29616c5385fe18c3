//! A future among many, which is polled only when there is news for it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::waiters::Waiters;

pub(crate) type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;

/// Who polls a future.
pub(super) trait Above: Send + Sync + 'static {
    /// There is news for it.
    fn tell(&self);
}

impl Above for Waker {
    fn tell(&self) {
        self.wake_by_ref();
    }
}

impl Above for Waiters {
    fn tell(&self) {
        self.wake_all();
    }
}

/// Up whenever something that a future waited for has come, and in the beginning.
struct Flag<A> {
    is_up: AtomicBool,
    above: A,
}

impl<A: Above> Wake for Flag<A> {
    fn wake(self: Arc<Self>) {
        if !self.is_up.swap(true, Ordering::Relaxed) {
            self.above.tell();
        }
    }
}

pub(super) struct Part<'w, T, A = Waker> {
    work: Work<'w, T>,
    flag: Arc<Flag<A>>,
    waker: Waker,
}

impl<'w, T, A: Above> Part<'w, T, A> {
    pub(super) fn new(work: Work<'w, T>, above: A) -> Self {
        let flag = Arc::new(Flag { is_up: AtomicBool::new(true), above });
        Self { work, waker: flag.clone().into(), flag }
    }

    pub(super) fn above(&self) -> &A {
        &self.flag.above
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
