//! Mail for every domain of the embedded world through an Exim that asks the library: does it do what the library says?

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use kit::case::Case;
use kit::recipe::Recipe;
use kit::resolver::Judgement;
use kit::stage::Stage;
use kit::sys::process::{self, resolve_by};

use crate::dns::raw_relay;
use crate::dns::resolver::{self, Asks, ORACLE, UPSTREAM};
use crate::exim::controls;
use crate::exim::exception;
use crate::exim::hooks;
use crate::exim::service::DAEMON;
use crate::exim::{Exim, Setting};
use crate::mail::cases::{self, LEVELS};
use crate::mail::service;

/// Every text of the policy starts so.
const OURS: &str = "DANE policy: ";

/// Runs Exim behind a validating resolver, and behind one that judges nothing; whether it always did what it should.
pub fn compare(program: &str, part: &str, directory: &Path) -> io::Result<bool> {
    let flavour = part.trim_start_matches("exim-");
    let exim = Path::new(program).with_file_name("exim").join(flavour).join("exim4");
    let stage = Stage::raise(directory)?;
    let (world, namespace, anchors) = (&*stage.world, &stage.namespace, stage.anchors.clone());
    let unjudged = raw_relay::start(world.dns)?;
    let start_upstream = || resolver::start(UPSTREAM, Asks::World(unjudged), None, directory);
    let mut servers = [
        resolver::start(ORACLE, Asks::World(world.dns), Some(&world.anchor), directory)?,
        start_upstream()?,
    ];
    if flavour.starts_with("plain-") {
        return hooks::check_plain(namespace, &exim, &anchors, directory);
    }
    let rounds = [
        ("trust-ad", Judgement::SetsAd, ORACLE, exception::RULES),
        ("validate", Judgement::None, UPSTREAM, exception::BEFORE_THE_LIBRARY),
    ];
    let recipe = Recipe::read("exim")?;
    let mut is_good = true;
    for (mode, judgement, resolver, exceptions) in rounds {
        resolve_by(resolver, directory)?;
        for level in LEVELS {
            let started = Instant::now();
            let (rows, subject) = cases::run(&stage, &recipe, level, judgement)?;
            let home = subject.home();
            let (log, queue) =
                (text_of(&home.join("mainlog"))?, text_of(&home.join("spool/msglog"))?);
            let title = format!("{part}, {mode}");
            is_good &=
                cases::judge(&title, started, &rows, level, exceptions, |case, to, reason| {
                    tells(&log, &queue, mode, case, to, reason)
                });
            for line in text_of(&home.join("paniclog")).unwrap_or_default().lines() {
                println!("  WRONG {line}");
                is_good = false;
            }
        }
    }
    is_good &= hooks::check(world, namespace, &exim, &anchors, directory)?;
    is_good &= controls::check(world, namespace, &exim, &anchors, directory)?;
    servers.iter_mut().try_for_each(process::Server::check)?;
    let (name, resolver, mode) = ("service", UPSTREAM, "validate");
    let (changes, preload) = (&[DAEMON], None);
    let setting = Setting { name, resolver, mode, anchors: &anchors, changes, preload };
    let exim = Exim::new(namespace, &exim, &setting, directory)?;
    let [_, upstream] = &mut servers;
    let restart = &mut || {
        upstream.end();
        *upstream = start_upstream()?;
        Ok(())
    };
    Ok(service::check(world, &exim, restart, directory)? && is_good)
}

/// What stands in a file, or in all of a folder; Exim writes the names of hosts as DNS has them.
fn text_of(path: &Path) -> io::Result<String> {
    if !path.is_dir() {
        return Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned());
    }
    let texts = fs::read_dir(path)?.map(|entry| text_of(&entry?.path()));
    texts.collect()
}

/// Whether log and queue say why a message waits: with the policy's reason, or with Exim's own where it waits for a
/// connection or, behind a resolver that validates, for DNS before the library is asked.
fn tells(log: &str, queue: &str, mode: &str, case: &Case, recipient: &str, reason: &str) -> bool {
    let taken = format!(" for {}", recipient.trim_end_matches('.'));
    let id = log
        .lines()
        .filter_map(|line| line.strip_suffix(&taken)?.split_once(" <= ")?.0.rsplit(' ').next())
        .next_back();
    let Some(id) = id else { return false };
    let of_it: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
    let has = |words: &str| of_it.iter().any(|line| line.contains(words));
    let is_dns = has("host lookup did not complete")
        && (mode == "trust-ad" || !case.title.starts_with("rows "));
    let is_exims_own = !has(OURS) && (reason == "connection failed" || is_dns);
    // Exim waits for what its last host said; in the library the best one decides.
    let is_of_last = case.domain == "all-dead.test" && has("DANE policy: no TLSA record");
    let why = of_it.iter().rev().find_map(|line| line.split_once(" == "));
    (has(&format!("{OURS}{reason}")) || is_exims_own || is_of_last)
        && why.is_some_and(|(_, why)| queue.contains(why))
}
