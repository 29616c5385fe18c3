//! A lookup whose replies are altered, beside the truth.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::lookup(input));
