//! What a mail server did with the cases, beside what they expect.

use std::collections::BTreeMap;
use std::time::Instant;

use world::Case;

use crate::mail::deed::Deed;

/// What was found.
#[derive(Default)]
pub struct Tally {
    agree: usize,
    deeds: BTreeMap<Deed, usize>,
    permitted: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    /// The rows of the table, as the log has them.
    rows: BTreeMap<usize, String>,
}

impl Tally {
    /// Counts what was done; `words` are the log's.
    pub fn see(&mut self, case: &Case, deed: Deed, words: &str) {
        *self.deeds.entry(deed).or_default() += 1;
        if let (Some(_), Ok(row)) = (case.columns, case.name.parse()) {
            self.rows.insert(row, format!("{deed}: {words}"));
        }
    }

    pub fn agree(&mut self) {
        self.agree += 1;
    }

    /// Something else than expected was found, which a rule may permit.
    pub fn differ(&mut self, case: &Case, rule: Option<&'static str>, found: &str) {
        if let Some(rule) = rule {
            *self.permitted.entry(rule).or_default() += 1;
            return;
        }
        let Case { name, domain, level, expected, .. } = case;
        let (action, reason) = (expected.action, expected.reason);
        self.complain(format!("{domain} at {level} [{name}]: {action} {reason}; {found}"));
    }

    /// Something beside the cases is wrong.
    pub fn complain(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// Prints all of it; whether nothing differs but by rule.
    pub fn print(&self, title: &str, started: Instant) -> bool {
        println!("{title}");
        for (row, words) in &self.rows {
            println!("  row {row}: {words}");
        }
        let deeds = self.deeds.iter().map(|(deed, count)| format!("{count} {deed}"));
        if !self.deeds.is_empty() {
            println!("  {}", deeds.collect::<Vec<_>>().join(", "));
        }
        println!("  {} agree", self.agree);
        for (rule, count) in &self.permitted {
            println!("  {count} differ by rule: {rule}");
        }
        for failure in &self.failures {
            println!("  DIFFERENT {failure}");
        }
        let seconds = started.elapsed().as_secs();
        println!("  {} differ otherwise; {seconds} s", self.failures.len());
        self.failures.is_empty()
    }
}
