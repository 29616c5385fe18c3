//! Exim with the library in its smtp transport: one message at a time is put into the queue and tried once.

mod controls;
mod exception;
mod hooks;
pub mod mail;
mod service;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kit::sys::namespace::Namespace;
use kit::sys::process::{Server, resolve_by, run};

use crate::mail::delivery::Delivery;

/// As whom Exim runs; the build script's choice.
const USER: &str = "mail";

/// How an Exim and the library below it come by DNSSEC.
pub struct Setting<'a> {
    /// A word for it, and for its files.
    pub name: &'a str,
    /// The resolver in resolv.conf.
    pub resolver: &'a str,
    /// The option `dane_policy_dnssec`.
    pub mode: &'a str,
    /// The option `dane_policy_trust_anchor`.
    pub anchors: &'a Path,
    /// What else is in the configuration, each for what is there otherwise.
    pub changes: &'a [(&'a str, &'a str)],
    /// Loaded before the library, and in its place where it has the same functions.
    pub preload: Option<&'a Path>,
}

/// An Exim with a configuration, a queue and logs of its own.
pub struct Exim<'a> {
    namespace: &'a Namespace,
    program: PathBuf,
    directory: PathBuf,
    preload: Option<PathBuf>,
}

impl<'a> Exim<'a> {
    /// Sets one up; a sender's local part is the level.
    pub fn new(
        namespace: &'a Namespace,
        program: &Path,
        setting: &Setting<'_>,
        directory: &Path,
    ) -> io::Result<Self> {
        resolve_by(setting.resolver, directory)?;
        // Neither Exim's user nor its processes are root's.
        run("chmod", &["711", "."], directory)?;
        let home = directory.join(setting.name);
        fs::create_dir(&home)?;
        run("chown", &[USER, "."], &home)?;
        let program = fs::canonicalize(program)?;
        // The one that it was built for: by an option, not every process of Exim's may choose another.
        let config = program.with_file_name("../exim4.conf");
        fs::write(config, configuration(&program, setting, &home))?;
        let preload = setting.preload.map(fs::canonicalize).transpose()?;
        let exim = Self { namespace, program, directory: home, preload };
        exim.run(&["-bV"])?;
        Ok(exim)
    }

