//! Where Postfix may do something else than the library says, each by rule; nowhere else.

use world::Case;

use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;
use crate::mail::rule::{
    CNAME_BELOW_DNAME, SHORT_KEY, has_equal_preferences, has_short_key, has_special_name,
};

const KEPT_DENIAL: &str =
    "unbound's cache has the signature that the world's name server withholds or breaks";

type Rule = (&'static str, fn(&Case, Deed, &Delivery) -> bool);

const RULES: &[Rule] = &[
    (
        "an MX host that does not exist bounces, and at dane-only a domain whose denial anybody can forge; that waits here",
        |case, deed, delivery| {
            let is_denied = ["Host not found", "no data record of requested type"];
            let is_of_domain = delivery.why.contains(&format!("name={} ", case.domain));
            case.expected.reason == "host or domain name not found"
                && deed == Deed::Fail
                && delivery.why.starts_with("5.4.4 ")
                && is_denied.iter().any(|words| delivery.why.contains(words))
                && (case.level == "dane-only" || !is_of_domain)
        },
    ),
    (
        "an insecure null MX bounces at dane-only too; here it defers, since anybody can forge it",
        |case, deed, delivery| {
            case.level == "dane-only"
                && case.expected.reason == "non-DNSSEC destination"
                && deed == Deed::Fail
                && delivery.why.starts_with("5.1.0 ")
        },
    ),
    (
        "behind an insecure MX the next hop counts as a name of the server (against RFC 7672 section 3.2.2)",
        |case, deed, _| {
            ["ta-next-hop.unsigned.test", "ta-behind.unsigned.test"].contains(&&*case.domain)
                && case.level == "dane"
                && deed == Deed::Encrypted
        },
    ),
    (
        "without MX records the next hop before its alias is no name of the server (against RFC 7672 section 3.2.2)",
        |case, deed, _| {
            case.domain == "implicit-ta.domain-alias.test" && deed == Deed::ConnectAndDefer
        },
    ),
    (
        "at dane-only it connects before it defers for an unknown selector or matching type, or a malformed digest",
        |case, deed, _| {
            let is_so = ["unknown-selector.test", "unknown-matching.test", "short-digest.test"];
            is_so.contains(&&*case.domain)
                && case.level == "dane-only"
                && deed == Deed::ConnectAndDefer
        },
    ),
    (
        "it cannot ask for TLSA records where their name would be too long; here there are none (debatable)",
        |case, deed, _| {
            (&*case.domain, case.level) == ("too-long.test", "dane") && deed == Deed::Defer
        },
    ),
    (
        "it forgets what follows the reply to STARTTLS; here that ends the attempt (RFC 3207 section 6)",
        |case, deed, _| case.domain == "injects.test" && deed == Deed::Deliver,
    ),
    (
        "a root target among MX records bounces; here it is passed over (RFC 7505 section 3)",
        |case, deed, delivery| {
            ["root-target.test", "roots.test"].contains(&&*case.domain)
                && deed == Deed::Fail
                && delivery.why.starts_with("5.1.0 ")
        },
    ),
    (
        "a recipient whose domain is no name bounces; here such a next hop waits",
        |_, deed, delivery| {
            deed == Deed::Fail && delivery.why.starts_with("5.1.3 bad address syntax")
        },
    ),
    ("it follows eleven aliases in a row; here ten", |case, deed, _| {
        case.domain == "eleven.test" && deed == Deed::Deliver
    }),
    (
        "it takes MX hosts of equal preference in any order; here the mail server may",
        |case, deed, _| {
            has_equal_preferences(case) && matches!(deed, Deed::Deliver | Deed::Encrypted)
        },
    ),
    ("its resolver gives it no name that is no host name", |case, deed, delivery| {
        (has_special_name(case) || case.domain == "invalid-mx.test")
            && deed == Deed::Fail
            && delivery.why.contains("Malformed or unexpected name")
    }),
    ("it asks for no TLSA records at an expanded name with an asterisk", |case, deed, _| {
        case.domain == "asterisk.test" && deed == Deed::ConnectAndDefer
    }),
    (SHORT_KEY, |case, deed, _| has_short_key(case) && deed == Deed::Defer),
    (CNAME_BELOW_DNAME, |case, deed, _| {
        (&*case.domain, case.level) == ("dname-insecure.test", "dane") && deed == Deed::Defer
    }),
];

/// The rule that permits a difference, if one does.
pub fn rule(case: &Case, deed: Deed, delivery: &Delivery) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(case, deed, delivery)).map(|(words, _)| *words)
}

/// Why the library may say something else than the case expects, if it may.
pub fn rule_for_library(case: &Case, mode: &str, reason: &str) -> Option<&'static str> {
    match (&*case.domain, mode, reason) {
        // A DS query brings the very denial, with its signature; the cache keeps it and answers with it.
        (
            "denial-unsigned.test" | "denial-altered.test" | "child-nsec.test" | "child-nsec3.test",
            "validate",
            "" | "no TLSA record",
        ) => Some(KEPT_DENIAL),
        // So does the MX question, whose denial is the same record.
        ("nothing-a-altered.test", "validate", "host or domain name not found") => {
            Some(KEPT_DENIAL)
        }
        ("short-key.test", "trust-ad", "host or domain name not found") => Some(SHORT_KEY),
        ("dname-insecure.test", "trust-ad", "host or domain name not found") => {
            Some(CNAME_BELOW_DNAME)
        }
        _ => None,
    }
}
