//! The listing of every text in `docs/texts.md` is what the library says; `make texts` writes it anew.

use std::env;
use std::fs;
use std::path::Path;

use world::{Case, World};

use super::hostile::TIMEOUT;
use super::{Network, context, level};
use crate::dns::Mode;

const HEAD: &str = "\
# What the library says

The text of the decision for each row of the decision table and each hard case of the test world, at both levels: the line
that stands in a mail server's log and queue. Written by `make texts`; ports, times and digests are made the same in each run.

A text begins with the action or the reason, names the host where no fact does, then gives the fact: the RRset with the zone
that signed it or what is wrong with it, the resolver and its answer, the server's address and what it said, or the record and
its digest. It has at most 200 octets of printable ASCII; octets from strangers that are not come as `\\x0a`, and a text that was
cut ends in three dots.

| case | level | domain | text |
|---|---|---|---|
";
const HOSTILE: &str = "
## Mail servers that do what they must not

Of calls with a timeout of 3 seconds. How long each took, and what memory, is in SECURITY.md.

| server | domain | ends | text |
|---|---|---|---|
";
/// Longest text (the header promises it).
const MOST: usize = 200;

/// Makes what differs from run to run the same.
fn normal(text: &str, world: &World) -> String {
    let text = text
        .replace(&format!("_{}._tcp", world.smtp_port), "_25._tcp")
        .replace(&format!(":{}", world.smtp_port), ":25");
    let words = text.split(' ').map(|word| {
        let digits = word.trim_end_matches([':', '.', ',', ';']);
        let is_of = |least: usize, test: &dyn Fn(char) -> bool| {
            digits.len() >= least && digits.chars().all(test)
        };
        let stand_in = if is_of(12, &|c| c.is_ascii_digit() || ('a'..='f').contains(&c)) {
            "0123456789ab"
        } else if is_of(10, &|c| c.is_ascii_digit() || c == '-') {
            "2026-01-01"
        } else if is_of(8, &|c| c.is_ascii_digit() || c == ':') {
            "00:00:00"
        } else {
            return word.to_owned();
        };
        word.replacen(digits, stand_in, 1)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn text(world: &World, case: &Case) -> String {
    let context = context(world, level(case), Mode::Validate);
    let mut network = Network::of(world);
    let report = context.over(&mut network).check(&case.domain, world.smtp_port).unwrap();
    let hosts = report.destination.hosts.iter().zip(&report.attempts);
    let others = hosts.map(|(host, attempt)| {
        attempt.as_ref().map_or(&host.decision.text, |attempt| &attempt.decision.text)
    });
    for text in others.chain([&report.decision.text]) {
        assert!(text.len() <= MOST && !text.is_empty(), "{text}");
        assert!(text.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()), "{text}");
    }
    report.decision.text
}

fn row(world: &World, case: &Case) -> String {
    let Case { name, level, domain, .. } = case;
    let name = if case.columns.is_some() { format!("row {name}") } else { name.clone() };
    let shown = normal(&text(world, case), world);
    // A name of 250 octets would make the table unreadable.
    format!("| {name} | {level} | {domain} | {shown} |").replace(&"x".repeat(50), "x[50]")
}

fn hostile_row(world: &World, case: &Case) -> String {
    let mut context = context(world, level(case), Mode::Validate);
    context.set_timeout(TIMEOUT);
    let mut network = Network::of(world);
    let report = context.over(&mut network).check(&case.domain, world.smtp_port).unwrap();
    let ends = if report.elapsed < TIMEOUT { "by itself" } else { "at the timeout" };
    let (name, domain) = (&case.name, &case.domain);
    format!("| {name} | {domain} | {ends} | {} |", normal(&report.decision.text, world))
}

#[test]
fn the_listing_of_texts_is_true() {
    let world = World::without_sockets();
    let rows: Vec<String> = world.cases.iter().map(|case| row(&world, case)).collect();
    let hostile = world.hostile.iter().filter(|case| case.level == "dane");
    let hostile: Vec<String> = hostile.map(|case| hostile_row(&world, case)).collect();
    let listing = format!("{HEAD}{}\n{HOSTILE}{}\n", rows.join("\n"), hostile.join("\n"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/texts.md");
    if env::var_os("DANE_POLICY_WRITE_TEXTS").is_some() {
        fs::write(&file, &listing).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap();
    let wrong: Vec<_> =
        listing.lines().zip(written.lines()).filter(|(is, was)| is != was).collect();
    assert!(wrong.is_empty() && listing == written, "run `make texts`: {wrong:#?}");
}
