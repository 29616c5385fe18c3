//! TLSA records: which are usable, and which count (RFC 6698, RFC 7671).

mod agility;
mod record;
mod usability;

use crate::decide::Tlsa;

pub(crate) use agility::Agility;
pub use record::Record;
#[cfg(feature = "capi")]
pub(crate) use record::SHA2_512;
pub(crate) use record::{CERT, DANE_EE, DANE_TA, FULL, SHA2_256, SPKI};
pub use usability::Unusable;

/// The TLSA column of secure records: none, some usable, or none usable (RFC 7671 section 4).
pub fn status(records: &[Record]) -> Tlsa {
    if records.is_empty() {
        Tlsa::Nxdomain
    } else if records.iter().any(|record| record.usability().is_ok()) {
        Tlsa::Secure
    } else {
        Tlsa::Unusable
    }
}
