//! Many calls at once on one thread, for programs with an event loop.

mod flight;
mod outcome;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::process;
use std::time::Duration;

pub(crate) use flight::Flight;
pub use outcome::{Found, Outcome};

use crate::context::{Begun, Context, Place, Settings};
use crate::decide::{Level, Mx};
use crate::dns::RecordType;
use crate::engine::Driver;
use crate::lookup::Host;
use crate::net::Watch;

/// What one [`Multi::process`] computes, but for the turn of a call that goes beyond it.
const STRETCH: Duration = Duration::from_millis(5);

/// Calls under way, each with a tag of the caller's.
///
/// It takes the settings of its context as they are, shares the context's cache, and has one descriptor as long as it lives,
/// which is readable whenever there is something to process or to take: for sockets, for timers and for outcomes. So
/// an event loop waits for that alone. Calls ask equal questions once, and what one proves of a zone serves the others;
/// what fails for one fails for no other.
///
/// ```
/// use dane_policy::multi::{Found, Multi};
///
/// # use dane_policy::context::Context;
/// # let world = world::World::start()?;
/// # let mut context = Context::new();
/// # context.add_nameserver(&world.dns.to_string())?;
/// # context.set_trust_anchors(world.anchor.as_bytes())?;
/// # let port = world.smtp_port;
/// let mut multi = Multi::new(&context)?;
/// for domain in ["good.test", "tlsa-none.test", "mismatch.test"] {
///     multi.lookup(domain, port, domain);
/// }
/// while multi.running() > 0 {
///     // In an event loop: when `multi.as_fd()` is readable, `multi.process()`.
///     multi.wait(None)?;
///     while let Some(outcome) = multi.take() {
///         if let Found::Destination(destination) = outcome.found? {
///             println!("{}: {}", outcome.tag, destination.decision.text);
///         }
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Multi<T> {
    flight: Flight<T>,
    watch: Watch,
    /// The process that made it.
    owner: u32,
}

impl<T> Multi<T> {
    /// # Errors
    ///
    /// Where the system gives no descriptor.
    pub fn new(context: &Context) -> io::Result<Self> {
        let watch = Watch::new()?;
        let flight = Flight::new(context.settings().clone(), watch.sockets());
        Ok(Self { flight, watch, owner: process::id() })
    }

    /// Whether this is the process that made it; in another one that forked off nothing may be done with it but to drop
    /// it, which then closes its descriptors and touches nothing else.
    pub fn is_owner(&self) -> bool {
        self.owner == process::id()
    }

    /// As [`Context::set_level`], for the calls that start later.
    pub fn set_level(&mut self, level: impl Into<Option<Level>>) {
        self.flight.settings.level = level.into();
    }

    /// As [`Context::set_audit`], for the calls that start later.
    pub fn set_audit(&mut self, on: bool) {
        self.flight.settings.audit = on;
    }

    /// Sockets that all calls have open at once from now on; by default 256, or half of the descriptors that the process may
    /// still open where that is less.
    pub fn set_sockets(&mut self, count: usize) {
        self.flight.engine().set_sockets(count.max(1));
        self.flight.engine().perform(&mut self.watch);
        self.settle();
    }

    /// Octets that all calls may keep of what they were answered, from now on; 64 MiB by default. Past it the call that holds
    /// most ends, indeterminate.
    pub fn set_memory(&mut self, octets: usize) {
        self.flight.set_memory(octets);
        self.set_alarm();
    }

    /// Starts [`Context::lookup`].
    pub fn lookup(&mut self, domain: &str, port: u16, tag: T) {
        self.start(tag, |settings, place| settings.lookup(place, domain, port));
    }

    /// Starts [`Context::lookup_host`].
    pub fn lookup_host(&mut self, host: &str, port: u16, next_hop: Option<&str>, mx: Mx, tag: T) {
        self.start(tag, |settings, place| settings.lookup_host(place, host, port, next_hop, mx));
    }

    /// Starts [`Context::query`].
    pub fn query(&mut self, name: &str, rtype: RecordType, tag: T) {
        self.start(tag, |settings, place| settings.query(place, name, rtype));
    }

    /// Starts [`Context::check`].
    pub fn check(&mut self, domain: &str, port: u16, tag: T) {
        self.start(tag, |settings, place| settings.check(place, domain, port));
    }

