//! What is known of a column of the decision table, or of an answer.

use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::{Basis, Cause, Subject};
use crate::dns::wire::names::{InvalidName, depth};
use crate::dns::wire::rtype;

/// What is known, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The MX RRset of a domain, or its denial.
    Mx { domain: Name, kind: MxKind, basis: Arc<Basis> },
    /// The MX status is the caller's, about the host that he calls so.
    GivenMx(String),
    /// No such name.
    NoName { name: Name, basis: Arc<Basis> },
    /// A host has addresses.
    Address { host: Name, basis: Arc<Basis> },
    /// A host has addresses, behind secure aliases in an insecure zone.
    AliasOfInsecure { host: Name, basis: Arc<Basis> },
    /// A host has none.
    NoAddress(Name),
    /// A domain has neither MX records nor addresses; what the weakest of the denials rests on.
    NoMailHost { domain: Name, basis: Arc<Basis> },
    /// What is called a host is an IP address.
    AddressLiteral,
    /// A TLSA RRset; where no record is usable, what is wrong with the first.
    Tlsa { owner: Name, count: usize, fault: Option<&'static str>, basis: Arc<Basis> },
    /// A TLSA RRset outside DNSSEC.
    InsecureTlsa { owner: Name, basis: Arc<Basis> },
    /// No TLSA RRset.
    NoTlsa { owner: Name, basis: Arc<Basis> },
    /// The TLSA records of a host would have too long a name.
    TooLongForTlsa(Name),
    /// No status for the RRset that was asked for.
    Trouble { subject: Subject, cause: Arc<Cause> },
    /// DANE is off for this destination.
    DaneOff,
    /// What is called a domain or a host is no name.
    InvalidName(InvalidName),
    /// An answer of so many records.
    Records { count: usize, basis: Arc<Basis> },
    /// An answer without records.
    Denial { exists: bool, basis: Arc<Basis> },
    /// An answer without a status.
    Failure(Arc<Cause>),
    /// What a probe of the resolvers showed.
    Probe(Arc<Basis>),
}

/// How a domain's mail is directed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MxKind {
    /// By MX records.
    Listed,
    /// To the domain itself, which has none (RFC 5321 section 5.1).
    Implicit,
    /// Nowhere (RFC 7505).
    Null,
    /// By MX records of which none names a host.
    Hostless,
}

impl Finding {
    /// Whether the sentence names what the decision is about: this host or domain, if it has a name.
    pub(crate) fn names(&self, host: Option<&Name>) -> bool {
        let is_host = |name: &Name| host == Some(name);
        let is_of_host = |owner: &Name| host.is_some_and(|host| is_tlsa_owner(owner, host));
        match self {
            Self::GivenMx(_) => true,
            Self::Mx { domain: name, .. }
            | Self::NoName { name, .. }
            | Self::NoMailHost { domain: name, .. }
            | Self::Address { host: name, .. }
            | Self::AliasOfInsecure { host: name, .. }
            | Self::NoAddress(name)
            | Self::TooLongForTlsa(name) => is_host(name),
            Self::Tlsa { owner, .. }
            | Self::InsecureTlsa { owner, .. }
            | Self::NoTlsa { owner, .. } => is_of_host(owner),
            Self::Trouble { subject: Subject { name, rtype }, .. } => match *rtype {
                rtype::TLSA => is_of_host(name),
                _ => is_host(name),
            },
            Self::AddressLiteral
            | Self::DaneOff
            | Self::InvalidName(_)
            | Self::Records { .. }
            | Self::Denial { .. }
            | Self::Failure(_)
            | Self::Probe(_) => false,
        }
    }
}

/// Whether TLSA records of this owner are the host's (RFC 7672 section 2.2.3).
fn is_tlsa_owner(owner: &Name, host: &Name) -> bool {
    host.zone_of(owner) && depth(owner) == depth(host) + 2
}
