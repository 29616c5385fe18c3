//! What calls under way of one configuration have in common: replies and proofs, never a failure and never a budget.
//!
//! The configuration is the same for all of them, so a question stands for itself. What nobody under way holds any longer
//! is gone.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::{Rc, Weak};
use std::time::Duration;

use hickory_resolver::proto::rr::Name;

use super::exchange::{Exchange, Question};
use super::reply::Reply;
use crate::engine::{Kind, Once};

/// How long a reply serves other calls at most, and never longer than its records last.
const LIFETIME: Duration = Duration::from_secs(30);
/// Entries above which a table is cleared of what is gone.
const FEW: usize = 64;

/// What calls share.
#[derive(Default)]
pub(crate) struct Shared {
    /// By kind.
    under_way: [RefCell<Table<Question, Weak<Exchange>>>; 2],
    replies: RefCell<Table<Question, (Weak<Reply>, Duration)>>,
    leads: RefCell<BTreeMap<Name, Rc<Once<()>>>>,
    /// The server that answered last: a dead one is not waited for twice.
    pub(super) preferred: Cell<usize>,
}

/// Entries of which some are gone.
struct Table<K, V> {
    entries: BTreeMap<K, V>,
    /// Entries at which it is cleared.
    many: usize,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), many: FEW }
    }
}

impl<K: Ord, V> Table<K, V> {
    /// Twice as many as are alive are never exceeded.
    fn put(&mut self, key: K, value: V, is_alive: impl Fn(&V) -> bool) {
        if self.entries.len() >= self.many {
            self.entries.retain(|_, value| is_alive(value));
            self.many = FEW.max(2 * self.entries.len());
        }
        self.entries.insert(key, value);
    }
}

impl Shared {
    /// A question that a call has asked and still waits for.
    pub(super) fn under_way(&self, question: &Question, kind: Kind) -> Option<Rc<Exchange>> {
        self.under_way[kind as usize].borrow().entries.get(question)?.upgrade()
    }

    /// A question is on its way, and whoever waits for an older one is told.
    pub(super) fn begin(&self, question: &Question, kind: Kind, exchange: &Rc<Exchange>) {
        let older = self.under_way(question, kind);
        older.into_iter().for_each(|older| older.supersede());
        let is_alive = |exchange: &Weak<Exchange>| exchange.strong_count() > 0;
        let mut under_way = self.under_way[kind as usize].borrow_mut();
        under_way.put(question.clone(), Rc::downgrade(exchange), is_alive);
    }

    /// The reply to a question, that a call has and that is good at this time.
    pub(super) fn reply(&self, question: &Question, now: Duration) -> Option<Rc<Reply>> {
        let replies = self.replies.borrow();
        let (reply, until) = replies.entries.get(question)?;
        reply.upgrade().filter(|_| now <= *until)
    }

    /// A question is answered.
    pub(super) fn answered(&self, question: Question, reply: &Rc<Reply>, now: Duration) {
        let is_alive =
            |(reply, until): &(Weak<Reply>, Duration)| reply.strong_count() > 0 && now <= *until;
        let lifetime = Duration::from_secs(reply.message.ttl().into()).min(LIFETIME);
        let value = (Rc::downgrade(reply), now + lifetime);
        self.replies.borrow_mut().put(question, value, is_alive);
    }

    /// The lead in finding out where a name stands, until it is dropped; where another call has it, when that ends.
    pub(super) fn lead(self: &Rc<Self>, name: &Name) -> Result<Lead, Rc<Once<()>>> {
        match self.leads.borrow_mut().entry(name.clone()) {
            Entry::Occupied(other) => Err(other.get().clone()),
            Entry::Vacant(place) => {
                place.insert(Rc::default());
                Ok(Lead { shared: self.clone(), name: name.clone() })
            }
        }
    }
}

/// The lead in finding out where a name stands.
pub(super) struct Lead {
    shared: Rc<Shared>,
    name: Name,
}

impl Drop for Lead {
    fn drop(&mut self) {
        let ended = self.shared.leads.borrow_mut().remove(&self.name);
        ended.into_iter().for_each(|ended| ended.set(()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::{Message, Rrset, Section, Wants, rcode, rtype};
    use crate::engine::Engine;

    #[test]
    fn a_table_holds_few_or_twice_what_is_alive_at_most() {
        for alive in [0, 10, FEW, 3 * FEW] {
            let mut table = Table::default();
            let mut most = 0;
            for key in 0..20 * FEW {
                table.put(key, key, |value| *value < alive);
                most = most.max(table.entries.len());
            }
            assert!((0..alive).all(|key| table.entries.contains_key(&key)), "{alive}");
            assert_eq!(most, FEW.max(2 * alive), "{alive}");
        }
    }

    fn question(number: usize) -> Question {
        let server = "192.0.2.1:53".parse().unwrap();
        let name = Name::from_ascii(format!("z{number}.test.")).unwrap();
        Question { server, name, rtype: rtype::A, wants: Wants::Records }
    }

    #[test]
    fn questions_that_nobody_waits_for_make_room_and_no_others() {
        let (shared, engine) = (Shared::default(), Engine::new(1));
        let begin = |number| {
            let (question, second) = (question(number), Duration::from_secs(1));
            let kind = Kind::Datagram;
            let exchange = Rc::new(Exchange::begin(&engine, 0, second, kind, &question, second));
            shared.begin(&question, kind, &exchange);
            exchange
        };
        let waited_for: Vec<_> = (0..FEW).map(begin).step_by(2).collect();
        let _last = begin(FEW);
        assert_eq!(
            shared.under_way[Kind::Datagram as usize].borrow().entries.len(),
            waited_for.len() + 1
        );
        let is_known = |number| shared.under_way(&question(number), Kind::Datagram).is_some();
        assert!((0..=FEW).step_by(2).all(is_known));
    }

    #[test]
    fn replies_that_nobody_has_or_that_are_too_old_make_room_and_no_others() {
        let shared = Shared::default();
        let server = "192.0.2.1:53".parse().unwrap();
        let reply = |ttl| {
            let rrset = Rrset::of(Name::root(), rtype::A, ttl, &[192, 0, 2, 1]);
            let (answer, authority) = (Section(vec![rrset]), Section::default());
            let (rcode, authentic, truncated) = (rcode::NOERROR, false, false);
            let extended_error = None;
            let message =
                Message { rcode, authentic, truncated, answer, authority, extended_error };
            Rc::new(Reply { message, server })
        };
        let second = Duration::from_secs;
        let (long, short) = (reply(20), reply(10));
        for number in 0..FEW {
            match number % 3 {
                0 => shared.answered(question(number), &long, second(0)),
                1 => shared.answered(question(number), &short, second(0)),
                _ => shared.answered(question(number), &reply(20), second(0)),
            }
        }
        shared.answered(question(FEW), &long, second(20));
        let kept = shared.replies.borrow().entries.len();
        assert_eq!(kept, FEW.div_ceil(3) + 1);
        assert!(shared.reply(&question(0), second(20)).is_some());
        assert!(shared.reply(&question(0), second(21)).is_none());
        assert!(shared.reply(&question(1), second(10)).is_none());
    }
}
