//! Waiting for a time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::Engine;

impl Engine {
    /// Whether a time is reached; if not, the driver comes again then.
    pub(crate) fn is_past(&self, time: Duration) -> bool {
        let is_past = self.now() >= time;
        if !is_past {
            self.wake_at(time);
        }
        is_past
    }

    /// The outcome of `work`, unless the time comes first.
    pub(crate) async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.is_past(time) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}
