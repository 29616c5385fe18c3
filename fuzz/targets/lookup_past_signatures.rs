//! The same with every signature taken for good.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::lookup_past_signatures(input));
