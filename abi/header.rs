//! Makes the C headers from `src/ffi`.

use std::path::Path;

/// What `dane_policy.h` is made from, in its order.
const SOURCES: [&str; 22] = [
    "decide/columns.rs",
    "dns/mode.rs",
    "ffi/status.rs",
    "decide/decision.rs",
    "decide/reason.rs",
    "cause/detail.rs",
    "verify/result.rs",
    "ffi/error.rs",
    "ffi/context.rs",
    "ffi/destination.rs",
    "ffi/host.rs",
    "ffi/sockaddr.rs",
    "ffi/verification.rs",
    "ffi/decision.rs",
    "ffi/tlsa.rs",
    "ffi/records.rs",
    "ffi/table.rs",
    "ffi/session.rs",
    "ffi/multi.rs",
    "ffi/outcome.rs",
    "ffi/words.rs",
    "ffi/version.rs",
];

/// What `dane_policy_diagnosis.h` is made from, in its order.
const DIAGNOSIS: [&str; 7] = [
    "ffi/report.rs",
    "ffi/facts.rs",
    "ffi/lifetimes.rs",
    "ffi/question.rs",
    "ffi/answer.rs",
    "ffi/association.rs",
    "ffi/multi_diagnosis.rs",
];

/// Each header with its text.
pub fn all(root: &Path) -> [(&'static str, String); 3] {
    [
        ("dane_policy.h", policy(root)),
        ("dane_policy_diagnosis.h", diagnosis(root)),
        ("dane_policy_rustls.h", rustls(root)),
    ]
}

fn policy(root: &Path) -> String {
    let mut config = config(root, "opening.h");
    config.after_includes = Some(version(env!("CARGO_PKG_VERSION")));
    let header = of_the_size_of_int(&written(root, config, &SOURCES));
    header.replace("DANE_POLICY_VERIFICATION_OUTCOME_", "DANE_POLICY_VERIFICATION_")
}

/// With a last enumerator in each enum, for compilers that would choose the smallest type that holds them all.
fn of_the_size_of_int(header: &str) -> String {
    let mut parts = header.split("\n} dane_policy_");
    let mut text = parts.next().expect("the start").to_owned();
    for part in parts {
        let (name, _) = part.split_once(';').expect("a typedef ends");
        if text.rfind("typedef enum") > text.rfind("typedef struct") {
            let name = name.to_ascii_uppercase();
            text += "\n    /**\n     * No value: it gives the type the size of int.\n     */\n";
            text += &format!("    DANE_POLICY_{name}_FORCE_INT = 0x7fffffff,");
        }
        text += "\n} dane_policy_";
        text += part;
    }
    text
}

fn diagnosis(root: &Path) -> String {
    let mut config = config(root, "diagnosis/opening.h");
    config.include_guard = Some("DANE_POLICY_DIAGNOSIS_H".into());
    config.sys_includes = vec!["dane_policy.h".into()];
    config.export.include.clear();
    written(root, config, &DIAGNOSIS)
}

fn rustls(root: &Path) -> String {
    let mut config = config(root, "rustls/opening.h");
    config.include_guard = Some("DANE_POLICY_RUSTLS_H".into());
    config.sys_includes = vec!["dane_policy.h".into()];
    config.cpp_compat = false;
    config.after_includes = Some(text(root, "rustls/includes.h"));
    config.export.include.clear();
    written(root, config, &["ffi/rustls.rs"])
}

fn text(root: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(root.join("abi").join(name)).expect(name);
    text.trim_end().to_owned()
}

fn config(root: &Path, opening: &str) -> cbindgen::Config {
    let config = cbindgen::Config::from_file(root.join("abi/cbindgen.toml"));
    cbindgen::Config { header: Some(text(root, opening)), ..config.expect("cbindgen.toml") }
}

fn written(root: &Path, config: cbindgen::Config, sources: &[&str]) -> String {
    let builder = cbindgen::Builder::new().with_config(config);
    let builder = sources
        .iter()
        .fold(builder, |builder, source| builder.with_src(root.join("src").join(source)));
    let bindings = builder.generate().expect("the C face parses");
    let mut header = Vec::new();
    bindings.write(&mut header);
    String::from_utf8(header).expect("ASCII")
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
