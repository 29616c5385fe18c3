//! What stands for the check of a signature while fuzzing: what was checked once is known, and a target may look away.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// In every binary that can look away: `tests/static_library.rs` looks for it.
const MARK: &str = "dane-policy takes signatures for good";
/// Signatures that are remembered; then all are forgotten.
const MOST: usize = 1 << 16;

thread_local! {
    static IS_ACCEPTING: Cell<bool> = const { Cell::new(false) };
    static HAS_ACCEPTED: Cell<bool> = const { Cell::new(false) };
    static KNOWN: RefCell<HashMap<Vec<u8>, bool>> = RefCell::default();
}

/// Whether a signature is good: `check` says it of the same key, message and signature once.
pub(crate) fn is_good(parts: [&[u8]; 3], check: impl FnOnce() -> bool) -> bool {
    let is_good = KNOWN.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.clear();
        }
        let lengths = parts.map(|part| part.len().to_be_bytes()).concat();
        *known.entry([&lengths[..], &parts.concat()].concat()).or_insert_with(check)
    });
    if !is_good && IS_ACCEPTING.get() {
        HAS_ACCEPTED.set(true);
        return true;
    }
    is_good
}

/// Works with every signature taken for good; and whether one of them was not.
pub(super) fn accepting<T>(work: impl FnOnce() -> T) -> (T, bool) {
    assert!(!IS_ACCEPTING.replace(true), "{MARK} already");
    HAS_ACCEPTED.set(false);
    let outcome = work();
    IS_ACCEPTING.set(false);
    (outcome, HAS_ACCEPTED.get())
}
