//! C programs against the shared and the static library that `make` built; `make test` says where.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::UdpSocket;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use data_encoding::{BASE64_MIME, HEXLOWER};
use world::chains::{NOW, record};
use world::forge::{Key, basic_constraints, dns_names, draft};

mod toolchain;

use toolchain::*;

#[test]
fn the_whole_c_face_without_a_network() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/api.c", &scratch("api")) {
        assert!(stdout(&run(&mut Command::new(program))).ends_with(" checks passed\n"));
    }
}

/// As the table in dane-policy(7) says.
#[test]
fn every_function_withstands_bad_input() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/bad_input.c", &scratch("bad_input")) {
        assert_eq!(stdout(&run(&mut Command::new(program))), "bad_input: passed\n");
    }
}

#[test]
fn a_session_in_the_clear() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/session.c", &scratch("c_session")) {
        assert_eq!(stdout(&run(&mut Command::new(program))), "session: passed\n");
    }
}

/// Also that a TLSA lookup that failed defers (RFC 7672 section 2.1).
#[test]
fn who_copies_the_call_sequences_of_the_headers_fails_closed() {
    let Some(build) = build() else { return };
    let folder = scratch("sequences");
    fs::write(folder.join("call_sequences.h"), call_sequences()).unwrap();
    for program in compile(&build, "tests/c/sequences.c", &folder) {
        assert_eq!(stdout(&in_world(&program, &[])), "sequences: passed\n");
    }
}

#[test]
fn every_case_of_the_world_from_c() {
    let Some(build) = build() else { return };
    let [shared, fixed] = compile(&build, "tests/c/demo.c", &scratch("demo"));
    let all = stdout(&in_world(&shared, &["--all"]));
    assert!(all.ends_with(" passed, 0 failed\n"), "{all}");
    let rows = stdout(&in_world(&fixed, &[]));
    assert!(rows.ends_with("\n30 passed, 0 failed\n"), "{rows}");
}

/// Of every function of the headers that gives a string, whatever names strangers choose.
#[test]
fn every_string_is_a_printable_bounded_line() {
    let Some(build) = build() else { return };
    let folder = scratch("strings");
    let (root_key, leaf) = (Key::p256(), Key::p256());
    let odd = "Ro\x1b[31mot\r\n\u{fc}";
    let ca = draft(odd, odd, &[basic_constraints(true, None)]).sign(&root_key, &root_key);
    let server = draft(odd, odd, &[dns_names(&["mx.example.org"])]).sign(&leaf, &root_key);
    let [server_file, ca_file] = [("server.der", server), ("ca.der", ca)].map(|(name, der)| {
        let file = folder.join(name);
        fs::write(&file, der).unwrap();
        file.display().to_string()
    });
    let headers = headers();
    let declared: BTreeSet<&str> = headers
        .lines()
        .filter_map(|line| line.strip_prefix("const char *")?.split('(').next())
        .collect();
    for program in compile(&build, "tests/c/strings.c", &folder) {
        let seen = stdout(&in_world(&program, &[&server_file, &ca_file]));
        assert_eq!(seen.lines().collect::<BTreeSet<_>>(), declared);
    }
}

#[test]
fn pem_text_is_a_chain_as_it_is_or_none() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/pem.c", &scratch("pem")) {
        assert_eq!(stdout(&in_world(&program, &[])), "pem: passed\n");
    }
}

#[test]
fn forks_descriptors_and_sigpipe() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/process.c", &scratch("process")) {
        assert_eq!(stdout(&in_world(&program, &[])), "process: passed\n");
    }
}

#[test]
fn a_multi_keeps_its_rules() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/multi.c", &scratch("multi")) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("multi: passed\n"), "{text}");
    }
}

#[test]
fn calls_under_way_and_a_fork() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/multi_fork.c", &scratch("multi_fork")) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("multi_fork: passed\n"), "{text}");
    }
}

#[test]
fn a_cancelled_call_never_comes_out() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/cancel.c", &scratch("cancel")) {
        assert_eq!(stdout(&in_world(&program, &[])), "cancel: passed\n");
    }
}

#[test]
fn a_thousand_calls_in_flight_and_every_case_at_once() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/crowd.c", &scratch("crowd")) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("crowd: passed\n"), "{text}");
    }
}

/// Under ThreadSanitizer in `make sanitize`.
#[test]
fn eight_threads_share_a_context_and_eight_have_a_multi_each() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/threads.c", &scratch("threads")) {
        assert_eq!(stdout(&in_world(&program, &[])), "threads: passed\n");
    }
}

#[test]
fn a_thread_that_is_cancelled_inside_a_call_ends_behind_it() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/thread_cancel.c", &scratch("thread_cancel")) {
        assert_eq!(stdout(&run(&mut Command::new(program))), "thread_cancel: passed\n");
    }
}

/// Poll, epoll, libevent where it is, and the library's own wait.
#[test]
fn every_loop_ends_and_none_is_busy() {
    let Some(build) = build() else { return };
    if !have("pkg-config") {
        return;
    }
    let libevent = system_flags("libevent_core").map(|flags| flags + " -DWITH_LIBEVENT");
    let flags = libevent.unwrap_or_default();
    for program in compile_with(&build, "tests/c/loops.c", &scratch("loops"), &flags) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("loops: passed\n"), "{text}");
    }
}

#[test]
fn a_hostile_authority_takes_32_mib_at_most_and_its_lack_ends_no_process() {
    let Some(build) = build().filter(|_| is_glibc()) else { return };
    for program in compile(&build, "tests/c/memory.c", &scratch("memory")) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("memory: passed\n"), "{text}");
    }
}

