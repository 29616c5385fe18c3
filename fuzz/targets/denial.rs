//! NSEC and NSEC3 beside what is true of the zone.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::denial(input));
