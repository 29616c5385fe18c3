//! What DNSSEC proves (RFC 4035 section 5, RFC 5155). Pure: no question is asked here, and the time is an argument.

mod anchor_text;
mod anchors;
pub(crate) mod delegation;
pub(crate) mod denial;
mod failure;
mod judged;
mod key;
mod period;
mod roll;
pub(crate) mod signature;
mod standing;
mod status;
mod validity;

pub use anchor_text::{AnchorFault, InvalidAnchors};
pub(crate) use anchors::Anchors;
#[cfg(dane_policy_fuzzing)]
pub(crate) use delegation::Ds;
#[cfg(dane_policy_fuzzing)]
pub(crate) use denial::{Nsec, Nsec3};
pub(crate) use failure::Failure;
pub(crate) use judged::Judged;
#[cfg(any(test, dane_policy_fuzzing))]
pub(crate) use key::Key;
pub(crate) use key::ZoneKeys;
pub use period::Period;
pub(crate) use roll::Roll;
pub(crate) use standing::Standing;
pub use status::Status;
pub(crate) use validity::Validity;
