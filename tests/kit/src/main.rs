//! `dane-kit`: what does a mail server do with every destination of the world?

use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;
use std::time::Instant;

use kit::case::Case;
use kit::expectation::Level;
use kit::recipe::{BUILT_IN, Recipe, Subject};
use kit::report::{Count, Heading, VERSION, html, json, text, wire};
use kit::resolver::Judgement;
use kit::run::Run;
use kit::stage::Stage;
use world::World;
use world::scratch::Scratch;

const USAGE: &str = "\
usage: dane-kit [OPTION]... RECIPE               a mail server of a recipe's: its name, or a file
       dane-kit [OPTION]... -- COMMAND [WORD]... a command for each message, which comes on standard input

  --level dane|dane-only|none   what the mail server was told to demand (default dane)
  --resolver ad|none            the resolver that it gets: one that validates and sets AD (default), or one
                                that hands everything on and judges nothing
  --only CASE                   this domain or row alone, with all that was seen on the wire; may be repeated
  --queue COMMAND               for a COMMAND: prints the recipients of what waits
  --json                        one JSON object instead of the table
  --html FILE                   the table as a page, too
  --keep                        keeps the mail server's files, and says where
  --cases                       lists the cases
  --recipes                     lists the recipes
  --help, --version

Options stand before --. In a COMMAND, {recipient} and {sender} are replaced; without {recipient} it stands last. Exit status 0: the message was
taken; 75: it is to be tried again; anything else: it is refused. docs/conformance-kit.md tells what a recipe is.

Needs root, for namespaces of its own: nothing outside is reached or changed.

exit status: 0 all is as expected or left open by RFCs, 1 something is not, 2 wrong usage, 3 the run failed
";

/// Followed by its folder: for the process that has its own namespaces.
const INSIDE: &str = "--inside";
const ENTER: [&str; 11] = [
    "--net",
    "--pid",
    "--mount",
    "--uts",
    "--fork",
    "--mount-proc",
    "--kill-child",
    "sh",
    "-c",
    "ip link set lo up && exec \"$@\"",
    "sh",
];

/// What was asked for.
struct Options {
    level: Level,
    judgement: Judgement,
    only: Vec<String>,
    queue: Option<String>,
    json: bool,
    html: Option<PathBuf>,
    keep: bool,
    words: Vec<String>,
    is_command: bool,
}

enum Asked {
    Run(Box<Options>),
    Text(String),
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let inside = match &arguments[..] {
        [first, directory, ..] if first == INSIDE => Some(PathBuf::from(directory)),
        _ => None,
    };
    if inside.is_some() {
        arguments.drain(..2);
    }
    let outcome = match parse(&arguments) {
        Err(wrong) => {
            eprintln!("dane-kit: {wrong}");
            return ExitCode::from(2);
        }
        Ok(Asked::Text(text)) => {
            io::stdout().write_all(text.as_bytes()).map(|()| ExitCode::SUCCESS)
        }
        Ok(Asked::Run(options)) => match inside {
            Some(directory) => run(&options, &directory),
            None => enter(&arguments, options.keep),
        },
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("dane-kit: {error}");
        ExitCode::from(if error.kind() == ErrorKind::InvalidInput { 2 } else { 3 })
    })
}

fn parse(arguments: &[String]) -> Result<Asked, String> {
    let mut options = Options {
        level: Level::Dane,
        judgement: Judgement::SetsAd,
        only: Vec::new(),
        queue: None,
        json: false,
        html: None,
        keep: false,
        words: Vec::new(),
        is_command: false,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (option, mut value) = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (&**argument, None),
        };
        let mut value = || {
            let next = value.take().or_else(|| rest.next().cloned());
            next.ok_or_else(|| format!("{option}: its value is missing"))
        };
        match option {
            "--help" => return Ok(Asked::Text(USAGE.to_owned())),
            "--version" => {
                return Ok(Asked::Text(format!("dane-kit {VERSION}\n")));
            }
            "--cases" => return Ok(Asked::Text(cases())),
            "--recipes" => return Ok(Asked::Text(recipes())),
            "--level" => {
                options.level = value()?.parse().map_err(|wrong| format!("--level: {wrong}"))?;
            }
            "--resolver" => {
                let word = value()?;
                options.judgement = [Judgement::SetsAd, Judgement::None]
                    .into_iter()
                    .find(|judgement| judgement.word() == word)
                    .ok_or_else(|| format!("--resolver: '{word}' is neither ad nor none"))?;
            }
            "--only" => options.only.push(value()?),
            "--queue" => options.queue = Some(value()?),
            "--json" => options.json = true,
            "--html" => options.html = Some(value()?.into()),
            "--keep" => options.keep = true,
            "--" => {
                options.is_command = true;
                options.words.extend(rest.by_ref().cloned());
            }
            option if option.starts_with("--") => {
                return Err(format!("{option}: unknown option; see --help"));
            }
            word => options.words.push(word.to_owned()),
        }
    }
    match (options.words.len(), options.is_command) {
        (0, _) => Err("a recipe or a command is missing; see --help".to_owned()),
        (2.., false) => Err("one recipe at a time; a command follows --".to_owned()),
        (_, false) if options.queue.is_some() => {
            Err("--queue: a recipe has its own way to its queue".to_owned())
        }
        _ => Ok(Asked::Run(Box::new(options))),
    }
}

