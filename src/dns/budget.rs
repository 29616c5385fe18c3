//! What one call may spend, however its answers are made.

use std::cell::Cell;

/// What one RRset and its aliases may cost, and the domain's own part of a call.
const FIRST: Share = Share { queries: 64, signatures: 256, hashes: 1024 };
/// What every MX host adds: addresses, TLSA records, zones on the way.
const HOST: Share = Share { queries: 24, signatures: 64, hashes: 256 };
const QUERIES: &str = "DNS queries";
/// Octets of replies.
const OCTETS: usize = 8 * 1024 * 1024;

/// DNS packets, public-key operations, and NSEC3 hashes of at most 151 SHA-1 rounds each.
struct Share {
    queries: u32,
    signatures: u32,
    hashes: u32,
}

/// Counts down; nothing refills it but [`Budget::allow_hosts`].
#[derive(Debug)]
pub(crate) struct Budget {
    queries: Cell<u32>,
    sent: Cell<u32>,
    signatures: Cell<u32>,
    hashes: Cell<u32>,
    octets: Cell<usize>,
}

/// The call has no more to spend, of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exhausted(&'static str);

impl Exhausted {
    /// Too many signatures of one RRset that do not verify.
    pub(crate) const FAILURES: Self = Self("failing signatures");

    pub(crate) fn text(self) -> String {
        format!("the answer demands too many {}", self.0)
    }
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            queries: Cell::new(FIRST.queries),
            sent: Cell::new(0),
            signatures: Cell::new(FIRST.signatures),
            hashes: Cell::new(FIRST.hashes),
            octets: Cell::new(OCTETS),
        }
    }

    /// Room for the addresses, TLSA records and zones of `hosts` MX hosts.
    pub(crate) fn allow_hosts(&self, hosts: usize) {
        let hosts = u32::try_from(hosts).unwrap_or(u32::MAX);
        for (counter, each) in [
            (&self.queries, HOST.queries),
            (&self.signatures, HOST.signatures),
            (&self.hashes, HOST.hashes),
        ] {
            counter.set(counter.get().saturating_add(each.saturating_mul(hosts)));
        }
    }

    /// One more packet.
    pub(crate) fn query(&self) -> Result<(), Exhausted> {
        take(&self.queries, QUERIES)?;
        self.sent.set(self.sent.get() + 1);
        Ok(())
    }

    /// A packet that is not part of the lookup's own work: the probe of the resolver.
    pub(crate) fn probe(&self) -> Result<(), Exhausted> {
        take(&self.queries, QUERIES)
    }

    /// One more public-key operation.
    pub(crate) fn signature(&self) -> Result<(), Exhausted> {
        take(&self.signatures, "signature checks")
    }

    /// One more NSEC3 hash.
    pub(crate) fn hash(&self) -> Result<(), Exhausted> {
        take(&self.hashes, "NSEC3 hashes")
    }

    /// A reply of `octets`.
    pub(crate) fn reply(&self, octets: usize) -> Result<(), Exhausted> {
        self.octets.set(self.octets.get().checked_sub(octets).ok_or(Exhausted("octets"))?);
        Ok(())
    }

    /// Packets sent so far, the probe apart.
    pub(crate) fn queries_sent(&self) -> u32 {
        self.sent.get()
    }
}

#[cfg(test)]
impl Budget {
    /// Packets, public-key operations and hashes so far, for a call about one RRset.
    pub(crate) fn spent(&self) -> (u32, u32, u32) {
        let signatures = FIRST.signatures - self.signatures.get();
        (FIRST.queries - self.queries.get(), signatures, FIRST.hashes - self.hashes.get())
    }
}

fn take(counter: &Cell<u32>, what: &'static str) -> Result<(), Exhausted> {
    counter.set(counter.get().checked_sub(1).ok_or(Exhausted(what))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_budget_runs_out() {
        let budget = Budget::new();
        let queries = || (0..).take_while(|_| budget.query().is_ok()).count();
        let signatures = || (0..).take_while(|_| budget.signature().is_ok()).count();
        let hashes = || (0..).take_while(|_| budget.hash().is_ok()).count();
        assert_eq!((queries(), signatures(), hashes()), (64, 256, 1024));
        budget.allow_hosts(2);
        assert_eq!((queries(), signatures(), hashes()), (48, 128, 512));
        assert_eq!(budget.queries_sent(), 112);
        assert_eq!((0..).take_while(|_| budget.reply(65535).is_ok()).count(), 128);
    }
}
