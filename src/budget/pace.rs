//! Computing in stretches, between which whoever drives the call looks at the clock.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;

/// Units of a stretch: about a millisecond.
pub(crate) const STRETCH: u32 = 1000;

/// How far the stretch of a call has come. It knows no clock: it is told when the time is over.
#[derive(Debug)]
pub(crate) struct Pace {
    stretch: u32,
    computed: Cell<u32>,
    turn: Cell<u32>,
    is_late: Cell<bool>,
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
        Self { stretch, computed: Cell::new(0), turn: Cell::new(0), is_late: Cell::new(false) }
    }

    /// Units that are about to be computed.
    pub(crate) fn count(&self, units: u32) -> Result<(), Late> {
        if self.is_late.get() {
            return Err(Late);
        }
        self.computed.set(self.computed.get().saturating_add(units));
        Ok(())
    }

    /// Gives way where the stretch is over; goes on in the next turn, if there is time.
    pub(crate) async fn rest(&self) -> Result<(), Late> {
        let turn = self.turn.get();
        let is_next = |turn| !self.is_over() || self.turn.get() != turn;
        poll_fn(|_| if is_next(turn) { Poll::Ready(()) } else { Poll::Pending }).await;
        if self.is_late.get() { Err(Late) } else { Ok(()) }
    }

    /// Units that are about to be computed, in the next stretch where this one is over.
    pub(crate) async fn work(&self, units: u32) -> Result<(), Late> {
        self.count(units)?;
        self.rest().await
    }

    /// Whether somebody waits for the next turn.
    pub(crate) fn is_over(&self) -> bool {
        self.computed.get() >= self.stretch
    }

    /// Units of this turn so far.
    pub(crate) fn computed(&self) -> u32 {
        self.computed.get()
    }

    /// A new turn, for which there is time, or not.
    pub(crate) fn resume(&self, is_late: bool) {
        self.turn.set(self.turn.get().wrapping_add(1));
        self.is_late.set(is_late);
        self.computed.set(0);
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
    fn a_stretch_ends_before_the_unit_that_goes_beyond_it() {
        let pace = Pace::steady();
        assert_eq!(poll(pace.work(STRETCH - 1)), Poll::Ready(Ok(())));
        assert!(!pace.is_over());
        let mut last = pin!(pace.work(1));
        let mut poll_last = || last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!((poll_last(), poll_last()), (Poll::Pending, Poll::Pending));
        assert!(pace.is_over());
        assert_eq!(pace.computed(), STRETCH);
        pace.resume(false);
        assert_eq!(poll_last(), Poll::Ready(Ok(())));
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
