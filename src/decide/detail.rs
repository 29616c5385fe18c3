//! Which RRset or check gave the reason.

/// The fine print of a reason, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Detail {
    /// Nothing to add.
    None = 0,
    /// The MX RRset, or an alias on the way to it, is insecure.
    MxInsecure = 1,
    /// The proof of the MX RRset failed.
    MxBogus = 2,
    /// The domain does not exist.
    MxNone = 3,
    /// The address RRset is insecure.
    AddressInsecure = 4,
    /// The proof of an address RRset failed.
    AddressBogus = 5,
    /// The host has no address.
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
}

impl Detail {
    /// Every detail, in the order of its numbers.
    pub const ALL: [Self; 40] = [
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
    ];

    /// The word used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::MxInsecure => "mx-insecure",
            Self::MxBogus => "mx-bogus",
            Self::MxNone => "mx-none",
            Self::AddressInsecure => "address-insecure",
            Self::AddressBogus => "address-bogus",
            Self::AddressNone => "address-none",
            Self::TlsaInsecure => "tlsa-insecure",
            Self::TlsaBogus => "tlsa-bogus",
            Self::TlsaNone => "tlsa-none",
            Self::TlsaUnusable => "tlsa-unusable",
            Self::NoMatch => "no-match",
            Self::NameMismatch => "name-mismatch",
            Self::Expired => "expired",
            Self::ChainInvalid => "chain-invalid",
            Self::TaAbsent => "ta-absent",
            Self::ResolverStripsDnssec => "resolver-strips-dnssec",
            Self::Timeout => "timeout",
            Self::NameInvalid => "name-invalid",
            Self::ServerFailure => "server-failure",
            Self::ResolverDoesNotValidate => "resolver-does-not-validate",
            Self::BudgetExceeded => "budget-exceeded",
            Self::AddressLiteral => "address-literal",
            Self::NoStarttls => "no-starttls",
            Self::StarttlsRefused => "starttls-refused",
            Self::HandshakeFailed => "handshake-failed",
            Self::ConnectionFailed => "connection-failed",
            Self::NullMx => "null-mx",
            Self::HostNotInMx => "host-not-in-mx",
            Self::PolicyUnavailable => "policy-unavailable",
            Self::Matched => "matched",
            Self::WeakKey => "weak-key",
            Self::WeakerDigest => "weaker-digest",
            Self::UsageUnsupported => "usage-unsupported",
            Self::SelectorUnknown => "selector-unknown",
            Self::MatchingTypeUnknown => "matching-type-unknown",
            Self::DataMalformed => "data-malformed",
            Self::NotYetValid => "not-yet-valid",
            Self::LimitExceeded => "limit-exceeded",
            Self::AliasLoop => "alias-loop",
        }
    }
}
