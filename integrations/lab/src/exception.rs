//! Where Postfix may do something else than the library says, each by rule; nowhere else.

use world::Case;

use crate::deed::Deed;
use crate::delivery::Delivery;

type Rule = (&'static str, fn(&Case, Deed, &Delivery) -> bool);

const RULES: &[Rule] = &[
    (
        "what does not exist bounces; here nothing that DNS says of hosts bounces mail (debatable)",
        |case, deed, delivery| {
            case.expected.reason == "host or domain name not found"
                && deed == Deed::Fail
                && delivery.why.starts_with("5.4.4 ")
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
            (&*case.domain, case.level) == ("ta-next-hop.unsigned.test", "dane")
                && deed == Deed::Encrypted
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
];

/// The rule that permits a difference, if one does.
pub fn rule(case: &Case, deed: Deed, delivery: &Delivery) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(case, deed, delivery)).map(|(words, _)| *words)
}

/// Why the library may say something else than the case expects, if it may.
pub fn rule_for_library(case: &Case, mode: &str, reason: &str) -> Option<&'static str> {
    // A DS query brings the very NSEC record, with its signature; the cache keeps it and answers with it.
    (case.domain == "denial-unsigned.test"
        && mode == "validate"
        && matches!(reason, "" | "no TLSA record"))
    .then_some("unbound's cache has the signature that the world's name server withholds")
}
