//! What RFCs leave open: where a mail server may do something else than the library, each by rule.

use crate::case::Case;
use crate::expectation::{Expectation, Level};
use crate::fate::Fate;

type Rule = (&'static str, fn(&Case, Level, Fate) -> bool);

fn is_one_of(case: &Case, domains: &[&str]) -> bool {
    domains.contains(&&*case.domain)
}

const RULES: &[Rule] = &[
    (
        "an MX host that does not exist, or is no host name, may bounce (RFC 5321 section 5.1)",
        |case, _, fate| {
            let missing = [
                "no-such-host.test",
                "no-such-insecure-host.test",
                "no-address.test",
                "alias-missing.test",
                "compact-nsec-host.test",
                "compact-nsec3-host.test",
                "invalid-mx.test",
                "address-mx.test",
            ];
            is_one_of(case, &missing) && matches!(fate, Fate::Bounced | Fate::Kept)
        },
    ),
    (
        "an alias may be followed further, or its loop bounce (RFC 1034 section 3.6.2)",
        |case, _, fate| {
            let looping = is_one_of(case, &["loop.test", "loop.domain-alias.test"]);
            looping && fate == Fate::Bounced
                || case.domain == "eleven.test" && matches!(fate, Fate::OverTls | Fate::Bounced)
        },
    ),
    (
        "what a domain without an address says may be tried again (RFC 5321 section 5.1)",
        |case, _, fate| {
            let is_null_mx = case.title.starts_with("null MX");
            case.dane == Expectation::Bounced && !is_null_mx && fate == Fate::Kept
        },
    ),
    (
        "at dane-only an unproven denial may bounce, since the domain accepts no mail by what is known",
        |case, level, fate| {
            level == Level::DaneOnly && case.dane == Expectation::Bounced && fate == Fate::Bounced
        },
    ),
    (
        "a root target beside others, or more than once, may be read as a null MX (RFC 7505 section 3)",
        |case, _, fate| {
            is_one_of(case, &["root-target.test", "roots.test"]) && fate == Fate::Bounced
        },
    ),
    (
        "a recipient whose domain is no name, or an address, may be refused (RFC 5321 sections 2.3.5 and 4.1.3)",
        |case, _, fate| {
            let is_address = case.title.starts_with("next hop is an");
            let is_no_name = case.title.starts_with("next hop") && case.dane == Expectation::Kept;
            (is_address || is_no_name) && matches!(fate, Fate::Bounced | Fate::Kept)
        },
    ),
    ("where TLS is optional and fails, mail may wait (RFC 7435 section 3)", |case, level, fate| {
        let fails = |host: &world::HostTruth| host.columns[3] == "handshake-failed";
        let is_tls_required = case.at(level) != Expectation::Delivered;
        fate == Fate::Kept
            && !is_tls_required
            && (case.hosts.iter().all(fails) || case.rfc.starts_with("7435"))
    }),
    (
        "MX hosts of equal preference may be tried in any order (RFC 5321 section 5.1)",
        |case, _, fate| case.has_equal_preferences() && fate == Fate::OverTls,
    ),
    (
        "what follows the reply to STARTTLS may be forgotten (RFC 3207 section 6)",
        |case, _, fate| case.domain == "injects.test" && fate == Fate::OverTls,
    ),
    (
        "a server that does not say a word may be waited for for minutes (RFC 5321 section 4.5.3.2.1)",
        |case, _, fate| {
            (case.title.starts_with("stalls") || case.title.starts_with("first stalls"))
                && fate == Fate::Kept
        },
    ),
    ("a greeting with 554 may bounce (RFC 5321 section 4.2.1)", |case, _, fate| {
        case.domain == "unwelcoming.test" && fate == Fate::Bounced
    }),
    (
        "a name below which _25._tcp cannot stand may count as a lookup that failed (RFC 7672 section 2.1.2)",
        |case, _, fate| case.domain == "too-long.test" && fate == Fate::Kept,
    ),
    (
        "a name that is no host name need not be looked up (RFC 952, RFC 1123 section 2.1)",
        |case, _, fate| case.has_special_name() && matches!(fate, Fate::Kept | Fate::Bounced),
    ),
    (
        "keys of 512 bits may be too short to check, or be checked (RFC 3110 section 2)",
        |case, _, fate| case.domain == "short-key.test" && fate == Fate::Kept,
    ),
    (
        "a second address of the same host need not be tried (RFC 5321 section 5.1)",
        |case, _, fate| case.domain == "second-address.test" && fate == Fate::Kept,
    ),
    (
        "one address RRset that fails may count as the whole lookup (RFC 7672 section 2.1.2)",
        |case, _, fate| {
            let titles = ["AAAA good, A ", "A good, AAAA "];
            titles.iter().any(|title| case.title.starts_with(title)) && fate == Fate::Kept
        },
    ),
    (
        "a host that may not be used may end the attempt, though another is left (RFC 7672 section 2.2)",
        |case, _, fate| {
            is_one_of(case, &["bogus-none.test", "mismatch-insecure.test"]) && fate == Fate::Kept
        },
    ),
    (
        "the trust anchor need not be known but from the chain (RFC 7671 sections 5.2.2 and 5.2.3)",
        |case, _, fate| is_one_of(case, &["ta-key.test", "ta-full.test"]) && fate == Fate::Kept,
    ),
    (
        "the server's own certificate may be its trust anchor (RFC 7671 section 5.2)",
        |case, _, fate| case.domain == "ta-is-leaf.test" && fate == Fate::OverTls,
    ),
    ("the dates of a trust anchor need not count (RFC 5280 section 6.1)", |case, _, fate| {
        case.domain == "ta-expired.test" && fate == Fate::OverTls
    }),
    ("a name in the common name need not count (RFC 7672 section 3.2.3)", |case, _, fate| {
        case.domain == "ta-cn.test" && fate == Fate::Kept
    }),
    ("a malformed digest may count for the strongest (RFC 7671 section 9)", |case, _, fate| {
        case.domain == "strong-malformed.test" && fate == Fate::Kept
    }),
];

/// The rule that leaves a fate open, if one does.
pub fn rule(case: &Case, level: Level, fate: Fate) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(case, level, fate)).map(|(words, _)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use world::World;

    #[test]
    fn no_rule_lets_mail_be_lost_or_go_in_clear() {
        for case in Case::all(&World::without_sockets(), true) {
            for level in [Level::Dane, Level::DaneOnly, Level::None] {
                for fate in [Fate::Lost, Fate::InClear] {
                    assert_eq!(rule(&case, level, fate), None, "{}", case.domain);
                }
            }
        }
    }

    #[test]
    fn every_rule_is_about_some_case() {
        let cases = Case::all(&World::without_sockets(), true);
        let fates = [Fate::OverTls, Fate::Kept, Fate::Bounced];
        let levels = [Level::Dane, Level::DaneOnly];
        for (words, permits) in RULES {
            let is_used = |case: &Case| {
                levels.iter().any(|level| fates.iter().any(|fate| permits(case, *level, *fate)))
            };
            assert!(cases.iter().any(is_used), "{words}");
        }
    }
}
