//! The programs of `examples-c`, compiled from the installed packages as their authors would, in the test world.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::StreamOwned;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::{Acceptor, AlwaysResolvesServerRawPublicKeys, CertificateType};
use rustls::sign::{CertifiedKey, SigningKey};
use world::{Message, World};

mod guest;
mod toolchain;

use toolchain::*;

/// A domain, whether the greeting goes out, whether over TLS, and what the client says of it.
type Row<'a> = (&'a str, bool, bool, &'a str);

/// What every client does, whatever its TLS library.
const ROWS: &[Row<'static>] = &[
    ("good.test", true, true, "deliver (mx.good.test): TLSA 3 1 1 "),
    (
        "mismatch.test",
        false,
        false,
        "server certificate not trusted (mx.mismatch.test): TLSA 3 1 1 ",
    ),
    ("ta-cert.test", true, true, "deliver: TLSA 2 0 1 "),
    ("ta-name.test", false, false, "server certificate not trusted: TLSA 2 0 1 "),
    ("ta-absent.test", false, false, "server certificate not trusted (mx.ta-absent.test): TLSA 2 "),
    ("ee-v1.test", true, true, "deliver (mx.ee-v1.test): TLSA 3 1 1 "),
    ("ee-expired.test", true, true, "deliver (mx.ee-expired.test): TLSA 3 1 1 "),
    ("tls12.test", true, true, "deliver (mx.tls12.test): TLSA 3 1 1 "),
    ("tls13.test", true, true, "deliver (mx.tls13.test): TLSA 3 1 1 "),
    ("impostor12.test", false, false, "TLS handshake failed (mx.impostor12.test)"),
    ("impostor13.test", false, false, "TLS handshake failed (mx.impostor13.test)"),
    ("sni.test", true, true, "deliver (mx.sni.test): TLSA 3 1 1 "),
    ("sni-expanded.test", true, true, "deliver (mx.sni-expanded.test): TLSA 3 1 1 "),
    ("plain.test", false, false, "TLS required but not offered (mx.plain.test)"),
    ("injects.test", false, false, "TLS handshake failed (mx.injects.test)"),
    ("unusable.unsigned.test", true, true, "TLS required, not authenticated: TLSA of "),
    ("tlsa-none.test", true, true, "opportunistic TLS: TLSA of "),
    ("plain-none.test", true, false, "opportunistic TLS: TLSA of "),
    ("old-tls-none.test", true, false, "opportunistic TLS: TLSA of "),
    ("second-address.test", true, true, "deliver (mx.second-address.test): TLSA 3 1 1 "),
    ("no-ehlo.test", false, false, "TLS required but not offered (mx.no-ehlo.test)"),
    (
        "[127.77.0.21]",
        true,
        true,
        "opportunistic TLS ([127.77.0.21]): an IP address has no TLSA record",
    ),
    ("null.test", false, false, "domain does not accept mail: null MX of null.test "),
];

/// One client on its own copy of the world.
struct Sender {
    world: World,
    folder: PathBuf,
    program: PathBuf,
    libraries: PathBuf,
}

impl Sender {
    /// Compiles a program from installed packages; None, with the reason printed, where one is missing.
    fn new(name: &str, ours: &str, theirs: Option<&str>) -> Option<Self> {
        let build = build()?;
        let libraries = libraries(&build);
        if !have("pkg-config") || !is_built(&libraries, ours) {
            return None;
        }
        // Two tests at a time may have the same client.
        static SENDERS: AtomicUsize = AtomicUsize::new(0);
        let folder = scratch(&format!("{name}-{}", SENDERS.fetch_add(1, Ordering::Relaxed)));
        let program = folder.join(name);
        let mut cc = Command::new(compiler());
        cc.args(STRICT).arg("-o").arg(&program);
        cc.arg(root().join("examples-c").join(format!("{name}.c")));
        cc.args(package_flags(&build, &[ours]).split_whitespace());
        if let Some(theirs) = theirs {
            cc.args(system_flags(theirs)?.split_whitespace());
        }
        run(&mut cc);
        let world = World::start().unwrap();
        fs::write(folder.join("anchor"), &world.anchor).unwrap();
        Some(Self { world, folder, program, libraries })
    }

