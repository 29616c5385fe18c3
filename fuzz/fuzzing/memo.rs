//! What costs much and comes again.

use std::collections::HashMap;
use std::hash::Hash;

/// Values that were made before, so many at most; then all are forgotten.
pub(super) struct Memo<K, V> {
    known: HashMap<K, V>,
    most: usize,
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { known: HashMap::new(), most }
    }

    pub(super) fn get(&mut self, key: K, make: impl FnOnce() -> V) -> V {
        if self.known.len() >= self.most {
            self.known.clear();
        }
        self.known.entry(key).or_insert_with(make).clone()
    }
}
