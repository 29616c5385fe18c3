//! Zone keys and insecure cuts, remembered between the calls of one context.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::hint::spin_loop;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use hickory_resolver::proto::rr::Name;

use crate::dns::proof::{Standing, Validity};
use crate::dns::wire::names::{ancestor, depth};

/// Octets that all of it may take.
const ROOM: usize = 768 << 10;
/// Octets of it that are for what one call alone needed so far.
const ROOM_FOR_NEW: usize = ROOM / 4;
/// What a zone takes beside its names and keys.
const OVERHEAD: usize = 640;
/// Octets of keys that a zone may have to be remembered; two of RSA with 4,096 bits in a roll-over have a third of it.
const MAX_OCTETS: usize = 8 * 1024;
/// Seconds a zone is remembered at most, or is taken to have been so before.
const MAX_LIFETIME: u32 = 3600;
/// Seconds after which a full cache is looked through for what counts no more.
const SWEEP: i64 = 60;
/// How often a lock is tried that others hold for less than a microsecond.
const TRIES: u32 = 64;

/// A lock that stays busy, as one does that a fork inherited, means no cache and never a wait.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: RwLock<Entries>,
    visitors: AtomicU64,
}

/// A call, as who remembers and is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visitor(u64);

/// A verdict, and from when until when it counts, in seconds since 1970.
#[derive(Debug)]
struct Known {
    standing: Standing,
    since: i64,
    expires: i64,
    octets: usize,
    /// Who found it out; and whether another asked for it.
    visitor: Visitor,
    is_shared: AtomicBool,
    /// A zone below it was found.
    has_cuts: AtomicBool,
    rank: Rank,
}

/// Who is forgotten first of those that several calls needed, and of those that one did: the deepest, and of these the oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_shared: bool,
    depth: Reverse<usize>,
    number: u64,
}

#[derive(Debug, Default)]
struct Entries {
    known: BTreeMap<Name, Known>,
    ranks: BTreeMap<Rank, Name>,
    octets: usize,
    /// Those of what is ranked as not shared.
    new: usize,
    number: u64,
    swept: i64,
}

impl Known {
    fn counts(&self, now: i64) -> bool {
        self.since <= now && now < self.expires
    }

    fn is_shared(&self) -> bool {
        self.is_shared.load(Ordering::Relaxed)
    }

    fn has_cuts(&self) -> bool {
        self.has_cuts.load(Ordering::Relaxed)
    }

    fn share(&self, with: Visitor) {
        if self.visitor != with {
            self.is_shared.store(true, Ordering::Relaxed);
        }
    }
}

impl Entries {
    fn put(&mut self, name: &Name, known: Known, now: i64) {
        if let Some(older) = self.remove(name) {
            let is_shared = older.is_shared() || older.visitor != known.visitor;
            known.is_shared.store(is_shared, Ordering::Relaxed);
            known.has_cuts.store(older.has_cuts(), Ordering::Relaxed);
        }
        let above =
            (1..depth(name)).rev().find_map(|labels| self.known.get(&ancestor(name, labels)));
        if let Some(above) = above {
            above.has_cuts.store(true, Ordering::Relaxed);
        }
        if self.octets + known.octets > ROOM && (self.swept + SWEEP <= now || now < self.swept) {
            self.sweep(now);
        }
        while self.octets + known.octets > ROOM && self.forget_one() {}
        self.insert(name.clone(), known);
    }

    fn insert(&mut self, name: Name, mut known: Known) {
        self.number += 1;
        // The root and TLDs everybody needs.
        let (depth, number) = (depth(&name), self.number);
        let is_shared = depth < 2 || known.is_shared();
        known.rank = Rank { is_shared, depth: Reverse(depth), number };
        self.octets += known.octets;
        self.new += if is_shared { 0 } else { known.octets };
        self.ranks.insert(known.rank, name.clone());
        self.known.insert(name, known);
    }

    fn remove(&mut self, name: &Name) -> Option<Known> {
        let known = self.known.remove(name)?;
        self.ranks.remove(&known.rank);
        self.octets -= known.octets;
        self.new -= if known.rank.is_shared { 0 } else { known.octets };
        Some(known)
    }

