//! dane-connect, and what speaks SMTP through it, with the world's servers and with peers that do what they must not.

use std::env;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use world::{Guest, World};

mod guest;
mod toolchain;

use guest::*;
use toolchain::{build, root, scratch};

/// How long what must not happen is waited for.
const A_WHILE: Duration = Duration::from_millis(400);

/// A world of its own, and the program.
struct Site {
    world: World,
    program: PathBuf,
    folder: PathBuf,
}

impl Site {
    /// None, with the reason printed, where nothing is built.
    fn new(name: &str) -> Option<Self> {
        let program = build()?.join("dane-connect");
        let folder = scratch(name);
        let world = World::start().unwrap();
        fs::write(folder.join("anchor"), &world.anchor).unwrap();
        Some(Self { world, program, folder })
    }

    fn guest(&self) -> &Guest {
        &self.world.guests[0]
    }

    fn options(&self) -> [String; 8] {
        let anchor = self.folder.join("anchor").display().to_string();
        let (dns, port) = (self.world.dns.to_string(), self.world.smtp_port.to_string());
        let ehlo = "client.test";
        ["--nameserver", &dns, "--trust-anchor", &anchor, "--port", &port, "--ehlo", ehlo]
            .map(str::to_owned)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.options()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The same by a shell that closes something first.
    fn closing(&self, what: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec \"$@\" {what}"), "-"]).arg(&self.program);
        command.args(self.options()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Says all of `input` at once and nothing after it.
    fn says(&self, arguments: &[&str], input: &str) -> Output {
        finish(self.command(arguments), input)
    }

    /// A session with the guest.
    fn start(&self) -> Child {
        self.command(&[&self.guest().domain]).spawn().unwrap()
    }

    fn serve(&self, script: impl FnOnce(&TcpListener) + Send + 'static) -> JoinHandle<()> {
        guest::serve(&self.world, script)
    }

    fn serve_tls(&self, script: impl FnOnce(Tls) + Send + 'static) -> JoinHandle<()> {
        guest::serve_tls(&self.world, script)
    }

    /// examples-c/deliver.sh by a POSIX shell.
    fn deliver(&self, options: &[&str], arguments: &[&str], message: &[u8]) -> Output {
        let path = env::var("PATH").unwrap();
        let options = [&self.options().join(" "), &options.join(" ")].map(String::as_str).join(" ");
        let mut command = Command::new("sh");
        command.arg(root().join("examples-c/deliver.sh")).args(arguments);
        command.env("PATH", format!("{}:{path}", self.program.parent().unwrap().display()));
        command.env("DANE_CONNECT_OPTIONS", options).env("TMPDIR", &self.folder);
        let file = self.folder.join("message");
        fs::write(&file, message).unwrap();
        command.stdin(File::open(file).unwrap()).output().unwrap()
    }

    /// What is left in the folder beside what this put there.
    fn litter(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    }
}

fn finish(mut command: Command, input: &str) -> Output {
    let mut child = command.spawn().unwrap();
    // It may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Exit status, and what was said on standard output and standard error.
fn heard(output: &Output) -> (Option<i32>, String, String) {
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn stdin(child: &mut Child) -> ChildStdin {
    child.stdin.take().unwrap()
}

/// Processor time in ticks, of which there are a hundred in a second.
fn ticks(child: &Child) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11..=12].iter().map(|field| field.parse::<u64>().unwrap()).sum()
}

/// It neither says nor closes anything, and waits without computing.
fn is_quiet(tls: &mut Tls) {
    tls.sock.set_read_timeout(Some(A_WHILE)).unwrap();
    assert_eq!(tls.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::WouldBlock);
    tls.sock.set_read_timeout(Some(PATIENCE)).unwrap();
}

const GREETING: &str = "220-mx.guest.test\r\n220 at your service\r\n";

