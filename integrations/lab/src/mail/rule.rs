//! What the exceptions of several mail servers have in common: a rule in words, and whether it is about a case.

use world::Case;

pub const CNAME_BELOW_DNAME: &str =
    "this unbound answers SERVFAIL when asked for the CNAME below a DNAME into an insecure zone";

pub const SHORT_KEY: &str =
    "this unbound checks RSA keys of 512 bits, whose signatures in the world are none";

/// Whether the order of the hosts is the mail server's choice.
pub fn has_equal_preferences(case: &Case) -> bool {
    case.name.starts_with("equal preferences")
}
