//! Who may open a socket: so many at once, taken in turn by the calls.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use super::{Deed, Id, Kind};

/// Sockets that one call has open at once; of several, none has more than half of all.
pub(crate) const SOCKETS_OF_A_CALL: usize = 64;
/// Where the system has no descriptor left, others may give some back meanwhile.
const TRY_AGAIN: Duration = Duration::from_millis(100);
/// What has waited is opened only where there is so much time left to hear something.
const LEAST: Duration = Duration::from_millis(100);

/// A socket to be opened.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) id: Id,
    pub(super) kind: Kind,
    pub(super) peer: SocketAddr,
    /// Since when it waits, and when nobody waits for it any longer.
    pub(super) since: Duration,
    pub(super) deadline: Duration,
}

impl Open {
    pub(super) fn deed(self) -> Deed {
        Deed::Open(self.id, self.kind, self.peer)
    }

    fn is_in_time(&self, now: Duration) -> bool {
        let least = if self.since < now { LEAST } else { Duration::ZERO };
        now + least < self.deadline
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

impl Line {
    /// Who has fewest comes first, and among those who has waited longest.
    fn place(&self, call: u64) -> Place {
        (self.open.len(), self.since, call)
    }
}

type Place = (usize, u64, u64);

/// The room for sockets. The next one goes to the call that has fewest, and among those to the one that has waited longest
/// since its last turn; so who asks for many never keeps another from its first.
pub(super) struct Room {
    sockets: usize,
    open: usize,
    lines: BTreeMap<u64, Line>,
    /// Those that wait for something, in the order of their turns.
    turns: BTreeSet<Place>,
    /// Lines that have begun to wait so far.
    waits: u64,
    /// The system had no descriptor left; until then, unless one of ours is closed.
    try_again: Option<Duration>,
}

impl Room {
    pub(super) fn new(sockets: usize) -> Self {
        Self {
            sockets,
            open: 0,
            lines: BTreeMap::new(),
            turns: BTreeSet::new(),
            waits: 0,
            try_again: None,
        }
    }

    pub(super) fn limit(&mut self, sockets: usize) {
        self.sockets = sockets;
    }

    pub(super) fn wait(&mut self, call: u64, open: Open) {
        self.waits += 1;
        let new = Line { since: self.waits, ..Line::default() };
        self.change(call, new, |line| line.waiting.push_back(open));
    }

    /// The next to be opened, which counts as open from now on.
    pub(super) fn next(&mut self, now: Duration) -> Option<Open> {
        if self.open >= self.sockets || self.try_again.is_some() {
            return None;
        }
        let share = if self.lines.len() == 1 { self.sockets } else { self.sockets.div_ceil(2) };
        let most = SOCKETS_OF_A_CALL.min(share);
        loop {
            let (_, _, call) = self.turns.first().copied().filter(|(open, ..)| *open < most)?;
            self.waits += 1;
            let since = self.waits;
            let open = self.change(call, Line::default(), |line| {
                line.waiting.retain(|open| open.is_in_time(now));
                let open = line.waiting.pop_front()?;
                line.since = since;
                line.open.insert(open.id, open);
                Some(open)
            });
            if open.is_some() {
                self.open += 1;
                return open;
            }
        }
    }

    /// One that was to be opened, and for which there was no descriptor.
    pub(super) fn put_back(&mut self, call: u64, id: Id, now: Duration) {
        let is_open = self.change(call, Line::default(), |line| {
            let open = line.open.remove(&id);
            open.map(|open| line.waiting.push_front(open)).is_some()
        });
        if is_open {
            self.open -= 1;
            self.try_again = Some(now + TRY_AGAIN);
        }
    }

    /// One that is closed, or waits no longer.
    pub(super) fn leave(&mut self, call: u64, id: Id) {
        let was_open = self.change(call, Line::default(), |line| {
            line.waiting.retain(|open| open.id != id);
            line.open.remove(&id).is_some()
        });
        if was_open {
            self.open -= 1;
            self.try_again = None;
        }
    }

    /// Changes a call's line, which may be new, and its place.
    fn change<T>(&mut self, call: u64, new: Line, change: impl FnOnce(&mut Line) -> T) -> T {
        let mut line = self.lines.remove(&call).unwrap_or(new);
        self.turns.remove(&line.place(call));
        let outcome = change(&mut line);
        if !line.waiting.is_empty() {
            self.turns.insert(line.place(call));
        }
        if !line.waiting.is_empty() || !line.open.is_empty() {
            self.lines.insert(call, line);
        }
        outcome
    }

    /// When to try again, where the system had no descriptor left.
    pub(super) fn try_again(&self) -> Option<Duration> {
        self.try_again.filter(|_| !self.turns.is_empty())
    }

    /// Whether that time has come; if so, it is over.
    pub(super) fn may_try_again(&mut self, now: Duration) -> bool {
        self.try_again.take_if(|time| *time <= now).is_some()
    }
}