    fn command(&self, first: &[&str], last: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env("LD_LIBRARY_PATH", &self.libraries).args(first);
        command.args(["-n", &self.world.dns.to_string()]);
        command.args(["-p", &self.world.smtp_port.to_string(), "-a"]);
        command.arg(self.folder.join("anchor")).args(last);
        command
    }

    fn run(&self, first: &[&str], last: &[&str]) -> Output {
        self.command(first, last).output().unwrap()
    }

    /// Runs a client for one domain and compares its word, its exit status and what the servers took.
    #[track_caller]
    fn check(&self, options: &[&str], &(domain, sends, encrypted, text): &Row<'_>) {
        let before = self.world.mail.taken().len();
        let output = self.run(options, &[domain]);
        let said = stdout(&output);
        let outcome = if sends { "sent" } else { "not sent" };
        assert!(said.starts_with(&format!("{outcome}: {text}")), "{options:?} {domain}: {said}");
        assert_eq!(output.status.code(), Some(i32::from(!sends)), "{options:?} {domain}");
        let taken = self.world.mail.taken().split_off(before);
        let seen = |it: &Message| (it.recipient.clone(), it.encrypted);
        let want = sends.then(|| (format!("postmaster@{domain}"), encrypted));
        assert_eq!(taken.iter().map(seen).collect::<Vec<_>>(), Vec::from_iter(want), "{domain}");
    }

    fn check_all(&self, options: &[&str]) {
        let only_tls12 = options.contains(&"-2");
        for row in ROWS {
            if only_tls12 && row.0 == "tls13.test" {
                self.check(options, &(row.0, false, false, "TLS handshake failed (mx.tls13.test)"));
            } else {
                self.check(options, row);
            }
        }
    }
}

fn is_built(libraries: &Path, package: &str) -> bool {
    let found = libraries.join("pkgconfig").join(format!("{package}.pc")).exists();
    assert!(found || env::var_os("CI").is_none(), "{package} is not built");
    if !found {
        println!("skipped: {package} is not built: run `make rustls` first");
    }
    found
}

#[test]
fn openssl_client() {
    let Some(sender) = Sender::new("openssl-client", "dane-policy", Some("openssl")) else {
        return;
    };
    sender.check_all(&[]);
    sender.check_all(&["-2"]);
}

#[test]
fn gnutls_client() {
    let Some(sender) = Sender::new("gnutls-client", "dane-policy", Some("gnutls")) else { return };
    sender.check_all(&[]);
    sender.check_all(&["-2"]);
}

#[test]
fn libtls_client() {
    let Some(sender) = Sender::new("libtls-client", "dane-policy", Some("libtls")) else { return };
    sender.check_all(&[]);
    sender.check_all(&["-2"]);
}

#[test]
fn rustls_client() {
    let Some(sender) = Sender::new("rustls-client", "dane-policy-rustls", None) else { return };
    // GnuTLS, and OpenSSL at TLS 1.2, refuse this one themselves.
    let broken = ("ee-broken.test", true, true, "deliver (mx.ee-broken.test): TLSA 3 1 1 ");
    for options in [&[][..], &["-2"]] {
        sender.check_all(options);
        sender.check(options, &broken);
    }
    // webpki has its say after rustls-ffi's callback, which is why the header advises the verifier.
    for row in ROWS.iter().chain([&broken]).filter(|row| row.0 != "tls13.test") {
        let text = format!("TLS handshake failed (mx.{})", row.0);
        let is_odd = ["ee-v1.test", "ee-broken.test"].contains(&row.0);
        let row = if is_odd { &(row.0, false, false, &*text) } else { row };
        sender.check(&["-c"], row);
        sender.check(&["-c", "-2"], row);
    }
}

