//! `world`: starts the embedded test world, says how to reach it, and stays up. `world run -- COMMAND...`: for one command.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::thread;

use world::scratch::Scratch;
use world::{Case, World};

const USAGE: &str = "\
usage: world                                keeps the world up, and prints how to reach it
       world run -- COMMAND [ARGUMENT]...   runs a command in a world of its own
       world cases                          lists the domains of the world and what becomes of mail to them
       world chains                         prints certificate chains for the bench

A world is a signed DNS root and the mail servers of its domains, on loopback. Programs find it by the variables
DANE_WORLD_NAMESERVER, DANE_WORLD_PORT, DANE_WORLD_ANCHOR, DANE_WORLD_CASES, DANE_WORLD_HOSTILE and
DANE_WORLD_CONNECTIONS (docs/integrators.md, \"Trying it\").
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match &words[..] {
        [] => stay_up(),
        ["run", "--", command, rest @ ..] => run(command, rest),
        ["cases"] => print(&table(&World::without_sockets().cases)),
        ["chains"] => chains(),
        ["--help" | "-h"] => print(USAGE),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("world: {error}");
        ExitCode::from(3)
    })
}

fn print(text: &str) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush().map(|()| ExitCode::SUCCESS)
}

/// A world that programs can reach, and what they must have in their environment.
struct Reachable {
    world: World,
    variables: [(&'static str, String); 6],
    _files: Scratch,
}

impl Reachable {
    fn start() -> io::Result<Self> {
        let world = World::start()?;
        world.start_hostile()?;
        let files = Scratch::new("dane-world")?;
        let file = |name| files.path.join(name);
        let (anchor, connections) = (file("anchor"), file("connections"));
        let (cases, hostile) = (file("cases.tsv"), file("hostile.tsv"));
        world.connections.log_to(&connections)?;
        fs::write(&anchor, &world.anchor)?;
        fs::write(&cases, table(&world.cases))?;
        fs::write(&hostile, table(&world.hostile))?;
        let variables = [
            ("DANE_WORLD_NAMESERVER", world.dns.to_string()),
            ("DANE_WORLD_PORT", world.smtp_port.to_string()),
            ("DANE_WORLD_ANCHOR", anchor.display().to_string()),
            ("DANE_WORLD_CASES", cases.display().to_string()),
            ("DANE_WORLD_HOSTILE", hostile.display().to_string()),
            ("DANE_WORLD_CONNECTIONS", connections.display().to_string()),
        ];
        Ok(Self { world, variables, _files: files })
    }

    /// Lines for a shell: the environment, and something to begin with.
    fn lines(&self) -> String {
        let mut text = "# A world, until this program ends. In another shell, for programs with \
            examples-c/world.h:\n"
            .to_owned();
        for (name, value) in &self.variables {
            text += &format!("export {name}={}\n", quoted(value));
        }
        let (dns, port) = (self.world.dns, self.world.smtp_port);
        let anchor = quoted(&self.variables[2].1);
        text += "# For others, after: make all build/openssl-client. More domains: \
            target/debug/world cases\n";
        text += &format!("dig @{} -p {} +dnssec good.test MX\n", dns.ip(), dns.port());
        for tool in ["dane-check", "dane-connect"] {
            text += &format!(
                "build/{tool} --nameserver {dns} --trust-anchor {anchor} --port {port} good.test\n"
            );
        }
        text + &format!("build/openssl-client -n {dns} -a {anchor} -p {port} good.test\n")
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._:-".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn stay_up() -> io::Result<ExitCode> {
    let reachable = Reachable::start()?;
    print(&reachable.lines())?;
    loop {
        thread::park();
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
fn table(cases: &[Case]) -> String {
    let mut text =
        "#case\tlevel\tdomain\tmx\taddress\ttlsa\tcertificate\taction\treason\tslow\n".to_owned();
    for case in cases {
        let columns = case.columns.unwrap_or_default().join("\t");
        let slow = u8::from(case.slow);
        let (name, level, domain) = (&case.name, case.level, &case.domain);
        let (action, reason) = (case.expected.action, case.expected.reason);
        text += &format!("{name}\t{level}\t{domain}\t{columns}\t{action}\t{reason}\t{slow}\n");
    }
    text
}

fn run(command: &str, arguments: &[&str]) -> io::Result<ExitCode> {
    let reachable = Reachable::start()?;
    let mut child =
        Command::new(command).args(arguments).envs(reachable.variables.iter().cloned()).spawn()?;
    let status = child.wait()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(3);
    Ok(ExitCode::from(code))
}
