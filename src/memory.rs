//! Whether memory runs out in a call: the allocator of the C face says so, and whoever may spend more asks.

use std::cell::Cell;
#[cfg(any(feature = "capi", test))]
use std::sync::atomic::{AtomicIsize, Ordering};

thread_local! {
    static IS_SHORT: Cell<bool> = const { Cell::new(false) };
    static IS_FALLIBLE: Cell<bool> = const { Cell::new(false) };
}

/// Octets that are allocated, where somebody counts.
#[cfg(any(feature = "capi", test))]
static LIVE: AtomicIsize = AtomicIsize::new(0);

/// Whether memory ran out on this thread since [`begin`].
pub(crate) fn is_short() -> bool {
    IS_SHORT.get()
}

/// Memory ran out, and a reserve serves what is left to do.
#[cfg(feature = "capi")]
pub(crate) fn ran_out() {
    IS_SHORT.set(true);
}

/// A call begins: what came before is forgotten.
#[cfg(feature = "capi")]
pub(crate) fn begin() {
    IS_SHORT.set(false);
}

/// Runs an allocation whose failure is an error that the caller handles.
pub(crate) fn fallibly<T>(allocate: impl FnOnce() -> T) -> T {
    let outer = IS_FALLIBLE.replace(true);
    let outcome = allocate();
    IS_FALLIBLE.set(outer);
    outcome
}

/// Whether the allocation under way may fail.
#[cfg(feature = "capi")]
pub(crate) fn may_fail() -> bool {
    IS_FALLIBLE.get()
}

/// So many octets more are allocated.
#[cfg(feature = "capi")]
pub(crate) fn count(octets: isize) {
    LIVE.fetch_add(octets, Ordering::Relaxed);
}

/// Octets that are allocated now.
#[cfg(test)]
pub(crate) fn live() -> isize {
    LIVE.load(Ordering::Relaxed)
}
