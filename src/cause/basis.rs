//! What a status rests on.

use std::net::SocketAddr;

use hickory_resolver::proto::rr::Name;

/// What a status rests on, secure or insecure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The signatures of this zone.
    SignedBy(Name),
    /// A delegation to this zone without DS.
    NoDs(Name),
    /// No DS of this zone has a supported algorithm and digest (RFC 4035 section 5.2).
    UnsupportedDs(Name),
    /// This zone is secured by SHA-1 alone, and that is switched off (RFC 9905 section 2).
    Sha1(Name),
    /// No key of this zone has a size that can be checked.
    UncheckableKeys(Name),
    /// An opt-out span of this zone (RFC 5155 section 6).
    OptOut(Name),
    /// This zone asks for too many NSEC3 iterations (RFC 9276 section 3.2).
    Iterations(Name),
    /// No trust anchor encloses the name.
    NoAnchor,
    /// The word of this resolver, AD.
    Ad(SocketAddr),
    /// Its word, no AD.
    NoAd(SocketAddr),
    /// DNSSEC is not looked at.
    NotLookedAt,
    /// These resolvers serve DNSSEC records, as a probe showed, and these trust anchors sign these zones' keys.
    Serving(Vec<SocketAddr>, Vec<(Name, Vec<u16>)>),
    /// They validate, as a probe showed.
    Validating(Vec<SocketAddr>),
}

impl Basis {
    /// Whether what rests on it is secure; else it is insecure.
    pub(crate) fn is_secure(&self) -> bool {
        matches!(self, Self::SignedBy(_) | Self::Ad(_)) || self.is_probe()
    }

    /// Whether it is about resolvers and no records.
    pub(crate) fn is_probe(&self) -> bool {
        matches!(self, Self::Serving(..) | Self::Validating(_))
    }
}
