//! Zone keys and insecure cuts, remembered between the calls of one context.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use hickory_resolver::proto::rr::Name;

use crate::dns::proof::{Standing, Validity};
use crate::dns::wire::names::depth;

/// Zones remembered at most.
const ENTRIES: usize = 512;
/// Octets of keys that a zone may have to be remembered; two of RSA with 4,096 bits in a roll-over have a third of it.
const MAX_OCTETS: usize = 8 * 1024;
/// Seconds a zone is remembered at most, or is taken to have been so before.
const MAX_LIFETIME: u32 = 3600;

/// Reached by `try_lock` only: a lock that is busy, or was inherited by a fork, means no cache and never a wait.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Entries>);

/// A verdict, and from when until when it counts, in seconds since 1970.
#[derive(Debug)]
struct Known {
    standing: Standing,
    since: i64,
    expires: i64,
}

impl Known {
    fn counts(&self, now: i64) -> bool {
        self.since <= now && now < self.expires
    }
}

#[derive(Debug, Default)]
struct Entries {
    known: BTreeMap<Name, Known>,
    /// The oldest first.
    order: VecDeque<Name>,
}

impl Entries {
    fn put(&mut self, name: &Name, known: Known) {
        if self.known.insert(name.clone(), known).is_some() {
            return;
        }
        if self.known.len() > ENTRIES {
            self.forget_one();
        }
        self.order.push_back(name.clone());
    }

    /// The oldest; not the root or a TLD, which everybody needs, as long as there is another.
    fn forget_one(&mut self) {
        let oldest = self.order.iter().position(|name| depth(name) > 1).unwrap_or_default();
        if let Some(name) = self.order.remove(oldest) {
            self.known.remove(&name);
        }
    }
}

impl Cache {
    /// What is known of the zone at `name`, where it counts by the reader's own time.
    pub(crate) fn get(&self, name: &Name, now: i64) -> Option<Standing> {
        let entries = self.0.try_lock().ok()?;
        let known = entries.known.get(name)?;
        known.counts(now).then(|| known.standing.clone())
    }

    /// Remembers a verdict; an outage is no verdict.
    pub(crate) fn put(&self, name: &Name, standing: &Standing, now: i64, validity: Validity) {
        match standing {
            Standing::Zone(keys) if keys.octets() <= MAX_OCTETS => {}
            Standing::Insecure(_) => {}
            _ => return,
        }
        let Ok(mut entries) = self.0.try_lock() else { return };
        let since = now.saturating_sub(validity.before.min(MAX_LIFETIME).into());
        let expires = now.saturating_add(validity.after.min(MAX_LIFETIME).into());
        entries.put(name, Known { standing: standing.clone(), since, expires });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Basis, Cause};
    use crate::dns::proof::{Key, ZoneKeys};
    use crate::dns::wire::names::parse;

    const LASTS: Validity = Validity { before: 0, after: 10 };

    #[test]
    fn entries_expire_and_are_bounded_and_outages_are_not_kept() {
        let cache = Cache::default();
        let name = parse("example").unwrap();
        let insecure = Standing::Insecure(Basis::NoAnchor.into());
        cache.put(&name, &insecure, 100, LASTS);
        assert!(cache.get(&name, 109).is_some() && cache.get(&name, 100).is_some());
        assert!(cache.get(&name, 110).is_none());
        cache.put(&name, &insecure, 100, Validity { before: 20, after: u32::MAX });
        assert!(cache.get(&name, 100 + 3599).is_some());
        assert!(cache.get(&name, 100 + 3600).is_none());
        assert!(cache.get(&name, 100 - 20).is_some());
        assert!(cache.get(&name, 100 - 21).is_none(), "not signed yet, by who reads it");
        let other = parse("other").unwrap();
        cache.put(&other, &Standing::Failed(Cause::NoServer.into()), 100, LASTS);
        assert!(cache.get(&other, 100).is_none());
        for (octets, is_kept) in [(MAX_OCTETS, false), (64, true)] {
            let rdata = [&[1, 0, 3, 13][..], &vec![0; octets]].concat();
            let keys = ZoneKeys::new(other.clone(), vec![Key::from_rdata(&rdata).unwrap()]);
            cache.put(&other, &Standing::Zone(keys.into()), 100, LASTS);
            assert_eq!(cache.get(&other, 100).is_some(), is_kept, "{octets}");
        }
        for number in 0..2 * ENTRIES {
            cache.put(&parse(&format!("z{number}")).unwrap(), &insecure, 100, LASTS);
        }
        let entries = cache.0.lock().unwrap();
        assert_eq!((entries.known.len(), entries.order.len()), (ENTRIES, ENTRIES));
    }

    #[test]
    fn the_oldest_is_forgotten_and_tlds_last() {
        let cache = Cache::default();
        let insecure = Standing::Insecure(Basis::NoAnchor.into());
        let names = |count: usize| (0..count).map(|number| format!("z{number}.test"));
        let known = |name: &str| cache.get(&parse(name).unwrap(), 101).is_some();
        for name in ["test".to_owned()].into_iter().chain(names(ENTRIES)) {
            cache.put(&parse(&name).unwrap(), &insecure, 100, LASTS);
        }
        let last = names(ENTRIES).next_back().unwrap();
        assert!(known("test") && !known("z0.test") && known("z1.test") && known(&last));
        cache.put(&parse("z1.test").unwrap(), &insecure, 100, LASTS);
        assert!(known("z2.test"), "what is known already takes no room");
    }

    #[test]
    fn a_busy_lock_means_no_cache() {
        let cache = Cache::default();
        let name = parse("example").unwrap();
        cache.put(&name, &Standing::Insecure(Basis::NoAnchor.into()), 100, LASTS);
        let held = cache.0.lock().unwrap();
        assert!(cache.get(&name, 101).is_none());
        drop(held);
        assert!(cache.get(&name, 101).is_some());
    }
}
