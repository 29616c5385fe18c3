//! What the exceptions of several mail servers have in common: a rule in words, and whether it is about a case.

use kit::fate::Fate;
use world::Case;

use crate::mail::cases::Exception;

pub const CNAME_BELOW_DNAME: Exception = (
    "this unbound answers SERVFAIL when asked for the CNAME below a DNAME into an insecure zone",
    |case, _, fate| case.domain == "dname-insecure.test" && fate == Fate::Kept,
);

pub const SHORT_KEY: Exception = (
    "this unbound checks RSA keys of 512 bits, whose signatures in the world are none",
    |case, _, fate| case.domain == "short-key.test" && fate == Fate::Kept,
);

/// Whether the order of the hosts is the mail server's choice.
pub fn has_equal_preferences(case: &Case) -> bool {
    case.name.starts_with("equal preferences")
}
