//! Which version this is.

use std::ffi::c_char;

const NUMBER: u32 = part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
    | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
    | part(env!("CARGO_PKG_VERSION_PATCH"));

const fn part(number: &str) -> u32 {
    match u32::from_str_radix(number, 10) {
        Ok(number) => number,
        Err(_) => panic!("the version is three numbers"),
    }
}

/// The version of the library that runs, such as "1.0.0". Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the library that runs, comparable with DANE_POLICY_VERSION_NUMBER of the header.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_version_number() -> u32 {
    NUMBER
}