fn cases() -> String {
    let line = |case: Case| {
        let Case { domain, rfc, title, dane, dane_only, .. } = case;
        format!("{domain}\t{rfc}\t{dane}\t{dane_only}\t{title}\n")
    };
    Case::all(&World::without_sockets(), true).into_iter().map(line).collect()
}

fn recipes() -> String {
    let about =
        |text: &str| text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
    BUILT_IN.iter().map(|(name, text)| format!("{name:10} {}\n", about(text))).collect()
}

/// Once more, in namespaces of its own.
fn enter(arguments: &[String], keeps: bool) -> io::Result<ExitCode> {
    let program = env::current_exe()?;
    let is_root = fs::read_to_string("/proc/self/status")?
        .lines()
        .any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"));
    if !is_root {
        let wrong = "needs root, for network namespaces of its own";
        return Err(io::Error::new(ErrorKind::InvalidInput, wrong));
    }
    let files = Scratch::new("dane-kit")?;
    let mut command = Command::new("unshare");
    command.args(ENTER).arg(program).arg(INSIDE).arg(&files.path).args(arguments);
    // The other end of its input is ours alone: with us, all inside ends.
    let status = command.stdin(Stdio::piped()).spawn().and_then(|mut child| {
        let _held = child.stdin.take();
        child.wait()
    });
    if keeps {
        eprintln!("dane-kit: the mail server's files are in {}", files.keep()?.display());
    }
    let status = status.map_err(|error| io::Error::other(format!("unshare: {error}")))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(3)))
}

/// Whether a case is meant by `--only`: its domain, or a row's number.
fn is_meant(case: &Case, wanted: &str) -> bool {
    let rows = case.title.strip_prefix("rows ").and_then(|rest| rest.split(':').next());
    let is_row = rows.is_some_and(|rows| rows.split(" and ").any(|row| row == wanted));
    case.domain.eq_ignore_ascii_case(wanted) || is_row
}

fn chosen(options: &Options, world: &World) -> io::Result<Vec<Case>> {
    let cases = Case::all(world, options.judgement == Judgement::SetsAd);
    let is_wrong = |wanted: &&String| !cases.iter().any(|case| is_meant(case, wanted));
    if let Some(wanted) = options.only.iter().find(is_wrong) {
        let wrong = format!("--only: there is no case '{wanted}'; see --cases");
        return Err(io::Error::new(ErrorKind::InvalidInput, wrong));
    }
    let is_chosen = |case: &Case| {
        options.only.is_empty() || options.only.iter().any(|wanted| is_meant(case, wanted))
    };
    Ok(cases.into_iter().filter(is_chosen).collect())
}

fn no_page(file: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("--html: {}: {error}", file.display()))
}

fn run(options: &Options, directory: &Path) -> io::Result<ExitCode> {
    let recipe = if options.is_command {
        Recipe::Command { words: options.words.clone(), queue: options.queue.clone() }
    } else {
        Recipe::read(&options.words[0])?
    };
    // Whoever interrupts the command ends its input; here it is the first process, and ends all others.
    thread::spawn(|| {
        let _ = io::stdin().read(&mut [0]);
        process::exit(3);
    });
    // Before the run, so that none is for nothing.
    if let Some(file) = &options.html {
        let opened = File::options().create(true).append(true).open(file);
        opened.map_err(|error| no_page(file, &error))?;
    }
    let began = Instant::now();
    let stage = Stage::raise(directory)?;
    let resolver = stage.resolve(options.judgement)?;
    let cases = chosen(options, &stage.world)?;
    if io::stderr().is_terminal() {
        eprintln!("dane-kit: {} cases, {} at {}", cases.len(), recipe.name(), options.level.word());
    }
    let subject = Subject::start(&stage, &recipe, options.level, options.judgement, "server")?;
    let run = Run { stage: &stage, resolver: Some(&resolver), level: options.level, name: "kit" };
    let rows = run.rows(&cases, &subject)?;
    let heading = Heading {
        server: recipe.name().to_owned(),
        level: options.level,
        judgement: options.judgement,
        has_queue: !options.is_command || options.queue.is_some(),
        seconds: began.elapsed().as_secs(),
    };
    let wire = match &options.only[..] {
        [] => String::new(),
        _ => wire::lines(began, &resolver.questions(), &stage.world.connections.records()),
    };
    let out = if options.json {
        format!("{:#}\n", json::object(&heading, &rows, &wire))
    } else {
        text::table(&heading, &rows) + &wire
    };
    io::stdout().write_all(out.as_bytes())?;
    if let Some(file) = &options.html {
        let written = fs::write(file, html::page(&heading, &rows));
        written.map_err(|error| no_page(file, &error))?;
    }
    Ok(if Count::of(&rows).wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