#[test]
fn stacks_of_64_kib_do() {
    let Some(build) = build() else { return };
    for program in compile(&build, "tests/c/stack.c", &scratch("stack")) {
        assert_eq!(stdout(&in_world(&program, &[])), "stack: passed\n");
    }
}

#[test]
fn dane_ee_allocates_its_result_and_nothing_else() {
    let Some(build) = build().filter(|_| is_glibc()) else { return };
    for program in compile(&build, "tests/c/allocations.c", &scratch("allocations")) {
        let text = stdout(&in_world(&program, &[]));
        println!("{text}");
        assert!(text.ends_with("allocations: passed\n"), "{text}");
    }
}

#[test]
fn only_versioned_public_symbols_are_exported() {
    let Some(build) = build() else { return };
    let mut nm = nm();
    nm.args(["-D", "--defined-only", "--with-symbol-versions"]);
    let listing = stdout(&run(nm.arg(build.join("libdane_policy.so"))));
    let mut exported: Vec<&str> =
        listing.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    exported.retain(|symbol| !symbol.starts_with("DANE_POLICY_"));
    exported.sort_unstable();
    let symbols = fs::read_to_string(root().join("abi/symbols.txt")).unwrap();
    let want: Vec<String> = symbols.lines().map(|line| line.replace(' ', "@@")).collect();
    assert_eq!(exported, want);
}

#[test]
fn cxx_can_include_the_headers() {
    if !have("c++") {
        return;
    }
    let source = scratch("cxx").join("twice.cc");
    fs::write(
        &source,
        "#include <dane_policy_diagnosis.h>\n#include <dane_policy.h>\n\
         #include <dane_policy_diagnosis.h>\nint main() { return 0; }\n",
    )
    .unwrap();
    let mut cxx = Command::new("c++");
    cxx.args(["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"]);
    run(cxx.arg(root().join("include")).arg(source));
}

