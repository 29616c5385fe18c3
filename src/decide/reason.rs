//! Why a message is deferred or refused.

use std::ffi::CStr;

use super::Tlsrpt;
use crate::cause::Detail;
use crate::text::word;

/// The reason of a decision; its text is part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing to explain.
    None = 0,
    /// The chain matches no TLSA record.
    NotTrusted = 1,
    /// MX, address or TLSA lie outside DNSSEC, and DANE is mandatory.
    NonDnssec = 2,
    /// No TLSA record, and DANE is mandatory.
    NoTlsa = 3,
    /// The TLSA lookup failed.
    TlsaLookup = 4,
    /// The MX or address lookup failed or found nothing; with FAIL the domain does not exist, or has neither.
    NotFound = 5,
    /// Secure TLSA records, none usable, and DANE is mandatory.
    NoUsableTlsa = 6,
    /// The server does not offer STARTTLS.
    TlsNotOffered = 7,
    /// STARTTLS was refused, or the TLS handshake failed.
    HandshakeFailed = 8,
    /// No TCP connection, or no SMTP greeting.
    ConnectionFailed = 9,
    /// Null MX.
    NoMail = 10,
    /// The host is not in the MX records that were looked up.
    NotInMx = 11,
    /// No decision was made.
    Unavailable = 12,
}

impl Reason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::NotTrusted,
        Self::NonDnssec,
        Self::NoTlsa,
        Self::TlsaLookup,
        Self::NotFound,
        Self::NoUsableTlsa,
        Self::TlsNotOffered,
        Self::HandshakeFailed,
        Self::ConnectionFailed,
        Self::NoMail,
        Self::NotInMx,
        Self::Unavailable,
    ];

    /// The short text, exact and stable.
    pub const fn text(self) -> &'static str {
        word(self.c_text())
    }

    /// The same for C.
    pub(crate) const fn c_text(self) -> &'static CStr {
        match self {
            Self::None => c"",
            Self::NotTrusted => c"server certificate not trusted",
            Self::NonDnssec => c"non-DNSSEC destination",
            Self::NoTlsa => c"no TLSA record",
            Self::TlsaLookup => c"TLSA lookup error",
            Self::NotFound => c"host or domain name not found",
            Self::NoUsableTlsa => c"no usable TLSA record",
            Self::TlsNotOffered => c"TLS required but not offered",
            Self::HandshakeFailed => c"TLS handshake failed",
            Self::ConnectionFailed => c"connection failed",
            Self::NoMail => c"domain does not accept mail",
            Self::NotInMx => c"host not in MX records",
            Self::Unavailable => c"policy not available",
        }
    }

    pub(super) const fn c_enhanced_status(self, detail: Detail) -> &'static CStr {
        match self {
            Self::None => c"",
            Self::NotTrusted
            | Self::NonDnssec
            | Self::NoTlsa
            | Self::TlsaLookup
            | Self::NoUsableTlsa
            | Self::HandshakeFailed => c"4.7.5",
            Self::TlsNotOffered => c"4.7.4",
            Self::NotFound => match detail {
                Detail::MxNone | Detail::AddressNone | Detail::NameInvalid => c"4.4.4",
                _ => c"4.4.3",
            },
            Self::ConnectionFailed => c"4.4.1",
            Self::NoMail => c"5.1.10",
            Self::NotInMx => c"4.4.4",
            Self::Unavailable => c"4.3.0",
        }
    }

    pub(super) const fn tlsrpt(self, detail: Detail) -> Option<Tlsrpt> {
        match self {
            Self::NotTrusted => Some(match detail {
                Detail::NameMismatch => Tlsrpt::CertificateHostMismatch,
                Detail::Expired | Detail::NotYetValid => Tlsrpt::CertificateExpired,
                Detail::ChainInvalid => Tlsrpt::CertificateNotTrusted,
                _ => Tlsrpt::ValidationFailure,
            }),
            Self::NonDnssec | Self::NoTlsa => Some(Tlsrpt::DaneRequired),
            Self::TlsaLookup | Self::NotFound => match detail {
                Detail::MxBogus | Detail::AddressBogus | Detail::TlsaBogus => {
                    Some(Tlsrpt::DnssecInvalid)
                }
                _ => None,
            },
            Self::NoUsableTlsa => Some(Tlsrpt::TlsaInvalid),
            Self::TlsNotOffered => Some(Tlsrpt::StarttlsNotSupported),
            Self::HandshakeFailed => Some(match detail {
                Detail::StarttlsRefused => Tlsrpt::StarttlsNotSupported,
                _ => Tlsrpt::ValidationFailure,
            }),
            Self::None
            | Self::ConnectionFailed
            | Self::NoMail
            | Self::NotInMx
            | Self::Unavailable => None,
        }
    }
}
