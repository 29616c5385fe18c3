//! A folder that goes away with the process, however that ends.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};

pub struct Scratch {
    pub path: PathBuf,
    /// Removes it when our end of its pipe is closed, which the system does if we cannot.
    keeper: Child,
}

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let mut number = 0;
        let path = loop {
            let name = format!("dane-world-{}-{number}", process::id());
            let path = env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                made => break made.map(|()| path)?,
            }
        };
        let keeper = Command::new("sh")
            .args(["-c", "trap '' HUP INT TERM; read -r _; rm -rf -- \"$0\""])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { path, keeper })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Closes the pipe first.
        let _ = self.keeper.wait();
    }
}
