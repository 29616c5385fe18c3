//! No target: writes the inputs to begin with into the folder that `SEEDS` names.

#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(
    init: dane_policy::fuzzing::seeds(Path::new(&std::env::var("SEEDS").expect("SEEDS"))),
    |_input| ()
);
