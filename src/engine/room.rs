//! Who may open a socket: so many at once, taken in turn by the calls.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use super::{Deed, Id, Kind};

/// Sockets that one call has open at once; of several, none has more than half of all.
pub(crate) const SOCKETS_OF_A_CALL: usize = 64;
/// Where the system has no descriptor left, others may give some back meanwhile.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// A socket to be opened.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) peer: SocketAddr,
    /// When nobody waits for it any longer.
    pub(super) deadline: Duration,
}

impl Open {
    pub(super) fn deed(self) -> Deed {
        Deed::Open(self.id, self.kind, self.peer)
    }
}

/// What one call has, and waits for.
#[derive(Default)]
struct Line {
    open: BTreeMap<Id, Open>,
    waiting: VecDeque<Open>,
    /// Since when it waits for its turn.
    since: u64,
}

/// The room for sockets. The next one goes to the call that has fewest, and among those to the one that has waited longest
/// since its last turn; so who asks for many never keeps another from its first.
pub(super) struct Room {
    sockets: usize,
    open: usize,
    lines: BTreeMap<u64, Line>,
    /// Lines that have begun to wait so far.
    waits: u64,
    /// The system had no descriptor left; until then, unless one of ours is closed.
    try_again: Option<Duration>,
}

impl Room {
    pub(super) fn new(sockets: usize) -> Self {
        Self { sockets, open: 0, lines: BTreeMap::new(), waits: 0, try_again: None }
    }

    pub(super) fn limit(&mut self, sockets: usize) {
        self.sockets = sockets;
    }

    pub(super) fn wait(&mut self, call: u64, open: Open) {
        self.waits += 1;
        let new = || Line { since: self.waits, ..Line::default() };
        self.lines.entry(call).or_insert_with(new).waiting.push_back(open);
    }

    /// The next to be opened, which counts as open from now on.
    pub(super) fn next(&mut self, now: Duration) -> Option<Open> {
        if self.open >= self.sockets || self.try_again.is_some() {
            return None;
        }
        let share = if self.lines.len() == 1 { self.sockets } else { self.sockets.div_ceil(2) };
        let most = SOCKETS_OF_A_CALL.min(share);
        let waits = |line: &mut Line| {
            line.waiting.retain(|open| now < open.deadline);
            !line.waiting.is_empty() && line.open.len() < most
        };
        let next = self.lines.values_mut().filter_map(|line| waits(line).then_some(line));
        let line = next.min_by_key(|line| (line.open.len(), line.since))?;
        let open = line.waiting.pop_front()?;
        self.waits += 1;
        line.since = self.waits;
        line.open.insert(open.id, open);
        self.open += 1;
        Some(open)
    }

    /// One that was to be opened, and for which there was no descriptor.
    pub(super) fn put_back(&mut self, id: Id, now: Duration) {
        let found = self.lines.values_mut().find_map(|line| Some((line.open.remove(&id)?, line)));
        if let Some((open, line)) = found {
            line.waiting.push_front(open);
            self.open -= 1;
            self.try_again = Some(now + TRY_AGAIN);
        }
    }

    /// One that is closed, or waits no longer.
    pub(super) fn leave(&mut self, call: u64, id: Id) {
        let Some(line) = self.lines.get_mut(&call) else { return };
        if line.open.remove(&id).is_some() {
            self.open -= 1;
            self.try_again = None;
        } else {
            line.waiting.retain(|open| open.id != id);
        }
        if line.open.is_empty() && line.waiting.is_empty() {
            self.lines.remove(&call);
        }
    }

    /// When to try again, where the system had no descriptor left.
    pub(super) fn try_again(&self) -> Option<Duration> {
        self.try_again.filter(|_| self.lines.values().any(|line| !line.waiting.is_empty()))
    }

    /// Whether that time has come; if so, it is over.
    pub(super) fn may_try_again(&mut self, now: Duration) -> bool {
        self.try_again.take_if(|time| *time <= now).is_some()
    }
}
