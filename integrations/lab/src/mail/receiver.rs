//! Mail servers of other makes as the receiving end: a guest's host of the embedded world.

use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use kit::sys::process::{Server, run};
use kit::sys::wait::{self, PATIENCE};
use world::Guest;

/// Where `integrations/lab/opensmtpd` leaves it.
const OPENSMTPD: &str = "build/opensmtpd";

/// A program that receives.
pub struct Receiver {
    pub name: &'static str,
    start: fn(&Guest, &Path) -> io::Result<Option<Running>>,
}

pub const RECEIVERS: [Receiver; 2] = [
    Receiver { name: "Postfix", start: postfix },
    Receiver { name: "OpenSMTPD", start: opensmtpd },
];

/// One that listens; it ends with this, or with the namespace.
pub struct Running {
    log: PathBuf,
    /// What its log says of a message that it took, after the recipient.
    took: &'static str,
    _server: Option<Server>,
}

impl Receiver {
    /// Starts it in the place of a guest; None, with a word, where it is not installed.
    pub fn start(&self, guest: &Guest, directory: &Path) -> io::Result<Option<Running>> {
        let home = directory.join(self.name);
        let is_new = !home.exists();
        fs::create_dir_all(&home)?;
        if is_new {
            fs::write(home.join("certificate.pem"), &guest.certificate)?;
            fs::write(home.join("key.pem"), &guest.key)?;
            run("chmod", &["600", "key.pem"], &home)?;
            // Its processes are not root's.
            run("chmod", &["711", ".", ".."], &home)?;
        }
        (self.start)(guest, &home)
    }
}

impl Running {
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The line of its log about a message for this recipient, as soon as it is there.
    pub fn log_when_taken(&self, recipient: &str) -> io::Result<Option<String>> {
        let is_it = |line: &&str| {
            line.split_once(recipient).is_some_and(|(_, rest)| rest.contains(self.took))
        };
        let mut found = None;
        wait::until(PATIENCE, || {
            found = self.log().lines().find(is_it).map(str::to_owned);
            Ok(found.is_some())
        })?;
        Ok(found)
    }
}

fn postfix(guest: &Guest, home: &Path) -> io::Result<Option<Running>> {
    for name in ["queue", "data"] {
        fs::create_dir(home.join(name))?;
    }
    run("chown", &["postfix", "data"], home)?;
    let (at, address) = (home.display(), guest.address);
    let log = home.join("log");
    fs::write(
        home.join("main.cf"),
        format!(
            "compatibility_level = 3.6\n\
             queue_directory = {at}/queue\n\
             data_directory = {at}/data\n\
             maillog_file = {at}/log\n\
             maillog_file_prefixes = {at}\n\
             myhostname = mx.{}\n\
             mydestination =\n\
             alias_maps =\n\
             local_recipient_maps =\n\
             inet_interfaces = 127.0.0.1\n\
             relay_domains = {}\n\
             relay_transport = discard:\n\
             smtpd_peername_lookup = no\n\
             smtpd_tls_security_level = may\n\
             smtpd_tls_cert_file = {at}/certificate.pem\n\
             smtpd_tls_key_file = {at}/key.pem\n",
            guest.domain, guest.domain
        ),
    )?;
    let services = "postlog unix-dgram n - n - 1 postlogd\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 3600 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         anvil unix - - n - 1 anvil\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         discard unix - - n - - discard\n";
    let services = format!("{address}:25 inet n - n - - smtpd\n{services}");
    fs::write(home.join("master.cf"), services)?;
    run("postfix", &["-c", &at.to_string(), "start"], home)?;
    Ok(Some(Running { log, took: "status=sent", _server: None }))
}

/// It finds its users, its queue and its helpers where it was compiled to; the namespace has its own view of those places.
fn opensmtpd(guest: &Guest, home: &Path) -> io::Result<Option<Running>> {
    let Ok(package) = fs::canonicalize(OPENSMTPD) else {
        println!("skipped: OpenSMTPD as the receiving server, since it could not be fetched");
        return Ok(None);
    };
    for (file, lines) in [
        ("passwd", "opensmtpd:x:991:991::/:/bin/false\nopensmtpq:x:990:990::/:/bin/false\n"),
        ("group", "opensmtpd:x:991:\nopensmtpq:x:990:\n"),
    ] {
        let (own, system) = (home.join(file).display().to_string(), format!("/etc/{file}"));
        fs::write(&own, fs::read_to_string(&system)? + lines)?;
        run("mount", &["--bind", &own, &system], home)?;
    }
    for place in ["/var/lib", "/var/spool", "/usr/libexec"] {
        run("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", place], home)?;
    }
    fs::create_dir_all("/var/lib/opensmtpd/empty")?;
    fs::create_dir("/var/spool/smtpd")?;
    run("chmod", &["711", "/var/spool/smtpd"], home)?;
    let helpers = package.join("usr/libexec/opensmtpd").display().to_string();
    run("cp", &["-a", &helpers, "/usr/libexec/"], home)?;

    let (at, address) = (home.display(), guest.address);
    let text = format!(
        "pki guest cert \"{at}/certificate.pem\"\n\
         pki guest key \"{at}/key.pem\"\n\
         listen on {address} port 25 tls pki guest hostname mx.{}\n\
         action take mda \"cat > /dev/null\" virtual {{ \"@\" = nobody }}\n\
         match from any for any action take\n",
        guest.domain
    );
    fs::write(home.join("conf"), text)?;
    let (config, log) = (home.join("conf").display().to_string(), home.join("log"));
    let program = package.join("usr/sbin/smtpd").display().to_string();
    let mut server = Server::start(&program, &["-d", "-f", &config], &log)?;
    wait_for(guest, &mut server)?;
    Ok(Some(Running { log, took: "result=Ok", _server: Some(server) }))
}

fn wait_for(guest: &Guest, server: &mut Server) -> io::Result<()> {
    let listens = || {
        server.check()?;
        Ok(TcpStream::connect((guest.address, 25)).is_ok())
    };
    wait::must("OpenSMTPD does not listen", listens)
}
