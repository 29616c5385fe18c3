//! A case as it went, and whether that is as it should be.

use std::fmt;
use std::net::IpAddr;

use crate::case::Case;
use crate::expectation::{Expectation, Level};
use crate::fate::Fate;
use crate::open;

/// Of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// Not what the library does, and by this rule nobody's fault.
    Open(&'static str),
    Wrong,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "ok",
            Self::Open(_) => "open",
            Self::Wrong => "WRONG",
        })
    }
}

/// What the servers saw of the delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Whose server took it, and where.
    pub host: String,
    pub address: IpAddr,
    pub server_name: Option<String>,
}

/// One message of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub recipient: String,
    pub fate: Fate,
    /// Of a message that a server took.
    pub delivery: Option<Delivery>,
    /// What a mail server said that refused it.
    pub said: String,
}

/// A case with all that was seen.
#[derive(Clone, Debug)]
pub struct Row {
    pub case: Case,
    pub expected: Expectation,
    pub seen: Outcome,
    /// Where a server had to be verified: the same with another certificate.
    pub twin: Option<Outcome>,
    pub verdict: Verdict,
}

impl Row {
    pub fn new(case: Case, level: Level, seen: Outcome, twin: Option<Outcome>) -> Self {
        let expected = case.at(level);
        let is_met = expected.is_met_by(seen.fate) && !lacks_server_name(&case, expected, &seen);
        let twin_fate = twin.as_ref().map_or(Fate::Kept, |twin| twin.fate);
        let verdict = match open::rule(&case, level, seen.fate) {
            _ if is_met && twin_fate == Fate::Kept => Verdict::Ok,
            // What is not delivered for a reason that is open has no reason to be delivered elsewhere.
            Some(rule) if !is_met && [Fate::Kept, seen.fate].contains(&twin_fate) => {
                Verdict::Open(rule)
            }
            _ => Verdict::Wrong,
        };
        Self { case, expected, seen, twin, verdict }
    }

    /// What was seen, in words.
    pub fn words(&self) -> String {
        let lacks_server_name = lacks_server_name(&self.case, self.expected, &self.seen);
        let without = if lacks_server_name { " without SNI" } else { "" };
        let twin = self.twin.as_ref().map(|twin| format!("; twin {}", twin.fate));
        format!("{}{without}{}", self.seen.fate, twin.unwrap_or_default())
    }
}

/// Whether a server that is to be verified was not asked for by its name (RFC 7672 section 8.1), which some names cannot be.
fn lacks_server_name(case: &Case, expected: Expectation, seen: &Outcome) -> bool {
    let delivery = seen.delivery.as_ref();
    expected == Expectation::Verified
        && delivery.is_some_and(|delivery| delivery.server_name.is_none())
        && !case.has_special_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(domain: &str, dane: Expectation) -> Case {
        let expected = world::Expected { action: "", reason: "" };
        Case {
            domain: domain.into(),
            title: String::new(),
            rfc: String::new(),
            dane,
            dane_only: dane,
            without_dane: dane,
            expected: [expected; 2],
            hosts: Vec::new(),
        }
    }

    fn outcome(fate: Fate, server_name: Option<&str>) -> Outcome {
        let address = IpAddr::from([192, 0, 2, 1]);
        let server_name = server_name.map(str::to_owned);
        let delivery = matches!(fate, Fate::OverTls | Fate::InClear).then(|| Delivery {
            host: "mx.test".into(),
            address,
            server_name,
        });
        Outcome { recipient: String::new(), fate, delivery, said: String::new() }
    }

    fn verdict(case: Case, seen: Outcome, twin: Option<Fate>) -> Verdict {
        Row::new(case, Level::Dane, seen, twin.map(|fate| outcome(fate, None))).verdict
    }

    #[test]
    fn rfc7672_2_2_who_delivers_to_the_twin_has_not_verified() {
        let verified = || case("good.test", Expectation::Verified);
        let seen = || outcome(Fate::OverTls, Some("mx.good.test"));
        assert_eq!(verdict(verified(), seen(), Some(Fate::Kept)), Verdict::Ok);
        for twin in [Fate::OverTls, Fate::InClear, Fate::Bounced, Fate::Lost] {
            assert_eq!(verdict(verified(), seen(), Some(twin)), Verdict::Wrong);
        }
    }

    #[test]
    fn rfc7672_8_1_who_verifies_has_asked_for_the_server() {
        let verified = case("good.test", Expectation::Verified);
        let seen = outcome(Fate::OverTls, None);
        assert_eq!(verdict(verified, seen, Some(Fate::Kept)), Verdict::Wrong);
    }

    #[test]
    fn what_rfcs_leave_open_is_no_failure_unless_the_twin_is_delivered() {
        let case = || case("second-address.test", Expectation::Verified);
        let open = verdict(case(), outcome(Fate::Kept, None), Some(Fate::Kept));
        assert!(matches!(open, Verdict::Open(_)));
        let delivered = verdict(case(), outcome(Fate::Kept, None), Some(Fate::OverTls));
        assert_eq!(delivered, Verdict::Wrong);
    }

    #[test]
    fn nothing_may_be_lost_or_go_in_clear_where_tls_is_needed() {
        for expected in [Expectation::Encrypted, Expectation::Kept, Expectation::Bounced] {
            for fate in [Fate::Lost, Fate::InClear] {
                let verdict = verdict(case("a.test", expected), outcome(fate, None), None);
                assert_eq!(verdict, Verdict::Wrong);
            }
        }
        let lost = verdict(case("a.test", Expectation::Unknown), outcome(Fate::Lost, None), None);
        assert_eq!(lost, Verdict::Wrong);
    }
}