    /// Makes room, or ranks one anew that was shared since; false where there is none.
    fn forget_one(&mut self) -> bool {
        const SHARED: Rank = Rank { is_shared: true, depth: Reverse(usize::MAX), number: 0 };
        let mut shared = self.ranks.range(SHARED..);
        let is_new_spared = self.new <= ROOM_FOR_NEW;
        let spared = if is_new_spared { shared.next() } else { None };
        let Some((_, name)) = spared.or_else(|| self.ranks.first_key_value()) else { return false };
        let name = name.clone();
        if let Some(known) = self.remove(&name)
            && known.is_shared()
            && !known.rank.is_shared
        {
            self.insert(name, known);
        }
        true
    }

    /// Forgets what counts no more.
    fn sweep(&mut self, now: i64) {
        self.swept = now;
        let over = self.known.iter().filter(|(_, known)| !known.counts(now));
        let over: Vec<Name> = over.map(|(name, _)| name.clone()).collect();
        over.iter().for_each(|name| drop(self.remove(name)));
    }
}

impl Cache {
    /// A call that comes.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor(self.visitors.fetch_add(1, Ordering::Relaxed))
    }

    /// What is known of the zone at `name`, where it counts by the reader's own time.
    pub(crate) fn get(&self, name: &Name, now: i64, visitor: Visitor) -> Option<Standing> {
        let entries = tried(|| self.entries.try_read().ok())?;
        let known = entries.known.get(name).filter(|known| known.counts(now))?;
        known.share(visitor);
        Some(known.standing.clone())
    }

    /// Whether a zone was found below the one at `name`, or may have been.
    pub(crate) fn has_cuts(&self, name: &Name) -> bool {
        let entries = tried(|| self.entries.try_read().ok());
        entries.and_then(|entries| entries.known.get(name).map(Known::has_cuts)).unwrap_or(true)
    }

    /// Remembers a verdict; an outage is no verdict.
    pub(crate) fn put(
        &self,
        name: &Name,
        standing: &Standing,
        now: i64,
        validity: Validity,
        visitor: Visitor,
    ) {
        let keys = match standing {
            Standing::Zone(keys) if keys.octets() <= MAX_OCTETS => keys.octets(),
            Standing::Insecure(_) => 0,
            _ => return,
        };
        let Some(mut entries) = tried(|| self.entries.try_write().ok()) else { return };
        let known = Known {
            standing: standing.clone(),
            since: now.saturating_sub(validity.before.min(MAX_LIFETIME).into()),
            expires: now.saturating_add(validity.after.min(MAX_LIFETIME).into()),
            octets: OVERHEAD + 3 * name.len() + keys,
            visitor,
            is_shared: AtomicBool::new(false),
            has_cuts: AtomicBool::new(false),
            rank: Rank::default(),
        };
        entries.put(name, known, now);
    }
}

