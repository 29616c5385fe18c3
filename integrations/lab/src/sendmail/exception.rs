//! Where Sendmail does something else than the library says, each by rule; nowhere else.

use crate::mail::cases::Exception;
use crate::mail::rule::{CNAME_BELOW_DNAME, SHORT_KEY};

pub const RULES: &[Exception] = &[SHORT_KEY, CNAME_BELOW_DNAME];
