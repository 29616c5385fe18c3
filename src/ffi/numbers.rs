//! The enumerations of the header as they cross the border: ints, which are checked, under the names that C has for them.
//!
//! What C hands over may be any number, so no function takes or returns a Rust enum. The header is not made from this file:
//! it so has the names and, from the enums, what they mean.

use std::ffi::c_int;

pub(super) type dane_policy_action = c_int;
pub(super) type dane_policy_certificate = c_int;
pub(super) type dane_policy_detail = c_int;
pub(super) type dane_policy_dnssec = c_int;
pub(super) type dane_policy_error = c_int;
pub(super) type dane_policy_level = c_int;
pub(super) type dane_policy_reason = c_int;
pub(super) type dane_policy_result = c_int;
pub(super) type dane_policy_scope = c_int;
pub(super) type dane_policy_status = c_int;
pub(super) type dane_policy_verification_outcome = c_int;
