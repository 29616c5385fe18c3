//! How long the records of an RRset are kept and proven.

use crate::dns::proof::{Judged, Period};
use crate::dns::wire::Rrset;

/// How long records are kept and proven, the aliases that lead to them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifetime {
    /// The TTL in seconds: what is signed has it from its zone (RFC 4034 section 3.1.4), and of the rest it is what a cache
    /// has left.
    pub ttl: u32,
    /// The signature that ends first, of those that the zones made over the records, the aliases and their own keys; none
    /// where nothing was validated.
    pub signed: Option<Period>,
}

impl Lifetime {
    pub(super) fn of(rrset: &Rrset, judged: &Judged) -> Self {
        match judged.signed {
            Some(signed) => Self { ttl: signed.ttl, signed: Some(signed.period) },
            None => Self { ttl: rrset.ttl, signed: None },
        }
    }

    /// Of records behind an alias.
    pub(super) fn behind(self, alias: Option<Self>) -> Self {
        let Some(alias) = alias else { return self };
        let signed = match (alias.signed, self.signed) {
            (Some(one), Some(other)) => Some(one.or_sooner(other)),
            (one, other) => one.or(other),
        };
        Self { ttl: self.ttl.max(alias.ttl), signed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_an_alias_the_longest_ttl_and_the_soonest_end_count() {
        let period = |since, until| Some(Period { since, until });
        let records = Lifetime { ttl: 300, signed: period(1, 9) };
        assert_eq!(records.behind(None), records);
        let alias = Lifetime { ttl: 200, signed: period(2, 8) };
        let both = Lifetime { ttl: 300, signed: period(2, 8) };
        assert_eq!(records.behind(Some(alias)), both);
        assert_eq!(alias.behind(Some(records)), both);
        let unsigned = Lifetime { ttl: 400, signed: None };
        assert_eq!(unsigned.behind(Some(records)), Lifetime { ttl: 400, ..records });
    }
}
