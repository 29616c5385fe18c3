//! Functions of the C face in any order.

#![no_main]

unsafe extern "C" {
    fn dane_policy_calls(input: *const u8, length: usize);
}

// What C calls.
use dane_policy as _;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // SAFETY: as many octets as are said, which C only reads.
    unsafe { dane_policy_calls(input.as_ptr(), input.len()) }
});
