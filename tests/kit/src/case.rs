//! The domains of the world as the kit has them: one message each.

use world::{Case as WorldCase, HostTruth, World};

use crate::expectation::{Expectation, Level};

/// A domain, and what is to become of mail to it.
#[derive(Clone, Debug)]
pub struct Case {
    pub domain: String,
    /// What is special about it.
    pub title: String,
    /// RFC and section, as in `7672 2.2.1`.
    pub rfc: String,
    pub dane: Expectation,
    pub dane_only: Expectation,
    pub without_dane: Expectation,
    /// What the library says of it at the level dane, and at dane-only.
    pub expected: [world::Expected; 2],
    pub hosts: Vec<HostTruth>,
}

/// Of the 30 rows (RFC 7672 section 2.2: security levels and actions).
const ROWS_RFC: &str = "7672 2.2";

impl Case {
    /// Every domain once, in the order of the world.
    pub fn all(world: &World, resolver_judges: bool) -> Vec<Self> {
        let at = |level: &'static str| world.cases.iter().filter(move |case| case.level == level);
        let pair = |dane: &WorldCase| {
            let dane_only = at("dane-only").find(|case| case.domain == dane.domain)?;
            Some(Self::new(dane, dane_only, resolver_judges))
        };
        at("dane").filter_map(pair).collect()
    }

    fn new(dane: &WorldCase, dane_only: &WorldCase, resolver_judges: bool) -> Self {
        let (title, rfc) = match (dane.columns, dane.name.rsplit_once(" (")) {
            (Some([mx, address, tlsa, certificate]), _) => {
                let columns = [
                    ("MX", mx),
                    ("address", address),
                    ("TLSA", tlsa),
                    ("certificate", certificate),
                ];
                let known = columns.iter().filter(|(_, word)| *word != "-");
                let known: Vec<String> =
                    known.map(|(column, word)| format!("{column} {word}")).collect();
                let rows = format!("rows {} and {}", dane_only.name, dane.name);
                (format!("{rows}: {}", known.join(", ")), ROWS_RFC)
            }
            (None, Some((title, rfc))) => (title.to_owned(), rfc.trim_end_matches(')')),
            (None, None) => (dane.name.clone(), ""),
        };
        Self {
            domain: dane.domain.clone(),
            title,
            rfc: rfc.to_owned(),
            dane: Expectation::of(dane.expected),
            dane_only: Expectation::of(dane_only.expected),
            without_dane: Expectation::without_dane(dane, resolver_judges),
            expected: [dane.expected, dane_only.expected],
            hosts: dane.hosts.clone(),
        }
    }

    pub fn at(&self, level: Level) -> Expectation {
        match level {
            Level::Dane => self.dane,
            Level::DaneOnly => self.dane_only,
            Level::None => self.without_dane,
        }
    }

    /// Whether its message goes out a second time, to servers with another certificate.
    pub fn has_twin(&self, level: Level) -> bool {
        self.at(level) == Expectation::Verified && !self.has_equal_preferences()
    }

    /// Whether the order of the hosts is the mail server's choice.
    pub fn has_equal_preferences(&self) -> bool {
        self.title.starts_with("equal preferences")
    }

    /// Whether some name of it is no host name, though DNS has it.
    pub fn has_special_name(&self) -> bool {
        self.title.starts_with("alias to a name with") || self.title.starts_with("MX target with a")
    }
}