/// The opt-in headers for chains, in C and C++, where their TLS libraries are.
#[test]
fn tls_headers_compile() {
    if !have("pkg-config") || !have("c++") {
        return;
    }
    let folder = scratch("tls");
    for (header, library, parameters, arguments) in [
        ("openssl", Some("openssl"), "SSL *session", "session"),
        ("gnutls", Some("gnutls"), "gnutls_session_t session", "session"),
        ("pem", None, "const uint8_t *pem, size_t length", "pem, length"),
    ] {
        let Some(flags) = library.map_or_else(|| Some(String::new()), system_flags) else {
            continue;
        };
        let include = format!("#include <dane_policy_{header}.h>\n");
        let function = format!(
            "int f(const dane_policy_host *host, {parameters}, dane_policy_verification **out)"
        );
        let call = format!("dane_policy_{header}_verify(host, {arguments}, 0, out)");
        let text = format!("{include}{include}{function};\n{function}\n{{ return {call}; }}\n");
        let source = folder.join(format!("{header}.c"));
        fs::write(&source, text).unwrap();
        let (c99, cxx17) = (compiler(), OsString::from("c++"));
        for (compiler, language, standard) in [(c99, "c", "-std=c99"), (cxx17, "c++", "-std=c++17")]
        {
            let mut command = Command::new(compiler);
            command.args(["-x", language, standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror"]);
            command.args(flags.split_whitespace()).arg("-fsyntax-only");
            run(command.arg("-I").arg(root().join("include")).arg(&source));
        }
    }
}

#[test]
fn an_installed_library_serves_through_pkg_config() {
    let Some(build) = build() else { return };
    if !have("pkg-config") {
        return;
    }
    let folder = scratch("install");
    let libraries = libraries(&build);
    let flags = |extra: &[&str]| package_flags(&build, &[extra, &["dane-policy"]].concat());
    let shared = folder.join("minimal-shared");
    let mut cc = Command::new(compiler());
    cc.args(STRICT).arg("-o").arg(&shared).arg(root().join("examples-c/minimal.c"));
    run(cc.args(flags(&[]).split_whitespace()));
    let fixed = folder.join("minimal-static");
    let mut cc = Command::new(compiler());
    cc.args(STRICT).arg("-o").arg(&fixed).arg(root().join("examples-c/minimal.c"));
    run(cc.args(["-Wl,-Bstatic"]).args(static_flags(&flags(&["--static"]))));
    let mut readelf = Command::new("readelf");
    let tool = stdout(&run(readelf.arg("-d").arg(build.join("installed/opt/dane/bin/dane-check"))));
    assert!(tool.contains("path: [/opt/dane/lib64]"), "{tool}");
    for program in [shared, fixed] {
        let mut minimal = Command::new(&program);
        let output =
            minimal.env("LD_LIBRARY_PATH", &libraries).arg("postmaster@a..b").output().unwrap();
        assert_eq!(output.status.code(), Some(75), "{}", program.display());
        assert!(stdout(&output).starts_with("host or domain name not found"));
    }
}

/// The library itself is linked statically, the system's dynamically.
fn static_flags(flags: &str) -> Vec<String> {
    let split = |flag: &str| match flag {
        "-ldane_policy" => vec![flag.to_owned(), "-Wl,-Bdynamic".into()],
        _ => vec![flag.to_owned()],
    };
    flags.split_whitespace().flat_map(split).collect()
}

/// The tools' exit statuses and JSON (the contract of the programs).
#[test]
fn dane_check_over_the_world() {
    let Some(build) = build() else { return };
    let world = world::World::start().unwrap();
    let anchor = scratch("check").join("anchor");
    fs::write(&anchor, &world.anchor).unwrap();
    let check = |arguments: &[&str]| {
        let mut command = Command::new(build.join("dane-check"));
        command.args(["--nameserver", &world.dns.to_string(), "--trust-anchor"]).arg(&anchor);
        command.args(["--port", &world.smtp_port.to_string()]);
        let output = command.args(arguments).output().unwrap();
        (output.status.code().unwrap(), stdout(&output))
    };
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).unwrap() };

    let anchors = scratch("anchors");
    let with_anchor = |name: &str, text: &str| {
        let file = anchors.join(name);
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        let mut command = Command::new(build.join("dane-check"));
        command.args(["--nameserver", &world.dns.to_string(), "--trust-anchor", file]);
        let output = command.args(["--dns-only", "good.test"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), stdout(&output), told)
    };
    let foreign = format!(". DS 20326 8 2 {}\n", "ab".repeat(32));
    let (status, text, _) = with_anchor("foreign", &foreign);
    assert_eq!(status, 1);
    assert!(text.contains("DNSKEY of .: no key matches the trust anchor"), "{text}");
    assert!(text.contains("they are yours to keep"), "{text}");
    let (status, _, text) = with_anchor("cut", &foreign[..41]);
    assert_eq!(status, 2);
    assert!(text.contains("line 1 has a digest of another length"), "{text}");

    let (status, text) = check(&["--json", "good.test"]);
    let good = json(&text);
    assert_eq!(status, 0);
    assert_eq!((&good["action"], &good["verification"]), (&"deliver".into(), &"successful".into()));
    assert_eq!((&good["mx"], &good["via"]), (&"secure".into(), &"mx.good.test".into()));
    let host = &good["hosts"][0];
    assert_eq!((&host["certificate"], &host["tls"]), (&"successful".into(), &"TLSv1.3".into()));
    assert_eq!((&host["records"][0]["matched"], &host["depth"]), (&true.into(), &0.into()));
    assert_eq!(host["tlsrpt"], serde_json::Value::Null);

    let (status, text) = check(&["--json", "--level", "dane-only", "mismatch.test", "good.test"]);
    let lines: Vec<_> = text.lines().map(json).collect();
    assert_eq!((status, lines.len()), (1, 2));
    assert_eq!(lines[0]["reason"], "server certificate not trusted");
    assert_eq!(lines[0]["enhanced_status"], "4.7.5");
    assert_eq!(lines[0]["hosts"][0]["tlsrpt"], "validation-failure");
    assert_eq!(lines[1]["action"], "deliver");

    for (domain, action, certificate, tls) in [
        ("pkix-ta-only.test", "encrypt", "established", "TLSv1.3".into()),
        ("tlsa-none.test", "opportunistic", "established", "TLSv1.3".into()),
        ("plain-none.test", "opportunistic", "no-starttls", serde_json::Value::Null),
    ] {
        let (status, text) = check(&["--json", domain]);
        let found = json(&text);
        assert_eq!((status, &found["action"]), (0, &action.into()), "{domain}");
        let host = &found["hosts"][0];
        assert_eq!((&host["certificate"], &host["tls"]), (&certificate.into(), &tls), "{domain}");
    }

    let (status, text) = check(&["--json", "--dns-only", "good.test"]);
    assert_eq!((status, &json(&text)["action"]), (0, &"verify".into()));
    assert_eq!(json(&text)["hosts"][0]["certificate"], serde_json::Value::Null);

    let (status, text) = check(&["--json", "--query", "mx.good.test", "A"]);
    let answer = json(&text);
    assert_eq!((status, &answer["status"], &answer["exists"]), (0, &"secure".into(), &true.into()));
    let (_, text) = check(&["--json", "--query", "mx.address-bogus.test", "A"]);
    assert_eq!(json(&text)["status"], "bogus");
    let (_, text) = check(&["--json", "--query", "mx-refused.test", "MX"]);
    assert_eq!(
        (&json(&text)["status"], &json(&text)["rcode"]),
        (&"indeterminate".into(), &"REFUSED".into())
    );

    let text_of = |arguments: &[&str]| check(arguments).1;
    let ticket = text_of(&["mismatch.test"]);
    for part in [
        "MX           secure             MX of mismatch.test is secure, signed by mismatch.test",
        "the server has another key; if that is right, publish 3 1 1 ",
        "  > certificate  unsuccessful\n      3 1 1 ",
        "to do        the MX host's owner must publish the record of the new key",
    ] {
        assert!(ticket.contains(part), "{part}: {ticket}");
    }
    assert!(!ticket.contains("renewed before its record"), "{ticket}");
    let long = text_of(&["--explain", "mismatch.test"]);
    assert!(long.contains("renewed before its record"), "{long}");
    let established = "    certificate  established        compared with nothing\n";
    assert!(text_of(&["pkix-ta-only.test"]).contains(established));
    assert!(text_of(&["tlsa-bogus.test"]).contains("  > TLSA         bogus"));
    assert!(text_of(&["mx-expired.test"]).contains("  > MX           bogus"));
    assert!(text_of(&["no-such-domain.test"]).contains("  > MX           nxdomain"));
    assert!(text_of(&["roots.test"]).contains("  > MX           secure"));
    assert!(text_of(&["nothing.test"]).contains("  > address      nxdomain"));
    for (domain, level, action, status) in [
        ("no-such-domain.unsigned.test", "dane", "fail", "5.1.2"),
        ("no-such-domain.unsigned.test", "dane-only", "defer", "4.4.4"),
        ("nothing.test", "dane-only", "fail", "5.4.4"),
    ] {
        let (exit, text) = check(&["--json", "--level", level, domain]);
        let found = json(&text);
        assert_eq!((exit, &found["action"]), (1, &action.into()), "{domain}");
        assert_eq!(found["enhanced_status"], status, "{domain} at {level}");
    }

    let cause = |domain: &str| json(&text_of(&["--json", domain]))["cause"].clone();
    let owner = format!("_{}._tcp.mx.expired-tlsa.test", world.smtp_port);
    let expired = cause("expired-tlsa.test");
    assert_eq!(
        (&expired["name"], &expired["type"], &expired["zone"]),
        (&owner.into(), &"TLSA".into(), &"expired-tlsa.test".into())
    );
    assert!(expired["time"].as_str().unwrap().ends_with(" UTC"), "{expired}");
    let refused = cause("mx-refused.test");
    let server = world.dns.to_string();
    assert_eq!((&refused["server"], &refused["rcode"]), (&server.into(), &"REFUSED".into()));
    assert_eq!(cause("good.test"), serde_json::json!({}));

    let (status, text) = check(&["--json", "--audit", "--level", "dane-only", "tlsa-none.test"]);
    assert_eq!((status, &json(&text)["action"]), (0, &"opportunistic".into()));
    assert_eq!(json(&text)["reason"], "no TLSA record");
    let off = "mx-expired.test=off";
    let (status, text) = check(&["--json", "--destination-level", off, "mx-expired.test"]);
    assert_eq!(
        (status, &json(&text)["level"], &json(&text)["detail"]),
        (0, &"off".into(), &"dane-off".into())
    );

    let (status, text) = check(&["--json", "--level", "off", "mx-expired.test"]);
    assert_eq!(
        (status, &json(&text)["level"], &json(&text)["detail"]),
        (0, &"off".into(), &"dane-off".into())
    );

    let list = scratch("batch").join("domains");
    let many: Vec<String> =
        (0..200).map(|n| format!("  absent{n}.test \n\n# no domain\n")).collect();
    fs::write(&list, many.concat() + "good.test").unwrap();
    let list = list.to_str().unwrap();
    let mut given: Vec<String> = (0..200).map(|n| format!("absent{n}.test")).collect();
    given = [&["mismatch.test".into(), "good.test".into()], &given[..]].concat();
    given.push("good.test".into());
    for jobs in ["1", "7", "100", "1000"] {
        let (status, text) =
            check(&["--json", "--jobs", jobs, "--input", list, "mismatch.test", "good.test"]);
        let domain = |line| json(line)["domain"].as_str().unwrap().to_owned();
        let mut domains: Vec<String> = text.lines().map(domain).collect();
        if jobs != "1" {
            domains.sort();
            given.sort();
        }
        assert_eq!((status, &domains), (1, &given), "{jobs} jobs");
    }
    // The time of a domain is its own, whether others go before it or beside it.
    for (jobs, order) in
        [("1", ["mx-silent.test", "good.test"]), ("2", ["good.test", "mx-silent.test"])]
    {
        let arguments = ["--json", "--dns-only", "--timeout", "1", "--jobs", jobs];
        let (_, text) = check(&[&arguments[..], &["mx-silent.test", "good.test"]].concat());
        let mut results: Vec<_> = text.lines().map(json).collect();
        assert_eq!([&results[0]["domain"], &results[1]["domain"]], order, "{text}");
        results.sort_by_key(|result| result["domain"].to_string());
        let [good, silent] = [0, 1].map(|n| results[n]["elapsed_ms"].as_f64().unwrap());
        assert!(good < silent && (1000.0..10_000.0).contains(&silent), "{text}");
    }
    let (status, text) = check(&["--json", "--jobs", "3", "--", "good.test"]);
    assert_eq!((status, text.lines().count()), (0, 1));

    assert_eq!(check(&["--self-test"]).0, 0);
    assert_eq!(check(&["--dnssec", "trust-ad", "--self-test"]).0, 0);
    for wrong in [
        &["--nonsense"][..],
        &[],
        &["--level", "none", "good.test"],
        &["--port", "0", "good.test"],
        &["--port", "99999", "good.test"],
        &["--nameserver", "localhost", "good.test"],
        &["--trust-anchor", "/nonexistent", "good.test"],
        &["--query", "good.test", "TXT"],
        &["--jobs", "0", "good.test"],
        &["--jobs", "1001", "good.test"],
        &["--input", "/nonexistent"],
        &["--input", list, "--self-test"],
        &["--level", "OFF", "good.test"],
        &["--destination-level", "good.test", "good.test"],
        &["--destination-level", "good.test=often", "good.test"],
        &["--destination-level", "good..test=off", "good.test"],
        &["--timeout"],
        &["--port", "4294967321", "good.test"],
        &["--port", "-18446744073709551591", "good.test"],
        &["--port", "25x", "good.test"],
        &["--timeout", "4294967297", "good.test"],
        &["--time", "18446744073709551617", "good.test"],
        &["--jobs", "4294967297", "good.test"],
    ] {
        assert_eq!(check(wrong).0, 2, "{wrong:?}");
    }
    let (status, text) = check(&["b\u{fc}cher.test"]);
    assert_eq!(status, 1);
    assert!(text.contains("host or domain name not found"), "{text}");
}