#[test]
fn a_shell_script_delivers_in_all_rows() {
    let Some(site) = Site::new("connect-rows") else { return };
    let rows: Vec<_> = site.world.cases.iter().filter(|case| case.columns.is_some()).collect();
    let rows: Vec<_> = rows.into_iter().filter(|case| case.name.parse::<u8>().is_ok()).collect();
    assert_eq!(rows.len(), 30);
    let mut sent = 0;
    for row in rows {
        let before = site.world.mail.taken().len();
        let recipient = format!("postmaster@{}", row.domain);
        let output =
            site.deliver(&["--level", row.level], &["me@here.test", &recipient], b"A: b\n\nc\n");
        let (status, said, why) = heard(&output);
        let goes = matches!(row.expected.action, "deliver" | "opportunistic");
        assert_eq!(status, Some(if goes { 0 } else { 75 }), "row {}: {why}", row.name);
        assert_eq!(said, "", "row {}", row.name);
        let taken = site.world.mail.taken().split_off(before);
        // Each server of these rows offers STARTTLS.
        let taken: Vec<_> = taken.iter().map(|it| (&*it.recipient, it.encrypted)).collect();
        assert_eq!(taken, Vec::from_iter(goes.then_some((&*recipient, true))), "row {}", row.name);
        let reason = if goes { row.expected.action } else { row.expected.reason };
        assert!(why.starts_with(&format!("dane-connect: {reason}")), "row {}: {why}", row.name);
        sent += usize::from(goes);
    }
    assert_eq!(sent, 9);
    assert_eq!(site.litter(), Vec::<PathBuf>::new());
}

