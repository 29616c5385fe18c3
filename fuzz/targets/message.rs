//! A DNS message.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::message(input));
