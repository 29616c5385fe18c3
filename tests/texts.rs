//! The listing of every text in `docs/texts.md` is what the library says; `make texts` writes it anew.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use dane_policy::context::Context;
use dane_policy::decide::Level;
use world::{Case, World};

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
/// Longest text (the header promises it).
const MOST: usize = 200;
const SLOW: Duration = Duration::from_secs(4);

/// Makes what differs from run to run the same.
fn normal(text: &str, world: &World) -> String {
    let text = text
        .replace(&world.dns.to_string(), "192.0.2.53:53")
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
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_level(if case.level == "dane" { Level::Dane } else { Level::DaneOnly });
    if case.slow {
        context.set_timeout(SLOW);
    }
    let report = context.check(&case.domain, world.smtp_port).unwrap();
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

#[test]
fn the_listing_of_texts_is_true() {
    let world = World::start().unwrap();
    let chunk = world.cases.len().div_ceil(8);
    let rows: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = world
            .cases
            .chunks(chunk)
            .map(|cases| {
                let world = &world;
                scope.spawn(move || cases.iter().map(|case| row(world, case)).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/texts.md");
    if env::var_os("DANE_POLICY_WRITE_TEXTS").is_some() {
        fs::write(&file, format!("{HEAD}{}\n", rows.join("\n"))).unwrap();
    }
    let listing = fs::read_to_string(&file).unwrap();
    let listed: BTreeSet<&str> = listing.lines().collect();
    let wrong: Vec<&String> = rows.iter().filter(|row| !listed.contains(row.as_str())).collect();
    assert!(wrong.is_empty(), "run `make texts`: {wrong:#?}");
    // Without IPv6 the world has four cases less.
    assert!(listing.lines().count() <= HEAD.lines().count() + rows.len() + 8, "run `make texts`");
}
