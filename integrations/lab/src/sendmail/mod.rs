//! Sendmail with the library's policy, as `integrations/sendmail/build` makes it; one of these has one level.

mod controls;
mod exception;
mod log;
pub mod mail;
mod service;
mod ways;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use kit::stage::Stage;
use kit::sys::namespace::CLIENT;
use kit::sys::process::{Server, run};

use crate::mail::submission;

/// Where the build script leaves its output.
pub const BUILT: &str = "build/sendmail";
/// And that of a Sendmail that knows nothing of the library.
pub const BUILT_PLAIN: &str = "build/sendmail-plain";
/// What no DNS knows.
pub const IN_HOSTS_FILE: &str = "in-hosts-file.test";
/// What programs need of /dev.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// What programs say to syslog.
#[derive(Clone, Default)]
pub struct Syslog(Arc<Mutex<String>>);

impl Syslog {
    /// Gives the namespace a /dev of its own, with a log that is read here.
    pub fn start(directory: &Path) -> io::Result<Self> {
        let devices = directory.join("dev");
        fs::create_dir(&devices)?;
        let at = devices.display().to_string();
        run("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", &at], directory)?;
        for device in DEVICES {
            fs::write(devices.join(device), "")?;
            run(
                "mount",
                &["--bind", &format!("/dev/{device}"), &format!("{at}/{device}")],
                directory,
            )?;
        }
        let socket = UnixDatagram::bind(devices.join("log"))?;
        run("mount", &["--rbind", &at, "/dev"], directory)?;
        let syslog = Self::default();
        let said = syslog.0.clone();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length) = socket.recv(&mut buffer) {
                let mut said = said.lock().expect("no reader of the log panics");
                said.push_str(
                    String::from_utf8_lossy(&buffer[..length]).trim_end_matches('\0').trim_end(),
                );
                said.push('\n');
            }
        });
        Ok(syslog)
    }

    /// Everything so far.
    pub fn said(&self) -> String {
        self.0.lock().expect("no writer of the log panics").clone()
    }
}

/// What every Sendmail of the lab runs on.
pub struct Machine<'a> {
    pub stage: Stage,
    pub syslog: Syslog,
    pub directory: &'a Path,
}

impl<'a> Machine<'a> {
    pub fn start(directory: &'a Path) -> io::Result<Self> {
        let stage = Stage::raise(directory)?;
        let mut hosts = File::options().append(true).open(directory.join("hosts"))?;
        writeln!(hosts, "127.77.0.1 {IN_HOSTS_FILE}")?;
        Ok(Self { stage, syslog: Syslog::start(directory)?, directory })
    }
}

/// A Sendmail with its own configuration and queue.
pub struct Sendmail<'a> {
    machine: &'a Machine<'a>,
    directory: PathBuf,
    program: PathBuf,
    preload: Option<PathBuf>,
}

impl<'a> Sendmail<'a> {
    /// Configures one by m4, as administrators do, with these lines before the mailers; `options` are lines of the result.
    pub fn new(
        machine: &'a Machine<'_>,
        name: &str,
        macros: &str,
        options: &str,
    ) -> io::Result<Self> {
        Self::built_in(BUILT, machine, name, macros, options)
    }

    /// One that the build script left elsewhere.
    pub fn built_in(
        built: &str,
        machine: &'a Machine<'_>,
        name: &str,
        macros: &str,
        options: &str,
    ) -> io::Result<Self> {
        let directory = machine.directory.join(name);
        fs::create_dir_all(directory.join("queue"))?;
        fs::write(directory.join("aliases"), "")?;
        fs::write(directory.join("lab.mc"), lab_mc(&directory, macros, options))?;
        let built = Path::new(built).canonicalize()?;
        let macros = built.join("cf");
        let macro_directory = format!("-D_CF_DIR_={}/", macros.display());
        let main = macros.join("m4/cf.m4").display().to_string();
        let text = run("m4", &[&macro_directory, &main, "lab.mc"], &directory)?;
        fs::write(directory.join("sendmail.cf"), text)?;
        Ok(Self { machine, directory, program: built.join("sendmail"), preload: None })
    }

    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Works on its queue with this loaded before the library, and in its place where it has the same functions.
    pub fn with(mut self, preload: &Path) -> io::Result<Self> {
        self.preload = Some(fs::canonicalize(preload)?);
        Ok(self)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.machine.stage.namespace.command(&self.program);
        if let Some(file) = &self.preload {
            command.env("LD_PRELOAD", file);
        }
        command
            .arg("-C")
            .arg(self.directory.join("sendmail.cf"))
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Puts messages into the queue, each for its recipients, as a daemon does that they come to by SMTP; nobody hears of a
    /// bounce. Which of them it took.
    pub fn submit(&self, messages: &[Vec<String>]) -> io::Result<Vec<bool>> {
        let daemon = self.daemon(&["-odq"])?;
        let taken = submission::submit("", messages)?;
        drop(daemon);
        Ok(taken)
    }

    /// One that takes mail, in the foreground.
    pub fn daemon(&self, arguments: &[&str]) -> io::Result<Server> {
        let (address, port) = (CLIENT, submission::PORT);
        let options = format!("-ODaemonPortOptions=Address={address},Port={port}");
        let program = self.program.display().to_string();
        let config = self.directory.join("sendmail.cf").display().to_string();
        let all = [&["-C", &config, "-bD", &options], arguments].concat();
        self.machine.stage.namespace.serve(&program, &all, &self.directory.join("daemon.log"))
    }

    /// Tries everything once more, in one run of one program; it is well if that dies.
    pub fn run_queue(&self, options: &[&str]) -> io::Result<()> {
        self.command(&[&["-qf", "-OMinQueueAge=0"], options].concat()).status().map(|_| ())
    }

    /// What mailq(1) shows.
    pub fn queue(&self) -> io::Result<String> {
        let output = self.command(&["-bp"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Each message is tried once.
fn lab_mc(directory: &Path, macros: &str, options: &str) -> String {
    let at = directory.display();
    format!(
        "OSTYPE(`linux')dnl\n\
         define(`confDOMAIN_NAME', `client.test')dnl\n\
         define(`QUEUE_DIR', `{at}/queue')dnl\n\
         define(`ALIAS_FILE', `{at}/aliases')dnl\n\
         define(`STATUS_FILE', `')dnl\n\
         define(`confPID_FILE', `{at}/pid')dnl\n\
         define(`confDONT_BLAME_SENDMAIL', `Safe')dnl\n\
         define(`confDOUBLE_BOUNCE_ADDRESS', `')dnl\n\
         define(`confMIN_QUEUE_AGE', `1h')dnl\n\
         define(`confTO_INITIAL', `5s')dnl\n\
         define(`confTO_CONNECT', `5s')dnl\n\
         define(`confTO_ICONNECT', `5s')dnl\n\
         define(`confTO_HELO', `5s')dnl\n\
         define(`confTO_STARTTLS', `5s')dnl\n\
         define(`confTO_QUIT', `2s')dnl\n\
         FEATURE(`nocanonify')dnl\n\
         FEATURE(`accept_unresolvable_domains')dnl\n\
         FEATURE(`promiscuous_relay')dnl\n\
         {macros}\
         MAILER(`smtp')dnl\n\
         LOCAL_CONFIG\n{options}"
    )
}
