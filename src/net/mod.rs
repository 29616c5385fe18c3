//! The only sockets, the only clock and the only randomness: drivers of the engine.
//!
//! [`Net`] is for one call, and waits in poll(2); it has no descriptor but its sockets. [`Watch`] is for many, and never
//! waits. [`Line`] is a connection that a call left behind. All descriptors are close-on-exec and above 2, and none is left once the driver is dropped. No thread is started,
//! no signal touched, and no send raises SIGPIPE.

mod clock;
mod connection;
mod line;
#[cfg(any(target_os = "linux", target_os = "android"))]
#[path = "epoll.rs"]
mod readiness;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "kqueue.rs"]
mod readiness;
mod sockets;
mod tokens;
mod watch;

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use crate::engine::{Deed, Driver, Engine, Event, Id};
use clock::Clock;
pub(crate) use line::Line;
use sockets::Sockets;
pub(crate) use watch::Watch;

/// The network, for one call.
#[derive(Debug)]
pub(crate) struct Net {
    clock: Clock,
    sockets: Sockets,
}

impl Net {
    pub(crate) fn new() -> Self {
        Self { clock: Clock::new(), sockets: Sockets::default() }
    }

    /// A socket that failed is closed, and the engine told so.
    fn judge(&mut self, id: Id, engine: &Engine, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            drop(self.sockets.remove(id));
            engine.handle(id, Event::Failed(error));
        }
    }
}

impl Driver for Net {
    fn now(&mut self, _computed: u32) -> Duration {
        self.clock.now()
    }

    fn unix_time(&self) -> i64 {
        clock::unix_time()
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        let (id, outcome) = self.sockets.perform(deed, engine);
        self.judge(id, engine, outcome);
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        // What nobody waits for is left out: its end would be reported again and again.
        let waits = self.sockets.iter().filter_map(|(id, connection)| {
            let events = connection.events(engine.wants(id));
            (!events.is_empty()).then(|| (id, PollFd::new(connection, events)))
        });
        let (mut ready, mut descriptors): (Vec<Id>, Vec<PollFd<'_>>) = waits.unzip();
        let patience = until.saturating_sub(self.clock.now());
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut descriptors, Some(&patience)) {
            Ok(_) => {}
            // A handler of the caller's ran; the time that is left is worked out anew.
            Err(Errno::INTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let mut has_news = descriptors.iter().map(|descriptor| !descriptor.revents().is_empty());
        ready.retain(|_| has_news.next().unwrap_or(false));
        for id in ready {
            let progress = self.sockets.progress(id, engine);
            self.judge(id, engine, progress);
        }
        Ok(())
    }
}
