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

pub(super) const ALL: [Status; 8] = [
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
    at(&ALL, number)
}

/// The value of this number, counted from 0.
fn at<T: Copy>(values: &[T], number: c_int) -> Result<T, Code> {
    usize::try_from(number).ok().and_then(|index| values.get(index).copied()).ok_or(MISUSE)
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

/// The status of an MX RRset by its number.
pub(super) fn mx_of(number: c_int) -> Result<Mx, Code> {
    mx(status(number)?).ok_or(MISUSE)
}

/// What a status is as one of the MX RRset.
pub(super) const fn mx(status: Status) -> Option<Mx> {
    match status {
        Status::NotApplicable => Some(Mx::NotApplicable),
        Status::Secure => Some(Mx::Secure),
        Status::Insecure => Some(Mx::Insecure),
        Status::Nxdomain => Some(Mx::Nxdomain),
        Status::Bogus | Status::Indeterminate => Some(Mx::Bogus),
        Status::Configured => Some(Mx::Configured),
        Status::Unusable => None,
    }
}

pub(super) const fn address(status: Status) -> Option<Address> {
    match status {
        Status::NotApplicable => Some(Address::NotApplicable),
        Status::Secure => Some(Address::Secure),
        Status::Insecure => Some(Address::Insecure),
        Status::Nxdomain => Some(Address::Nxdomain),
        Status::Bogus | Status::Indeterminate => Some(Address::Bogus),
        Status::Unusable | Status::Configured => None,
    }
}

pub(super) const fn tlsa(status: Status) -> Option<Tlsa> {
    match status {
        Status::NotApplicable => Some(Tlsa::NotApplicable),
        Status::Secure => Some(Tlsa::Secure),
        Status::Insecure => Some(Tlsa::Insecure),
        Status::Nxdomain => Some(Tlsa::Nxdomain),
        Status::Bogus | Status::Indeterminate => Some(Tlsa::Bogus),
        Status::Unusable => Some(Tlsa::Unusable),
        Status::Configured => None,
    }
}

/// A level, or none for OFF.
pub(super) fn level_or_off(number: c_int) -> Result<Option<Level>, Code> {
    const LEVELS: [Option<Level>; 3] = [Some(Level::Dane), Some(Level::DaneOnly), None];
    const FIRST: c_int = LevelNumber::Dane as c_int;
    at(&LEVELS, number.wrapping_sub(FIRST))
}

pub(super) fn mode(number: c_int) -> Result<Mode, Code> {
    [Mode::Validate, Mode::TrustAd].into_iter().find(|mode| *mode as i32 == number).ok_or(MISUSE)
}

pub(super) fn certificate(number: c_int) -> Result<Certificate, Code> {
    at(Certificate::ALL, number)
}
