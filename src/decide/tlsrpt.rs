//! What a TLS report says of a failure.

use std::ffi::CStr;

use crate::text::word;

/// A failure type of RFC 8460 section 4.3, with libtlsrpt's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Tlsrpt {
    /// The server offers no STARTTLS, or refuses it.
    StarttlsNotSupported = 201,
    /// No reference identifier is in the certificate.
    CertificateHostMismatch = 202,
    /// The chain does not verify.
    CertificateNotTrusted = 203,
    /// A certificate is outside its validity.
    CertificateExpired = 204,
    /// Any other failure.
    ValidationFailure = 205,
    /// No TLSA record is usable.
    TlsaInvalid = 304,
    /// A DNSSEC proof failed.
    DnssecInvalid = 305,
    /// DANE is mandatory and the destination offers none.
    DaneRequired = 306,
}

impl Tlsrpt {
    /// RFC 8460's word.
    pub const fn result_type(self) -> &'static str {
        word(self.c_result_type())
    }

    /// The same for C.
    pub(crate) const fn c_result_type(self) -> &'static CStr {
        match self {
            Self::StarttlsNotSupported => c"starttls-not-supported",
            Self::CertificateHostMismatch => c"certificate-host-mismatch",
            Self::CertificateNotTrusted => c"certificate-not-trusted",
            Self::CertificateExpired => c"certificate-expired",
            Self::ValidationFailure => c"validation-failure",
            Self::TlsaInvalid => c"tlsa-invalid",
            Self::DnssecInvalid => c"dnssec-invalid",
            Self::DaneRequired => c"dane-required",
        }
    }
}
