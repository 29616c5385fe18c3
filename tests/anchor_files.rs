//! The trust anchors of the system: beside the built-in ones, and only those that may be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use world::{Moment, World};

mod toolchain;

use toolchain::*;

const DEBIAN: &str = "/usr/share/dns/root.key";
const UNBOUND: &str = "/var/lib/unbound/root.key";
const FEDORA: &str = "/etc/unbound/root.key";

/// A system that has these files and no others of anchors.
struct System {
    build: PathBuf,
    folder: PathBuf,
    library: PathBuf,
}

impl System {
    fn new(name: &str) -> Option<Self> {
        let (build, folder) = (build()?, scratch(name));
        let body = "    const char *end = strrchr(path, '/');\n    char other[4096];\n\
             if (end != NULL && strcmp(end, \"/root.key\") == 0) {\n\
             snprintf(other, sizeof other, \"%s%s\", getenv(\"TEST_ROOT\"), path);\n        path = other;\n    }";
        let library = preloaded_open(&folder, body);
        Some(Self { build, folder, library })
    }

    /// Runs a program on it.
    fn run(&self, program: &Path, files: &[(&str, &str)], arguments: &[&str]) -> String {
        let root = self.folder.join("root");
        let _ = fs::remove_dir_all(&root);
        fs::create_dir(&root).unwrap();
        for (path, text) in files {
            let path = root.join(&path[1..]);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut command = Command::new(program);
        command.env("LD_PRELOAD", &self.library).env("TEST_ROOT", &root);
        stdout(&command.args(arguments).output().unwrap())
    }

    /// The verdict of a self-test, its text, and its warnings.
    fn self_test(&self, world: &World, files: &[(&str, &str)]) -> (String, String, Vec<String>) {
        let server = format!("--nameserver={}", world.dns);
        let said =
            self.run(&self.build.join("dane-check"), files, &["--self-test", "--json", &server]);
        let result: Value = serde_json::from_str(&said).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let warnings = result["warnings"].as_array().unwrap().iter().map(text).collect();
        (text(&result["status"]), text(&result["text"]), warnings)
    }
}

fn tag(ds: &str) -> &str {
    ds.split_whitespace().nth(3).unwrap()
}

#[test]
fn rfc4033_2_the_systems_anchors_count_beside_those_built_in() {
    let Some(system) = System::new("anchor_files") else { return };
    let world = World::start().unwrap();
    let anchor = &*world.anchor;
    let signs = format!(
        "resolver {} serves DNSSEC records; trust anchor {} signs .",
        world.dns,
        tag(anchor)
    );
    let gone = format!(
        "of the trust anchors of . only {} signs its keys; gone: 20326, 38696: update libdane-policy or the system's anchors",
        tag(anchor)
    );
    for path in [DEBIAN, UNBOUND, FEDORA] {
        let (status, text, warnings) = system.self_test(&world, &[(path, anchor)]);
        assert_eq!(
            (&*status, &text, &*warnings),
            ("secure", &signs, &[gone.clone()][..]),
            "{path}"
        );
    }
    let stranger = "DNSKEY of .: no key matches the trust anchor";
    let unknown = format!(
        "key {}, which is for signing the keys of ., is no trust anchor: update libdane-policy or the system's anchors",
        tag(anchor)
    );
    let (status, text, warnings) = system.self_test(&world, &[]);
    assert_eq!((&*status, &*text, &*warnings), ("bogus", stranger, &[unknown.clone()][..]));
    // What cannot be used takes nothing away, and is told.
    let unusable = "of neither kind\n";
    let line = format!(
        "trust anchors are not used, {DEBIAN}: line 1 is neither a DS nor a zone-signing DNSKEY record"
    );
    let (_, text, warnings) = system.self_test(&world, &[(DEBIAN, unusable)]);
    assert_eq!((&*text, &*warnings), (stranger, &[line.clone(), unknown][..]));
    let (status, text, warnings) =
        system.self_test(&world, &[(DEBIAN, unusable), (UNBOUND, anchor)]);
    assert_eq!((&*status, &text, &*warnings), ("secure", &signs, &[line, gone][..]));
}

#[test]
fn rfc5011_4_the_state_of_a_key_says_whether_it_counts() {
    let Some(system) = System::new("anchor_states") else { return };
    let world = World::start().unwrap();
    let new = world.roll_root(Moment::Retired);
    let with = |state: &str| format!("{} ;;state={state}\n", new.trim_end());
    for (state, counts) in [
        ("1 [ ADDPEND ] ;;count=1", false),
        ("2 [  VALID  ] ;;count=0", true),
        ("3 [ MISSING ]", true),
        ("5 [ REMOVED ]", false),
    ] {
        let files = [(UNBOUND, &*with(state)), (DEBIAN, &*world.anchor)];
        let (status, ..) = system.self_test(&world, &files);
        assert_eq!(status == "secure", counts, "{state}");
    }
}

#[test]
fn rfc5011_2_1_a_revoked_anchor_is_none_from_whatever_file() {
    let Some(system) = System::new("anchor_revoked") else { return };
    let world = World::start().unwrap();
    let (old, new) = (&*world.anchor, world.roll_root(Moment::Revoked));
    let revoked = format!("trust anchor {} of . is revoked and counts no more", tag(old));
    let (status, text, warnings) = system.self_test(&world, &[(DEBIAN, old)]);
    assert_eq!((&*status, &*text), ("bogus", "DNSKEY of .: the trust anchor is revoked"));
    assert!(warnings.contains(&revoked), "{warnings:?}");
    let (status, text, warnings) = system.self_test(&world, &[(DEBIAN, old), (UNBOUND, &new)]);
    assert!(status == "secure" && text.ends_with(&format!("; trust anchor {} signs .", tag(&new))));
    assert!(warnings.contains(&revoked), "{warnings:?}");
    // unbound has seen it before, and says so.
    let key = world.anchor_key.replacen("257", "385", 1);
    let seen = format!("{} ;;state=4 [ REVOKED ]\n{new}", key.trim_end());
    world.roll_root(Moment::Before);
    let (status, text, warnings) = system.self_test(&world, &[(DEBIAN, old), (UNBOUND, &seen)]);
    assert_eq!((&*status, &*text), ("bogus", "DNSKEY of .: no key matches the trust anchor"));
    assert!(warnings.contains(&revoked), "{warnings:?}");
}

#[test]
fn a_new_context_says_which_file_cannot_be_used() {
    let Some(system) = System::new("anchor_errors") else { return };
    let ds = format!(". IN DS 20326 8 2 {}", "ab".repeat(31));
    let length = "line 2 has a digest of another length (31) than digest type 2 makes";
    for program in compile(&system.build, "tests/c/anchor_files.c", &system.folder) {
        for (files, error) in [
            (&[][..], String::new()),
            (&[(UNBOUND, &*format!("; comment\n{ds}\n"))], format!("{UNBOUND}: {length}")),
            (&[(DEBIAN, "\n"), (FEDORA, "?")], format!("{DEBIAN}: no DS or DNSKEY record")),
            (&[(FEDORA, &*"\n".repeat(65_537))], format!("{FEDORA}: more than 65536 octets")),
        ] {
            assert_eq!(system.run(&program, files, &[]), error + "\n");
        }
    }
}
