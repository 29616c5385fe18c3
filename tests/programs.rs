//! Real mail programs without TLS of their own, which speak SMTP through dane-connect: dma, and nullmailer's remote.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use world::{Case, World};

mod guest;
mod toolchain;

use guest::*;
use toolchain::{build, scratch};

const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Sent,
    Waits,
    Bounced,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent over TLS",
            Self::Waits => "waits",
            Self::Bounced => "bounced",
        }
    }
}

/// A world, dane-connect, and what `integrations/connect/build` made.
struct Machine {
    world: World,
    folder: PathBuf,
    connect: String,
    programs: PathBuf,
}

impl Machine {
    fn with_nullmailer(name: &str) -> Option<Self> {
        let machine = Self::new(name)?;
        let is_there = machine.programs.join("packages").exists();
        if !is_there {
            println!("skipped: nullmailer is not here");
        }
        is_there.then_some(machine)
    }

    fn new(name: &str) -> Option<Self> {
        let Some(programs) = env::var_os("DANE_POLICY_PROGRAMS").map(PathBuf::from) else {
            println!("skipped: run `make test-programs`, which builds them first");
            return None;
        };
        let (world, folder) = (World::start().unwrap(), scratch(name));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        fs::write(folder.join("anchor"), &world.anchor).unwrap();
        let connect = format!(
            "{} --nameserver {} --trust-anchor {} --port {} --ehlo client.test",
            build()?.join("dane-connect").display(),
            world.dns,
            folder.join("anchor").display(),
            world.smtp_port
        );
        Some(Self { world, folder, connect, programs })
    }

    fn rows(&self) -> Vec<&Case> {
        let is_row = |case: &&Case| case.name.parse::<u8>().is_ok();
        let rows: Vec<_> = self.world.cases.iter().filter(is_row).collect();
        assert_eq!(rows.len(), 30);
        rows
    }

    /// Who got mail since there were so many messages, and that all of it came over TLS.
    fn taken(&self, before: usize) -> Vec<String> {
        let taken = self.world.mail.taken().split_off(before);
        assert!(taken.iter().all(|message| message.encrypted), "each of these servers offers TLS");
        taken.into_iter().map(|message| message.recipient).collect()
    }

    /// Compares what became of a message with what the servers took, and with what a row wants.
    fn check(&self, row: &Case, before: usize, fate: Fate, why: &str) {
        let goes = matches!(row.expected.action, "deliver" | "opportunistic");
        let want = if goes { Fate::Sent } else { Fate::Waits };
        assert_eq!(fate, want, "row {}: {why}", row.name);
        let recipient = format!("postmaster@{}", row.domain);
        assert_eq!(self.taken(before), Vec::from_iter(goes.then_some(recipient)), "{}", row.name);
    }
}

/// With or without a word.
fn until_it_goes(tls: &mut Tls) {
    while !["", "QUIT\r\n"].contains(&&*line(tls)) {}
}

/// A process that ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One dma, and how its dane-connect ended each time.
struct Dma {
    machine: Machine,
    program: PathBuf,
    runs: usize,
}

impl Dma {
    fn new(name: &str) -> Option<Self> {
        let machine = Machine::new(name)?;
        let program = machine.programs.join("dma");
        if !program.exists() {
            println!("skipped: dma is not built");
            return None;
        }
        Some(Self { machine, program, runs: 0 })
    }

    /// Sends a message by a configuration and a queue of its own, and waits for the first attempt to end.
    fn send(&mut self, config: &str, options: &str, recipient: &str) -> (Fate, String) {
        self.runs += 1;
        let folder = self.machine.folder.join(self.runs.to_string());
        let spool = folder.join("spool");
        fs::create_dir_all(&spool).unwrap();
        for folder in [&folder, &spool] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
        }
        let (ends, said) = (folder.join("ends"), folder.join("said"));
        let connect = folder.join("connect");
        let script = format!(
            "#!/bin/sh\nexec 2>> {said}\n{} {options} \"$@\"\nstatus=$?\necho $status >> {ends}\nexit $status\n",
            self.machine.connect,
            said = said.display(),
            ends = ends.display()
        );
        fs::write(&connect, script).unwrap();
        fs::set_permissions(&connect, fs::Permissions::from_mode(0o755)).unwrap();
        let aliases = folder.join("aliases");
        fs::write(&aliases, "").unwrap();
        let text = format!(
            "{config}DANE_CONNECT {}\nSPOOLDIR {}\nALIASES {}\nMAILNAME client.test\n",
            connect.display(),
            spool.display(),
            aliases.display()
        );
        let etc = self.machine.programs.join("etc");
        fs::create_dir_all(&etc).unwrap();
        fs::write(etc.join("dma.conf"), text).unwrap();

