//! The fixed words of the contract, which C reads as well.

use std::ffi::CStr;

/// A word for Rust; every word is ASCII.
pub(crate) const fn word(text: &'static CStr) -> &'static str {
    match text.to_str() {
        Ok(text) => text,
        Err(_) => "",
    }
}
