//! Sendmail with the library's policy, as `integrations/sendmail/build` makes it; one of these has one level.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::process::{Server, run};

/// Where the build script leaves its output.
pub const BUILT: &str = "build/sendmail";
/// What programs need of /dev.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];
/// Where its daemon listens.
const SUBMISSION: u16 = 2525;

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

/// Gives this host a name with a dot, without which Sendmail waits for a minute.
pub fn name_host(directory: &Path) -> io::Result<()> {
    let hosts = directory.join("hosts").display().to_string();
    let name = fs::read_to_string("/proc/sys/kernel/hostname")?;
    fs::write(&hosts, format!("127.0.0.1 localhost\n127.0.0.1 client.test {name}\n"))?;
    run("mount", &["--bind", &hosts, "/etc/hosts"], directory).map(|_| ())
}

/// A Sendmail with its own configuration and queue.
pub struct Sendmail {
    directory: PathBuf,
    program: PathBuf,
}

impl Sendmail {
    /// Configures one by m4, as administrators do, with these lines before the mailers; `options` are lines of the result.
    pub fn new(name: &str, macros: &str, options: &str, directory: &Path) -> io::Result<Self> {
        let directory = directory.join(name);
        fs::create_dir_all(directory.join("queue"))?;
        fs::write(directory.join("aliases"), "")?;
        fs::write(directory.join("lab.mc"), lab_mc(&directory, macros, options))?;
        let built = Path::new(BUILT).canonicalize()?;
        let macros = built.join("cf");
        let macro_directory = format!("-D_CF_DIR_={}/", macros.display());
        let main = macros.join("m4/cf.m4").display().to_string();
        let text = run("m4", &[&macro_directory, &main, "lab.mc"], &directory)?;
        fs::write(directory.join("sendmail.cf"), text)?;
        Ok(Self { directory, program: built.join("sendmail") })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
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
        let options = format!("-ODaemonPortOptions=Address=127.0.0.1,Port={SUBMISSION}");
        let log = self.directory.join("daemon.log");
        let program = self.program.display().to_string();
        let config = self.directory.join("sendmail.cf").display().to_string();
        let daemon = Server::start(&program, &["-C", &config, "-bD", "-odq", &options], &log)?;
        let stream = connect()?;
        let mut output = BufReader::new(stream.try_clone()?);
        let mut input = stream;
        let mut says = |line: &str| -> io::Result<bool> {
            write!(input, "{line}")?;
            let mut reply = String::new();
            while output.read_line(&mut reply)? > 0 && reply.as_bytes().get(3) == Some(&b'-') {
                reply.clear();
            }
            Ok(reply.starts_with(['2', '3']))
        };
        says("")?;
        says("HELO client.test\r\n")?;
        let mut taken = Vec::new();
        for recipients in messages {
            let mut is_taken = says("MAIL FROM:<>\r\n")?;
            for recipient in recipients {
                is_taken &= says(&format!("RCPT TO:<{recipient}>\r\n"))?;
            }
            if is_taken {
                is_taken = says("DATA\r\n")? && says("Subject: test\r\n\r\nHello.\r\n.\r\n")?;
            } else {
                says("RSET\r\n")?;
            }
            taken.push(is_taken);
        }
        says("QUIT\r\n")?;
        drop(daemon);
        Ok(taken)
    }

    /// Lets some programs work on the queue, once.
    pub fn start(&self, runners: usize) -> io::Result<()> {
        for _ in 0..runners {
            self.command(&["-q"]).status()?;
        }
        Ok(())
    }

    /// What mailq(1) shows.
    pub fn queue(&self) -> io::Result<String> {
        let output = self.command(&["-bp"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// As soon as the daemon listens.
fn connect() -> io::Result<TcpStream> {
    for _ in 0..400 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", SUBMISSION)) {
            return Ok(stream);
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(io::Error::other("Sendmail does not listen"))
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
         define(`confDONT_PROBE_INTERFACES', `True')dnl\n\
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
         {macros}\
         MAILER(`smtp')dnl\n\
         LOCAL_CONFIG\n{options}"
    )
}