        let mut command = Command::new(&self.program);
        command.args(["-D", "-f", "me@good.test", recipient]).stdin(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let child = &mut process.0;
        let message = b"From: me@good.test\nSubject: test\n\n.\nHello.\n";
        child.stdin.take().unwrap().write_all(message).unwrap();
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let begun = Instant::now();
        let fate = loop {
            // Who sent it has ended; who did not waits for the next attempt.
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "dma: {status}");
                let is_bounce = read(&ends).lines().count() > 1;
                break if is_bounce { Fate::Bounced } else { Fate::Sent };
            }
            // By what it waits for in the kernel: it sleeps only before another attempt.
            if read(Path::new(&format!("/proc/{}/wchan", child.id()))).contains("nanosleep") {
                child.kill().unwrap();
                child.wait().unwrap();
                break Fate::Waits;
            }
            assert!(begun.elapsed() < PATIENCE, "dma does not end: {}", read(&said));
            thread::sleep(LOOK_AGAIN);
        };
        let kept = fs::read_dir(&spool).unwrap().map(|entry| entry.unwrap().file_name());
        let kept = kept.filter(|name| name.to_string_lossy().starts_with('Q')).count();
        assert_eq!(kept, usize::from(fate == Fate::Waits), "{}", read(&said));
        (fate, read(&said))
    }
}

/// All that can be met: dma names the recipient's domain itself.
#[test]
fn dma_in_all_rows() {
    let Some(mut dma) = Dma::new("programs-dma") else { return };
    let rows: Vec<(String, &str, String)> = dma
        .machine
        .rows()
        .iter()
        .map(|row| (row.name.clone(), row.level, row.domain.clone()))
        .collect();
    for (name, level, domain) in rows {
        let before = dma.machine.world.mail.taken().len();
        let recipient = format!("postmaster@{domain}");
        let (fate, why) = dma.send("", &format!("--level {level}"), &recipient);
        println!("dma         row {name:>2} {level:<9} {domain:<31} {}", fate.word());
        let row = dma.machine.rows().into_iter().find(|row| row.name == name).unwrap();
        dma.machine.check(row, before, fate, &why);
    }
}

#[test]
fn dma_bounces_waits_and_has_a_smart_host_as_before() {
    let Some(mut dma) = Dma::new("programs-dma-replies") else { return };
    // The bounce itself is delivered by DANE.
    let (fate, why) = dma.send("", "", "you@null.test");
    assert_eq!(
        (fate, dma.machine.taken(0)),
        (Fate::Bounced, vec!["me@good.test".to_owned()]),
        "{why}"
    );

    // By name: what its domain's MX records say is not asked.
    let before = dma.machine.world.mail.taken().len();
    let port = dma.machine.world.smtp_port;
    let config = format!("SMARTHOST mx.good.test\nPORT {port}\n");
    let (fate, why) = dma.send(&config, "--level dane-only", "you@elsewhere.example");
    let taken = dma.machine.taken(before);
    assert_eq!((fate, taken), (Fate::Sent, vec!["you@elsewhere.example".to_owned()]), "{why}");
    let config = format!("SMARTHOST mx.mismatch.test\nPORT {port}\n");
    assert_eq!(dma.send(&config, "", "you@elsewhere.example").0, Fate::Waits);

    let domain = dma.machine.world.guests[0].domain.clone();
    let recipient = format!("you@{domain}");
    for (replies, want) in [
        (&["250 ok\r\n", "250 ok\r\n", "550 no such user\r\n"][..], Fate::Bounced),
        // A connection that is cut bounces nothing, wherever it is.
        (&[], Fate::Waits),
        (&["250 ok\r\n"], Fate::Waits),
        (&["250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"], Fate::Waits),
    ] {
        let server = serve_tls(&dma.machine.world, move |mut tls| {
            for reply in replies {
                line(&mut tls);
                send(&mut tls, reply.as_bytes());
            }
            if want == Fate::Bounced {
                until_it_goes(&mut tls);
            }
        });
        let before = dma.machine.world.mail.taken().len();
        let (fate, why) = dma.send("", "", &recipient);
        assert_eq!(fate, want, "{replies:?}: {why}");
        let bounces = Vec::from_iter((want == Fate::Bounced).then(|| "me@good.test".to_owned()));
        assert_eq!(dma.machine.taken(before), bounces, "{replies:?}");
        server.join().unwrap();
    }
}

/// A server on a port of this machine that starts a dane-connect for each connection.
struct SmartHost {
    _process: Process,
    port: String,
}

