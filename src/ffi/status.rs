//! Statuses and levels as numbers.

use std::ffi::{CStr, c_char, c_int};

use super::boundary::guard;
use super::error::{Code, MISUSE};
use crate::cause::Detail;
use crate::decide::{Action, Address, Certificate, Level, Mx, Tlsa};
use crate::dns::{self, Mode};

/// The DNSSEC status of an RRset, and the values of the decision table's columns.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not looked up.
    NotApplicable = 0,
    /// Proven authentic.
    Secure = 1,
    /// Proven to be outside DNSSEC.
    Insecure = 2,
    /// It does not exist.
    Nxdomain = 3,
    /// Not knowable: a proof failed, or no usable answer.
    Bogus = 4,
    /// TLSA only: secure, but no record is usable.
    Unusable = 5,
    /// MX only: named by the administrator; counts as secure.
    Configured = 6,
    /// Of an answer only: no usable answer. As an input it is decided as bogus.
    Indeterminate = 7,
}

/// How much DANE is demanded.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LevelNumber {
    /// Use DANE where the destination offers it (RFC 7672 section 2.2).
    Dane = 1,
    /// Deliver only over a DANE-verified connection (RFC 7672 section 6, mandatory DANE).
    DaneOnly = 2,
    /// For dane_policy_context_set_destination_level only: no DANE, opportunistic TLS.
    Off = 3,
}

impl From<Option<Level>> for LevelNumber {
    fn from(level: Option<Level>) -> Self {
        match level {
            Some(Level::Dane) => Self::Dane,
            Some(Level::DaneOnly) => Self::DaneOnly,
            None => Self::Off,
        }
    }
}

const ALL: [Status; 8] = [
    Status::NotApplicable,
    Status::Secure,
    Status::Insecure,
    Status::Nxdomain,
    Status::Bogus,
    Status::Unusable,
    Status::Configured,
    Status::Indeterminate,
];

pub(super) fn status(number: c_int) -> Result<Status, Code> {
    usize::try_from(number).ok().and_then(|index| ALL.get(index).copied()).ok_or(MISUSE)
}

impl From<Mx> for Status {
    fn from(mx: Mx) -> Self {
        match mx {
            Mx::NotApplicable => Self::NotApplicable,
            Mx::Secure => Self::Secure,
            Mx::Insecure => Self::Insecure,
            Mx::Nxdomain => Self::Nxdomain,
            Mx::Bogus => Self::Bogus,
            Mx::Configured => Self::Configured,
        }
    }
}

impl From<Address> for Status {
    fn from(address: Address) -> Self {
        match address {
            Address::NotApplicable => Self::NotApplicable,
            Address::Secure => Self::Secure,
            Address::Insecure => Self::Insecure,
            Address::Nxdomain => Self::Nxdomain,
            Address::Bogus => Self::Bogus,
        }
    }
}

impl From<Tlsa> for Status {
    fn from(tlsa: Tlsa) -> Self {
        match tlsa {
            Tlsa::NotApplicable => Self::NotApplicable,
            Tlsa::Secure => Self::Secure,
            Tlsa::Insecure => Self::Insecure,
            Tlsa::Nxdomain => Self::Nxdomain,
            Tlsa::Bogus => Self::Bogus,
            Tlsa::Unusable => Self::Unusable,
        }
    }
}

impl From<dns::Status> for Status {
    fn from(status: dns::Status) -> Self {
        match status {
            dns::Status::Secure => Self::Secure,
            dns::Status::Insecure => Self::Insecure,
            dns::Status::Bogus => Self::Bogus,
            dns::Status::Indeterminate => Self::Indeterminate,
        }
    }
}

pub(super) fn mx(number: c_int) -> Result<Mx, Code> {
    match status(number)? {
        Status::NotApplicable => Ok(Mx::NotApplicable),
        Status::Secure => Ok(Mx::Secure),
        Status::Insecure => Ok(Mx::Insecure),
        Status::Nxdomain => Ok(Mx::Nxdomain),
        Status::Bogus | Status::Indeterminate => Ok(Mx::Bogus),
        Status::Configured => Ok(Mx::Configured),
        Status::Unusable => Err(MISUSE),
    }
}

