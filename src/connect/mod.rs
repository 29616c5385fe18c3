//! The connections to one host: connect, STARTTLS, verify, decide; and the session over the one that was verified.

mod attempt;
mod session;

pub use attempt::Attempt;
pub use session::Session;

use std::net::SocketAddr;
use std::rc::Rc;

use crate::budget::Exhausted;
use crate::decide::{Action, Decision};
use crate::dns::Call;
use crate::lookup::Host;
use crate::smtp::{self, Caller, Link, Seen, Target};

/// What [`Context::connect_host`](crate::context::Context::connect_host) came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Connected {
    /// Over the connection that was verified; only where the decision permits delivery over it.
    pub session: Option<Session>,
    /// What the connection showed, and the decision after it.
    pub attempt: Attempt,
}

/// Whether a decision wants a connection.
pub(crate) fn wants_connection(decision: &Decision) -> bool {
    matches!(decision.verdict.action, Action::Verify | Action::Encrypt | Action::Opportunistic)
}

/// Connects to the first address of a host that one may deliver to, and stays connected, for a session that blocks or not.
pub(crate) async fn connect_host(
    call: &Rc<Call>,
    host: &Host,
    ehlo_name: Option<&str>,
    is_blocking: bool,
) -> Connected {
    if !wants_connection(&host.decision) {
        return Connected { session: None, attempt: Attempt::none(host) };
    }
    let mut way = Way { call, host, ehlo_name, addresses_left: host.addresses.len() };
    let (attempt, link) = way.walk(Goal::Session).await;
    let Some(link) = link else { return Connected { session: None, attempt } };
    match link.release().await {
        Ok(parts) => Connected {
            session: Some(Session::new(parts, attempt.tls_version, is_blocking)),
            attempt,
        },
        Err(error) => {
            let seen = Seen::ConnectionFailed(error.to_string());
            Connected { session: None, attempt: Attempt::judge(call, host, seen).await }
        }
    }
}

/// Looks at a host, address by address until one does not defer, and hangs up: the decision permits nothing.
pub(crate) async fn look_at(
    call: &Rc<Call>,
    host: &Host,
    ehlo_name: Option<&str>,
    addresses_left: &mut usize,
) -> Attempt {
    let mut way = Way { call, host, ehlo_name, addresses_left: *addresses_left };
    let (mut attempt, link) = way.walk(Goal::Look).await;
    *addresses_left = way.addresses_left;
    if let Some(link) = link {
        link.quit();
    }
    attempt.decision.verdict.connected = false;
    attempt
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Look,
    /// Where TLS is not required and fails, a session in the clear will do.
    Session,
}

/// From one address of a host to the next.
struct Way<'w> {
    call: &'w Rc<Call>,
    host: &'w Host,
    ehlo_name: Option<&'w str>,
    /// Those of this host and of later ones.
    addresses_left: usize,
}

impl Way<'_> {
    /// Tries address by address until one does not defer; else the first failure that is not a dead address counts.
    async fn walk(&mut self, goal: Goal) -> (Attempt, Option<Link>) {
        let mut result: Option<Attempt> = None;
        for address in &self.host.addresses {
            let address = SocketAddr::new(*address, self.host.port);
            let (attempt, link) = self.step(address, goal).await;
            if attempt.decision.verdict.may_deliver() {
                return (attempt, link);
            }
            if let Some(link) = link {
                link.quit();
            }
            let is_better = result.as_ref().is_none_or(|kept| kept.is_dead() && !attempt.is_dead());
            if is_better {
                result = Some(attempt);
            }
        }
        let nowhere = Seen::ConnectionFailed("no address".into());
        let result = match result {
            Some(attempt) => attempt,
            None => Attempt::judge(self.call, self.host, nowhere).await,
        };
        (result, None)
    }

    /// One address. It may use the time that is left divided by the addresses that are.
    async fn step(&mut self, address: SocketAddr, goal: Goal) -> (Attempt, Option<Link>) {
        let Self { call, host, ehlo_name, .. } = *self;
        let now = call.engine.now();
        let left = u32::try_from(self.addresses_left.max(1)).unwrap_or(u32::MAX);
        let deadline = now + call.deadline.saturating_sub(now) / left;
        self.addresses_left = self.addresses_left.saturating_sub(1);
        let caller = Caller { engine: &call.engine, call: call.number, deadline, now: call.now };
        let server_name = host.server_name().unwrap_or_default();
        let target = Target { address, ehlo_name, server_name };
        let ended = || Seen::ConnectionFailed(Exhausted::SharedMemory.to_string());
        // On the heap: callers have small stacks.
        let connection = Box::pin(smtp::connect(caller, &target));
        let seen = call.unless_ended(connection).await;
        let (seen, link) = seen.unwrap_or_else(|| (ended(), None));
        let attempt = Attempt::judge(call, host, seen).await;
        let goes_in_the_clear =
            attempt.decision.verdict.may_deliver() && !host.decision.verdict.tls_required;
        if link.is_some() || goal == Goal::Look || !goes_in_the_clear {
            return (attempt, link);
        }
        match call.unless_ended(smtp::greet(caller, address)).await.unwrap_or_else(|| Err(ended()))
        {
            Ok(link) => (attempt, Some(link)),
            Err(seen) => (Attempt::judge(call, host, seen).await, None),
        }
    }
}
