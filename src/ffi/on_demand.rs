//! What few callers ask for, made when one does.

use std::marker::PhantomData;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A value that is made by whoever asks first. Nobody waits for another thread, which a fork may have left behind: of two that
/// make it one is dropped.
pub(super) struct OnDemand<T>(AtomicPtr<T>, PhantomData<T>);

impl<T> OnDemand<T> {
    pub(super) const fn new() -> Self {
        Self(AtomicPtr::new(null_mut()), PhantomData)
    }

    pub(super) fn get(&self, make: impl FnOnce() -> T) -> &T {
        let mut value = self.0.load(Ordering::Acquire);
        if value.is_null() {
            let made = Box::into_raw(Box::new(make()));
            let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
            value = match self.0.compare_exchange(null_mut(), made, success, failure) {
                Ok(_) => made,
                Err(others) => {
                    // SAFETY: it was boxed above, and nobody else has seen it.
                    drop(unsafe { Box::from_raw(made) });
                    others
                }
            };
        }
        // SAFETY: what is there was boxed, and stays as long as this.
        unsafe { &*value }
    }
}

impl<T> Drop for OnDemand<T> {
    fn drop(&mut self) {
        let value = *self.0.get_mut();
        if !value.is_null() {
            // SAFETY: it was boxed, and nobody borrows it any longer.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_for_whoever_asks_later_and_dropped_once() {
        let value = OnDemand::new();
        let text = |text: &str| text.to_owned();
        assert_eq!(value.get(|| text("first")), "first");
        assert_eq!(value.get(|| unreachable!()), "first");
        let both = OnDemand::new();
        assert_eq!(both.get(|| both.get(|| text("inner")).clone() + " and outer"), "inner");
        drop(OnDemand::<String>::new());
    }
}
