//! What one call may spend, however its answers are made.

use std::cell::Cell;

/// DNS packets for the domain and each RRset outside the MX hosts.
const QUERIES: u32 = 64;
/// DNS packets for every MX host.
const QUERIES_PER_HOST: u32 = 24;
/// Public-key operations, more than the largest honest call needs.
const SIGNATURES: u32 = 1024;
/// NSEC3 hashes, each of at most 151 SHA-1 rounds.
const HASHES: u32 = 4096;
/// Octets of replies.
const OCTETS: usize = 8 * 1024 * 1024;

/// Counts down; nothing refills it but [`Budget::allow_hosts`].
#[derive(Debug)]
pub(crate) struct Budget {
    queries: Cell<u32>,
    sent: Cell<u32>,
    signatures: Cell<u32>,
    hashes: Cell<u32>,
    octets: Cell<usize>,
}

/// The call has no more to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            queries: Cell::new(QUERIES),
            sent: Cell::new(0),
            signatures: Cell::new(SIGNATURES),
            hashes: Cell::new(HASHES),
            octets: Cell::new(OCTETS),
        }
    }

    /// Room for the addresses, TLSA records and zones of `hosts` MX hosts.
    pub(crate) fn allow_hosts(&self, hosts: usize) {
        let hosts = u32::try_from(hosts).unwrap_or(u32::MAX);
        let extra = QUERIES_PER_HOST.saturating_mul(hosts);
        self.queries.set(self.queries.get().saturating_add(extra));
    }

    /// One more packet.
    pub(crate) fn query(&self) -> Result<(), Exhausted> {
        take(&self.queries)?;
        self.sent.set(self.sent.get() + 1);
        Ok(())
    }

    /// A packet that is not part of the lookup's own work: the probe of the resolver.
    pub(crate) fn probe(&self) -> Result<(), Exhausted> {
        take(&self.queries)
    }

    /// One more public-key operation.
    pub(crate) fn signature(&self) -> Result<(), Exhausted> {
        take(&self.signatures)
    }

    /// One more NSEC3 hash.
    pub(crate) fn hash(&self) -> Result<(), Exhausted> {
        take(&self.hashes)
    }

    /// A reply of `octets`.
    pub(crate) fn reply(&self, octets: usize) -> Result<(), Exhausted> {
        self.octets.set(self.octets.get().checked_sub(octets).ok_or(Exhausted)?);
        Ok(())
    }

    /// Packets sent so far, the probe apart.
    pub(crate) fn queries_sent(&self) -> u32 {
        self.sent.get()
    }
}

fn take(counter: &Cell<u32>) -> Result<(), Exhausted> {
    counter.set(counter.get().checked_sub(1).ok_or(Exhausted)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_runs_out() {
        let budget = Budget::new();
        assert_eq!((0..).take_while(|_| budget.query().is_ok()).count(), 64);
        budget.allow_hosts(2);
        assert_eq!((0..).take_while(|_| budget.query().is_ok()).count(), 48);
        assert_eq!(budget.queries_sent(), 112);
        assert_eq!((0..).take_while(|_| budget.signature().is_ok()).count(), 1024);
        assert_eq!((0..).take_while(|_| budget.hash().is_ok()).count(), 4096);
        assert_eq!((0..).take_while(|_| budget.reply(65535).is_ok()).count(), 128);
    }
}
