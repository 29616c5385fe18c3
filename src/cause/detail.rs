//! Which RRset or check gave the reason.

use std::ffi::CStr;

use crate::text::word;

/// The fine print of a reason, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing to add.
    None = 0,
    /// The MX RRset, or an alias on the way to it, is insecure.
    MxInsecure = 1,
    /// The proof of the MX RRset failed.
    MxBogus = 2,
    /// The domain does not exist, or its MX records name no host.
    MxNone = 3,
    /// The address RRset is insecure.
    AddressInsecure = 4,
    /// The proof of an address RRset failed.
    AddressBogus = 5,
    /// The host has no address, or without MX records the domain itself.
    AddressNone = 6,
    /// The TLSA RRset is insecure.
    TlsaInsecure = 7,
    /// The proof of the TLSA RRset failed.
    TlsaBogus = 8,
    /// There is no TLSA RRset.
    TlsaNone = 9,
    /// No TLSA record is usable.
    TlsaUnusable = 10,
    /// No TLSA record matches the chain.
    NoMatch = 11,
    /// The certificate names none of the reference identifiers.
    NameMismatch = 12,
    /// A certificate has expired.
    Expired = 13,
    /// The chain does not lead to the trust anchor.
    ChainInvalid = 14,
    /// The record names a certificate that the server did not send.
    TaAbsent = 15,
    /// The resolver removes DNSSEC records.
    ResolverStripsDnssec = 16,
    /// No answer in time.
    Timeout = 17,
    /// Not a usable domain name.
    NameInvalid = 18,
    /// The resolver reported a failure.
    ServerFailure = 19,
    /// The resolver did not vouch for the signed root.
    ResolverDoesNotValidate = 20,
    /// The answer demands more work than one call may spend.
    BudgetExceeded = 21,
    /// The next hop or MX target is an IP address.
    AddressLiteral = 22,
    /// The server does not offer STARTTLS.
    NoStarttls = 23,
    /// The server refused the STARTTLS command.
    StarttlsRefused = 24,
    /// The TLS handshake failed.
    HandshakeFailed = 25,
    /// No TCP connection, or no SMTP greeting.
    ConnectionFailed = 26,
    /// The domain publishes a null MX.
    NullMx = 27,
    /// The host is not among the MX hosts.
    HostNotInMx = 28,
    /// No decision was made.
    PolicyUnavailable = 29,
    /// The record matches.
    Matched = 30,
    /// Matched, although the key is weak.
    WeakKey = 31,
    /// Set aside for a stronger digest (RFC 7671 section 9).
    WeakerDigest = 32,
    /// Certificate usage other than DANE-TA and DANE-EE.
    UsageUnsupported = 33,
    /// Unknown selector.
    SelectorUnknown = 34,
    /// Unknown matching type.
    MatchingTypeUnknown = 35,
    /// Empty, truncated or unparsable association data.
    DataMalformed = 36,
    /// A certificate is not valid yet.
    NotYetValid = 37,
    /// The chain is larger than verification allows.
    LimitExceeded = 38,
    /// Too many aliases, or a loop of them.
    AliasLoop = 39,
    /// DANE is switched off for this destination.
    DaneOff = 40,
    /// No key of the zone is the configured trust anchor: a matter of this host or its resolver, and of no domain's owner.
    TrustAnchor = 41,
}

impl Detail {
    /// Every detail, in the order of its numbers.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::MxInsecure,
        Self::MxBogus,
        Self::MxNone,
        Self::AddressInsecure,
        Self::AddressBogus,
        Self::AddressNone,
        Self::TlsaInsecure,
        Self::TlsaBogus,
        Self::TlsaNone,
        Self::TlsaUnusable,
        Self::NoMatch,
        Self::NameMismatch,
        Self::Expired,
        Self::ChainInvalid,
        Self::TaAbsent,
        Self::ResolverStripsDnssec,
        Self::Timeout,
        Self::NameInvalid,
        Self::ServerFailure,
        Self::ResolverDoesNotValidate,
        Self::BudgetExceeded,
        Self::AddressLiteral,
        Self::NoStarttls,
        Self::StarttlsRefused,
        Self::HandshakeFailed,
        Self::ConnectionFailed,
        Self::NullMx,
        Self::HostNotInMx,
        Self::PolicyUnavailable,
        Self::Matched,
        Self::WeakKey,
        Self::WeakerDigest,
        Self::UsageUnsupported,
        Self::SelectorUnknown,
        Self::MatchingTypeUnknown,
        Self::DataMalformed,
        Self::NotYetValid,
        Self::LimitExceeded,
        Self::AliasLoop,
        Self::DaneOff,
        Self::TrustAnchor,
    ];

    /// The word used in JSON.
    pub const fn name(self) -> &'static str {
        word(self.c_name())
    }

    /// The same for C.
    pub(crate) const fn c_name(self) -> &'static CStr {
        match self {
            Self::None => c"",
            Self::MxInsecure => c"mx-insecure",
            Self::MxBogus => c"mx-bogus",
            Self::MxNone => c"mx-none",
            Self::AddressInsecure => c"address-insecure",
            Self::AddressBogus => c"address-bogus",
            Self::AddressNone => c"address-none",
            Self::TlsaInsecure => c"tlsa-insecure",
            Self::TlsaBogus => c"tlsa-bogus",
            Self::TlsaNone => c"tlsa-none",
            Self::TlsaUnusable => c"tlsa-unusable",
            Self::NoMatch => c"no-match",
            Self::NameMismatch => c"name-mismatch",
            Self::Expired => c"expired",
            Self::ChainInvalid => c"chain-invalid",
            Self::TaAbsent => c"ta-absent",
            Self::ResolverStripsDnssec => c"resolver-strips-dnssec",
            Self::Timeout => c"timeout",
            Self::NameInvalid => c"name-invalid",
            Self::ServerFailure => c"server-failure",
            Self::ResolverDoesNotValidate => c"resolver-does-not-validate",
            Self::BudgetExceeded => c"budget-exceeded",
            Self::AddressLiteral => c"address-literal",
            Self::NoStarttls => c"no-starttls",
            Self::StarttlsRefused => c"starttls-refused",
            Self::HandshakeFailed => c"handshake-failed",
            Self::ConnectionFailed => c"connection-failed",
            Self::NullMx => c"null-mx",
            Self::HostNotInMx => c"host-not-in-mx",
            Self::PolicyUnavailable => c"policy-unavailable",
            Self::Matched => c"matched",
            Self::WeakKey => c"weak-key",
            Self::WeakerDigest => c"weaker-digest",
            Self::UsageUnsupported => c"usage-unsupported",
            Self::SelectorUnknown => c"selector-unknown",
            Self::MatchingTypeUnknown => c"matching-type-unknown",
            Self::DataMalformed => c"data-malformed",
            Self::NotYetValid => c"not-yet-valid",
            Self::LimitExceeded => c"limit-exceeded",
            Self::AliasLoop => c"alias-loop",
            Self::DaneOff => c"dane-off",
            Self::TrustAnchor => c"trust-anchor",
        }
    }
}
