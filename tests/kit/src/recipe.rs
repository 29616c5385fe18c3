//! How a mail server is set up, given a message, and asked for its queue.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::expectation::Level;
use crate::resolver::Judgement;
use crate::stage::{HOST, Stage};
use crate::sys::wait::{self, PATIENCE};

/// The recipes that come with the kit.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("dma", include_str!("../recipes/dma")),
    ("exim", include_str!("../recipes/exim")),
    ("opensmtpd", include_str!("../recipes/opensmtpd")),
    ("postfix", include_str!("../recipes/postfix")),
    ("script", include_str!("../recipes/script")),
    ("sendmail", include_str!("../recipes/sendmail")),
];

/// A shell script that is read, and then one of its functions called.
const CALL: [&str; 3] = ["sh", "-euc", ". \"$0\"; \"$@\""];
/// The same where the script has the function.
const CALL_IF_THERE: [&str; 3] =
    ["sh", "-euc", ". \"$0\"; if command -v \"$1\" > /dev/null; then \"$@\"; fi"];

const SENDER: &str = "{sender}";
const RECIPIENT: &str = "{recipient}";
/// sysexits.h: try again.
const EX_TEMPFAIL: i32 = 75;

/// A mail server, as it was asked for.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// A shell script: the name for it, and what it says.
    Script { name: String, text: String },
    /// A command for each message, and one that prints what is still in the queue.
    Command { words: Vec<String>, queue: Option<String> },
}

/// How a mail server took a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    Taken,
    /// It is to be tried again: the command's own queue is whoever runs it.
    TryAgain,
    /// It has not ended, after all patience.
    Unfinished,
    /// With what it said.
    Refused(String),
}

impl Recipe {
    /// A recipe of the kit's by its name, or a file.
    pub fn read(name: &str) -> io::Result<Self> {
        let built_in = BUILT_IN.iter().find(|(known, _)| *known == name);
        let text = match built_in {
            Some((_, text)) => (*text).to_owned(),
            None => fs::read_to_string(name).map_err(|_| {
                let wrong = format!("'{name}' is neither a recipe (see --recipes) nor a file");
                io::Error::new(io::ErrorKind::InvalidInput, wrong)
            })?,
        };
        Ok(Self::Script { name: name.to_owned(), text })
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Script { name, .. } => name,
            Self::Command { words, .. } => &words[0],
        }
    }
}

/// A mail server on a stage, at one level.
pub struct Subject<'a> {
    stage: &'a Stage,
    recipe: &'a Recipe,
    level: Level,
    judgement: Judgement,
    home: PathBuf,
    script: PathBuf,
}

impl<'a> Subject<'a> {
    /// Sets it up in a new folder, and starts what is to run all the time.
    pub fn start(
        stage: &'a Stage,
        recipe: &'a Recipe,
        level: Level,
        judgement: Judgement,
        name: &str,
    ) -> io::Result<Self> {
        let home = stage.directory.join(name);
        fs::create_dir(&home)?;
        let script = home.join("recipe");
        let subject = Self { stage, recipe, level, judgement, home, script };
        match recipe {
            Recipe::Script { name, text } => {
                fs::write(&subject.script, text)?;
                let has = subject.function(&CALL, "command").args(["-v", "hand_over"]).output()?;
                if !has.status.success() {
                    let said = String::from_utf8_lossy(&has.stderr);
                    let wrong = format!("recipe {name}: no function hand_over {}", said.trim());
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, wrong));
                }
                subject.must("prepare")?;
                subject.must("start")?;
            }
            Recipe::Command { words, .. } => {
                let mut command = subject.command("sh");
                let has = command.args(["-c", "command -v \"$0\"", &words[0]]).output()?;
                if !has.status.success() {
                    let wrong = format!("'{}' is no command here", words[0]);
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, wrong));
                }
            }
        }
        Ok(subject)
    }

    /// Calls a function of the script to its end. What it leaves running may keep its output open, which is a file.
    fn must(&self, function: &str) -> io::Result<()> {
        let log = self.home.join(format!("{function}.log"));
        let file = File::create(&log)?;
        let mut command = self.function(&CALL_IF_THERE, function);
        let status = command.stdout(file.try_clone()?).stderr(file).status()?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        let name = self.recipe.name();
        let wrong = format!("recipe {name}: {function} failed ({status}) {}", said.trim());
        Err(io::Error::other(wrong.trim_end().to_owned()))
    }

    /// Hands a message over.
    pub fn hand_over(&self, sender: &str, recipient: &str) -> io::Result<Handover> {
        let mut command = match self.recipe {
            Recipe::Script { .. } => {
                let mut command = self.function(&CALL, "hand_over");
                command.args([sender, recipient]);
                command
            }
            Recipe::Command { words, .. } => {
                let mut command = self.command(&words[0]);
                let fill =
                    |word: &String| word.replace(SENDER, sender).replace(RECIPIENT, recipient);
                command.args(words[1..].iter().map(fill));
                if !words.iter().any(|word| word.contains(RECIPIENT)) {
                    command.arg(recipient);
                }
                command
            }
        };
        // Not a pipe: what goes on in the background would keep it open.
        let log = self.home.join(format!("handed-over-{sender}"));
        let file = File::create(&log)?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .map_err(|error| io::Error::other(format!("{}: {error}", self.recipe.name())))?;
        let mut input = child.stdin.take().expect("its input is a pipe");
        // Some close it at once where they like no recipient.
        let _ =
            write!(input, "From: <{sender}>\nTo: <{recipient}>\nSubject: {recipient}\n\nHello.\n");
        drop(input);
        let mut status = None;
        wait::until(PATIENCE, || {
            status = child.try_wait()?;
            Ok(status.is_some())
        })?;
        Ok(match status.map(|status| status.code()) {
            None => Handover::Unfinished,
            Some(Some(0)) => Handover::Taken,
            Some(Some(EX_TEMPFAIL)) => Handover::TryAgain,
            Some(_) => {
                let said = fs::read(&log)?;
                Handover::Refused(String::from_utf8_lossy(&said).trim().to_owned())
            }
        })
    }

    /// What its queue shows; none where it cannot be asked.
    pub fn queue(&self) -> io::Result<String> {
        let mut command = match self.recipe {
            Recipe::Script { .. } => self.function(&CALL_IF_THERE, "waiting"),
            Recipe::Command { queue: Some(queue), .. } => {
                let mut command = self.command("sh");
                command.args(["-c", queue]);
                command
            }
            Recipe::Command { queue: None, .. } => return Ok(String::new()),
        };
        let output = command.stdin(Stdio::null()).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn function(&self, call: &[&str; 3], function: &str) -> Command {
        let mut command = self.command(call[0]);
        command.args(&call[1..]).arg(&self.script).arg(function).stdin(Stdio::null());
        command
    }

    /// A program on the mail server's machine.
    fn command(&self, program: &str) -> Command {
        let mut command = self.stage.namespace.command(program);
        command
            .env("KIT_DIRECTORY", &self.home)
            .env("KIT_LEVEL", self.level.word())
            .env("KIT_HOST", HOST)
            .env("KIT_NAMESERVER", self.judgement.address())
            .env("KIT_ANCHORS", &self.stage.anchors)
            .env("KIT_RESOLVER", self.judgement.word());
        if self.stage.is_private {
            command.env("KIT_PRIVATE", "yes");
        }
        command
    }

    /// Where it keeps what it writes.
    pub fn home(&self) -> &Path {
        &self.home
    }
}