fn signing_key(pem: &str) -> Arc<dyn SigningKey> {
    any_supported_type(&PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap()
}

/// A guest that shows whoever takes it the raw public key of `shown`, by the signature of `signer`, and to others its
/// certificate. What it gives is whether the client took raw public keys.
fn shows_raw_key(
    world: &World,
    guest: usize,
    shown: &Arc<dyn SigningKey>,
    signer: Arc<dyn SigningKey>,
) -> JoinHandle<bool> {
    let certificate = guest::config_of(world, guest, guest::BOTH);
    let spki = shown.public_key().unwrap().as_ref().to_vec();
    let key = CertifiedKey::new(vec![spki.into()], signer);
    let mut raw_key = (*certificate).clone();
    raw_key.cert_resolver = Arc::new(AlwaysResolvesServerRawPublicKeys::new(key.into()));
    guest::serve_as(world, guest, move |listener| {
        let mut stream = guest::accept(listener);
        stream.write_all(b"220 mx.guest.test\r\n").unwrap();
        guest::line(&mut stream);
        stream.write_all(b"250-mx.guest.test\r\n250 STARTTLS\r\n").unwrap();
        guest::line(&mut stream);
        stream.write_all(b"220 go ahead\r\n").unwrap();
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            acceptor.read_tls(&mut stream).unwrap();
            if let Some(accepted) = acceptor.accept().map_err(|(error, _)| error).unwrap() {
                break accepted;
            }
        };
        let types = accepted.client_hello().server_cert_types().unwrap_or_default();
        let is_taken = types.contains(&CertificateType::RawPublicKey);
        let config = if is_taken { raw_key.into() } else { certificate };
        let mut connection = accepted.into_connection(config).map_err(|(error, _)| error).unwrap();
        // Whoever refuses what is shown goes away at any time.
        if connection.complete_io(&mut stream).is_ok() {
            let mut lines = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|octets| octets > 0) {
                let reply: &[u8] =
                    if line == "DATA\r\n" { b"354 go ahead\r\n" } else { b"250 ok\r\n" };
                let is_message = line.starts_with("Subject:");
                line.clear();
                while is_message && line != ".\r\n" {
                    line.clear();
                    lines.read_line(&mut line).unwrap();
                }
                line.clear();
                lines.get_mut().write_all(reply).unwrap();
            }
        }
        is_taken
    })
}

/// A client that takes raw public keys, or one whose TLS library has none.
fn raw_keys(sender: &Sender, takes: bool) {
    let world = &sender.world;
    let own: Vec<_> = world.guests.iter().map(|guest| signing_key(&guest.key)).collect();
    let what = if takes { "raw public key" } else { "certificate" };
    let check = |guest: usize, server: JoinHandle<bool>, is_taken, text: &str| {
        let domain = &world.guests[guest].domain;
        let said = stdout(&sender.run(&[], &[domain]));
        assert_eq!(server.join().unwrap(), is_taken, "{said}");
        assert!(said.contains(text), "{domain}: {said}");
        said
    };
    let server = shows_raw_key(world, 0, &own[0], own[0].clone());
    let said = check(0, server, takes, &format!(": matches the server's {what}"));
    assert!(said.starts_with("sent: deliver (mx.guest-0.test): TLSA 3 1 1 "), "{said}");
    // A record of a certificate beside it: no raw public key.
    let server = shows_raw_key(world, 2, &own[2], own[2].clone());
    let said = check(2, server, false, ": matches the server's certificate");
    assert!(said.starts_with("sent: deliver (mx.guest-2.test): TLSA 3 "), "{said}");
    if takes {
        let server = shows_raw_key(world, 0, &own[1], own[1].clone());
        let said = check(0, server, true, ": the server has another key");
        assert!(
            said.starts_with("not sent: server certificate not trusted (mx.guest-0.test): "),
            "{said}"
        );
        let server = shows_raw_key(world, 0, &own[0], own[1].clone());
        let said = check(0, server, true, "TLS handshake failed (mx.guest-0.test)");
        assert!(said.starts_with("not sent: "), "{said}");
    }
}

#[test]
fn rfc7250_4_a_raw_key_is_taken_where_it_alone_can_match() {
    if let Some(sender) = Sender::new("gnutls-client", "dane-policy", Some("gnutls")) {
        raw_keys(&sender, true);
    }
    if let Some(sender) = Sender::new("openssl-client", "dane-policy", Some("openssl")) {
        let newer = Command::new("pkg-config").args(["--atleast-version=3.2", "openssl"]).status();
        raw_keys(&sender, newer.unwrap().success());
    }
}

