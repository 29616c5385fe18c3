//! The clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time that only goes forward.
#[derive(Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn new() -> Self {
        Self(Instant::now())
    }

    /// The time since it was made.
    pub(super) fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Seconds since 1970.
pub(super) fn unix_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
