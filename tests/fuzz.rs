//! The fuzz build is of the same sources and dependencies as what ships, and what ships has no part of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines of a section of a manifest that set something.
fn section<'m>(manifest: &'m str, name: &str) -> BTreeSet<&'m str> {
    let (_, section) = manifest.split_once(&format!("\n[{name}]\n")).unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines.filter(|line| line.contains(" = ") && !line.starts_with('#')).collect()
}

#[test]
fn the_two_manifests_have_the_same_dependencies() {
    let (ours, fuzz) = (read("Cargo.toml"), read("fuzz/Cargo.toml"));
    let (ours, fuzz) = (section(&ours, "dependencies"), section(&fuzz, "dependencies"));
    let (missing, more) = (ours.difference(&fuzz), fuzz.difference(&ours));
    assert!(missing.copied().all(|line| line.contains("optional = true")));
    const OF_FUZZING: [&str; 2] =
        [r#"dane-policy-world = { path = "../tests/world" }"#, r#"libfuzzer-sys = "0.4""#];
    assert_eq!(more.copied().collect::<Vec<_>>(), OF_FUZZING);
}

/// Name and version of each package of a lock file.
fn packages(lock: &str) -> BTreeSet<(&str, &str)> {
    fn value<'p>(package: &'p str, key: &str) -> Option<&'p str> {
        package
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
    }
    let parts = lock.split("[[package]]").skip(1);
    parts
        .filter_map(|package| Some((value(package, "name")?, value(package, "version")?)))
        .collect()
}

#[test]
fn the_two_locks_have_the_same_versions() {
    let (ours, fuzz) = (read("Cargo.lock"), read("fuzz/Cargo.lock"));
    let (ours, fuzz) = (packages(&ours), packages(&fuzz));
    let more = fuzz.difference(&ours).map(|(name, _)| *name);
    const OF_FUZZING: [&str; 4] = ["arbitrary", "dane-policy-fuzz", "jobserver", "libfuzzer-sys"];
    assert_eq!(more.collect::<Vec<_>>(), OF_FUZZING);
}

/// Neither a feature nor a build script sets it, and without the world, which is for tests, it does not compile.
#[test]
fn nothing_but_the_fuzz_build_asks_for_fuzzing() {
    const CFG: &str = "dane_policy_fuzzing";
    let crate_root = read("src/lib.rs");
    assert!(crate_root.contains("#[cfg(any(test, dane_policy_fuzzing))]\n#[cfg_attr("));
    assert!(
        crate_root.contains("#[cfg(dane_policy_fuzzing)]\n#[path = \"../fuzz/fuzzing/mod.rs\"]")
    );
    let manifest = read("Cargo.toml");
    let settings: Vec<&str> = manifest.lines().filter(|line| line.contains(CFG)).collect();
    assert_eq!(
        settings,
        [r#"unexpected_cfgs = { level = "warn", check-cfg = ["cfg(dane_policy_fuzzing)"] }"#]
    );
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
    let dependencies = dependencies.split("[dev-dependencies]").next().unwrap();
    assert!(!dependencies.contains("world"));
    for name in ["build.rs", "Makefile", "debian/rules", "abi/header.rs"] {
        assert!(!read(name).contains(CFG), "{name}");
    }
    // Where a signature is checked, and nowhere else, fuzzing comes between.
    for source in ["src/dns/proof/key.rs", "src/verify/signatures.rs"] {
        let text = read(source);
        let (_, hook) = text.split_once("#[cfg(dane_policy_fuzzing)]\n").unwrap();
        assert_eq!(hook.matches(CFG).count(), 0, "{source}");
        let hook: String = hook.split_whitespace().collect();
        assert!(hook.starts_with("letcheck=||crate::fuzzing::signature::is_good("), "{source}");
    }
}
