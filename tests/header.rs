//! The committed header is the one that `src/ffi` gives.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

#[path = "../abi/header.rs"]
mod header;
mod toolchain;

#[test]
fn the_committed_headers_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, generated) in header::all(root) {
        let committed = fs::read_to_string(root.join("include").join(name)).unwrap();
        assert!(committed == generated, "include/{name} is stale: run `make header`");
    }
}

#[track_caller]
fn assert_declare(headers: &[&str], symbols: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name| fs::read_to_string(root.join("include").join(name)).unwrap();
    let header: String = headers.iter().map(read).collect();
    let code = header.lines().filter(|line| !line.starts_with([' ', '/', '#']));
    let code = code.filter(|line| !line.starts_with("static inline"));
    let declared: Vec<&str> = code
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("dane_policy_"))
        .collect();
    let symbols = fs::read_to_string(root.join("abi").join(symbols)).unwrap();
    let listed: Vec<&str> = symbols.lines().filter_map(|line| line.split(' ').next()).collect();
    let unlisted: Vec<_> = declared.iter().filter(|name| !listed.contains(name)).collect();
    let undeclared: Vec<_> = listed.iter().filter(|name| !declared.contains(name)).collect();
    assert!(unlisted.is_empty(), "abi/ lacks {unlisted:?}");
    assert!(undeclared.is_empty(), "{headers:?}: without {undeclared:?}");
}

#[test]
fn every_function_of_a_header_is_an_exported_symbol_and_no_other() {
    assert_declare(&["dane_policy.h", "dane_policy_diagnosis.h"], "symbols.txt");
    assert_declare(&["dane_policy_rustls.h"], "rustls/symbols.txt");
}

fn compiles(language: [&str; 2], options: &[&str], name: &str, code: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&source, "#include <dane_policy_diagnosis.h>\n".to_owned() + code).unwrap();
    let mut cc = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    cc.args(["-x", language[0]]).arg(format!("-std={}", language[1])).args(options);
    cc.args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"]);
    cc.arg(root.join("include")).arg(&source).output().unwrap().status.success()
}

const C: [&str; 2] = ["c", "c99"];
const CXX: [&str; 2] = ["c++", "c++17"];

/// Also for compilers that would take the smallest type: an enum is passed as an int.
#[test]
fn every_enum_has_the_size_of_int() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = fs::read_to_string(root.join("include/dane_policy.h")).unwrap();
    let enums = header.lines().filter_map(|line| line.strip_prefix("typedef enum "));
    let enums: Vec<&str> = enums.map(|line| line.trim_end_matches(" {")).collect();
    assert!(enums.len() > 10, "{enums:?}");
    let assertion =
        |name: &&str| format!("char {name}_size[sizeof(enum {name}) == sizeof(int) ? 1 : -1];\n");
    let code: String = enums.iter().map(assertion).collect();
    for language in [C, CXX] {
        for options in [&[][..], &["-fshort-enums"]] {
            assert!(compiles(language, options, "sizes.c", &code), "{language:?} {options:?}");
        }
    }
    assert!(!compiles(
        C,
        &["-fshort-enums"],
        "size.c",
        "enum e { E };\nchar e[sizeof(enum e) - 1];\n"
    ));
}

/// A switch over a result, of which `cases` are in it.
fn switch(cases: &str) -> String {
    format!(
        "int f(const dane_policy_decision *decision);\n\
         int f(const dane_policy_decision *decision)\n{{\n\
         switch (dane_policy_decision_scope(decision)) {{\n{cases}default: return 1;\n}}\n}}\n"
    )
}

#[test]
fn a_switch_that_forgets_a_case_warns() {
    let both = "case DANE_POLICY_SCOPE_HOST: case DANE_POLICY_SCOPE_DOMAIN: return 0;\n";
    let all = switch(&format!("{both}case DANE_POLICY_SCOPE_FORCE_INT:\n"));
    let one = switch("case DANE_POLICY_SCOPE_HOST: return 0;\ncase DANE_POLICY_SCOPE_FORCE_INT:\n");
    for language in [C, CXX] {
        assert!(compiles(language, &["-Wswitch-enum"], "all_cases.c", &all));
        assert!(compiles(language, &[], "one_case.c", &one), "a default is enough");
        assert!(!compiles(language, &["-Wswitch-enum"], "one_case.c", &one), "{language:?}");
    }
}

/// C++ has no way from int to an enum but a cast, and none is needed.
#[test]
fn cxx_calls_without_a_cast() {
    let code = "dane_policy_error f(dane_policy_context *context, const dane_policy_host *host,\n\
         dane_policy_verification **out);\n\
         dane_policy_error f(dane_policy_context *context, const dane_policy_host *host,\n\
         dane_policy_verification **out)\n{\n\
         const dane_policy_decision *decision = dane_policy_host_decision(host);\n\
         int action = dane_policy_decision_action(decision);\n\
         if (dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE) == DANE_POLICY_OK)\n\
         return dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_NO_STARTTLS, out);\n\
         return *dane_policy_action_name(action) == 0 ? DANE_POLICY_ERROR_MISUSE : DANE_POLICY_OK;\n}\n";
    assert!(compiles(CXX, &[], "calls.cc", code));
}

/// What an example does with a value of a later version is to do nothing that permits.
#[test]
fn every_switch_of_an_example_has_a_default() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["examples-c", "integrations/exim", "integrations/sendmail"].map(|it| root.join(it));
    let files = folders.iter().flat_map(|it| fs::read_dir(it).unwrap());
    let mut switches = 0;
    for file in files.map(|file| file.unwrap().path()) {
        if !file.extension().is_some_and(|it| it == "c" || it == "h") {
            continue;
        }
        let code = fs::read_to_string(&file).unwrap();
        let count = |word: &str| code.lines().filter(|it| it.trim().starts_with(word)).count();
        assert_eq!(count("switch ("), count("default:"), "{}", file.display());
        switches += count("switch (");
    }
    assert!(switches > 5);
}

/// The functions that it lists first, and that there are such.
#[test]
fn the_opening_begins_with_what_a_mail_server_needs() {
    let headers = toolchain::headers();
    let list = headers.split(" * WHAT A MAIL SERVER NEEDS\n").nth(1).unwrap();
    let list = list.split(" * CALL SEQUENCES\n").next().unwrap();
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let names: Vec<&str> =
        list.split(is_end).filter(|word| word.starts_with("dane_policy_")).collect();
    assert!((12..24).contains(&names.len()), "{names:?}");
    let sequences = toolchain::call_sequences();
    for name in names {
        assert!(
            headers.contains(&format!(" {name}(")) || headers.contains(&format!("*{name}(")),
            "{name}"
        );
        let is_set_up = name.starts_with("dane_policy_context_");
        assert!(is_set_up || sequences.contains(&format!("{name}(")), "no sequence has {name}");
    }
}

/// The call sequences in the opening comments are code, and stay it.
#[test]
fn the_call_sequences_compile() {
    let code = toolchain::call_sequences();
    assert!(code.contains("dane_policy_lookup(") && code.contains("dane_policy_check("));
    let includes = "#include <stdio.h>\n#include <time.h>\n";
    assert!(compiles(C, &[], "call_sequences.c", &(includes.to_owned() + &code)));
}