    /// One more, with no arguments yet.
    pub fn command(&self) -> Command {
        self.namespace.command(&self.program)
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> io::Result<String> {
        let program = self.program.display().to_string();
        match &self.preload {
            None => self.namespace.run(&program, arguments, &self.directory),
            Some(file) => {
                let preload = format!("LD_PRELOAD={}", file.display());
                let arguments = [&[&*preload, &*program], arguments].concat();
                self.namespace.run("env", &arguments, &self.directory)
            }
        }
    }

    /// Starts it as a server in the foreground.
    pub fn start(&self, arguments: &[&str]) -> io::Result<Server> {
        let program = self.program.display().to_string();
        self.namespace.serve(&program, arguments, &self.directory.join("daemon.log"))
    }

    /// Puts a message into the queue: its identifier, or what Exim says against it.
    pub fn submit(&self, sender: &str, recipients: &[&str]) -> io::Result<Result<String, String>> {
        let mut child = self
            .command()
            .args(["-odq", "-oi", "-f", sender])
            .args(recipients)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().expect("its input is a pipe");
        // Exim closes it at once where it likes no recipient.
        let _ = writeln!(input, "Subject: {}\n\nHello.", recipients.join(", "));
        drop(input);
        let output = child.wait_with_output()?;
        // `DATE TIME ID <= dane@client.test ... for 7@example.test`
        let end = format!(" for {}", recipients.join(" ").trim_end_matches('.'));
        let main_log = self.main_log()?;
        let id = main_log
            .lines()
            .filter_map(|line| line.strip_suffix(&end)?.split_once(" <= ")?.0.rsplit(' ').next())
            .next_back();
        let said =
            || String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Ok(id.map(str::to_owned).ok_or_else(said))
    }

    /// Tries a message once, whatever happened to others before; and all that the log has about it.
    pub fn deliver(&self, id: &str) -> io::Result<(Delivery, String)> {
        self.run(&["-M", id])?;
        let log = self.log_of(id)?;
        let delivery = log
            .lines()
            .rev()
            .find_map(|line| result(line, id))
            .ok_or_else(|| io::Error::other(format!("Exim did not try {id}: {log}")))?;
        Ok((delivery, log))
    }

    /// The last attempt for a recipient.
    pub fn last_attempt(&self, recipient: &str) -> io::Result<Option<Delivery>> {
        let main_log = self.main_log()?;
        Ok(main_log.lines().rev().filter(|line| line.contains(recipient)).find_map(|line| {
            // `DATE TIME ID => 7@example.test ...`
            result(line, line.split(' ').nth(2)?)
        }))
    }

    /// What the log has about a message.
    pub fn log_of(&self, id: &str) -> io::Result<String> {
        let main_log = self.main_log()?;
        let lines: Vec<&str> = main_log.lines().filter(|line| line.contains(id)).collect();
        Ok(lines.join("\n"))
    }

    pub fn is_queued(&self, id: &str) -> io::Result<bool> {
        Ok(self.run(&["-bp"])?.contains(id))
    }

    fn main_log(&self) -> io::Result<String> {
        // Exim writes the names of hosts as DNS has them.
        let log = fs::read(self.directory.join("mainlog"))?;
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// What Exim complains of beside deliveries, one line each.
    pub fn panics(&self) -> Vec<String> {
        let log = fs::read_to_string(self.directory.join("paniclog")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

/// `ID => 7@example.test R=... T=... H=mx.example.test [192.0.2.1] X=TLS1.3:... CV=dane C="250 ok"`, where `==` waits and
/// `**` bounced; or None for a line that tells something else.
fn result(line: &str, id: &str) -> Option<Delivery> {
    let (_, said) = line.split_once(&format!("{id} "))?;
    let (status, said) = match said.split_at_checked(2)? {
        ("=>", said) => ("sent", said),
        ("==", said) => ("deferred", said),
        ("**", said) => ("bounced", said),
        _ => return None,
    };
    let field = |name: &str| {
        let (_, rest) = said.split_once(name)?;
        Some(rest.split(' ').next().unwrap_or_default())
    };
    let trust = field(" X=").map(|_| match field(" CV=") {
        Some("dane") => "Verified",
        _ => "Untrusted",
    });
    Some(Delivery {
        status: status.to_owned(),
        trust: trust.filter(|_| status == "sent").map(str::to_owned),
        // Lookups end so where nothing was connected to.
        relay: field(" H=").filter(|_| !said.contains(" defer (-36)")).unwrap_or("none").to_owned(),
        why: said.trim().to_owned(),
    })
}

/// Where a change may put something before the first router.
pub const ROUTERS: &str = "begin routers\n";
/// Where a change may put further options of the transport.
pub const TRANSPORT: &str = "connect_timeout = 5s\n";
/// Where a change may put another level.
pub const LEVEL: &str = "${local_part:$sender_address}";

fn configuration(program: &Path, setting: &Setting<'_>, home: &Path) -> String {
    let Setting { mode, anchors, changes, .. } = setting;
    let (program, home, anchors) = (program.display(), home.display(), anchors.display());
    let mut text = format!(
        "exim_path = {program}\n\
         spool_directory = {home}/spool\n\
         log_file_path = {home}/%slog\n\
         primary_hostname = client.test\n\
         log_selector = +received_recipients\n\
         keep_environment =\n\
         tls_advertise_hosts =\n\
         allow_domain_literals\n\
         strip_trailing_dot\n\
         local_from_check = false\n\
         begin routers\n\
         bounce:\n driver = redirect\n domains = client.test\n data = :blackhole:\n\
         literal:\n driver = ipliteral\n transport = remote\n\
         remote:\n driver = dnslookup\n transport = remote\n no_more\n\
         begin transports\n\
         remote:\n driver = smtp\n\
         dane_policy = {LEVEL}\n\
         dane_policy_dnssec = {mode}\n\
         dane_policy_trust_anchor = {anchors}\n\
         dane_policy_timeout = 8s\n\
         connect_timeout = 5s\n\
         command_timeout = 5s\n\
         begin retry\n\
         * * F,1d,1h\n"
    );
    for (from, to) in *changes {
        text = text.replace(from, to);
    }
    text
}
