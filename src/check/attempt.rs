//! The connections to one host.

use std::net::SocketAddr;
use std::rc::Rc;

use crate::budget::Exhausted;
use crate::cause::Detail;
use crate::decide::{Action, Certificate, Decision, Reason};
use crate::dns::Call;
use crate::lookup::Host;
use crate::smtp::{self, Target};
use crate::verify::Verification;

/// What happened at one host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The chain's fate, or how the connection ended before one was seen.
    pub verification: Verification,
    /// The decision after connecting; it permits nothing, for the connection is closed.
    pub decision: Decision,
    /// "TLSv1.3" or "TLSv1.2", where TLS was established.
    pub tls_version: Option<&'static str>,
}

/// Tries the host's addresses until one does not defer; else the first failure that is not a dead address counts.
///
/// Each address may use the remaining time divided by the addresses left, those of later hosts included.
pub(super) async fn connect(
    call: &Rc<Call>,
    host: &Host,
    ehlo_name: Option<&str>,
    addresses_left: &mut usize,
) -> Attempt {
    let mut result: Option<Attempt> = None;
    for address in &host.addresses {
        let now = call.engine.now();
        let remaining = call.deadline.saturating_sub(now);
        let share = remaining / u32::try_from((*addresses_left).max(1)).unwrap_or(u32::MAX);
        *addresses_left = addresses_left.saturating_sub(1);
        let target = Target {
            address: SocketAddr::new(*address, host.port),
            ehlo_name,
            server_name: host.server_name().unwrap_or_default(),
        };
        let connection = smtp::connect(&call.engine, call.number, &target, call.now, now + share);
        let ended = || smtp::Attempt::ConnectionFailed(Exhausted::SharedMemory.to_string());
        let attempt = call.unless_ended(connection).await.unwrap_or_else(ended);
        let attempt = judge(call, host, attempt).await;
        if attempt.decision.verdict.action != Action::Defer {
            result = Some(attempt);
            break;
        }
        let is_better = result.as_ref().is_none_or(|kept| is_dead(kept) && !is_dead(&attempt));
        if is_better {
            result = Some(attempt);
        }
    }
    match result {
        Some(attempt) => attempt,
        None => judge(call, host, smtp::Attempt::ConnectionFailed("no address".into())).await,
    }
}

fn is_dead(attempt: &Attempt) -> bool {
    attempt.decision.verdict.reason == Reason::ConnectionFailed
}

async fn judge(call: &Call, host: &Host, attempt: smtp::Attempt) -> Attempt {
    let failed =
        |certificate, detail, text| (Verification::failure(certificate, detail, text), None);
    let (verification, tls_version) = match attempt {
        smtp::Attempt::Established { chain, version } => {
            let chain: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
            (host.verify_at(&call.budget.pace, &chain, call.now).await, Some(version))
        }
        smtp::Attempt::NoStarttls(text) => {
            failed(Certificate::NoStarttls, Detail::NoStarttls, text)
        }
        smtp::Attempt::StarttlsRefused(text) => {
            failed(Certificate::HandshakeFailed, Detail::StarttlsRefused, text)
        }
        smtp::Attempt::HandshakeFailed(text) => {
            failed(Certificate::HandshakeFailed, Detail::HandshakeFailed, text)
        }
        smtp::Attempt::ConnectionFailed(text) => {
            failed(Certificate::ConnectionFailed, Detail::ConnectionFailed, text)
        }
    };
    let mut decision = host.decide(&verification);
    // By now the server has been told QUIT.
    decision.verdict.connected = false;
    Attempt { verification, decision, tls_version }
}
