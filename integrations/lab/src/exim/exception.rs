//! Where Exim may do something else than the library says, each by rule; nowhere else.

use world::Case;

use crate::exim::outcome::Outcome;
use crate::mail::deed::Deed;
use crate::mail::rule::{
    CNAME_BELOW_DNAME, SHORT_KEY, has_equal_preferences, has_short_key, has_special_name,
};

type Rule = (&'static str, fn(&Case, Deed, &Outcome) -> bool);

const RULES: &[Rule] = &[
    (
        "Exim's router bounces MX hosts that do not exist, and unproven denials, before the library is asked; that waits here",
        |case, deed, outcome| {
            let words = ["Unrouteable address", "all relevant MX records point to non-existent"];
            case.expected.reason == "host or domain name not found"
                && deed == Deed::Fail
                && words.iter().any(|words| outcome.delivery.why.contains(words))
        },
    ),
    (
        "Exim's router bounces for an insecure null MX; here that waits, since anybody can forge it",
        |case, deed, outcome| {
            case.level == "dane-only"
                && case.expected.reason == "non-DNSSEC destination"
                && deed == Deed::Fail
                && outcome.delivery.why.contains("indicated no SMTP service")
        },
    ),
    (
        "Exim routes to no address without brackets, and to none that an MX record names",
        |case, deed, _| {
            let is_good = case.domain == "address-good.test" && deed == Deed::Deliver;
            is_good
                || ["127.77.0.21", "address-mx.test"].contains(&&*case.domain) && deed == Deed::Fail
        },
    ),
    (
        "Exim's router bounces where every MX record has a root target; here a null MX stands alone (RFC 7505 section 3)",
        |case, deed, outcome| {
            case.domain == "roots.test"
                && deed == Deed::Fail
                && outcome.delivery.why.contains("indicated no SMTP service")
        },
    ),
    ("Exim takes MX hosts of equal preference in any order", |case, deed, _| {
        has_equal_preferences(case) && matches!(deed, Deed::Deliver | Deed::Encrypted)
    }),
    ("Exim waits for what its last host said; here the best one decides", |case, deed, outcome| {
        (&*case.domain, case.level) == ("all-dead.test", "dane-only")
            && deed == Deed::ConnectAndDefer
            && outcome.log.contains("DANE policy: no TLSA record")
    }),
    (
        "GnuTLS reads the certificate before the library may judge it, and none with a broken extension",
        |case, deed, outcome| {
            case.domain == "ee-broken.test"
                && deed == Deed::ConnectAndDefer
                && outcome.log.contains("(gnutls_handshake): ASN1 parser")
        },
    ),
    ("Exim's router bounces for an MX host that is no host name", |case, deed, outcome| {
        has_special_name(case)
            && deed == Deed::Fail
            && outcome.delivery.why.contains("all relevant MX records point to non-existent")
    }),
    (SHORT_KEY, |case, deed, _| has_short_key(case) && deed == Deed::Defer),
    (CNAME_BELOW_DNAME, |case, deed, outcome| {
        case.domain == "dname-insecure.test"
            && deed == Deed::Defer
            && outcome.log.contains("answered SERVFAIL for CNAME")
    }),
];

/// The rule that permits a difference, if one does.
pub fn rule(case: &Case, deed: Deed, outcome: &Outcome) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(case, deed, outcome)).map(|(words, _)| *words)
}

/// The rule that permits not even to take a message, if one does.
pub fn refusal(case: &Case) -> Option<&'static str> {
    let is_no_name = case.name.starts_with("next hop")
        && case.expected.reason == "host or domain name not found";
    is_no_name.then_some("a recipient whose domain is no name is not taken")
}
