//! What stands for the check of a signature while fuzzing: what was checked once is known, and a target may look away.

use std::cell::{Cell, RefCell};

use super::memo::Memo;

/// In every binary that can look away: `tests/static_library.rs` looks for it.
const MARK: &str = "dane-policy takes signatures for good";
/// Signatures that are remembered.
const MOST: usize = 1 << 16;

thread_local! {
    static IS_ACCEPTING: Cell<bool> = const { Cell::new(false) };
    static HAS_ACCEPTED: Cell<bool> = const { Cell::new(false) };
    static KNOWN: RefCell<Memo<Vec<u8>, bool>> = RefCell::new(Memo::new(MOST));
}

/// Whether a signature is good: `check` says it of the same key, message and signature once.
pub(crate) fn is_good(parts: [&[u8]; 3], check: impl FnOnce() -> bool) -> bool {
    let lengths = parts.map(|part| part.len().to_be_bytes()).concat();
    let key = [&lengths[..], &parts.concat()].concat();
    let is_good = KNOWN.with_borrow_mut(|known| known.get(key, check));
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
