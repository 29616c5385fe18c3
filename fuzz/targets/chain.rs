//! Chains and TLSA records beside what is true of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::chain(input));
