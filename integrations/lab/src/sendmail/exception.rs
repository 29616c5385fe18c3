//! Where Sendmail may do something else than the library says, each by rule; nowhere else.

use world::Case;

use crate::mail::deed::Deed;
use crate::mail::delivery::Delivery;
use crate::mail::rule::{
    CNAME_BELOW_DNAME, SHORT_KEY, has_equal_preferences, has_short_key, has_special_name,
};

type Rule = (&'static str, fn(&Case, Deed, &Delivery) -> bool);

const RULES: &[Rule] = &[
    (
        "its own lookup of the other family of addresses fails, and it does not connect",
        |case, deed, delivery| {
            case.domain.starts_with("aaaa-")
                && deed == Deed::Defer
                && delivery.why.contains("Deferred: Name server: ")
        },
    ),
    (
        "that no connection, or no greeting, came about is said in its own words",
        |case, deed, delivery| {
            let is_so =
                case.expected.reason == "connection failed" || case.domain == "all-dead.test";
            is_so
                && matches!(deed, Deed::Defer | Deed::ConnectAndDefer)
                && delivery.why.contains("Deferred: Connection ")
        },
    ),
    ("it tries no second address where TLS fails at the first", |case, deed, _| {
        case.domain == "second-address.test" && deed == Deed::ConnectAndDefer
    }),
    ("a greeting with 554 bounces; here it may be another host's turn", |case, deed, _| {
        case.domain == "unwelcoming.test" && deed == Deed::Fail
    }),
    (
        "it forgets what follows the reply to STARTTLS; here that ends the attempt (RFC 3207 section 6)",
        |case, deed, _| case.domain == "injects.test" && deed == Deed::Deliver,
    ),
    (
        "it takes an IP address without brackets for a name, and remembers that there is none",
        |case, deed, delivery| {
            let waits = ["127.77.0.21", "address-mx.test"].contains(&&*case.domain)
                && deed == Deed::Defer
                && (delivery.why.starts_with("4.4.4 ") || delivery.why == "5.1.2 Deferred");
            waits || (case.domain == "address-good.test" && deed == Deed::Deliver)
        },
    ),
    ("it writes an MX host that is no name as the library does not", |case, deed, delivery| {
        case.domain == "invalid-mx.test"
            && deed == Deed::Defer
            && delivery.why.contains("DANE: host not in MX records")
    }),
    (
        "it takes MX hosts of equal preference in any order; here the mail server may",
        |case, deed, _| {
            has_equal_preferences(case) && matches!(deed, Deed::Deliver | Deed::Encrypted)
        },
    ),
    ("its resolver gives it no MX host that is no host name", |case, deed, delivery| {
        has_special_name(case) && deed == Deed::Defer && delivery.why == "5.1.2 Deferred"
    }),
    (SHORT_KEY, |case, deed, _| has_short_key(case) && deed == Deed::Defer),
    (CNAME_BELOW_DNAME, |case, deed, _| {
        case.domain == "dname-insecure.test" && deed == Deed::Defer
    }),
];

/// The rule that permits a difference, if one does.
pub fn rule(case: &Case, deed: Deed, delivery: &Delivery) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(case, deed, delivery)).map(|(words, _)| *words)
}

/// The rule that permits not even to take a message, if one does.
pub fn refusal(case: &Case) -> Option<&'static str> {
    let is_no_name = case.expected.reason == "host or domain name not found";
    is_no_name.then_some(
        "Sendmail refuses a recipient whose domain is no name at once; here such a next hop waits",
    )
}
