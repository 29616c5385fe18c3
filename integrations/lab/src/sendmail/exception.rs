//! Where Sendmail does something else than the library says, each by rule; nowhere else.

use kit::fate::Fate;

use crate::mail::cases::Exception;
use crate::mail::rule::{CNAME_BELOW_DNAME, SHORT_KEY};

pub const RULES: &[Exception] = &[
    (SHORT_KEY, |case, _, fate| case.domain == "short-key.test" && fate == Fate::Kept),
    (CNAME_BELOW_DNAME, |case, _, fate| case.domain == "dname-insecure.test" && fate == Fate::Kept),
];
