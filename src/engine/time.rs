//! Waiting for a time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Engine;

/// A time that somebody waits for, until it is dropped.
pub(crate) struct Alarm<'e> {
    engine: &'e Engine,
    time: Duration,
    number: u64,
}

impl Engine {
    pub(crate) fn alarm(&self, time: Duration) -> Alarm<'_> {
        let number = self.next_alarm.replace(self.next_alarm.get() + 1);
        Alarm { engine: self, time, number }
    }

    /// The outcome of `work`, unless the time comes first.
    pub(crate) async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        let alarm = self.alarm(time);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if alarm.is_due(context) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

impl Alarm<'_> {
    /// Whether the time is reached; if not, the driver comes again then.
    pub(crate) fn is_due(&self, context: &Context<'_>) -> bool {
        let is_due = self.engine.now() >= self.time;
        if !is_due {
            let mut alarms = self.engine.alarms.borrow_mut();
            alarms.entry((self.time, self.number)).or_insert_with(|| context.waker().clone());
        }
        is_due
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.engine.alarms.borrow_mut().remove(&(self.time, self.number));
    }
}