#[test]
fn delivery_loop() {
    let Some(sender) = Sender::new("delivery-loop", "dane-policy", Some("openssl")) else { return };
    let recipients = [
        "a@good.test",
        "b@mismatch.test",
        "c@null.test",
        "d@mx-bogus.test",
        "e@mismatch-good.test",
        "f@plain-none.test",
        "g@invalid..test",
        "nowhere",
        "h@no-such-domain.test",
        "i@nothing.test",
        "j@no-such-host.test",
    ];
    let output = sender.run(&[], &[&["me@here.test"], &recipients[..]].concat());
    let text = stdout(&output);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let (reports, lines): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line[0] == "tlsrpt");
    let fates: Vec<&[&str]> = lines.iter().map(|fields| &fields[..fields.len() - 1]).collect();
    let want: [&[&str]; 11] = [
        &["sent", "a@good.test"],
        &["queued", "b@mismatch.test", "4.7.5"],
        &["bounced", "c@null.test", "5.1.10"],
        &["queued", "d@mx-bogus.test", "4.4.3"],
        &["sent", "e@mismatch-good.test"],
        &["sent", "f@plain-none.test"],
        &["queued", "g@invalid..test", "4.4.4"],
        &["queued", "nowhere", "4.4.4"],
        &["bounced", "h@no-such-domain.test", "5.1.2"],
        &["bounced", "i@nothing.test", "5.4.4"],
        &["queued", "j@no-such-host.test", "4.4.4"],
    ];
    assert_eq!(fates, want, "{text}");
    assert!(lines[1][3].starts_with("server certificate not trusted"), "{text}");
    // RFC 8460 section 4: for each host that failed, the policy that it failed by.
    assert_eq!(reports.len(), 2, "{text}");
    for report in &reports {
        assert_eq!(report[1..4], ["mx.mismatch.test", "205", "validation-failure"], "{text}");
        assert_eq!(report.len(), 5, "{text}");
        assert!(report[4].starts_with("3 1 1 ") && report[4].len() == 6 + 64, "{text}");
    }
    assert_eq!(output.status.code(), Some(1));
    let taken = sender.world.mail.taken();
    let taken: Vec<_> = taken.iter().map(|it| (it.recipient.as_str(), it.encrypted)).collect();
    assert_eq!(
        taken,
        [("a@good.test", true), ("e@mismatch-good.test", true), ("f@plain-none.test", false)]
    );
    assert_eq!(sender.run(&[], &["me@here.test", "a@good.test"]).status.code(), Some(0));
    for no_port in ["65536", "0", "", "25x", "-18446744073709551591", "4294967321"] {
        let wrong = ["-p", no_port, "me@here.test", "a@good.test"];
        assert_eq!(sender.run(&[], &wrong).status.code(), Some(2), "{wrong:?}");
    }
    for wrong in [&["me@here.test"][..], &["me@here.test", "a <b@good.test"], &[]] {
        assert_eq!(sender.run(&[], wrong).status.code(), Some(2), "{wrong:?}");
    }
    let no_address = sender.run(&[], &["me@here.test", "\u{1b}[31m@good.test"]);
    assert_eq!((no_address.status.code(), &*stdout(&no_address)), (Some(2), ""));

    let library = host_name_library(&sender.folder);
    for (host_name, said) in [
        ("client.test", "client.test"),
        ("a\r\nMAIL FROM:<x@y>", "[127.0.0.1]"),
        ("", "[127.0.0.1]"),
    ] {
        let mut command = sender.command(&[], &["me@here.test", "a@good.test"]);
        command.env("LD_PRELOAD", &library).env("TEST_HOST_NAME", host_name);
        assert_eq!(command.output().unwrap().status.code(), Some(0), "{host_name:?}");
        let clients = sender.world.connections.clients_of("mx.good.test");
        assert_eq!(clients.last().map(String::as_str), Some(said), "{host_name:?}");
    }
}

