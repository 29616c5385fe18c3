//! The library under test, through dane-check.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::dns::verdict::{Status, Verdict};

/// How dane-check is to ask.
#[derive(Clone)]
pub struct Subject {
    pub program: PathBuf,
    pub anchors: PathBuf,
    pub nameserver: String,
    pub timeout: u32,
}

impl Subject {
    /// `dane-check --query NAME TYPE`.
    pub fn judge(&self, name: &str, rtype: &str) -> io::Result<Verdict> {
        let json = self.run(&["--query", name, rtype])?;
        let text = |field: &str| json[field].as_str().unwrap_or_default();
        let status = Status::read(text("status"))
            .ok_or_else(|| io::Error::other(format!("no status for {name}: {json}")))?;
        let mut records: Vec<String> = json["records"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|record| record.as_str().map(str::to_owned))
            .collect();
        records.sort();
        let aliases = json["aliases"].as_array().into_iter().flatten();
        let path = aliases.filter_map(|alias| alias["name"].as_str().map(str::to_owned));
        Ok(Verdict {
            status,
            exists: json["exists"].as_bool().unwrap_or(false),
            records,
            path: path.chain([name.to_owned()]).collect(),
            text: text("text").to_owned(),
            queries: json["queries"].as_u64().unwrap_or(0),
        })
    }

    /// Runs dane-check with `--json` and further arguments.
    pub fn run(&self, arguments: &[&str]) -> io::Result<Value> {
        let output = Command::new(&self.program)
            .args(["--json", "--nameserver", &self.nameserver])
            .args(["--timeout", &self.timeout.to_string(), "--trust-anchor"])
            .arg(&self.anchors)
            .args(arguments)
            .output()?;
        serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            io::Error::other(format!("dane-check {}: {said}", arguments.join(" ")))
        })
    }
}
