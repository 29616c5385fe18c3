//! `world`: starts the embedded test world and stays up. `world run -- COMMAND...`: for one command.
//! `world chains`: prints certificate chains for the bench.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use world::World;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match &words[..] {
        [] => stay_up(),
        ["run", "--", command, rest @ ..] => run(command, rest),
        ["chains"] => chains(),
        _ => {
            eprintln!("usage: world [run -- COMMAND [ARGUMENT]... | chains]");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("world: {error}");
        ExitCode::from(3)
    })
}

fn stay_up() -> io::Result<ExitCode> {
    let world = World::start()?;
    let anchor = env::temp_dir().join(format!("world-anchor-{}", std::process::id()));
    fs::write(&anchor, &world.anchor)?;
    let (dns, port) = (world.dns, world.smtp_port);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "name server   {dns}\nSMTP port     {port}\ntrust anchor  {}",
        world.anchor.trim()
    )?;
    writeln!(out, "\n{}\nTry:\n", table(&world))?;
    writeln!(out, "  dig @{} -p {} +dnssec good.test MX", dns.ip(), dns.port())?;
    let anchor = anchor.display();
    writeln!(
        out,
        "  dane-check --nameserver {dns} --trust-anchor {anchor} --port {port} good.test"
    )?;
    out.flush()?;
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

/// Prints the chains that verifiers are timed on.
fn chains() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    for (title, mut case) in world::chains::timed() {
        case.oddities.push(title);
        out.write_all(case.lines().as_bytes())?;
    }
    out.flush().map(|()| ExitCode::SUCCESS)
}

/// One line per case, fields separated by tabs.
fn table(world: &World) -> String {
    let mut text =
        "#case\tlevel\tdomain\tmx\taddress\ttlsa\tcertificate\taction\treason\tslow\n".to_owned();
    for case in &world.cases {
        let columns = case.columns.unwrap_or_default().join("\t");
        let slow = u8::from(case.slow);
        let (name, level, domain) = (&case.name, case.level, &case.domain);
        let (action, reason) = (case.expected.action, case.expected.reason);
        text += &format!("{name}\t{level}\t{domain}\t{columns}\t{action}\t{reason}\t{slow}\n");
    }
    text
}

fn run(command: &str, arguments: &[&str]) -> io::Result<ExitCode> {
    let world = World::start()?;
    let files = Scratch::new()?;
    let (anchor, cases) = (files.0.join("anchor"), files.0.join("cases.tsv"));
    let connections = files.0.join("connections");
    world.connections.log_to(&connections)?;
    fs::write(&anchor, &world.anchor)?;
    fs::write(&cases, table(&world))?;
    let mut child = Command::new(command)
        .args(arguments)
        .env("DANE_WORLD_NAMESERVER", world.dns.to_string())
        .env("DANE_WORLD_PORT", world.smtp_port.to_string())
        .env("DANE_WORLD_ANCHOR", &anchor)
        .env("DANE_WORLD_CASES", &cases)
        .env("DANE_WORLD_CONNECTIONS", &connections)
        .spawn()?;
    let status = child.wait()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(3);
    Ok(ExitCode::from(code))
}

/// A directory that goes away again.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("dane-world-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
