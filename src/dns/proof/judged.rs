//! Secure or insecure, and what that rests on.

use std::sync::Arc;

use super::signature::Signed;
use super::{Status, ZoneKeys};
use crate::cause::Basis;

/// Secure or insecure, by what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) basis: Arc<Basis>,
    /// Of records that a zone signed.
    pub(crate) signed: Option<Signed>,
}

impl Judged {
    /// Proven by a zone's signatures.
    pub(crate) fn signed_by(zone: &ZoneKeys) -> Self {
        Basis::SignedBy(zone.apex.clone()).into()
    }

    /// Records that a zone signed; they count no longer than its keys do.
    pub(crate) fn records_of(zone: &ZoneKeys, signed: Signed) -> Self {
        let period = zone.period.map_or(signed.period, |keys| signed.period.or_sooner(keys));
        Self { signed: Some(Signed { period, ..signed }), ..Self::signed_by(zone) }
    }

    pub(crate) fn status(&self) -> Status {
        if self.basis.is_secure() { Status::Secure } else { Status::Insecure }
    }
}

impl From<Basis> for Judged {
    fn from(basis: Basis) -> Self {
        Arc::new(basis).into()
    }
}

impl From<Arc<Basis>> for Judged {
    fn from(basis: Arc<Basis>) -> Self {
        Self { basis, signed: None }
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::rr::Name;

    use super::*;
    use crate::dns::proof::{Period, Validity};

    #[test]
    fn records_are_proven_no_longer_than_the_keys_of_their_zone() {
        let period = |until| Period { since: 0, until };
        let mut zone = ZoneKeys::new(Name::root(), Vec::new());
        let signed = Signed { labels: 0, validity: Validity::ALWAYS, ttl: 9, period: period(7) };
        for (keys, until) in [(None, 7), (Some(period(8)), 7), (Some(period(6)), 6)] {
            zone.period = keys;
            let judged = Judged::records_of(&zone, signed);
            assert_eq!(judged.signed, Some(Signed { period: period(until), ..signed }));
        }
    }
}