#[test]
fn dane_check_says_where_library_and_header_differ() {
    let Some(build) = build() else { return };
    let version = env!("CARGO_PKG_VERSION");
    let mut check = Command::new(build.join("dane-check"));
    assert_eq!(stdout(&run(check.arg("--version"))), format!("dane-check {version}\n"));
    let newer = "unsigned dane_policy_version_number(void);\n\
         unsigned dane_policy_version_number(void) { return 0x7f0000; }\n";
    let library = preloaded(&scratch("version"), newer);
    let said = stdout(&run(check.env("LD_PRELOAD", library)));
    assert_eq!(said, format!("dane-check {version}, compiled with the header of {version}\n"));
}

/// What servers hear in EHLO, whatever this machine is called.
#[test]
fn rfc5321_4_1_4_a_client_without_a_name_says_its_address() {
    let Some(build) = build() else { return };
    let world = world::World::start().unwrap();
    let folder = scratch("ehlo");
    let anchor = folder.join("anchor");
    fs::write(&anchor, &world.anchor).unwrap();
    let library = host_name_library(&folder);
    let check = |host_name: &str, arguments: &[&str]| {
        let mut command = Command::new(build.join("dane-check"));
        command.env("LD_PRELOAD", &library).env("TEST_HOST_NAME", host_name);
        command.args(["--nameserver", &world.dns.to_string(), "--trust-anchor"]).arg(&anchor);
        command.args(["--port", &world.smtp_port.to_string()]);
        command.args(arguments).output().unwrap().status.code()
    };
    let long = "a.".repeat(127) + "a";
    for (host_name, options, said) in [
        ("client.test", &[][..], "client.test"),
        ("client", &[], "client"),
        ("a\r\nMAIL FROM:<x@y>", &[], "[127.0.0.1]"),
        ("a b", &[], "[127.0.0.1]"),
        ("b\u{fc}cher.test", &[], "[127.0.0.1]"),
        ("127.0.0.1", &[], "[127.0.0.1]"),
        ("", &[], "[127.0.0.1]"),
        (&long, &[], "[127.0.0.1]"),
        ("a\nb", &["--ehlo", "client.test."], "client.test"),
        ("a\nb", &["--ehlo", "[IPv6:2001:db8::1]"], "[IPv6:2001:db8::1]"),
    ] {
        assert_eq!(check(host_name, &[options, &["good.test"]].concat()), Some(0), "{host_name:?}");
        let clients = world.connections.clients_of("mx.good.test");
        assert_eq!(clients.last().map(String::as_str), Some(said), "{host_name:?}");
    }
    if world.cases.iter().any(|case| case.domain == "six.test") {
        assert_eq!(check("a\nb", &["six.test"]), Some(0));
        assert_eq!(world.connections.clients_of("mx.six.test"), ["[IPv6:::1]"]);
    }
    for wrong in ["", ".", "a..b", "a\r\nb", "<x@y>", "192.0.2.1", "[192.0.2.1", "[::1]"] {
        assert_eq!(check("client.test", &["--ehlo", wrong, "good.test"]), Some(2), "{wrong:?}");
    }
}

