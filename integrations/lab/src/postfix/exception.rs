//! Where Postfix does something else than the library says, each by rule; nowhere else.

use kit::fate::Fate;
use world::Case;

use crate::mail::cases::Exception;
use crate::mail::rule::{CNAME_BELOW_DNAME, SHORT_KEY};

const KEPT_DENIAL: &str =
    "unbound's cache has the signature that the world's name server withholds or breaks";

pub const RULES: &[Exception] = &[
    (
        "behind an insecure MX the next hop counts as a name of the server (against RFC 7672 section 3.2.2)",
        |case, _, fate| {
            ["ta-next-hop.unsigned.test", "ta-behind.unsigned.test"].contains(&&*case.domain)
                && fate == Fate::OverTls
        },
    ),
    (
        "without MX records the next hop before its alias is no name of the server (against RFC 7672 section 3.2.2)",
        |case, _, fate| case.domain == "implicit-ta.domain-alias.test" && fate == Fate::Kept,
    ),
    CNAME_BELOW_DNAME,
];

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
        ("short-key.test", "trust-ad", "host or domain name not found") => Some(SHORT_KEY.0),
        ("dname-insecure.test", "trust-ad", "host or domain name not found") => {
            Some(CNAME_BELOW_DNAME.0)
        }
        _ => None,
    }
}
