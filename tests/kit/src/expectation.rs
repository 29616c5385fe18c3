//! What is to become of a message.

use std::fmt;
use std::str::FromStr;

use world::{Case, Expected};

use crate::fate::Fate;

/// What the mail server was told to demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Dane,
    DaneOnly,
    /// No DANE at all.
    None,
}

impl Level {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dane => "dane",
            Self::DaneOnly => "dane-only",
            Self::None => "none",
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Self::Dane, Self::DaneOnly, Self::None]
            .into_iter()
            .find(|level| level.word() == word)
            .ok_or_else(|| format!("'{word}' is not dane, dane-only or none"))
    }
}

/// What is to become of a message at one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It is delivered to a server that is verified.
    Verified,
    /// It is delivered over TLS.
    Encrypted,
    /// It is delivered, with or without TLS.
    Delivered,
    Kept,
    Bounced,
    /// It cannot be told without knowing the mail server.
    Unknown,
}

impl Expectation {
    /// At the levels of DANE.
    pub fn of(expected: Expected) -> Self {
        match expected.action {
            "deliver" => Self::Verified,
            "encrypt" => Self::Encrypted,
            "opportunistic" => Self::Delivered,
            "fail" => Self::Bounced,
            _ => Self::Kept,
        }
    }

    /// Without DANE, by what is true of the hosts; `case` is the case at the level dane. What is bogus fails where the
    /// resolver judges.
    pub fn without_dane(case: &Case, resolver_judges: bool) -> Self {
        match case.expected.action {
            "fail" => return Self::Bounced,
            "defer" if case.hosts.is_empty() && resolver_judges => return Self::Kept,
            "defer" if case.hosts.is_empty() => return Self::Unknown,
            _ => {}
        }
        let reach: Vec<Reach> = case.hosts.iter().map(|host| Reach::of(host.columns)).collect();
        match reach.iter().min() {
            Some(Reach::Sure) | None => Self::Delivered,
            Some(Reach::IfInClear) => Self::Unknown,
            Some(Reach::Bogus) if !resolver_judges => Self::Unknown,
            Some(Reach::Bogus | Reach::Never) => Self::Kept,
        }
    }

    /// Whether a fate is as expected.
    pub fn is_met_by(self, fate: Fate) -> bool {
        match self {
            Self::Verified | Self::Encrypted => fate == Fate::OverTls,
            Self::Delivered => matches!(fate, Fate::OverTls | Fate::InClear),
            Self::Kept => fate == Fate::Kept,
            Self::Bounced => fate == Fate::Bounced,
            Self::Unknown => fate != Fate::Lost,
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Encrypted => "over TLS",
            Self::Delivered => "delivered",
            Self::Kept => "kept",
            Self::Bounced => "bounced",
            Self::Unknown => "-",
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.words())
    }
}

/// Whether a host takes mail from a client that knows no DANE, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Sure,
    /// Where the client goes on in the clear after TLS has failed.
    IfInClear,
    /// Where nobody validates its address.
    Bogus,
    Never,
}

impl Reach {
    fn of([_, address, _, certificate]: [&str; 4]) -> Self {
        match (address, certificate) {
            ("bogus", _) => Self::Bogus,
            ("nxdomain", _) | (_, "connection-failed") => Self::Never,
            (_, "handshake-failed") => Self::IfInClear,
            _ => Self::Sure,
        }
    }
}