/// What becomes of each message, all of them at once; the input comes in pieces and ends without a newline.
#[test]
fn event_loop() {
    let Some(sender) = Sender::new("event-loop", "dane-policy", None) else { return };
    let mut command = sender.command(&[], &[]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"postmaster@mx-bogus.test\nno addr").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("queued\tpostmaster@mx-bogus.test\thost or domain"), "{first}");
    input.write_all(b"ess\n\n").unwrap();
    let domains: Vec<&str> = ROWS.iter().map(|row| row.0).collect();
    let recipients: Vec<String> = domains.iter().map(|it| format!("postmaster@{it}")).collect();
    input.write_all(recipients.join("\n").as_bytes()).unwrap();
    drop(input);
    let told: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(told.len(), ROWS.len() + 1, "{told:?}");
    assert!(told.contains(&"bounced\tno address\tno address".to_owned()), "{told:?}");
    let taken = sender.world.mail.taken();
    for ((domain, sends, encrypted, text), recipient) in ROWS.iter().zip(&recipients) {
        let outcome = match (sends, *domain) {
            (true, _) => "sent",
            (false, "null.test") => "bounced",
            (false, _) => "queued",
        };
        let start = format!("{outcome}\t{recipient}\t{text}");
        let line = told.iter().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("{start}: {told:?}"));
        assert_eq!(line.ends_with("\tin the clear"), *sends && !encrypted, "{line}");
        let seen = taken.iter().filter(|mail| mail.recipient == *recipient);
        let seen: Vec<bool> = seen.map(|mail| mail.encrypted).collect();
        assert_eq!(seen, Vec::from_iter(sends.then_some(*encrypted)), "{domain}");
    }
    let said = |options: &[&str]| {
        let mut command = sender.command(options, &[]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"a@elsewhere.example").unwrap();
        stdout(&child.wait_with_output().unwrap())
    };
    let by_host = said(&["-s", "mx.good.test"]);
    assert!(
        by_host.starts_with("sent\ta@elsewhere.example\tdeliver (mx.good.test): "),
        "{by_host}"
    );
    let without_time = said(&["-t", "0"]);
    assert_eq!(without_time, "queued\ta@elsewhere.example\tno time left\n");
    assert_eq!(sender.run(&["-x"], &[]).status.code(), Some(2));
}

/// The smallest program with the changes that docs/integrators.md names.
fn minimal_in_the_world(folder: &Path, build: &Path) -> PathBuf {
    let docs = fs::read_to_string(root().join("docs/integrators.md")).unwrap();
    let mut source = fs::read_to_string(root().join("examples-c/minimal.c")).unwrap();
    let mut changes = 0;
    for line in docs.lines().filter_map(|line| line.strip_prefix("    ")) {
        let Some((new, old)) = line.split_once("/* in place of ") else { continue };
        let (new, old) = (new.trim_end(), old.strip_suffix(" */").unwrap());
        assert_eq!(source.matches(old).count(), 1, "{old}");
        source = source.replace(old, new);
        changes += 1;
    }
    assert_eq!(changes, 3);
    let (file, program) = (folder.join("minimal.c"), folder.join("minimal"));
    fs::write(&file, source).unwrap();
    let mut cc = Command::new(compiler());
    cc.args(STRICT).arg("-I").arg(root().join("include")).arg("-I").arg(root().join("examples-c"));
    cc.arg("-o").arg(&program).arg(&file).arg("-L").arg(build).arg("-ldane_policy");
    run(cc.arg(format!("-Wl,-rpath,{}", build.display())));
    program
}

/// The front page shows what is compiled.
#[test]
fn the_readme_shows_the_smallest_program() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("```").nth(1).unwrap().strip_prefix("c\n").unwrap();
    let program = fs::read_to_string(root().join("examples-c/minimal.c")).unwrap();
    assert!(program.contains(shown), "{shown}");
}

