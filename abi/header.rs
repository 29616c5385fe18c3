//! Makes the C header from `src/ffi`.

use std::path::Path;

/// What the header is made from, in its order.
const SOURCES: [&str; 17] = [
    "decide/columns.rs",
    "dns/mode.rs",
    "ffi/status.rs",
    "decide/decision.rs",
    "decide/reason.rs",
    "decide/detail.rs",
    "verify/result.rs",
    "ffi/error.rs",
    "ffi/version.rs",
    "ffi/context.rs",
    "ffi/destination.rs",
    "ffi/host.rs",
    "ffi/verification.rs",
    "ffi/tlsa.rs",
    "ffi/decision.rs",
    "ffi/report.rs",
    "ffi/answer.rs",
];

/// The text of `include/dane_policy.h`.
pub fn generate(root: &Path) -> String {
    let mut config =
        cbindgen::Config::from_file(root.join("abi/cbindgen.toml")).expect("cbindgen.toml");
    let opening = std::fs::read_to_string(root.join("abi/opening.h")).expect("opening.h");
    config.header = Some(opening.trim_end().to_owned());
    config.after_includes = Some(version(env!("CARGO_PKG_VERSION")));
    let builder = cbindgen::Builder::new().with_config(config);
    let builder = SOURCES
        .iter()
        .fold(builder, |builder, source| builder.with_src(root.join("src").join(source)));
    let bindings = builder.generate().expect("the C face parses");
    let mut header = Vec::new();
    bindings.write(&mut header);
    let header = String::from_utf8(header).expect("ASCII");
    header.replace("DANE_POLICY_VERIFICATION_OUTCOME_", "DANE_POLICY_VERIFICATION_")
}

/// The version macros.
fn version(text: &str) -> String {
    let parts: Vec<u32> = text.split('.').map(|part| part.parse().expect("a number")).collect();
    let [major, minor, patch] = parts[..] else { panic!("the version is three numbers") };
    let number = major << 16 | minor << 8 | patch;
    format!(
        "
/* The version of this header; dane_policy_version_number() tells that of the library that runs. */
#define DANE_POLICY_VERSION_MAJOR {major}
#define DANE_POLICY_VERSION_MINOR {minor}
#define DANE_POLICY_VERSION_PATCH {patch}
#define DANE_POLICY_VERSION_NUMBER 0x{number:06x}"
    )
}