/// A lock, if it is free soon.
fn tried<T>(lock: impl Fn() -> Option<T>) -> Option<T> {
    (0..TRIES).find_map(|_| {
        let locked = lock();
        if locked.is_none() {
            spin_loop();
        }
        locked
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Basis, Cause};
    use crate::dns::proof::{Key, ZoneKeys};
    use crate::dns::wire::names::parse;

    const LASTS: Validity = Validity { before: 0, after: 10 };
    const ONE: Visitor = Visitor(1);
    const OTHER: Visitor = Visitor(2);

    fn insecure() -> Standing {
        Standing::Insecure(Basis::NoAnchor.into())
    }

    impl Cache {
        fn put_at(&self, name: &str, visitor: Visitor) {
            self.put(&parse(name).unwrap(), &insecure(), 100, LASTS, visitor);
        }

        fn knows(&self, name: &str, visitor: Visitor) -> bool {
            self.get(&parse(name).unwrap(), 101, visitor).is_some()
        }

        /// What every entry takes, counted anew.
        fn assert_counted(&self) {
            let entries = self.entries.read().unwrap();
            let octets: usize = entries.known.values().map(|known| known.octets).sum();
            let new = entries.known.values().filter(|known| !known.rank.is_shared);
            let new: usize = new.map(|known| known.octets).sum();
            assert_eq!((entries.octets, entries.new), (octets, new));
            assert_eq!(entries.known.len(), entries.ranks.len());
            assert!(octets <= ROOM);
        }
    }

    #[test]
    fn entries_expire_and_outages_are_not_kept() {
        let cache = Cache::default();
        let name = parse("example").unwrap();
        let get = |now| cache.get(&name, now, ONE);
        cache.put(&name, &insecure(), 100, LASTS, ONE);
        assert!(get(109).is_some() && get(100).is_some());
        assert!(get(110).is_none());
        cache.put(&name, &insecure(), 100, Validity { before: 20, after: u32::MAX }, ONE);
        assert!(get(100 + 3599).is_some());
        assert!(get(100 + 3600).is_none());
        assert!(get(100 - 20).is_some());
        assert!(get(100 - 21).is_none(), "not signed yet, by who reads it");
        let other = parse("other").unwrap();
        cache.put(&other, &Standing::Failed(Cause::NoServer.into()), 100, LASTS, ONE);
        assert!(!cache.knows("other", ONE));
        for (octets, is_kept) in [(MAX_OCTETS, false), (64, true)] {
            let rdata = [&[1, 0, 3, 13][..], &vec![0; octets]].concat();
            let keys = ZoneKeys::new(other.clone(), vec![Key::from_rdata(&rdata).unwrap()]);
            cache.put(&other, &Standing::Zone(keys.into()), 100, LASTS, ONE);
            assert_eq!(cache.knows("other", ONE), is_kept, "{octets}");
        }
        cache.assert_counted();
    }

    #[test]
    fn ten_thousand_zones_of_one_domain_make_room_for_each_other() {
        let cache = Cache::default();
        let before = ["test", "example.test", "mail.example.test"];
        before.iter().for_each(|name| cache.put_at(name, ONE));
        for number in 0..10_000 {
            cache.put_at(&format!("z{number}.deep.hostile.test"), OTHER);
        }
        assert!(before.iter().all(|name| cache.knows(name, ONE)));
        assert!(cache.knows("z9999.deep.hostile.test", OTHER));
        assert!(!cache.knows("z0.deep.hostile.test", OTHER));
        cache.assert_counted();
    }

    #[test]
    fn what_several_calls_need_stays() {
        let cache = Cache::default();
        cache.put_at("provider.test", ONE);
        assert!(cache.knows("provider.test", OTHER));
        cache.put_at("own.test", ONE);
        assert!(cache.knows("own.test", ONE), "asking twice is no sharing");
        cache.put_at("again.test", ONE);
        cache.put_at("again.test", OTHER);
        cache.put_at("again.test", OTHER);
        cache.put_at("test", ONE);
        for number in 0..10_000 {
            cache.put_at(&format!("z{number}.test"), ONE);
        }
        let known = |name| cache.knows(name, ONE);
        assert!(known("provider.test") && known("again.test") && known("test"));
        assert!(!known("own.test"));
        for number in 0..10_000 {
            let name = format!("y{number}.test");
            cache.put_at(&name, ONE);
            assert!(cache.knows(&name, OTHER));
        }
        assert!(!known("provider.test"), "the oldest of what is shared");
        assert!(known("test"), "TLDs last");
        cache.assert_counted();
    }

    #[test]
    fn a_zone_is_known_to_have_cuts_once_one_was_found() {
        let cache = Cache::default();
        let has_cuts = |name| cache.has_cuts(&parse(name).unwrap());
        cache.put_at("test", ONE);
        cache.put_at("co.test", ONE);
        assert!(has_cuts("test") && !has_cuts("co.test"));
        cache.put_at("mail.example.co.test", ONE);
        assert!(has_cuts("co.test") && !has_cuts("mail.example.co.test"));
        cache.put_at("co.test", OTHER);
        assert!(has_cuts("co.test"), "it has them still");
        assert!(has_cuts("unknown.test"), "it may have");
    }

    #[test]
    fn what_counts_no_more_makes_room_first() {
        let cache = Cache::default();
        for number in 0..10_000 {
            cache.put_at(&format!("z{number}.test"), ONE);
        }
        let full = cache.entries.read().unwrap().known.len();
        let name = parse("late.test").unwrap();
        cache.put(&name, &insecure(), 100 + i64::from(LASTS.after) + SWEEP, LASTS, ONE);
        assert!(full > 1000 && cache.entries.read().unwrap().known.len() == 1);
        cache.assert_counted();
    }

    #[test]
    fn a_busy_lock_means_no_cache() {
        let cache = Cache::default();
        cache.put_at("example", ONE);
        let held = cache.entries.write().unwrap();
        assert!(!cache.knows("example", ONE));
        drop(held);
        let reads = cache.entries.read().unwrap();
        assert!(cache.knows("example", ONE), "readers wait for no reader");
        cache.put_at("example.test", ONE);
        drop(reads);
        assert!(!cache.knows("example.test", ONE));
    }
}
