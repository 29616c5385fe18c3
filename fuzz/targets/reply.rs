//! An SMTP reply, at once and in pieces.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::reply(input));
