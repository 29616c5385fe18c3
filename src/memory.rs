//! Whether memory runs out in a call: the allocator of the C face says so, and whoever may spend more asks.

use std::cell::Cell;

thread_local! {
    static IS_SHORT: Cell<bool> = const { Cell::new(false) };
    static IS_FALLIBLE: Cell<bool> = const { Cell::new(false) };
}

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
