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
    /// Its name begins with these words.
    pub fn new(words: &str) -> io::Result<Self> {
        let mut number = 0;
        let path = loop {
            let name = format!("{words}-{}-{number}", process::id());
            let path = env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                made => break made.map(|()| path)?,
            }
        };
        let keeper = Command::new("sh")
            .args([
                "-c",
                "trap '' HUP INT TERM; read -r _; until rm -rf -- \"$0\" || [ $((n += 1)) -gt 50 ]; do sleep 0.1; done",
            ])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { path, keeper })
    }

    /// Leaves it where it is.
    pub fn keep(mut self) -> io::Result<PathBuf> {
        self.keeper.kill()?;
        Ok(std::mem::take(&mut self.path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Closes the pipe first.
        let _ = self.keeper.wait();
    }
}
