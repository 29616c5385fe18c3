//! What was seen at one host, judged.

use crate::cause::Detail;
use crate::decide::{Certificate, Decision, Reason};
use crate::dns::Call;
use crate::lookup::Host;
use crate::smtp::Seen;
use crate::verify::{Shown, Verification};

/// What happened at one host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The chain's fate, or how the connection ended before one was seen.
    pub verification: Verification,
    /// The decision after connecting.
    pub decision: Decision,
    /// "TLSv1.3" or "TLSv1.2", where TLS was established.
    pub tls_version: Option<&'static str>,
}

impl Attempt {
    /// At a host that is not to be connected to.
    pub(super) fn none(host: &Host) -> Self {
        let nothing = Certificate::NotApplicable;
        let verification = Verification::failure(nothing, Detail::None, "not connected".into());
        Self { decision: host.decision.clone(), verification, tls_version: None }
    }

    pub(super) async fn judge(call: &Call, host: &Host, seen: Seen) -> Self {
        let failed =
            |certificate, detail, text| (Verification::failure(certificate, detail, text), None);
        let (verification, tls_version) = match seen {
            Seen::Established { chain, version } => {
                let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
                let shown = Shown::Chain(&chain);
                (host.verify_at(&call.budget.pace, shown, call.now).await, Some(version))
            }
            Seen::NoStarttls(text) => failed(Certificate::NoStarttls, Detail::NoStarttls, text),
            Seen::StarttlsRefused(text) => {
                failed(Certificate::HandshakeFailed, Detail::StarttlsRefused, text)
            }
            Seen::HandshakeFailed(text) => {
                failed(Certificate::HandshakeFailed, Detail::HandshakeFailed, text)
            }
            Seen::ConnectionFailed(text) => {
                failed(Certificate::ConnectionFailed, Detail::ConnectionFailed, text)
            }
        };
        Self { decision: host.decide(&verification), verification, tls_version }
    }

    /// Whether nobody was there.
    pub(super) fn is_dead(&self) -> bool {
        self.decision.verdict.reason == Reason::ConnectionFailed
    }
}
