//! What a mail server did with the cases, beside what they expect.

use std::collections::BTreeMap;
use std::time::Instant;

/// What was found.
#[derive(Default)]
pub struct Tally {
    agree: usize,
    permitted: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Tally {
    pub fn agree(&mut self) {
        self.agree += 1;
    }

    /// Something else than expected was found, and a rule permits it.
    pub fn permit(&mut self, rule: &'static str) {
        *self.permitted.entry(rule).or_default() += 1;
    }

    /// Something else than expected was found, which a rule may permit.
    pub fn differ(
        &mut self,
        domain: &str,
        title: &str,
        expected: &str,
        rule: Option<&'static str>,
        found: &str,
    ) {
        match rule {
            Some(rule) => self.permit(rule),
            None => self.complain(format!("{domain} [{title}]: {expected}; {found}")),
        }
    }

    /// Something beside the cases is wrong.
    pub fn complain(&mut self, failure: String) {
        self.failures.push(failure);
    }

    /// Prints all of it; whether nothing differs but by rule.
    pub fn print(&self, title: &str, started: Instant) -> bool {
        println!("{title}");
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
