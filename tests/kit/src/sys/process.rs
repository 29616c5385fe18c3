//! Programs that run to their end, and servers that end with us.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs a tool in a directory; its standard output, or what it said of its failure.
pub fn run(tool: &str, arguments: &[&str], directory: &Path) -> io::Result<String> {
    let output = Command::new(tool).args(arguments).current_dir(directory).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("{tool} {}: {said}", arguments.join(" "))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is linked with the library.
pub fn needs_library(program: &Path) -> io::Result<bool> {
    let dynamic = run("readelf", &["-d", &program.display().to_string()], Path::new("."))?;
    Ok(dynamic.contains("libdane_policy"))
}

/// Lets glibc ask this resolver from now on, and believe its AD bit; the namespace has a view of its own of the file system.
pub fn resolve_by(resolver: &str, directory: &Path) -> io::Result<()> {
    let file = directory.join("resolv.conf");
    let is_mounted = file.exists();
    // Written in place: what is mounted is this very file.
    let options = "options trust-ad edns0 timeout:8 attempts:1";
    std::fs::write(&file, format!("nameserver {resolver}\n{options}\n"))?;
    if is_mounted {
        return Ok(());
    }
    run("mount", &["--bind", &file.display().to_string(), "/etc/resolv.conf"], directory)
        .map(|_| ())
}

/// A server in the foreground, killed when dropped.
pub struct Server {
    tool: String,
    child: Child,
}

impl Server {
    /// Starts it; what it says goes to `log`.
    pub fn start(tool: &str, arguments: &[&str], log: &Path) -> io::Result<Self> {
        Self::begin(tool, Command::new(tool).args(arguments), log)
    }

    /// The same of a command that is ready, by this name.
    pub fn begin(tool: &str, command: &mut Command, log: &Path) -> io::Result<Self> {
        let log = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| io::Error::other(format!("{tool}: {error}")))?;
        Ok(Self { tool: tool.to_owned(), child })
    }

    /// An error where it has ended by itself.
    pub fn check(&mut self) -> io::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(io::Error::other(format!("{} ended: {status}", self.tool))),
        }
    }

    pub fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