    /// Starts [`Context::connect_host`]; the session does not block.
    pub fn connect_host(&mut self, host: &Host, tag: T) {
        self.start(tag, |settings, place| settings.connect_host(place, host, false));
    }

    fn start<F>(&mut self, tag: T, begin: impl FnOnce(&Settings, Place<'_>) -> Begun<F>)
    where
        F: Into<Found> + 'static,
    {
        self.flight.begin(&mut self.watch, tag, begin);
        self.set_alarm();
    }

    /// Drops the call that was started last.
    #[cfg(feature = "capi")]
    pub(crate) fn forget_last(&mut self) {
        self.flight.forget_last();
    }

    /// Goes on with every call that can, without waiting, and for about 5 ms; where that was not enough, the descriptor
    /// stays readable.
    ///
    /// # Errors
    ///
    /// What epoll(7) says; calls still end by their deadlines.
    pub fn process(&mut self) -> io::Result<()> {
        self.process_by(|multi, until| Ok(multi.turn(until)))
    }

    /// The same by another way to let a call go on; where that is an error, nothing more is done.
    pub(crate) fn process_by<E: From<io::Error>>(
        &mut self,
        mut turn: impl FnMut(&mut Self, Duration) -> Result<bool, E>,
    ) -> Result<(), E> {
        let heard = self.flight.wait(&mut self.watch, Duration::ZERO);
        let until = self.watch.now(0) + STRETCH;
        let outcome = loop {
            match turn(self, until) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.settle();
        outcome.and(heard.map_err(E::from))
    }

    /// One call goes on; false where none can, or there is no time left.
    pub(crate) fn turn(&mut self, until: Duration) -> bool {
        self.watch.now(0) < until && self.flight.turn(&mut self.watch)
    }

    /// Ends the call whose turn it was with an error.
    #[cfg(feature = "capi")]
    pub(crate) fn abandon(&mut self, error: io::Error) {
        self.flight.abandon(&mut self.watch, error);
    }

    /// Has the descriptor readable when there is something to do, for a socket too.
    fn settle(&mut self) {
        self.watch.settle(self.flight.engine());
        self.set_alarm();
    }

    fn set_alarm(&mut self) {
        self.watch.set_alarm(self.flight.wake());
    }

    /// How long until [`process`](Self::process) has something to do, for loops that keep timers themselves; zero where an
    /// outcome waits, none where nothing runs.
    pub fn timeout(&mut self) -> Option<Duration> {
        let now = self.watch.now(0);
        self.flight.wake().map(|wake| wake.saturating_sub(now))
    }

    /// Waits and processes until there is an outcome, nothing runs, a signal came, or the time is up; for programs without an
    /// event loop.
    ///
    /// # Errors
    ///
    /// As [`process`](Self::process).
    pub fn wait(&mut self, patience: Option<Duration>) -> io::Result<()> {
        self.wait_by(patience, Self::process)
    }

    /// The same by another way to process.
    pub(crate) fn wait_by<E: From<io::Error>>(
        &mut self,
        patience: Option<Duration>,
        process: impl Fn(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let until = patience.map(|patience| self.watch.now(0).saturating_add(patience));
        while !self.flight.has_outcome() && self.running() > 0 {
            let now = self.watch.now(0);
            let left = until.map(|until| until.saturating_sub(now));
            let is_readable = self.watch.wait_for_descriptor(left)?;
            process(self)?;
            if !is_readable || left.is_some_and(|left| left.is_zero()) {
                break;
            }
        }
        Ok(())
    }

    /// Calls that are started, and not taken yet.
    pub fn running(&self) -> usize {
        self.flight.running()
    }

    /// A call that is done, in the order in which they were.
    pub fn take(&mut self) -> Option<Outcome<T>> {
        let outcome = self.flight.next();
        self.set_alarm();
        outcome
    }

    /// Ends every call with this tag, done ones too: they will not come out.
    pub fn cancel(&mut self, tag: &T)
    where
        T: PartialEq,
    {
        self.flight.cancel(&mut self.watch, |other| other == tag);
        self.settle();
    }
}

impl<T> AsFd for Multi<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.watch.as_fd()
    }
}

impl<T> Drop for Multi<T> {
    fn drop(&mut self) {
        if self.is_owner() {
            self.flight.cancel(&mut self.watch, |_| true);
        }
    }
}
