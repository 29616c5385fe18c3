//! One call from its beginning to its end, by a driver that may wait.

use std::io;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::part::{Part, Work};
use super::{Deed, Engine};

/// Who has the sockets, the clock and the randomness.
pub(crate) trait Driver {
    /// The time since it began, after so many units of computing.
    fn now(&mut self, computed: u32) -> Duration;

    /// Seconds since 1970.
    fn unix_time(&self) -> i64;

    /// Does what it is told. What happens with a socket is an event for the engine, failures too.
    fn perform(&mut self, deed: Deed, engine: &Engine);

    /// Waits until something happens, or for a time; hands over what happened.
    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()>;
}

/// Runs `work` to its end. `Err` where the driver cannot wait, or there is nothing to wait for.
pub(crate) fn drive<T>(
    driver: &mut dyn Driver,
    engine: &Engine,
    work: Work<'_, T>,
) -> io::Result<T> {
    let mut work = Part::new(work, Waker::noop().clone());
    loop {
        engine.begin_turn(driver.now(engine.computed.take()));
        let polled = work.poll();
        engine.perform(driver);
        if let Poll::Ready(outcome) = polled {
            return Ok(outcome);
        }
        if engine.is_computing.get() {
            work.stir();
        }
        // Who computes is not waited for; what happened meanwhile is taken all the same.
        let until = if work.has_news() { Some(engine.now()) } else { engine.wake() };
        let until = until.ok_or_else(|| io::Error::other("nothing to wait for"))?;
        loop {
            driver.wait(until, engine)?;
            engine.perform(driver);
            if work.has_news() || driver.now(0) >= until {
                break;
            }
        }
    }
}

impl Engine {
    /// Has the driver do what is to be done.
    pub(crate) fn perform(&self, driver: &mut dyn Driver) {
        while let Some(deed) = self.next_deed() {
            driver.perform(deed, self);
        }
    }
}