#[test]
fn the_smallest_program_in_the_world() {
    let Some(build) = build() else { return };
    let program = minimal_in_the_world(&scratch("minimal-world"), &build);
    for (domain, status, said) in [
        ("good.test", 0, "\ndeliver (mx.good.test): TLSA 3 1 1 "),
        ("mismatch.test", 75, "\nserver certificate not trusted (mx.mismatch.test): "),
        ("null.test", 69, "domain does not accept mail: "),
    ] {
        let mut world = Command::new(world_binary());
        let output =
            world.args(["run", "--"]).arg(&program).arg(format!("a@{domain}")).output().unwrap();
        assert!(stdout(&output).contains(said), "{domain}: {}", stdout(&output));
        assert_eq!(output.status.code(), Some(status), "{domain}");
    }
    let alone = |name: &str| {
        let mut command = Command::new(&program);
        command.env_remove("DANE_WORLD_ANCHOR").env("DANE_WORLD_NAMESERVER", name).arg("a@a..b");
        command.output().unwrap().status.code()
    };
    assert_eq!(alone("127.0.0.1:9"), Some(64), "a world without its anchor is none");
    let outside = Command::new(&program).env_remove("DANE_WORLD_NAMESERVER").arg("a@a..b").output();
    assert!(stdout(&outside.unwrap()).starts_with("host or domain name not found"));
}

/// A program that runs until the test ends, however that ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The lines that it prints do what they say in a shell, and nothing of it stays when it is killed.
#[test]
fn a_world_that_is_up_says_how_to_reach_it() {
    let Some(build) = build() else { return };
    let folder = scratch("world-up");
    let program = minimal_in_the_world(&folder, &build);
    let spaced = folder.join("it's a folder");
    fs::create_dir(&spaced).unwrap();
    let mut world = Command::new(world_binary());
    let mut world = Killed(world.env("TMPDIR", &spaced).stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(world.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut exports = String::new();
    let mut commands = Vec::new();
    for line in lines {
        let is_last = line.starts_with("build/openssl-client ");
        match line.split(' ').next().unwrap() {
            "export" | "#" => exports += &format!("{line}\n"),
            _ => commands.push(line),
        }
        if is_last {
            break;
        }
    }
    let shell = |text: &str| run(Command::new("sh").args(["-ec", text]).current_dir(&folder));
    let said = shell(&format!("{exports}{} a@good.test", program.display()));
    assert!(stdout(&said).contains("\ndeliver (mx.good.test): "), "{}", stdout(&said));
    assert!(stdout(&shell(&format!("{exports}cat \"$DANE_WORLD_CASES\""))).contains("good.test"));
    std::os::unix::fs::symlink(&build, folder.join("build")).unwrap();
    let [dig, check, connect, client] = &commands[..] else { panic!("{commands:?}") };
    assert!(stdout(&shell(check)).starts_with("good.test"), "{check}");
    let said = shell(&format!("printf 'QUIT\\r\\n' | {connect}"));
    assert_eq!(stdout(&said), "220 mx.good.test ESMTP\r\n221 bye\r\n", "{connect}");
    if is_here("dig") {
        assert!(stdout(&shell(dig)).contains("RRSIG"), "{dig}");
    }
    if let Some(sender) = Sender::new("openssl-client", "dane-policy", Some("openssl")) {
        let client = client.replace("build/openssl-client", &sender.program.display().to_string());
        let libraries = sender.libraries.display();
        let said = shell(&format!("LD_LIBRARY_PATH={libraries} {client}"));
        assert!(stdout(&said).starts_with("sent: deliver "), "{}", stdout(&said));
    }
    assert_eq!(fs::read_dir(&spaced).unwrap().count(), 1);
    drop(world);
    let patience = Instant::now() + Duration::from_secs(60);
    while fs::read_dir(&spaced).unwrap().next().is_some() {
        assert!(Instant::now() < patience, "something stays in {}", spaced.display());
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_world_answers_for_itself() {
    let world = |arguments: &[&str]| Command::new(world_binary()).args(arguments).output().unwrap();
    let help = world(&["--help"]);
    assert!(stdout(&help).starts_with("usage: world ") && help.status.success());
    let cases = stdout(&world(&["cases"]));
    assert!(cases.starts_with("#case\tlevel\t") && cases.contains("\tgood.test\t"), "{cases}");
    for wrong in [&["run"][..], &["run", "--"], &["nonsense"]] {
        assert_eq!(world(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
