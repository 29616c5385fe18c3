//! Zone keys and insecure cuts, remembered between the calls of one context.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::rr::Name;

use super::signature::ZoneKeys;
use super::walk::Standing;

/// Zones remembered at most.
const ENTRIES: usize = 512;
/// Seconds a zone is remembered at most.
const MAX_LIFETIME: u32 = 3600;

#[derive(Clone, Debug)]
enum Kept {
    Zone(Arc<ZoneKeys>),
    Insecure(Arc<str>),
}

/// Reached by `try_lock` only: a lock that is busy, or was inherited by a fork, means no cache and never a wait.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<Name, (Kept, i64)>>);

impl Cache {
    /// What is known of the zone at `name`, while it lasts.
    pub(crate) fn get(&self, name: &Name, now: i64) -> Option<Standing> {
        let entries = self.0.try_lock().ok()?;
        let (kept, expires) = entries.get(name)?;
        if now >= *expires {
            return None;
        }
        Some(match kept {
            Kept::Zone(keys) => Standing::Zone(Rc::new((**keys).clone())),
            Kept::Insecure(why) => Standing::Insecure(why.as_ref().into()),
        })
    }

    /// Remembers a verdict for `lifetime` seconds; an outage is no verdict.
    pub(crate) fn put(&self, name: &Name, standing: &Standing, now: i64, lifetime: u32) {
        let kept = match standing {
            Standing::Zone(keys) => Kept::Zone(Arc::new((**keys).clone())),
            Standing::Insecure(why) => Kept::Insecure(why.as_ref().into()),
            Standing::Inside(_) | Standing::Nothing(_) | Standing::Failed(_) => return,
        };
        let Ok(mut entries) = self.0.try_lock() else { return };
        if entries.len() >= ENTRIES {
            entries.retain(|_, (_, expires)| *expires > now);
        }
        if entries.len() >= ENTRIES {
            return;
        }
        let expires = now.saturating_add(lifetime.min(MAX_LIFETIME).into());
        entries.insert(name.clone(), (kept, expires));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::failure::Failure;
    use crate::dns::names::parse;

    #[test]
    fn entries_expire_and_are_bounded_and_outages_are_not_kept() {
        let cache = Cache::default();
        let name = parse("example").unwrap();
        let insecure = Standing::Insecure("why".into());
        cache.put(&name, &insecure, 100, 10);
        assert!(cache.get(&name, 109).is_some());
        assert!(cache.get(&name, 110).is_none());
        cache.put(&name, &insecure, 100, u32::MAX);
        assert!(cache.get(&name, 100 + 3599).is_some());
        assert!(cache.get(&name, 100 + 3600).is_none());
        let other = parse("other").unwrap();
        cache.put(&other, &Standing::Failed(Failure::bogus("x")), 100, 10);
        assert!(cache.get(&other, 100).is_none());
        for number in 0..2 * ENTRIES {
            cache.put(&parse(&format!("z{number}")).unwrap(), &insecure, 100, 10);
        }
        assert_eq!(cache.0.lock().unwrap().len(), ENTRIES);
    }

    #[test]
    fn a_busy_lock_means_no_cache() {
        let cache = Cache::default();
        let name = parse("example").unwrap();
        cache.put(&name, &Standing::Insecure("why".into()), 100, 10);
        let held = cache.0.lock().unwrap();
        assert!(cache.get(&name, 101).is_none());
        drop(held);
        assert!(cache.get(&name, 101).is_some());
    }
}
