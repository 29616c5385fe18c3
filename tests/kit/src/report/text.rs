//! A table for a terminal.

use std::fmt::Write;

use crate::fate::Fate;
use crate::report::{Count, Heading};
use crate::verdict::{Row, Verdict};

/// Columns of a name.
const NAME: usize = 34;

/// All rows, and the count.
pub fn table(heading: &Heading, rows: &[Row]) -> String {
    let mut text = format!(
        "{:5} {:NAME$} {:16} {:9} {:9} seen\n",
        "", "case", "RFC, section", "DANE", "DANE-only"
    );
    for row in rows {
        let case = &row.case;
        let name = shortened(&case.domain);
        let _ = writeln!(
            text,
            "{:5} {name:NAME$} {:16} {:9} {:9} {}",
            row.verdict,
            case.rfc,
            case.dane,
            case.dane_only,
            row.words()
        );
        if row.verdict != Verdict::Ok {
            let _ = writeln!(text, "      {}", case.title);
        }
        match &row.verdict {
            Verdict::Ok => {}
            Verdict::Open(rule) => {
                let _ = writeln!(text, "      open: {rule}");
            }
            Verdict::Wrong => {
                let _ = writeln!(text, "      expected: {}", expected(row));
                let said = row.seen.said.lines().next().map(str::escape_debug);
                let _ = said.map(|said| writeln!(text, "      it said: {said}"));
            }
        }
    }
    let lost = rows.iter().any(|row| row.seen.fate == Fate::Lost);
    if lost && !heading.has_queue {
        text += "lost: where the command has a queue, --queue is missing\n";
    }
    let wrong = rows.iter().filter(|row| row.verdict == Verdict::Wrong);
    let wrong: Vec<&str> = wrong.map(|row| &*row.case.domain).collect();
    if let Some(first) = wrong.first() {
        let all = wrong.join(" ");
        let _ = writeln!(text, "wrong: {all}\n  on the wire: the same with --only {first}");
    }
    let Heading { server, level, seconds, .. } = heading;
    let (level, resolver, count) = (level.word(), heading.resolver(), Count::of(rows).words());
    let _ = writeln!(text, "{server} at {level}, {resolver}: {count}; {seconds} s");
    text
}

/// What should have been seen.
pub fn expected(row: &Row) -> String {
    match row.twin {
        None => row.expected.to_string(),
        Some(_) => format!("{}; twin kept", row.expected),
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        None => name.to_owned(),
        Some(_) => name.chars().take(NAME - 3).chain("...".chars()).collect(),
    }
}