impl SmartHost {
    fn start(machine: &Machine, arguments: &[&str]) -> Self {
        let tcpserver = machine.programs.join("packages/usr/bin/tcpserver");
        let mut words: Vec<&OsStr> = ["-1RHl0", "127.0.0.1", "0"].map(OsStr::new).to_vec();
        words.extend(machine.connect.split(' ').map(OsStr::new));
        words.extend(arguments.iter().map(OsStr::new));
        let said = File::create(machine.folder.join("said")).unwrap();
        let mut command = Command::new(tcpserver);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(said);
        let mut process = Process(command.spawn().unwrap());
        let mut port = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { _process: process, port: port.trim().to_owned() }
    }
}

/// Has nullmailer's remote send a message to its smart host.
fn nullmailer(machine: &Machine, arguments: &[&str], recipient: &str) -> (Fate, String) {
    let smart_host = SmartHost::start(machine, arguments);
    let file = machine.folder.join("message");
    fs::write(&file, format!("me@here.test\n{recipient}\n\nSubject: test\n\n.\nHello.\n")).unwrap();
    let message = File::open(file).unwrap();
    let mut command = Command::new("sh");
    let path = format!("/proc/{}/fd/{}", std::process::id(), message.as_raw_fd());
    command.args(["-c", "exec \"$1\" 3< \"$2\"", "-"]);
    command.arg(machine.programs.join("packages/usr/lib/nullmailer/smtp")).arg(path);
    command.env("HELOHOST", "client.test");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let options = format!("host=127.0.0.1\nport={}\n\n", smart_host.port);
    child.stdin.take().unwrap().write_all(options.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    // Beyond 32 nullmailer-send gives the message up; it keeps it where SIGPIPE ended the remote.
    let fate = match output.status.code() {
        Some(0) => Fate::Sent,
        Some(1..32) | None => Fate::Waits,
        Some(_) => Fate::Bounced,
    };
    let said = fs::read_to_string(machine.folder.join("said")).unwrap();
    (fate, said + &String::from_utf8_lossy(&output.stderr))
}

/// All rows, where the smart host is found by the MX records of a domain.
#[test]
fn nullmailer_whose_smart_host_is_a_domain_in_all_rows() {
    let Some(machine) = Machine::with_nullmailer("programs-nullmailer") else { return };
    for row in machine.rows() {
        let before = machine.world.mail.taken().len();
        let recipient = format!("postmaster@{}", row.domain);
        let (fate, why) = nullmailer(&machine, &["--level", row.level, &row.domain], &recipient);
        let (name, level, domain) = (&row.name, row.level, &row.domain);
        println!("nullmailer  row {name:>2} {level:<9} {domain:<31} {}", fate.word());
        machine.check(row, before, fate, &why);
    }
}

/// The rows with a secure MX, where it is named: nobody asks for MX records then.
#[test]
fn nullmailer_whose_smart_host_is_named_in_the_rows_with_a_secure_mx() {
    let Some(machine) = Machine::with_nullmailer("programs-nullmailer-host") else { return };
    let mut met = 0;
    for row in machine.rows() {
        let (name, level, domain) = (&row.name, row.level, &row.domain);
        if row.columns.unwrap()[0] != "secure" {
            println!("nullmailer, named host  row {name:>2} {level:<9} {domain:<31} cannot be met");
            continue;
        }
        let before = machine.world.mail.taken().len();
        let recipient = format!("postmaster@{domain}");
        let host = &row.hosts[0].name;
        let by = ["--level", level, "--host", host, "relay.example"];
        let (fate, why) = nullmailer(&machine, &by, &recipient);
        println!("nullmailer, named host  row {name:>2} {level:<9} {domain:<31} {}", fate.word());
        machine.check(row, before, fate, &why);
        met += 1;
    }
    assert_eq!(met, 14);
}

/// What a remote that hears nothing but a closed connection cannot know.
#[test]
fn nullmailer_does_not_hear_that_a_domain_takes_no_mail() {
    let Some(machine) = Machine::with_nullmailer("programs-nullmailer-null") else { return };
    let (fate, why) = nullmailer(&machine, &["null.test"], "you@null.test");
    assert_eq!(fate, Fate::Waits);
    assert!(why.starts_with("dane-connect: domain does not accept mail: "), "{why}");

    let domain = machine.world.guests[0].domain.clone();
    for (replies, want) in [
        (&["250 ok\r\n", "250 ok\r\n", "550 no such user\r\n"][..], Fate::Bounced),
        (&["250 ok\r\n", "250 ok\r\n", "450 not now\r\n"], Fate::Waits),
        (&[], Fate::Waits),
        (&["250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n"], Fate::Waits),
    ] {
        let server = serve_tls(&machine.world, move |mut tls| {
            for reply in replies {
                line(&mut tls);
                send(&mut tls, reply.as_bytes());
            }
            if replies.len() == 3 {
                until_it_goes(&mut tls);
            }
        });
        let (fate, why) = nullmailer(&machine, &[&domain], &format!("you@{domain}"));
        assert_eq!(fate, want, "{replies:?}: {why}");
        server.join().unwrap();
    }
}
