//! What became of a message, on Exim's side.

use world::Case;

use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;

/// Every text of the policy starts so.
const OURS: &str = "DANE policy: ";

/// After one attempt.
#[derive(Debug)]
pub struct Outcome {
    pub delivery: Delivery,
    /// All that the log has about the message.
    pub log: String,
    /// Whether it is still in the queue.
    pub is_queued: bool,
    /// The log of the message that stays in the queue with it.
    pub queue_log: String,
}

impl Outcome {
    /// Whether Exim says that it verified the server by DANE.
    pub fn is_verified(&self) -> bool {
        self.delivery.trust.as_deref() == Some("Verified")
    }

    /// What is wrong, if anything is.
    pub fn problem(&self, case: &Case, mode: &str, deed: Deed) -> Option<&'static str> {
        let waits = matches!(deed, Deed::Defer | Deed::ConnectAndDefer);
        let reason = format!("{OURS}{}", case.expected.reason);
        if !deed.is(case.expected) {
            return Some("another action");
        }
        if waits != self.is_queued {
            return Some("the queue says otherwise");
        }
        if waits && !self.is_exims_own(case, mode) && !self.log.contains(&reason) {
            return Some("the log gives another reason");
        }
        if waits && !self.queue_log.contains(&self.delivery.why) {
            return Some("the queue gives another reason");
        }
        None
    }

    /// Whether Exim waits for something else than the policy: a connection, or, behind a resolver that validates, DNS.
    fn is_exims_own(&self, case: &Case, mode: &str) -> bool {
        let is_row = case.columns.is_some();
        let is_dns = self.delivery.why.ends_with("host lookup did not complete");
        let is_connection = case.expected.reason == "connection failed";
        !self.log.contains(OURS) && (is_connection || is_dns && (mode == "trust-ad" || !is_row))
    }
}