pub(super) fn address(number: c_int) -> Result<Address, Code> {
    match status(number)? {
        Status::NotApplicable => Ok(Address::NotApplicable),
        Status::Secure => Ok(Address::Secure),
        Status::Insecure => Ok(Address::Insecure),
        Status::Nxdomain => Ok(Address::Nxdomain),
        Status::Bogus | Status::Indeterminate => Ok(Address::Bogus),
        Status::Unusable | Status::Configured => Err(MISUSE),
    }
}

pub(super) fn tlsa(number: c_int) -> Result<Tlsa, Code> {
    match status(number)? {
        Status::NotApplicable => Ok(Tlsa::NotApplicable),
        Status::Secure => Ok(Tlsa::Secure),
        Status::Insecure => Ok(Tlsa::Insecure),
        Status::Nxdomain => Ok(Tlsa::Nxdomain),
        Status::Bogus | Status::Indeterminate => Ok(Tlsa::Bogus),
        Status::Unusable => Ok(Tlsa::Unusable),
        Status::Configured => Err(MISUSE),
    }
}

pub(super) fn level(number: c_int) -> Result<Level, Code> {
    let is_number = |level: &Level| LevelNumber::from(Some(*level)) as i32 == number;
    Level::ALL.iter().copied().find(is_number).ok_or(MISUSE)
}

/// A level, or none for OFF.
pub(super) fn destination_level(number: c_int) -> Result<Option<Level>, Code> {
    if number == LevelNumber::Off as i32 { Ok(None) } else { level(number).map(Some) }
}

pub(super) fn mode(number: c_int) -> Result<Mode, Code> {
    [Mode::Validate, Mode::TrustAd].into_iter().find(|mode| *mode as i32 == number).ok_or(MISUSE)
}

pub(super) fn certificate(number: c_int) -> Result<Certificate, Code> {
    Certificate::ALL.iter().copied().find(|certificate| *certificate as i32 == number).ok_or(MISUSE)
}

fn word_of(word: Option<&'static CStr>) -> *const c_char {
    word.unwrap_or(c"unknown").as_ptr()
}

/// What a return code means, in a few words. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_error_text(code: c_int) -> *const c_char {
    guard(c"internal error".as_ptr(), || {
        let text = match code {
            0 => c"done",
            1 => c"misuse: NULL, a number out of range, or a text that does not parse",
            2 => c"out of memory",
            3 => c"internal error",
            _ => c"unknown code",
        };
        text.as_ptr()
    })
}

/// The word for an action: "deliver", "defer", ... "unknown" for a number out of range. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_action_name(action: c_int) -> *const c_char {
    guard(c"unknown".as_ptr(), || {
        let action = Action::ALL.iter().copied().find(|known| *known as i32 == action);
        word_of(action.map(Action::c_name))
    })
}

/// The word for a detail: "mx-insecure", "no-match", ...; "" for DANE_POLICY_DETAIL_NONE. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_detail_name(detail: c_int) -> *const c_char {
    guard(c"unknown".as_ptr(), || {
        let detail = Detail::ALL.iter().copied().find(|known| *known as i32 == detail);
        word_of(detail.map(Detail::c_name))
    })
}

/// The word for a status: "secure", "insecure", "nxdomain", "bogus", ... Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_status_name(status: c_int) -> *const c_char {
    guard(c"unknown".as_ptr(), || {
        let word = self::status(status).ok().map(|status| match status {
            Status::NotApplicable => c"not-applicable",
            Status::Secure => c"secure",
            Status::Insecure => c"insecure",
            Status::Nxdomain => c"nxdomain",
            Status::Bogus => c"bogus",
            Status::Unusable => c"unusable",
            Status::Configured => c"configured",
            Status::Indeterminate => c"indeterminate",
        });
        word_of(word)
    })
}