/// What others wrote reaches a terminal escaped, and comes back whole in JSON.
#[test]
fn the_tools_show_what_they_were_given() {
    let Some(build) = build() else { return };
    let offline = ["--nameserver", "127.0.0.1:9", "--timeout", "1"];
    let run = |tool: &str, arguments: &[&OsStr]| {
        Command::new(build.join(tool)).args(offline).args(arguments).output().unwrap()
    };
    let odd = OsStr::new("a\u{1b}[31m\r\n\u{fc}\u{1f600}\"\\.test");
    let shown = "a\\x1b[31m\\x0d\\x0a\\xc3\\xbc\\xf0\\x9f\\x98\\x80\"\\.test";
    for arguments in
        [&[odd][..], &["--dns-only".as_ref(), odd], &["--query".as_ref(), odd, "MX".as_ref()]]
    {
        let output = run("dane-check", arguments);
        let text = stdout(&output);
        assert!(text.starts_with(shown), "{text}");
        assert!(
            text.bytes().all(|octet| octet == b'\n' || (b' '..=b'~').contains(&octet)),
            "{text}"
        );
        let json = stdout(&run("dane-check", &[&["--json".as_ref()], arguments].concat()));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let given =
            if arguments.contains(&"--query".as_ref()) { &json["name"] } else { &json["domain"] };
        assert_eq!(given.as_str(), odd.to_str());
    }
    // Not UTF-8: a lone octet, one too many, a surrogate, an overlong form, one beyond the last, one that is cut.
    for (octets, given) in [
        (&b"\xff.test"[..], "\u{fffd}.test"),
        (b"\xc3\xbc\xbc", "\u{fc}\u{fffd}"),
        (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"\xc0\x80", "\u{fffd}\u{fffd}"),
        (b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        (b"\xf4\x8f\xbf\xbf", "\u{10ffff}"),
        (b"a\xe2\x82", "a\u{fffd}\u{fffd}"),
    ] {
        let json = stdout(&run("dane-check", &["--json".as_ref(), OsStr::from_bytes(octets)]));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["domain"], given, "{octets:?}");
    }
    for (tool, arguments) in [
        ("dane-check", ["--level", "\u{1b}[31m"]),
        ("dane-check", ["--\u{1b}[31m", ""]),
        ("dane-check", ["--input", "/\u{1b}[31m"]),
        ("dane-verify", ["--tlsa", "\u{1b}[31m"]),
        ("dane-verify", ["--tlsa", "3 1 1 \u{1b}[31m"]),
        ("dane-verify", ["--time", "\u{1b}[31m"]),
    ] {
        let mut command = Command::new(build.join(tool));
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains("\\x1b") && !said.contains('\u{1b}'), "{said}");
    }
}

