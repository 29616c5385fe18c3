//! Words for numbers.

use std::ffi::{CStr, c_char, c_int};

use super::boundary::guard;
use super::error::{Code, MISUSE};
use super::status::{self, LevelNumber, Status};
use crate::cause::Detail;
use crate::decide::{Action, Certificate, Scope};
use crate::dns::Mode;

/// The word for a number, whatever number it is.
fn word<T>(value: Result<T, Code>, of: impl FnOnce(T) -> &'static CStr) -> *const c_char {
    guard(c"unknown".as_ptr(), || value.map_or(c"unknown", of).as_ptr())
}

/// The value of that number among all there are.
fn find<T: Copy>(all: &[T], number: impl Fn(T) -> c_int, wanted: c_int) -> Result<T, Code> {
    all.iter().copied().find(|value| number(*value) == wanted).ok_or(MISUSE)
}

/// The word for an action: "deliver", "defer", "opportunistic", "encrypt", "verify" or "fail"; "unknown" for a number that
/// is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_action_name(action: c_int) -> *const c_char {
    word(find(Action::ALL, |action| action as i32, action), Action::c_name)
}

/// The word for a detail: "mx-insecure", "no-match", ...; "" for DANE_POLICY_DETAIL_NONE, "unknown" for a number that is
/// none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_detail_name(detail: c_int) -> *const c_char {
    word(find(Detail::ALL, |detail| detail as i32, detail), Detail::c_name)
}

/// The word for a status: "not-applicable", "secure", "insecure", "nxdomain", "bogus", "unusable", "configured" or
/// "indeterminate"; "unknown" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_status_name(status: c_int) -> *const c_char {
    word(status::status(status), |status| match status {
        Status::NotApplicable => c"not-applicable",
        Status::Secure => c"secure",
        Status::Insecure => c"insecure",
        Status::Nxdomain => c"nxdomain",
        Status::Bogus => c"bogus",
        Status::Unusable => c"unusable",
        Status::Configured => c"configured",
        Status::Indeterminate => c"indeterminate",
    })
}

/// The word for what a connection showed: "not-applicable", "successful", "unsuccessful", "no-starttls", "handshake-failed",
/// "connection-failed" or "established"; "unknown" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_certificate_name(certificate: c_int) -> *const c_char {
    word(status::certificate(certificate), |certificate| match certificate {
        Certificate::NotApplicable => c"not-applicable",
        Certificate::Successful => c"successful",
        Certificate::Unsuccessful => c"unsuccessful",
        Certificate::NoStarttls => c"no-starttls",
        Certificate::HandshakeFailed => c"handshake-failed",
        Certificate::ConnectionFailed => c"connection-failed",
        Certificate::Established => c"established",
    })
}

/// The word for what a reason speaks of: "host" or "domain"; "unknown" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_scope_name(scope: c_int) -> *const c_char {
    let scope = find(&[Scope::Host, Scope::Domain], |scope| scope as i32, scope);
    word(scope, |scope| match scope {
        Scope::Host => c"host",
        Scope::Domain => c"domain",
    })
}

/// The word for a level: "dane", "dane-only" or "off"; "unknown" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_level_name(level: c_int) -> *const c_char {
    word(status::level_or_off(level), |level| match LevelNumber::from(level) {
        LevelNumber::Dane => c"dane",
        LevelNumber::DaneOnly => c"dane-only",
        LevelNumber::Off => c"off",
    })
}

/// The word for where a DNSSEC status comes from: "validate" or "trust-ad"; "unknown" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_dnssec_name(mode: c_int) -> *const c_char {
    word(status::mode(mode), |mode| match mode {
        Mode::Validate => c"validate",
        Mode::TrustAd => c"trust-ad",
    })
}

/// What a return code means, in a few words; "unknown code" for a number that is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_error_text(code: c_int) -> *const c_char {
    let text = match code {
        0 => c"done",
        1 => c"misuse: NULL, a number out of range, or a text that does not parse",
        2 => c"out of memory",
        3 => c"internal error",
        4 => c"connection cut, or time ran out",
        5 => c"not now",
        _ => c"unknown code",
    };
    text.as_ptr()
}
