//! Where Exim does something else than the library says, each by rule; nowhere else.

use kit::fate::Fate;

use crate::mail::cases::Exception;
use crate::mail::rule::{CNAME_BELOW_DNAME, SHORT_KEY};

const GNUTLS: Exception = (
    "GnuTLS reads the certificate before the library may judge it, and none with a broken extension",
    |case, _, fate| case.domain == "ee-broken.test" && fate == Fate::Kept,
);

pub const RULES: &[Exception] = &[GNUTLS, SHORT_KEY, CNAME_BELOW_DNAME];

/// Behind a resolver that judges nothing.
pub const BEFORE_THE_LIBRARY: &[Exception] = &[
    GNUTLS,
    (
        "Exim's router bounces unproven denials before the library is asked; that waits here",
        |case, _, fate| {
            ["nothing-a-altered.test", "nothing-aaaa-bare.test"].contains(&&*case.domain)
                && fate == Fate::Bounced
        },
    ),
];
