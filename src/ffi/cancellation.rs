//! No call is a cancellation point: a thread that pthread_cancel(3) reaches inside one ends behind it. C unwinds such a thread,
//! which no frame of Rust allows.

use std::ffi::c_int;

const DISABLE: c_int = if cfg!(target_vendor = "apple") { 0 } else { 1 };

unsafe extern "C" {
    /// Which the libc crate has for few systems.
    fn pthread_setcancelstate(state: c_int, previous: *mut c_int) -> c_int;
}

/// As long as it lives the thread is not cancelled.
pub(super) struct Uncancelled {
    previous: c_int,
}

impl Uncancelled {
    pub(super) fn enter() -> Self {
        Self { previous: set(DISABLE) }
    }
}

impl Drop for Uncancelled {
    fn drop(&mut self) {
        set(self.previous);
    }
}

/// Gives the state that was.
fn set(state: c_int) -> c_int {
    let mut previous = DISABLE;
    // SAFETY: there is room for the state that was.
    unsafe { pthread_setcancelstate(state, &raw mut previous) };
    previous
}
