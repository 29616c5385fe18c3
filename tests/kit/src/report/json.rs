//! The same for programs.

use serde_json::{Value, json};

use crate::expectation::Level;
use crate::report::{Count, Heading, VERSION};
use crate::verdict::{Outcome, Row, Verdict};

/// One object; `wire` holds lines of what was seen, where they were asked for.
pub fn object(heading: &Heading, rows: &[Row], wire: &str) -> Value {
    let Count { ok, open, wrong } = Count::of(rows);
    json!({
        "server": heading.server,
        "level": heading.level.word(),
        "resolver": heading.judgement.word(),
        "version": VERSION,
        "seconds": heading.seconds,
        "ok": ok,
        "open": open,
        "wrong": wrong,
        "wire": wire.lines().map(str::trim_start).collect::<Vec<_>>(),
        "cases": rows.iter().map(case).collect::<Vec<_>>(),
    })
}

fn case(row: &Row) -> Value {
    let at = |level| row.case.at(level).words();
    let rule = match row.verdict {
        Verdict::Open(rule) => Some(rule),
        Verdict::Ok | Verdict::Wrong => None,
    };
    json!({
        "domain": row.case.domain,
        "title": row.case.title,
        "rfc": row.case.rfc,
        "dane": at(Level::Dane),
        "dane_only": at(Level::DaneOnly),
        "expected": row.expected.words(),
        "seen": outcome(&row.seen),
        "twin": row.twin.as_ref().map(outcome),
        "verdict": row.verdict.to_string().to_lowercase(),
        "rule": rule,
    })
}

fn outcome(outcome: &Outcome) -> Value {
    let delivery = outcome.delivery.as_ref();
    json!({
        "fate": outcome.fate.words(),
        "host": delivery.map(|delivery| &delivery.host),
        "server_name": delivery.and_then(|delivery| delivery.server_name.as_ref()),
        "said": if outcome.said.is_empty() { None } else { Some(&outcome.said) },
    })
}
