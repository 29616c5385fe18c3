//! What is said of one name and type, by whoever is asked.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Secure,
    Insecure,
    Bogus,
    Indeterminate,
}

impl Status {
    /// Only these two let mail out.
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Secure | Self::Insecure)
    }

    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "secure" => Self::Secure,
            "insecure" => Self::Insecure,
            "bogus" => Self::Bogus,
            "indeterminate" => Self::Indeterminate,
            _ => return None,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = format!("{self:?}").to_lowercase();
        formatter.pad(&word)
    }
}

/// Existence and records mean nothing without a usable status.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub status: Status,
    pub exists: bool,
    /// In presentation format, sorted.
    pub records: Vec<String>,
    /// The name asked for, and every name that an alias led to.
    pub path: Vec<String>,
    pub text: String,
    /// Packets sent for it, where that is known.
    pub queries: u64,
}

impl Verdict {
    /// Whether both say the same in everything that a mail server acts on.
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (self.status.is_usable(), other.status.is_usable()) {
            (true, true) => {
                self.status == other.status
                    && self.exists == other.exists
                    && self.records == other.records
            }
            (left, right) => left == right,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.status.is_usable(), self.exists, self.records.len()) {
            (false, _, _) => self.text.clone(),
            (_, false, _) => "no such name".into(),
            (_, true, count) => format!("{count} records"),
        };
        write!(formatter, "{} ({what})", self.status)
    }
}
