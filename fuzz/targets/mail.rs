//! What mail servers say, in SMTP and TLS.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| dane_policy::fuzzing::mail(input));