/// A server that takes one message; what it was told after the handshake, and how it replies to each command.
fn takes_mail(replies: [&'static str; 6]) -> (impl FnOnce(Tls), mpsc::Receiver<Vec<String>>) {
    let (told, hears) = mpsc::channel();
    let script = move |mut tls: Tls| {
        let mut lines = Vec::new();
        let mut last = "";
        for reply in replies {
            let end = if last.starts_with("354") { ".\r\n" } else { "" };
            last = reply;
            loop {
                lines.push(line(&mut tls));
                if end.is_empty() || lines.last().unwrap() == end {
                    break;
                }
            }
            match reply {
                // Ends without a word, and without close_notify.
                "cut" => break,
                "close" => {
                    close_notify(&mut tls);
                    break;
                }
                reply => send(&mut tls, reply.as_bytes()),
            }
            if lines.last().unwrap() == "QUIT\r\n" {
                close_notify(&mut tls);
                break;
            }
        }
        told.send(lines).unwrap();
    };
    (script, hears)
}

const OK: &str = "250-good\r\n250 ok\r\n";

/// RFC 5321 section 4.5.2, and section 2.3.8: no line ends but by CRLF.
#[test]
fn rfc5321_4_5_2_a_shell_script_sends_the_message_as_it_is() {
    let Some(site) = Site::new("connect-message") else { return };
    let bodies: [(&[u8], &[&str]); 4] = [
        (b"A: b\n\n.\n..c\nd.\n", &["A: b\r\n", "\r\n", "..\r\n", "...c\r\n", "d.\r\n"]),
        (b"A: b\r\n\r\n.\r\nc", &["A: b\r\n", "\r\n", "..\r\n", "c\r\n"]),
        (b"a\r.\rQUIT\n\\r\\n%s\\\n", &["a.QUIT\r\n", "\\r\\n%s\\\r\n"]),
        (b"", &[]),
    ];
    for (message, text) in bodies {
        let (script, hears) =
            takes_mail([OK, OK, OK, "354 go\r\n", "250 taken\r\n", "221 bye\r\n"]);
        let server = site.serve_tls(script);
        let recipient = format!("you@{}", site.guest().domain);
        let (status, _, why) = heard(&site.deliver(&[], &["", &recipient], message));
        assert_eq!(status, Some(0), "{why}");
        assert!(why.ends_with("\n250 taken\n"), "{why}");
        let lines = hears.recv_timeout(PATIENCE).unwrap();
        assert!(lines[0].starts_with("EHLO "), "{lines:?}");
        let recipient = format!("RCPT TO:<{recipient}>\r\n");
        let before = ["MAIL FROM:<>\r\n", &recipient, "DATA\r\n"];
        assert_eq!(lines[1..], [&before, text, &[".\r\n", "QUIT\r\n"]].concat(), "{why}");
        server.join().unwrap();
    }
}

#[test]
fn a_shell_script_tells_what_bounces_from_what_waits() {
    let Some(site) = Site::new("connect-replies") else { return };
    let all = [OK, OK, OK, "354 go\r\n", "250 taken\r\n", "221 bye\r\n"];
    let bye = "221 bye\r\n";
    for (step, reply, want, says) in [
        (0, "550-not\r\n550 you\r\n", 75, "550 you"),
        (1, "452 later\r\n", 75, "452 later"),
        (1, "550 not from you\r\n", 69, "550 not from you"),
        (2, "550-not\r\n550 here\r\n", 69, "550 here"),
        (2, "450-250 not\r\n450 now\r\n", 75, "450 now"),
        (2, "250 o\x1bk\r\n", 0, "250 taken"),
        (2, "251-far away\r\n251 but forwarded\r\n", 0, "250 taken"),
        (2, "nonsense\r\n", 75, "nonsense"),
        (3, "250 no 354\r\n", 75, "250 no 354"),
        (3, "554 no mail\r\n", 69, "554 no mail"),
        (4, "451 the disk\r\n", 75, "451 the disk"),
        (4, "552 too \x1bmuch\r\n", 69, "552 too much"),
        (4, "cut", 75, "dane-connect: connection cut: it ended without close_notify"),
        (4, "close", 75, "the server closed without a reply"),
        (2, "close", 75, "the server closed without a reply"),
        (0, "cut", 75, "dane-connect: connection cut: it ended without close_notify"),
        // What was taken is taken.
        (5, "cut", 0, "250 taken"),
        (5, "close", 0, "250 taken"),
    ] {
        let mut replies = all;
        replies[step] = reply;
        if let Some(next) = replies.get_mut(step + 1).filter(|_| want != 0) {
            *next = bye;
        }
        let (script, hears) = takes_mail(replies);
        let server = site.serve_tls(script);
        let recipient = format!("you@{}", site.guest().domain);
        let (status, _, why) = heard(&site.deliver(&[], &["me@here.test", &recipient], b"a\n"));
        assert_eq!(status, Some(want), "{step} {reply:?}: {why}");
        assert!(why.lines().any(|line| line == says), "{step} {reply:?}: {why}");
        hears.recv_timeout(PATIENCE).unwrap();
        server.join().unwrap();
    }
    for half in ["250 o", "250 ok"] {
        let server = site.serve_tls(move |mut tls| {
            for _ in 0..3 {
                line(&mut tls);
                send(&mut tls, b"250 ok\r\n");
            }
            line(&mut tls);
            send(&mut tls, b"354 go\r\n");
            while line(&mut tls) != ".\r\n" {}
            send(&mut tls, half.as_bytes());
            close_notify(&mut tls);
        });
        let recipient = format!("you@{}", site.guest().domain);
        let output = site.deliver(&[], &["me@here.test", &recipient], b"a\n");
        assert_eq!(output.status.code(), Some(75), "half a reply is none");
        server.join().unwrap();
    }
    let refused = site.deliver(&[], &["me@here.test", "you@null.test"], b"a\n");
    assert_eq!(refused.status.code(), Some(69));
    for wrong in [
        &["me@here.test"][..],
        &["me@here.test", "you"],
        &["me@here.test", "you@"],
        &["me@here.test", "@good.test"],
        &["me@here.test>\r\nRSET", "you@good.test"],
        &["me@here.test", "you@good.test\nRSET"],
        &["me@here.test", "<you@good.test>"],
        &["me@here.test", "you@good.test", "and@good.test"],
    ] {
        assert_eq!(site.deliver(&[], wrong, b"a\n").status.code(), Some(64), "{wrong:?}");
    }
    let wrong = site.deliver(&["--no-such-option"], &["me@here.test", "you@good.test"], b"a\n");
    assert_eq!(wrong.status.code(), Some(75), "the administrator's mistake bounces nothing");
    assert_eq!(site.world.mail.taken().len(), 0);
    assert_eq!(site.litter(), Vec::<PathBuf>::new());
}
#[test]
fn each_exit_status_has_its_meaning() {
    let Some(site) = Site::new("connect-status") else { return };
    let talk = "EHLO client.test\r\nQUIT\r\n";
    let (status, said, why) = heard(&site.says(&["good.test"], talk));
    assert_eq!((status, &*said), (Some(0), "220 mx.good.test ESMTP\r\n250 ok\r\n221 bye\r\n"));
    assert!(why.starts_with("dane-connect: deliver (mx.good.test): TLSA 3 1 1 "), "{why}");
    // In the clear, where that is permitted.
    let (status, said, why) = heard(&site.says(&["plain-none.test"], talk));
    assert_eq!(
        (status, &*said),
        (Some(0), "220 mx.plain-none.test ESMTP\r\n250 mx.plain-none.test\r\n221 bye\r\n")
    );
    assert!(why.starts_with("dane-connect: opportunistic TLS: "), "{why}");

    for (domain, want, reason) in [
        ("mismatch.test", 75, "server certificate not trusted (mx.mismatch.test): TLSA 3 1 1 "),
        ("plain.test", 75, "TLS required but not offered (mx.plain.test)"),
        ("injects.test", 75, "TLS handshake failed (mx.injects.test)"),
        ("tlsa-bogus.test", 75, "TLSA lookup error: "),
        ("mx-bogus.test", 75, "host or domain name not found: "),
        ("invalid..test", 75, "host or domain name not found (invalid..test): "),
        // Nobody listens.
        (&site.guest().domain, 75, "connection failed (mx.guest-0.test): "),
        ("null.test", 69, "domain does not accept mail: "),
    ] {
        let (status, said, why) = heard(&site.says(&[domain], talk));
        assert_eq!((status, &*said), (Some(want), ""), "{domain}: {why}");
        assert!(why.starts_with(&format!("dane-connect: {reason}")), "{domain}: {why}");
        assert_eq!(why.lines().count(), 1, "{domain}: {why}");
    }

    for wrong in [
        &[][..],
        &["good.test", "good.test"],
        &["--no-such-option", "good.test"],
        &["--host"],
        &["--level", "daen", "good.test"],
        &["--timeout", "0", "good.test"],
        &["--resolv-conf", "/no/such/file", "good.test"],
    ] {
        let (status, said, _) = heard(&site.says(wrong, talk));
        assert_eq!((status, &*said), (Some(64), ""), "{wrong:?}");
    }
    let mut full = site.command(&["--help"]);
    full.stdout(File::create("/dev/full").unwrap());
    let (status, _, why) = heard(&finish(full, ""));
    assert_eq!(status, Some(70), "{why}");
    let mut full = site.command(&["good.test"]);
    full.stdout(File::create("/dev/full").unwrap());
    let (status, _, why) = heard(&finish(full, ""));
    assert_eq!(status, Some(74), "{why}");
    assert!(why.ends_with("\ndane-connect: standard output is closed\n"), "{why}");
}

#[test]
fn a_configured_host_takes_the_place_of_the_mx_hosts() {
    let Some(site) = Site::new("connect-host") else { return };
    let talk = "EHLO client.test\r\nQUIT\r\n";
    let strict = ["--level", "dane-only"];
    for (domain, without) in [("good.unsigned.test", 75), ("mx-bogus.test", 75), ("null.test", 69)]
    {
        let output = site.says(&[&strict[..], &[domain]].concat(), talk);
        assert_eq!(output.status.code(), Some(without), "{domain}");
        let by = [&strict[..], &["--host", "mx.good.test", domain]].concat();
        let (status, said, why) = heard(&site.says(&by, talk));
        assert_eq!(status, Some(0), "{domain}: {why}");
        assert!(said.starts_with("220 mx.good.test ESMTP\r\n"), "{said}");
        assert!(why.starts_with("dane-connect: deliver (mx.good.test): "), "{why}");
    }
    let (status, _, why) = heard(&site.says(&["--host", "mx.mismatch.test", "good.test"], talk));
    assert_eq!(status, Some(75));
    assert!(why.starts_with("dane-connect: server certificate not trusted "), "{why}");
}

#[test]
fn the_second_host_takes_what_must_not_go_to_the_first() {
    let Some(site) = Site::new("connect-second") else { return };
    let (status, said, why) =
        heard(&site.says(&["mismatch-good.test"], "EHLO client.test\r\nQUIT\r\n"));
    assert_eq!(status, Some(0));
    assert!(said.starts_with("220 mx.good.test ESMTP\r\n"), "{said}");
    assert!(why.starts_with("dane-connect: deliver (mx.good.test): "), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
    assert_eq!(site.world.connections.of("mx.mismatch.test"), 1);
}

#[test]
fn the_end_of_standard_input_closes_nothing() {
    let Some(site) = Site::new("connect-end") else { return };
    let (ended, has_ended) = mpsc::channel();
    let (looked, has_looked) = mpsc::channel();
    let server = site.serve_tls(move |mut tls| {
        assert_eq!(line(&mut tls), "EHLO me\r\n");
        has_ended.recv_timeout(PATIENCE).unwrap();
        is_quiet(&mut tls);
        looked.send(()).unwrap();
        send(&mut tls, b"250 slow\r\n");
        close_notify(&mut tls);
    });
    let mut child = site.start();
    stdin(&mut child).write_all(b"EHLO me\r\n").unwrap();
    let before = ticks(&child);
    ended.send(()).unwrap();
    has_looked.recv_timeout(PATIENCE).unwrap();
    assert!(ticks(&child) - before < 15, "it computes where it should wait");
    let (status, said, why) = heard(&child.wait_with_output().unwrap());
    assert_eq!((status, said), (Some(0), format!("{GREETING}250 slow\r\n")), "{why}");
    server.join().unwrap();

    // Nor does an input that was never there, whose number a socket would get.
    let server = site.serve_tls(|mut tls| {
        is_quiet(&mut tls);
        close_notify(&mut tls);
    });
    let domain = &*site.guest().domain;
    let output = site.closing("<&-", &[domain]).output().unwrap();
    let (status, said, why) = heard(&output);
    assert_eq!((status, &*said), (Some(0), GREETING), "{why}");
    server.join().unwrap();
}

const MUCH: usize = 5_000_000;

/// What nobody reads must not stop what goes the other way.
#[test]
fn rfc2920_a_client_may_say_all_before_it_reads() {
    let Some(site) = Site::new("connect-much") else { return };
    let message: Vec<u8> = (0..MUCH).map(|index| (index * 7 % 251) as u8).collect();
    let reply: Vec<u8> = b"250-".repeat(100_000);
    let expected = (message.clone(), reply.clone());
    let (told, is_told) = mpsc::channel();
    let server = site.serve_tls(move |mut tls| {
        assert_eq!(line(&mut tls), "EHLO me\r\n");
        send(&mut tls, &reply);
        let mut taken = vec![0; MUCH];
        // Slower than the client, whose octets so stand before a full socket up to the last.
        for portion in taken.chunks_mut(1000) {
            tls.read_exact(portion).unwrap();
        }
        told.send(taken).unwrap();
        close_notify(&mut tls);
    });
    let mut child = site.start();
    let mut input = stdin(&mut child);
    input.write_all(b"EHLO me\r\n").unwrap();
    input.write_all(&message).unwrap();
    let taken = is_told.recv_timeout(PATIENCE).expect("all arrives before the client reads");
    assert!(taken == expected.0);
    let (status, said, why) = {
        let output = child.wait_with_output().unwrap();
        (output.status.code(), output.stdout, output.stderr)
    };
    assert_eq!(status, Some(0), "{}", String::from_utf8_lossy(&why));
    assert!(said == [GREETING.as_bytes(), &expected.1].concat());
    server.join().unwrap();
}

#[test]
fn who_waits_for_either_side_does_not_compute() {
    let Some(site) = Site::new("connect-idle") else { return };
    let (looked, has_looked) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let server = site.serve_tls(move |mut tls| {
        assert_eq!(line(&mut tls), "EHLO me\r\n");
        // More than the client's pipe takes, which reads nothing yet.
        send(&mut tls, &b"250-".repeat(50_000));
        looked.send(()).unwrap();
        // Reads nothing either.
        released.recv_timeout(PATIENCE).unwrap();
    });
    let mut child = site.start();
    let mut input = stdin(&mut child);
    input.write_all(b"EHLO me\r\n").unwrap();
    has_looked.recv_timeout(PATIENCE).unwrap();
    let filler = thread::spawn(move || while input.write_all(&[b'x'; 4096]).is_ok() {});
    // Until all that lies between is full.
    let end = Instant::now() + PATIENCE;
    let mut before = ticks(&child);
    loop {
        thread::sleep(A_WHILE);
        let now = ticks(&child);
        if now - before < 10 {
            break;
        }
        assert!(Instant::now() < end, "it computes where it should wait");
        before = now;
    }
    release.send(()).unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(74));
    filler.join().unwrap();
    server.join().unwrap();
}

#[test]
fn a_client_that_is_gone_ends_it() {
    let Some(site) = Site::new("connect-gone") else { return };
    let server = site.serve_tls(|mut tls| {
        let mut said = String::new();
        tls.read_to_string(&mut said).unwrap();
        assert_eq!(said, "EHLO me\r\nQUIT\r\n");
    });
    let mut child = site.start();
    let mut greeting = vec![0; GREETING.len()];
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut greeting).unwrap();
    let mut input = stdin(&mut child);
    input.write_all(b"EHLO me\r\nQUIT\r\n").unwrap();
    drop(output);
    drop(input);
    // Though the server says nothing and does not close.
    let (status, _, why) = heard(&child.wait_with_output().unwrap());
    assert_eq!(status, Some(74), "and no signal");
    assert!(why.ends_with("\ndane-connect: standard output is closed\n"), "{why}");
    server.join().unwrap();

    // Who reads nothing more while it speaks hears so with the next reply.
    let server = site.serve_tls(|mut tls| {
        line(&mut tls);
        send(&mut tls, b"250 ok\r\n");
        let _it_may_be_cut = tls.read_to_end(&mut Vec::new());
    });
    let mut child = site.start();
    child.stdout.take().unwrap().read_exact(&mut greeting).unwrap();
    let mut input = stdin(&mut child);
    input.write_all(b"EHLO me\r\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(74));
    server.join().unwrap();

    for (what, status, why) in [(">&-", 74, "standard output is closed"), ("2>&-", 0, "")] {
        let server = site.serve_tls(|mut tls| {
            let _it_may_be_cut = tls.read_to_end(&mut Vec::new());
        });
        let domain = if status == 0 { "good.test" } else { &*site.guest().domain };
        let output = finish(site.closing(what, &[domain]), "EHLO me\r\nQUIT\r\n");
        assert_eq!(output.status.code(), Some(status), "{what}");
        assert!(String::from_utf8(output.stderr).unwrap().trim_end().ends_with(why), "{what}");
        if status == 0 {
            assert_eq!(output.stdout, b"220 mx.good.test ESMTP\r\n250 ok\r\n221 bye\r\n");
            break;
        }
        server.join().unwrap();
    }
}

#[test]
fn standard_input_may_be_a_file() {
    let Some(site) = Site::new("connect-file") else { return };
    let file = site.folder.join("commands");
    fs::write(&file, "EHLO me\r\nNOOP\r\nQUIT\r\n").unwrap();
    let mut command = site.command(&["good.test"]);
    let output = command.stdin(File::open(file).unwrap()).output().unwrap();
    let (status, said, why) = heard(&output);
    assert_eq!(status, Some(0), "{why}");
    assert_eq!(said, "220 mx.good.test ESMTP\r\n250 ok\r\n250 ok\r\n221 bye\r\n");
}

#[test]
fn a_server_that_does_not_greet_is_left() {
    let Some(site) = Site::new("connect-greeting") else { return };
    let domain = site.guest().domain.clone();
    for greeting in
        ["", "421-so\r\n421 many\r\n", "450 later\r\n", "554 never\r\n", "220 half a gree"]
    {
        let server = site.serve(move |listener| {
            let mut stream = accept(listener);
            stream.write_all(greeting.as_bytes()).unwrap();
            let _until_the_client_has_gone = stream.read_to_end(&mut Vec::new());
        });
        let begun = Instant::now();
        let output = site.says(&["--timeout", "1", &domain], "EHLO me\r\n");
        assert!(begun.elapsed() < Duration::from_secs(25), "it waited for longer than it was told");
        let (status, said, why) = heard(&output);
        assert_eq!((status, &*said), (Some(75), ""), "{greeting:?}: {why}");
        assert!(
            why.starts_with("dane-connect: connection failed (mx.guest-0.test): "),
            "{greeting:?}: {why}"
        );
        server.join().unwrap();
    }
}

/// What a server does, what the client says before it reads, and why the session is over.
type Script = (fn(Tls), &'static str, &'static str);

#[test]
fn a_session_that_is_not_whole_is_cut() {
    let Some(site) = Site::new("connect-cut") else { return };
    let before_the_first_command =
        r"the server spoke before the first command: 250 injected\x0d\x0a";
    let scripts: [Script; 4] = [
        (
            // RFC 3207 section 6
            |mut tls| {
                send(&mut tls, b"250 injected\r\n");
                let _until_the_client_has_gone = tls.sock.read_to_end(&mut Vec::new());
            },
            "",
            before_the_first_command,
        ),
        (
            |mut tls| {
                line(&mut tls);
                tls.sock.write_all(&[23, 3, 3, 0, 40]).unwrap();
                tls.sock.write_all(&[7; 40]).unwrap();
                let _until_the_client_has_gone = tls.sock.read_to_end(&mut Vec::new());
            },
            "EHLO me\r\n",
            "TLS: cannot decrypt peer's message",
        ),
        (
            |mut tls| {
                tls.sock.write_all(b"250 in the clear\r\n").unwrap();
                let _until_the_client_has_gone = tls.sock.read_to_end(&mut Vec::new());
            },
            "",
            "TLS: received corrupt message of type InvalidContentType",
        ),
        (
            |mut tls| {
                line(&mut tls);
                send(&mut tls, b"250 half a re");
            },
            "EHLO me\r\n",
            "connection cut: it ended without close_notify",
        ),
    ];
    for (script, command, want) in scripts {
        let server = site.serve_tls(script);
        let mut child = site.start();
        let mut input = stdin(&mut child);
        input.write_all(command.as_bytes()).unwrap();
        // Standard input stays open: it is the server that ends this.
        let (status, said, why) = heard(&child.wait_with_output().unwrap());
        assert_eq!(status, Some(74), "{why}");
        let half = if want.starts_with("connection cut") { "250 half a re" } else { "" };
        assert_eq!(said, format!("{GREETING}{half}"));
        assert_eq!(why.lines().last(), Some(&*format!("dane-connect: {want}")), "{why}");
        drop(input);
        server.join().unwrap();
    }
}