/// Output that does not arrive is a fault, whatever it was and whoever writes it.
#[test]
fn lost_output_is_told() {
    let Some(build) = build() else { return };
    let folder = scratch("lost");
    let input = folder.join("domains");
    fs::write(&input, "a..b\n".repeat(5000)).unwrap();
    let batch = format!("--input {}", input.display());
    let many = format!("--jobs 100 {batch}");
    for (tool, arguments) in [
        ("dane-check", "--help"),
        ("dane-check", "--version"),
        ("dane-check", "a..b"),
        ("dane-check", "--json --dns-only a..b"),
        ("dane-check", "--query a..b MX"),
        ("dane-check", "--nameserver 127.0.0.1:9 --timeout 1 --self-test"),
        ("dane-check", &batch),
        ("dane-check", "--jobs 2 a..b"),
        ("dane-check", "--html - a..b"),
        ("dane-check", &many),
        ("dane-verify", "--help"),
    ] {
        for lost in ["closed", "full", "hung up"] {
            let mut command = Command::new("sh");
            command.args([
                "-c",
                if lost == "closed" { "exec \"$@\" >&-" } else { "exec \"$@\"" },
                "sh",
            ]);
            command.arg(build.join(tool)).args(arguments.split(' '));
            if lost == "full" {
                command.stdout(File::create("/dev/full").unwrap());
            } else if lost == "hung up" {
                command.stdout(std::io::pipe().unwrap().1);
            }
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(3), "{tool} {arguments}, {lost}: {said}");
            assert!(said.starts_with(&format!("{tool}: cannot write: ")), "{arguments}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
}

#[test]
fn a_line_that_is_no_name_is_a_result_and_the_rest_goes_on() {
    let Some(build) = build() else { return };
    let input = scratch("lines").join("domains");
    let (long, space) = ("x".repeat(100_000), " ".repeat(2000));
    let lines = [
        "a..b\n",
        &long,
        "\n",
        &space,
        "\n",
        &format!("{space}c..d{space}\r\n"),
        &format!("good.test{space}x\n"),
        "nul\0.test\n",
        &format!("# {space}\n"),
        "e..f",
    ];
    fs::write(&input, lines.concat()).unwrap();
    let input = input.to_str().unwrap();
    for jobs in ["1", "3"] {
        let mut command = Command::new(build.join("dane-check"));
        command.args(["--nameserver", "127.0.0.1:9", "--timeout", "1", "--json", "--jobs", jobs]);
        let output = command.args(["--input", input, "--", &long]).output().unwrap();
        let mut results: Vec<(String, String)> = stdout(&output)
            .lines()
            .map(|line| {
                let json: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(
                    (&json["action"], &json["detail"]),
                    (&"defer".into(), &"name-invalid".into())
                );
                let text = |field: &str| json[field].as_str().unwrap().to_owned();
                (text("domain"), text("text").rsplit(": ").next().unwrap().to_owned())
            })
            .collect();
        if jobs == "3" {
            results.sort();
        }
        let long = (long[..1023].to_owned(), "name is too long".to_owned());
        let empty = |domain: &str| (domain.to_owned(), "name has an empty label".to_owned());
        let trailing = (format!("good.test{space}")[..1023].to_owned(), long.1.clone());
        let no_text = "name has characters outside printable ASCII (use A-labels)".to_owned();
        let no_text = ("nul\u{fffd}.test".to_owned(), no_text);
        let mut want = vec![
            long.clone(),
            empty("a..b"),
            long,
            empty("c..d"),
            trailing,
            no_text,
            empty("e..f"),
        ];
        if jobs == "3" {
            want.sort();
        }
        assert_eq!((output.status.code(), results), (Some(1), want), "{jobs} jobs");
    }
    let mut folder = Command::new(build.join("dane-check"));
    let output = folder.args(["--jobs", "2", "--input", "/", "a..b"]).output().unwrap();
    assert_eq!((output.status.code(), stdout(&output).lines().count()), (Some(2), 4));
}

/// A dane-check that prints JSON, of the world or of another name server.
fn json_check(build: &Path, name_server: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(build.join("dane-check"));
    command.args(["--json", "--dns-only", "--nameserver", name_server]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Octets of standard input, a file, that it has read, where /proc says so.
fn input_read(running: &Running) -> Option<u32> {
    let file = Path::new("/proc").join(running.0.id().to_string()).join("fdinfo/0");
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix("pos:"))?.trim().parse().ok()
}

#[test]
fn many_domains_are_one_process_one_thread_and_no_more_input_than_it_takes() {
    let Some(build) = build() else { return };
    if !Path::new("/proc/self/fdinfo").exists() {
        println!("skipped: /proc is not here");
        return;
    }
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let name_server = silent.local_addr().unwrap().to_string();
    let list = scratch("many").join("domains");
    let lines: Vec<String> = (0..100_000).map(|n| format!("absent{n}.test\n")).collect();
    fs::write(&list, lines.concat()).unwrap();
    let mut command = json_check(&build, &name_server, &["--jobs", "50", "--input", "-"]);
    command.stdin(File::open(&list).unwrap());
    let running = Running(command.spawn().unwrap());
    // When each question was sent a second time, that of one beyond them would have been sent, too.
    let (mut questions, mut asked, mut again) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut packet = [0; 1500];
    while again.len() < 50 {
        let length = silent.recv(&mut packet).unwrap();
        let question = packet[12..length].to_ascii_lowercase();
        let text = String::from_utf8_lossy(&question);
        if let Some(name) = text.find("absent").and_then(|at| text[at..].split('\u{4}').next()) {
            asked.insert(name.to_owned());
            if questions.contains(&question) {
                again.insert(name.to_owned());
            }
            questions.insert(question);
        }
    }
    let process = Path::new("/proc").join(running.0.id().to_string());
    assert_eq!(fs::read_dir(process.join("task")).unwrap().count(), 1);
    let parent = format!("\nPPid:\t{}\n", running.0.id());
    for other in fs::read_dir("/proc").unwrap() {
        let status = fs::read_to_string(other.unwrap().path().join("status")).unwrap_or_default();
        assert!(!status.contains(&parent), "{status}");
    }
    assert!(input_read(&running).unwrap() <= 4096);
    let want: BTreeSet<String> = (0..50).map(|n| format!("absent{n}")).collect();
    assert_eq!(asked, want);
}

#[test]
fn a_result_does_not_wait_for_the_next_line_of_a_slow_producer() {
    let Some(build) = build() else { return };
    let world = world::World::start().unwrap();
    let anchor = scratch("slow").join("anchor");
    fs::write(&anchor, &world.anchor).unwrap();
    for jobs in ["1", "3"] {
        let mut command = json_check(&build, &world.dns.to_string(), &["--jobs", jobs]);
        command.arg("--trust-anchor").arg(&anchor).args(["--input", "-"]);
        let mut running = Running(command.spawn().unwrap());
        let mut input = running.0.stdin.take().unwrap();
        let output = BufReader::new(running.0.stdout.take().unwrap());
        let (told, lines) = mpsc::channel();
        thread::spawn(move || output.lines().try_for_each(|line| told.send(line.unwrap())));
        let result = || {
            let line = lines.recv_timeout(Duration::from_secs(60)).expect("a result");
            serde_json::from_str::<serde_json::Value>(&line).unwrap()["domain"].clone()
        };
        // With each result the next line has only begun.
        input.write_all(b"good.test\nmis").unwrap();
        assert_eq!(result(), "good.test");
        input.write_all(b"match.test\n").unwrap();
        assert_eq!(result(), "mismatch.test");
        input.write_all(b"tlsa-none.test").unwrap();
        drop(input);
        assert_eq!(result(), "tlsa-none.test");
        assert_eq!(running.0.wait().unwrap().code(), Some(0));
    }
}

/// Who pages through results takes minutes; what was asked meanwhile was answered in time.
#[test]
fn a_slow_reader_makes_no_domain_time_out() {
    let Some(build) = build() else { return };
    let world = world::World::start().unwrap();
    let folder = scratch("reader");
    let (anchor, list) = (folder.join("anchor"), folder.join("domains"));
    fs::write(&anchor, &world.anchor).unwrap();
    // Every other result is larger than what a pipe takes at once.
    let long = "\u{1}".repeat(1023);
    let domains: Vec<String> = (0..400).map(|n| format!("absent{n}.test\n{long}\n")).collect();
    fs::write(&list, domains.concat()).unwrap();
    let arguments = ["--jobs", "100", "--timeout", "5"];
    let mut command = json_check(&build, &world.dns.to_string(), &arguments);
    command.arg("--trust-anchor").arg(&anchor).args(["--input", "-"]);
    // A page less, so that a large result finds room for its beginning.
    let (mut output, mut input) = std::io::pipe().unwrap();
    input.write_all(&[b' '; 4096]).unwrap();
    command.stdin(File::open(&list).unwrap()).stdout(input);
    let running = Running(command.spawn().unwrap());
    drop(command);
    // The time of those in flight has to be over: there is nothing else to wait for.
    thread::sleep(Duration::from_secs(7));
    if let Some(read) = input_read(&running) {
        assert!(read < 200 * 1024, "{read} octets read while nothing was written");
    }
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 800);
    for line in text.lines() {
        let result: serde_json::Value = serde_json::from_str(line).unwrap();
        let detail = if result["domain"] == long { "name-invalid" } else { "mx-none" };
        assert_eq!(result["detail"], detail, "{}", result["text"]);
    }
}

#[test]
fn dane_verify_on_a_made_certificate() {
    let Some(build) = build() else { return };
    let folder = scratch("verify");
    let made = rcgen::generate_simple_self_signed(["mx.example.org".to_owned()]).unwrap();
    let der = made.cert.der();
    let pem = folder.join("chain.pem");
    let text = BASE64_MIME.encode(der);
    fs::write(&pem, format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
        .unwrap();
    let full = HEXLOWER.encode(der);
    let verify = |arguments: &[&str]| {
        let mut command = Command::new(build.join("dane-verify"));
        let output = command.args(arguments).arg(&pem).output().unwrap();
        (output.status.code().unwrap(), stdout(&output))
    };
    let matching = format!("3 0 0 {full}");
    let (status, text) = verify(&["--json", "--tlsa", &matching]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &json["result"], &json["record"]), (0, &"matched".into(), &0.into()));
    let other = format!("3 1 1 {}", "00".repeat(32));
    assert_eq!(verify(&["--name", "mx.example.org", "--tlsa", &other]).0, 1);
    assert_eq!(verify(&["--tlsa", "3 1 1 00"]).0, 4);
    for wrong in [
        &[][..],
        &["--tlsa", "3 1"],
        &["--tlsa", "3 1 1 0"],
        &["--tlsa", "3 1 1 xx"],
        &["--tlsa", "300 1 1 00"],
        &["--tlsa", &format!("4294967299 1 1 {}", "00".repeat(32))],
        &["--tlsa", "18446744073709551619 1 1 00"],
        &["--tlsa", "3 4294967297 1 00"],
        &["--tlsa", "3 1 -4294967295 00"],
        &["--tlsa", "+3 1 1 00"],
        &["--tlsa", "3 1 1x00"],
        &["--time", "9223372036854775808", "--tlsa", &other],
        &["--time", "-1", "--tlsa", &other],
        &["--time", " 1", "--tlsa", &other],
        &["--time", "", "--tlsa", &other],
    ] {
        assert_eq!(verify(wrong).0, 2, "{wrong:?}");
    }
    assert_eq!(verify(&["--time", "9223372036854775807", "--tlsa", &other]).0, 1);
    assert_eq!(verify(&["--tlsa", "255 255 255 00"]).0, 4);
    assert_eq!(verify(&["--tlsa", " 3\t0  0 ", "--tlsa", &matching]).0, 0);
    for (wrong, said) in [
        ("none".to_owned(), "no certificate"),
        (format!("-----BEGIN CERTIFICATE-----\n{text}"), "a block without an end"),
        (
            "-----BEGIN CERTIFICATE-----\n!-----END CERTIFICATE-----".into(),
            "not base64 inside a certificate",
        ),
        ("\0".into(), "not PEM text"),
    ] {
        fs::write(&pem, wrong).unwrap();
        let mut command = Command::new(build.join("dane-verify"));
        let output = command.args(["--tlsa", &other]).arg(&pem).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told, format!("dane-verify: {}: {said}\n", pem.display()));
        assert_eq!((output.status.code(), &*output.stdout), (Some(2), &b""[..]));
    }
}

#[test]
fn dane_verify_says_what_to_publish() {
    let Some(build) = build() else { return };
    let (root, leaf) = (Key::p256(), Key::p256());
    let ca = draft("Root", "Root", &[basic_constraints(true, None)]).sign(&root, &root);
    let server = draft("mx", "Root", &[dns_names(&["mx.example.org"])]).sign(&leaf, &root);
    let pem = scratch("hints").join("chain.pem");
    let block = |der: &[u8]| {
        let text = BASE64_MIME.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    fs::write(&pem, block(&server) + &block(&ca)).unwrap();
    let hex = |(_, _, _, data): (u8, u8, u8, Vec<u8>)| HEXLOWER.encode(&data);
    let [key_digest, key_512, certificate_digest] =
        [(1, 1), (1, 2), (0, 1)].map(|(s, m)| hex(record(3, s, m, &server, &leaf)));
    let [root_digest, absent] = [hex(record(3, 1, 1, &ca, &root)), "ab".repeat(32)];
    let time = NOW.to_string();
    let verify = |records: &[String]| {
        let mut command = Command::new(build.join("dane-verify"));
        command.args(["--json", "--time", &time, "--name", "mx.example.org"]);
        for record in records {
            command.args(["--tlsa", record]);
        }
        let output = command.arg(&pem).output().unwrap();
        let found: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
        let [detail, reason] = ["detail", "reason"]
            .map(|field| found["records"][0][field].as_str().unwrap().to_owned());
        (output.status.code().unwrap(), detail, reason)
    };
    for (records, status, detail, reason) in [
        (
            vec![format!("2 1 1 {root_digest}")],
            0,
            "matched",
            "Root at depth 1 vouches for mx.example.org".into(),
        ),
        (
            vec![format!("2 1 1 {absent}")],
            1,
            "ta-absent",
            "names a certificate the server did not send".into(),
        ),
        (
            vec![format!("3 1 1 {absent}")],
            1,
            "no-match",
            format!("the server has another key; if that is right, publish 3 1 1 {key_digest}"),
        ),
        (
            vec![format!("3 1 1 {key_digest}"), format!("3 1 2 {}", "ab".repeat(64))],
            1,
            "weaker-digest",
            format!("matches, but the stronger digest does not; publish 3 1 2 {key_512}"),
        ),
        (
            vec![format!("2 1 1 {key_digest}")],
            1,
            "ta-absent",
            format!(
                "names the server's own certificate, no trust anchor; publish 3 1 1 {key_digest}"
            ),
        ),
        (
            vec![format!("3 1 1 {certificate_digest}")],
            1,
            "no-match",
            "this is the server's certificate, not its key; publish it as 3 0 1".into(),
        ),
        (
            vec![format!("3 1 1 {root_digest}")],
            1,
            "no-match",
            "this is the key of issuer 1 in the chain; publish it as 2 1 1".into(),
        ),
        // The key of tomorrow, published before it is used: nothing to mend.
        (
            vec![format!("3 1 1 {absent}"), format!("3 1 1 {key_digest}")],
            0,
            "no-match",
            "does not match the server's certificate".into(),
        ),
        (vec!["3 1 1 00".into()], 4, "data-malformed", "digest of the wrong length".into()),
    ] {
        assert_eq!(verify(&records), (status, detail.to_owned(), reason), "{records:?}");
    }
}
