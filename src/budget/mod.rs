//! What one call may spend, however its answers are made.

mod pace;

use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

pub(crate) use pace::{Late, Pace, STRETCH};

use crate::memory;

/// What one RRset and its aliases may cost, and the domain's own part of a call.
const FIRST_QUERIES: u32 = 64;
/// What every MX host adds: addresses, TLSA records, zones on the way.
const HOST_QUERIES: u32 = 24;
/// Units of computing for the whole call. One is about a microsecond of a processor of 2023.
const WORK: u32 = 250_000;
/// Octets of memory for the parts of replies that a proof needs, and for what is made of them.
const MEMORY: usize = 8 * 1024 * 1024;
/// What the allocator adds to a piece of memory at most, its rounding included.
const ALLOCATION: usize = 32;
/// Octets that are hashed, compared or copied in a unit.
const OCTETS_PER_UNIT: usize = 512;
/// Records that are put in order in a unit.
const RECORDS_PER_UNIT: usize = 8;

/// Counts down; nothing refills it but [`Budget::allow_hosts`]. A call that computes gives way after each stretch, and
/// ends at its deadline too.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) pace: Pace,
    queries: Cell<u32>,
    sent: Cell<u32>,
    work: Cell<u32>,
    memory: Cell<usize>,
    is_over: Cell<bool>,
}

/// The call has no more to spend, of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exhausted {
    /// DNS packets.
    Queries,
    /// Units of computing.
    Work,
    /// Octets that are kept.
    Memory,
    /// Signatures of one RRset that do not verify.
    FailingSignatures,
    /// Octets that are kept by all calls under way together.
    SharedMemory,
    /// The deadline.
    Time,
}

impl From<Late> for Exhausted {
    fn from(_: Late) -> Self {
        Self::Time
    }
}

impl Budget {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            queries: Cell::new(FIRST_QUERIES),
            sent: Cell::new(0),
            work: Cell::new(WORK),
            memory: Cell::new(MEMORY),
            is_over: Cell::new(false),
        }
    }

    /// Nothing more may be spent: other calls need the memory.
    pub(crate) fn end(&self) {
        self.is_over.set(true);
    }

    /// Room for the addresses, TLSA records and zones of `hosts` MX hosts.
    pub(crate) fn allow_hosts(&self, hosts: usize) {
        let hosts = u32::try_from(hosts).unwrap_or(u32::MAX);
        let more = HOST_QUERIES.saturating_mul(hosts);
        self.queries.set(self.queries.get().saturating_add(more));
    }

    /// One more question, whether a packet goes out for it or another call has sent one.
    pub(crate) fn query(&self) -> Result<(), Exhausted> {
        self.queries.set(self.queries.get().checked_sub(1).ok_or(Exhausted::Queries)?);
        self.has_memory()
    }

    /// A packet goes out.
    pub(crate) fn count_packet(&self) {
        self.sent.set(self.sent.get() + 1);
    }

    fn has_memory(&self) -> Result<(), Exhausted> {
        match self.is_over.get() {
            true => Err(Exhausted::SharedMemory),
            false if memory::is_short() => Err(Exhausted::Memory),
            false => Ok(()),
        }
    }

    /// Units of computing that are about to be spent, in a stretch that is over perhaps.
    pub(crate) fn spend(&self, units: u32) -> Result<(), Exhausted> {
        let Some(left) = self.work.get().checked_sub(units) else {
            self.work.set(0);
            return Err(Exhausted::Work);
        };
        self.work.set(left);
        self.has_memory()?;
        Ok(self.pace.count(units)?)
    }

    /// Units of computing that are about to be spent, in the next stretch where this one is over.
    pub(crate) async fn work(&self, units: u32) -> Result<(), Exhausted> {
        self.pace.rest().await;
        self.spend(units)
    }

    /// The work of going once through so many octets, and of a call for it.
    pub(crate) async fn pass_over(&self, octets: usize) -> Result<(), Exhausted> {
        self.work(u32::try_from(1 + octets / OCTETS_PER_UNIT).unwrap_or(u32::MAX)).await
    }

    /// The work of putting so many records in order, or of finding each in a list.
    pub(crate) fn sort(&self, records: usize) -> Result<(), Exhausted> {
        self.spend(u32::try_from(records / RECORDS_PER_UNIT).unwrap_or(u32::MAX))
    }

    /// A piece of memory that the call keeps.
    pub(crate) fn keep(&self, octets: usize) -> Result<(), Exhausted> {
        self.has_memory()?;
        let left = self.memory.get().checked_sub(octets.saturating_add(ALLOCATION));
        self.memory.set(left.ok_or(Exhausted::Memory)?);
        Ok(())
    }

    /// Octets that the call keeps.
    pub(crate) fn kept(&self) -> usize {
        MEMORY - self.memory.get()
    }

    /// Packets sent so far, those to probe the resolver apart.
    pub(crate) fn queries_sent(&self) -> u32 {
        self.sent.get()
    }
}

/// What a call has spent.
#[cfg(any(test, dane_policy_fuzzing))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) queries: u32,
    pub(crate) work: u32,
    pub(crate) memory: usize,
}

/// The outcome of computing that nobody can interrupt, for its pace is unhurried.
pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(outcome) = work.as_mut().poll(&mut context) {
            return outcome;
        }
    }
}

#[cfg(any(test, dane_policy_fuzzing))]
impl Budget {
    /// One with all the time there is.
    pub(crate) fn for_tests() -> Self {
        Self::new(Pace::unhurried())
    }

    pub(crate) fn spent(&self) -> Spent {
        Spent { queries: self.sent.get(), work: WORK - self.work.get(), memory: self.kept() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_runs_out() {
        let budget = Budget::for_tests();
        let queries = || (0..).take_while(|_| budget.query().is_ok()).count();
        assert_eq!(queries(), 64);
        budget.allow_hosts(2);
        assert_eq!(queries(), 48);
        assert_eq!(budget.queries_sent(), 0, "what another call sent is not counted");
        budget.count_packet();
        assert_eq!(budget.queries_sent(), 1);
        assert_eq!((0..).take_while(|_| budget.spend(1000).is_ok()).count(), 250);
        assert_eq!(budget.spend(1), Err(Exhausted::Work));
        assert_eq!((0..).take_while(|_| budget.keep(1 << 20).is_ok()).count(), 7);
        assert_eq!(budget.keep(1 << 20), Err(Exhausted::Memory));
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_for_the_rest() {
        let budget = Budget::for_tests();
        assert_eq!(budget.spend(WORK + 1), Err(Exhausted::Work));
        assert_eq!(budget.spend(1), Err(Exhausted::Work));
    }

    #[test]
    fn whose_memory_others_need_spends_nothing_more() {
        let budget = Budget::for_tests();
        budget.keep(1000).unwrap();
        assert_eq!(budget.kept(), 1000 + ALLOCATION);
        budget.end();
        let charges = [budget.query(), budget.spend(1), budget.keep(1), at_once(budget.work(1))];
        assert_eq!(charges, [Err(Exhausted::SharedMemory); 4]);
    }

    #[test]
    fn each_charge_knows_when_the_time_is_over() {
        let budget = Budget::for_tests();
        budget.pace.resume(true);
        assert_eq!(budget.spend(1), Err(Exhausted::Time));
        assert_eq!(at_once(budget.pass_over(0)), Err(Exhausted::Time));
    }
}
