//! The columns of the decision table.

/// How much DANE the sender demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Use DANE where the destination offers it (RFC 7672 section 2.2).
    Dane = 1,
    /// Deliver only over a DANE-verified connection (RFC 7672 section 6, mandatory DANE).
    DaneOnly = 2,
}

/// Status of the MX RRset, or of its denial where the domain is its own host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mx {
    /// Not looked up; decided as bogus, so that a forgotten argument fails closed.
    NotApplicable,
    /// Proven authentic.
    Secure,
    /// Proven to be outside DNSSEC.
    Insecure,
    /// The domain does not exist.
    Nxdomain,
    /// Not knowable: validation failed, or no usable answer.
    Bogus,
    /// The host was named by the administrator; counts as secure (RFC 7672 section 2.2.2).
    Configured,
}

/// Status of the host's A and AAAA RRsets together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Not looked up.
    NotApplicable,
    /// Addresses behind a secure first response.
    Secure,
    /// Addresses behind an insecure first response.
    Insecure,
    /// No address.
    Nxdomain,
    /// Not knowable.
    Bogus,
}

/// Status of the TLSA RRset of the base domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tlsa {
    /// Not looked up.
    NotApplicable,
    /// Secure, with at least one usable record.
    Secure,
    /// Records outside DNSSEC.
    Insecure,
    /// No records.
    Nxdomain,
    /// Not knowable.
    Bogus,
    /// Secure, but no record is usable (RFC 7671 section 4).
    Unusable,
}

/// What the connection showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Certificate {
    /// Not connected yet.
    NotApplicable = 0,
    /// The chain matches a TLSA record.
    Successful = 1,
    /// A chain was seen and does not match.
    Unsuccessful = 2,
    /// The server does not offer STARTTLS.
    NoStarttls = 3,
    /// STARTTLS was refused, or the TLS handshake failed.
    HandshakeFailed = 4,
    /// No TCP connection, or no SMTP greeting.
    ConnectionFailed = 5,
    /// TLS was established, and there is no usable TLSA record to match (RFC 7672 section 2.2).
    Established = 6,
}

impl Level {
    /// Every level.
    pub const ALL: &[Self] = &[Self::Dane, Self::DaneOnly];
}

impl Mx {
    /// Every value of the column.
    pub const ALL: [Self; 6] = [
        Self::NotApplicable,
        Self::Secure,
        Self::Insecure,
        Self::Nxdomain,
        Self::Bogus,
        Self::Configured,
    ];
}

impl Address {
    /// Every value of the column.
    pub const ALL: [Self; 5] =
        [Self::NotApplicable, Self::Secure, Self::Insecure, Self::Nxdomain, Self::Bogus];
}

impl Tlsa {
    /// Every value of the column.
    pub const ALL: [Self; 6] = [
        Self::NotApplicable,
        Self::Secure,
        Self::Insecure,
        Self::Nxdomain,
        Self::Bogus,
        Self::Unusable,
    ];
}

impl Certificate {
    /// Every value of the column.
    pub const ALL: &[Self] = &[
        Self::NotApplicable,
        Self::Successful,
        Self::Unsuccessful,
        Self::NoStarttls,
        Self::HandshakeFailed,
        Self::ConnectionFailed,
        Self::Established,
    ];
}
