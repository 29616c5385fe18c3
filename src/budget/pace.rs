//! Computing in stretches, between which whoever drives the call looks at the clock.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;

use crate::waiters::Waiters;

/// Units of a stretch: about a millisecond.
pub(crate) const STRETCH: u32 = 1000;

/// How far the stretch of a call has come. It knows no clock: it is told when the time is over.
#[derive(Debug)]
pub(crate) struct Pace {
    stretch: u32,
    computed: Cell<u32>,
    is_late: Cell<bool>,
    /// Who waits for the next stretch.
    waiters: Waiters,
}

/// The call's time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late;

impl Pace {
    /// Gives way after each stretch.
    pub(crate) fn steady() -> Self {
        Self::of(STRETCH)
    }

    /// Never gives way: for who has no deadline.
    pub(crate) fn unhurried() -> Self {
        Self::of(u32::MAX)
    }

    fn of(stretch: u32) -> Self {
        Self {
            stretch,
            computed: Cell::new(0),
            is_late: Cell::new(false),
            waiters: Waiters::default(),
        }
    }

    /// Waits for the next stretch where this one is over, and counts units that are about to be computed.
    pub(crate) async fn work(&self, units: u32) -> Result<(), Late> {
        self.rest().await;
        self.count(units)
    }

    /// Gives way where the stretch is over.
    pub(crate) async fn rest(&self) {
        poll_fn(|context| {
            if !self.is_over() {
                return Poll::Ready(());
            }
            self.waiters.add(context);
            Poll::Pending
        })
        .await;
    }

    /// Counts units that are about to be computed.
    pub(crate) fn count(&self, units: u32) -> Result<(), Late> {
        if self.is_late.get() {
            return Err(Late);
        }
        self.computed.set(self.computed.get().saturating_add(units));
        Ok(())
    }

    /// Whether somebody may wait for the next stretch.
    pub(crate) fn is_over(&self) -> bool {
        self.computed.get() >= self.stretch
    }

    /// Units of this stretch so far.
    pub(crate) fn computed(&self) -> u32 {
        self.computed.get()
    }

    /// A new stretch, for which there is time, or not.
    pub(crate) fn resume(&self, is_late: bool) {
        self.is_late.set(is_late);
        self.computed.set(0);
        self.waiters.wake_all();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn poll<T>(future: impl Future<Output = T>) -> Poll<T> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn who_comes_after_the_stretch_waits_for_the_next_one() {
        let pace = Pace::steady();
        assert_eq!(poll(pace.work(STRETCH - 1)), Poll::Ready(Ok(())));
        assert_eq!(poll(pace.work(STRETCH)), Poll::Ready(Ok(())));
        assert_eq!((pace.computed(), pace.is_over()), (2 * STRETCH - 1, true));
        let (mut first, mut second) = (pin!(pace.work(STRETCH)), pin!(pace.work(1)));
        let mut poll_both = || {
            let mut context = Context::from_waker(Waker::noop());
            [first.as_mut().poll(&mut context), second.as_mut().poll(&mut context)]
        };
        assert_eq!(poll_both(), [Poll::Pending, Poll::Pending]);
        pace.resume(false);
        assert_eq!(poll_both(), [Poll::Ready(Ok(())), Poll::Pending], "one at a time");
    }

    #[test]
    fn nothing_is_computed_after_the_time_is_over() {
        let pace = Pace::steady();
        pace.resume(true);
        assert_eq!((pace.count(1), poll(pace.work(1))), (Err(Late), Poll::Ready(Err(Late))));
        pace.resume(false);
        assert_eq!(pace.count(1), Ok(()));
    }

    #[test]
    fn who_has_no_deadline_is_never_kept() {
        let pace = Pace::unhurried();
        for _ in 0..10 {
            assert_eq!(poll(pace.work(STRETCH)), Poll::Ready(Ok(())));
        }
    }
}
