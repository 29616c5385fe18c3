//! `lab DANE-CHECK SEED DIRECTORY`: builds a private Internet, and compares the library with unbound on all of it.
//! `lab DANE-CHECK postfix DIRECTORY`: compares the library with Postfix, on all of the embedded world.
//! `lab DANE-CHECK mutants DIRECTORY`: tries the conformance kit on mail servers that are wrong.
//! `lab DANE-CHECK exim-FLAVOUR DIRECTORY`: the same world, through an Exim that asks the library.
//! `lab DANE-CHECK sendmail DIRECTORY`: sends through a Sendmail that asks the library, to all of the embedded world.
//!
//! Runs as root in a network namespace of its own, where it may use port 53 of any loopback address.

mod agreement;
mod dns;
mod exim;
mod internet;
mod mail;
mod mutants;
mod postfix;
mod sendmail;
mod speed;
mod subject;
mod tampering;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use crate::dns::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::internet::authority;
use crate::internet::plan::Plan;
use crate::internet::sign;
use crate::subject::Subject;
use kit::sys::process;
use world::Random;

/// Seconds dane-check may take.
const TIMEOUT: u32 = 60;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [program, part, directory] = &arguments[..] else {
        eprintln!(
            "usage: lab DANE-CHECK SEED|mutants|postfix|exim-FLAVOUR|sendmail|sendmail-plain DIRECTORY"
        );
        return ExitCode::from(2);
    };
    let directory = Path::new(directory);
    let outcome = match (&**part, part.parse()) {
        ("mutants", _) => mutants::check(directory),
        ("postfix", _) => postfix::mail::compare(program, directory),
        (exim, _) if exim.starts_with("exim-") => exim::mail::compare(program, part, directory),
        ("sendmail", _) => sendmail::mail::compare(directory),
        ("sendmail-plain", _) => sendmail::mail::check_plain(directory),
        (_, Ok(seed)) => run(program, seed, directory),
        _ => {
            eprintln!("lab: the seed is a number");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lab: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(program: &str, seed: u64, directory: &Path) -> io::Result<bool> {
    let started = Instant::now();
    let plan = Plan::new(seed);
    let anchors = sign::write_zones(&plan, directory)?;
    let anchor_file = directory.join("anchors");
    fs::write(&anchor_file, &anchors)?;
    let mut servers = authority::start(&plan, directory)?;
    servers.push(resolver::start(UPSTREAM, Asks::Root, None, directory)?);
    servers.push(resolver::start(ORACLE, Asks::Root, Some(&anchors), directory)?);
    let seconds = started.elapsed().as_secs();
    println!("seed {seed}: {} zones, signed and served after {seconds} s", plan.zones.len());
    let subject = Subject {
        program: PathBuf::from(program),
        anchors: anchor_file,
        nameserver: UPSTREAM.into(),
        timeout: TIMEOUT,
    };
    let tally = agreement::compare(&plan, &subject)?;
    servers.iter_mut().try_for_each(process::Server::check)?;
    let counts: Vec<String> =
        tally.statuses.iter().map(|(status, count)| format!("{count} {status}")).collect();
    println!("agreement: {} questions ({})", tally.asked, counts.join(", "));
    for (rule, count) in &tally.permitted {
        println!("  {count} differ by rule: {rule}");
    }
    for failure in &tally.failures {
        println!("  DIFFERENT {failure}");
    }
    println!("  {} differ otherwise; {} s", tally.failures.len(), started.elapsed().as_secs());
    let agrees = tally.failures.is_empty();
    let trust_ad = Subject { nameserver: ORACLE.into(), ..subject.clone() };
    let slow = speed::measure(&subject, &trust_ad)?;
    for failure in &slow {
        println!("  TOO MUCH {failure}");
    }
    let mut random = Random::new(seed);
    let tally = tampering::run(&plan, &subject, &anchors, directory, &mut random)?;
    println!(
        "tampering: {} rows; {} believed, {} refused, {} refused by us alone; at most {} queries",
        tally.rows, tally.believed, tally.refused, tally.refused_alone, tally.most_queries
    );
    for failure in &tally.failures {
        println!("  {failure}");
    }
    println!("  {} rows wrong; {} s", tally.failures.len(), started.elapsed().as_secs());
    Ok(agrees && slow.is_empty() && tally.failures.is_empty())
}
