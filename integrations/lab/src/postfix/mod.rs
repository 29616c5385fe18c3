//! Postfix with two transports, one for each level.

mod exception;
mod log;
pub mod mail;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::sys::process::{resolve_by, run};
use crate::sys::wait;

const CONFIG: &str = "postfix";
const LOG: &str = "postfix.log";
/// How many connections each transport may have open.
const PROCESSES: usize = 50;

/// A Postfix with its own configuration, queue and log.
pub struct Postfix {
    directory: PathBuf,
}

impl Postfix {
    /// Sets one up that asks this resolver and believes its AD bit.
    pub fn new(resolver: &str, directory: &Path) -> io::Result<Self> {
        resolve_by(resolver, directory)?;
        for name in [CONFIG, "queue", "data"] {
            fs::create_dir(directory.join(name))?;
        }
        run("chown", &["postfix", "data"], directory)?;
        // Its processes are not root's.
        run("chmod", &["711", "."], directory)?;
        fs::write(directory.join(CONFIG).join("main.cf"), main_cf(directory))?;
        fs::write(directory.join(CONFIG).join("master.cf"), master_cf())?;
        let postfix = Self { directory: directory.to_owned() };
        postfix.command("check")?;
        Ok(postfix)
    }

    fn config(&self) -> String {
        self.directory.join(CONFIG).display().to_string()
    }

    fn command(&self, command: &str) -> io::Result<()> {
        run("postfix", &["-c", &self.config(), command], &self.directory).map(|_| ())
    }

    /// Puts a message into the queue; `sender` says at which level it goes out.
    pub fn submit(&self, sender: &str, recipient: &str) -> io::Result<()> {
        let mut child = Command::new("sendmail")
            .args(["-C", &self.config(), "-i", "-f", sender, recipient])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().expect("its input is a pipe");
        writeln!(input, "Subject: {recipient}\n\nHello.")?;
        drop(input);
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("sendmail {recipient}: {said}")))
    }

    /// Lets it work on the queue; it ends with the namespace.
    pub fn start(&self) -> io::Result<()> {
        self.command("start")
    }

    /// The log, as soon as it is complete or the time is over.
    pub fn log_when(
        &self,
        is_complete: impl Fn(&str) -> bool,
        patience: Duration,
    ) -> io::Result<String> {
        let mut log = String::new();
        wait::until(patience, || {
            log = fs::read_to_string(self.directory.join(LOG)).unwrap_or_default();
            Ok(is_complete(&log))
        })?;
        Ok(log)
    }
}

/// Each message is tried once, and a bounce goes nowhere. What has waited for a second is old enough to go out in clear
/// where TLS is optional and fails.
fn main_cf(directory: &Path) -> String {
    let at = directory.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {at}/queue\n\
         data_directory = {at}/data\n\
         maillog_file = {at}/{LOG}\n\
         maillog_file_prefixes = {at}\n\
         myhostname = client.test\n\
         mydestination =\n\
         alias_maps =\n\
         alias_database =\n\
         local_recipient_maps =\n\
         inet_interfaces = 127.0.0.1\n\
         inet_protocols = all\n\
         smtputf8_enable = no\n\
         default_transport = discard:\n\
         sender_dependent_default_transport_maps =\n    \
             inline:{{ {{dane@client.test = dane:}}, {{dane-only@client.test = dane-only:}} }}\n\
         in_flow_delay = 0\n\
         minimal_backoff_time = 1s\n\
         queue_run_delay = 1h\n\
         smtp_dns_support_level = dnssec\n\
         smtp_host_lookup = dns\n\
         smtp_connection_cache_on_demand = no\n\
         smtp_connect_timeout = 5s\n\
         smtp_helo_timeout = 5s\n\
         smtp_starttls_timeout = 5s\n\
         smtp_tls_loglevel = 1\n"
    )
}

/// What it takes to send mail that sendmail(1) hands over.
fn master_cf() -> String {
    let mut text = "postlog unix-dgram n - n - 1 postlogd\n\
         pickup unix n - n 1 1 pickup\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 3600 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         discard unix - - n - - discard\n"
        .to_owned();
    for level in ["dane", "dane-only"] {
        text +=
            &format!("{level} unix - - n - {PROCESSES} smtp -o smtp_tls_security_level={level}\n");
    }
    text
}
