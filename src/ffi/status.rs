//! Statuses and levels as numbers.

use std::ffi::c_int;

use super::error::{Code, MISUSE};
use crate::decide::{Address, Certificate, Level, Mx, Tlsa};
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
    /// No DANE: opportunistic TLS, and nothing about DNSSEC is asked. Not for dane_policy_decide.
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

/// A level of the decision table.
pub(super) fn level(number: c_int) -> Result<Level, Code> {
    level_or_off(number)?.ok_or(MISUSE)
}

/// A level, or none for OFF.
pub(super) fn level_or_off(number: c_int) -> Result<Option<Level>, Code> {
    let mut levels = Level::ALL.iter().copied().map(Some).chain([None]);
    levels.find(|level| LevelNumber::from(*level) as i32 == number).ok_or(MISUSE)
}

pub(super) fn mode(number: c_int) -> Result<Mode, Code> {
    [Mode::Validate, Mode::TrustAd].into_iter().find(|mode| *mode as i32 == number).ok_or(MISUSE)
}

pub(super) fn certificate(number: c_int) -> Result<Certificate, Code> {
    Certificate::ALL.iter().copied().find(|certificate| *certificate as i32 == number).ok_or(MISUSE)
}
