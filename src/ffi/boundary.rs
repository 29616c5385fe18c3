//! Panics end here: a fault of ours becomes a value on which the caller defers.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicBool, Ordering};

use super::allocator;
use super::cancellation::Uncancelled;
use super::error::{Code, INTERNAL, MISUSE, NO_MEMORY, OK};
use super::numbers::dane_policy_error;
use crate::memory;

thread_local! {
    /// Entry points that this thread is inside of.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

static HOOKED: AtomicBool = AtomicBool::new(false);

/// A panic inside an entry point prints nothing: descriptor 2 may be the SMTP connection. Others go to the previous hook.
fn silence_panics() {
    // Threads that only read share the line of memory.
    if !HOOKED.load(Ordering::Relaxed) {
        take_the_hook();
    }
}

#[cold]
fn take_the_hook() {
    if HOOKED.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = take_hook();
    set_hook(Box::new(move |info| {
        if INSIDE.with(Cell::get) == 0 {
            previous(info);
        }
    }));
}

struct Inside;

impl Inside {
    fn enter() -> Self {
        INSIDE.with(|inside| inside.set(inside.get().wrapping_add(1)));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(inside.get().wrapping_sub(1)));
    }
}

/// Runs the body of an entry point; a panic gives `fallback`.
pub(super) fn guard<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    silence_panics();
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

/// Runs the body of an entry point that makes system calls.
fn shield<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    let _whole = Uncancelled::enter();
    guard(fallback, body)
}

/// Runs a getter on an object that may be NULL.
pub(super) fn read<O, T: Copy>(object: Option<&O>, fallback: T, body: impl FnOnce(&O) -> T) -> T {
    guard(fallback, || object.map_or(fallback, body))
}

/// Runs a setter on an object that must not be NULL.
pub(super) fn change<O>(
    object: Option<&mut O>,
    body: impl FnOnce(&mut O) -> Result<(), Code>,
) -> dane_policy_error {
    let outcome = shield(Err(INTERNAL), || object.ok_or(MISUSE).and_then(body));
    outcome.err().unwrap_or(OK) as i32
}

/// Makes an object for the caller to own; `*out` is NULL on failure.
pub(super) unsafe fn create<T>(
    out: *mut *mut T,
    body: impl FnOnce() -> Result<T, Code>,
) -> dane_policy_error {
    if out.is_null() {
        return MISUSE as i32;
    }
    let made = shield(Err(INTERNAL), || {
        allocator::begin()?;
        let object = body().map(Box::new);
        // What a short memory has left may be half of the truth.
        if memory::is_short() { Err(NO_MEMORY) } else { object }
    });
    let (object, code) = match made {
        Ok(object) => (Box::into_raw(object), OK),
        Err(code) => (std::ptr::null_mut(), code),
    };
    // SAFETY: `out` is not NULL, and the caller gives room for a pointer there.
    unsafe { out.write(object) };
    code as i32
}

/// Frees an object, or nothing for NULL.
pub(super) fn free<T>(object: Option<Box<T>>) {
    shield((), || drop(object));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_fallback_and_leaves_the_thread_usable() {
        assert_eq!(guard(7, || panic!("inside")), 7);
        assert_eq!(guard(7, || guard(8, || panic!("deep inside"))), 8);
        assert_eq!(INSIDE.with(Cell::get), 0);
        assert_eq!(guard(7, || 9), 9);
        let mut out = std::ptr::null_mut::<u8>();
        // SAFETY: `out` has room for a pointer.
        let code = unsafe { create(&raw mut out, || panic!("inside")) };
        assert_eq!(code, INTERNAL as dane_policy_error);
        assert!(out.is_null());
    }
}
