//! What the exceptions of several mail servers have in common: a rule in words, and whether it is about a case.

use world::Case;

pub const CNAME_BELOW_DNAME: &str =
    "this unbound answers SERVFAIL when asked for the CNAME below a DNAME into an insecure zone";

pub const SHORT_KEY: &str =
    "this unbound checks RSA keys of 512 bits, whose signatures in the world are none";

/// Whether some name of the case is no host name, though DNS has it.
pub fn has_special_name(case: &Case) -> bool {
    case.name.starts_with("alias to a name with") || case.name.starts_with("MX target with a")
}

/// Whether a zone has a key that a validator may check, and the signatures of the world are none.
pub fn has_short_key(case: &Case) -> bool {
    case.domain == "short-key.test"
}

/// Whether the order of the hosts is the mail server's choice.
pub fn has_equal_preferences(case: &Case) -> bool {
    case.name.starts_with("equal preferences")
}
