//! DER: certificates, their names and constraints.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::der(input));
