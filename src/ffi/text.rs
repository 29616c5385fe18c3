//! Strings across the border.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};

use super::error::{Code, MISUSE};
use crate::text;

/// Bytes of a name or address that are looked at; a longer one is no name.
const MAX_ARGUMENT: usize = 1 << 16;

/// A string for C, made once; interior NULs cannot come from the texts we make and end the string otherwise.
pub(super) fn to_c(text: &str) -> CString {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).unwrap_or_default()
}

/// The same for a text of one printable line, which is not copied where it has room for the NUL.
pub(super) fn into_c(text: String) -> CString {
    CString::new(text).unwrap_or_default()
}

/// A name for C, which strangers may have chosen.
pub(super) fn name_to_c(name: &str) -> CString {
    into_c(text::name(name))
}

/// A string that may be missing, or NULL.
pub(super) fn text_or_null(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// The string at an index, or NULL.
pub(super) fn string_at(strings: &[CString], index: usize) -> *const c_char {
    text_or_null(strings.get(index))
}

/// A string from C that must not be NULL, for as long as the caller keeps it. Octets that are no text are replaced, so that they
/// make an invalid name.
pub(super) unsafe fn borrowed_from_c<'a>(text: *const c_char) -> Result<Cow<'a, str>, Code> {
    if text.is_null() {
        return Err(MISUSE);
    }
    // SAFETY: not NULL, and the caller gives a string that ends in NUL.
    let text = unsafe { CStr::from_ptr(text) }.to_bytes();
    let text = text.get(..MAX_ARGUMENT).unwrap_or(text);
    Ok(String::from_utf8_lossy(text))
}

/// The same, kept.
pub(super) unsafe fn from_c(text: *const c_char) -> Result<String, Code> {
    // SAFETY: as the caller promises.
    unsafe { borrowed_from_c(text) }.map(Cow::into_owned)
}

/// The same for a string that may be NULL.
pub(super) unsafe fn optional_from_c(text: *const c_char) -> Result<Option<String>, Code> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { from_c(text) }.map(Some)
}

/// An array from C; NULL only with length 0.
pub(super) unsafe fn array<'a, T>(data: *const T, length: usize) -> Result<&'a [T], Code> {
    match (data.is_null(), length) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(MISUSE),
        // SAFETY: not NULL, and the caller gives `length` elements there.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts(data, length) }),
    }
}
