//! The name server, without a socket.

use std::sync::{PoisonError, RwLock};

use crate::message::Query;
use crate::resolver::{Answer, Zones};
use crate::roll::Moment;

const MAX_MESSAGE: usize = 65_535;

/// Names below this one are truncated over UDP, whatever their size.
const TCP_ONLY: &str = "tcp-only";

/// Answers for all zones.
pub struct NameServer {
    zones: RwLock<Zones>,
}

impl NameServer {
    pub fn new(zones: Zones) -> Self {
        Self { zones: zones.into() }
    }

    /// The reply to a query, both without the length that TCP puts in front; None where there is none to be had.
    pub fn reply(&self, query: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        let query = Query::parse(query)?;
        let answer = self.resolve(&query)?;
        let udp_limit = if is_tcp_only(&query) { 0 } else { query.payload };
        Some(query.reply(answer, if over_tcp { MAX_MESSAGE } else { udp_limit }))
    }

    /// From now on no zone has a fault.
    pub fn repair(&self) {
        self.zones.write().unwrap_or_else(PoisonError::into_inner).repair();
    }

    /// The moment that the roll of the root's keys has come to; returns the DS record of the new one.
    pub fn roll_root(&self, moment: Moment) -> Vec<u8> {
        self.zones.write().unwrap_or_else(PoisonError::into_inner).roll_root(moment)
    }

    fn resolve(&self, query: &Query) -> Option<Answer> {
        let zones = self.zones.read().unwrap_or_else(PoisonError::into_inner);
        zones.resolve(&query.name, query.rtype)
    }
}

fn is_tcp_only(query: &Query) -> bool {
    query.name.iter().any(|label| label == TCP_ONLY.as_bytes())
}
