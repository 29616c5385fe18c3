//! Why an RRset's status is bogus or indeterminate.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::{Basis, Detail, Fault, Subject};
use crate::budget::Exhausted;
use crate::dns::wire::names::InvalidName;
use crate::dns::wire::{ExtendedError, rcode};

/// A cause an operator can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A fault of an RRset, or of the proof that it is not there, in this zone.
    Unproven { subject: Subject, zone: Name, fault: Fault },
    /// An alias has more than one record.
    SeveralAliases(Subject),
    /// No trust anchor is configured.
    NoAnchor,
    /// The zone of a trust anchor is insecure.
    Insecure(Arc<Basis>),
    /// The call has no more to spend.
    Exhausted(Exhausted),
    /// Too many aliases, more than so many, or a loop.
    Aliases(usize),
    /// No name server is configured.
    NoServer,
    /// A server did not answer in time.
    Silent { server: SocketAddr, subject: Subject },
    /// A question waited for a socket until there was no more time.
    Unsent(Subject),
    /// A server answered that it has no answer.
    Refused { server: SocketAddr, subject: Subject, rcode: u16, error: Option<ExtendedError> },
    /// A server could not be asked, or what it sent is no answer.
    Unusable { server: SocketAddr, subject: Subject, why: Unusable },
    /// A server removes DNSSEC records.
    StripsDnssec(SocketAddr),
    /// A server does not vouch for the signed root.
    DoesNotValidate(SocketAddr),
    /// The addresses of the other family came, and there is no more time to wait for these.
    Late,
    /// The name cannot be asked for.
    InvalidName(InvalidName),
}

/// Why there is no answer to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// What the system says.
    Failed(Arc<str>),
    Malformed,
    TruncatedOverTcp,
}

impl Cause {
    /// A fault of an RRset, or of the proof that it is not there.
    pub(crate) fn unproven(name: &Name, rtype: u16, zone: &Name, fault: Fault) -> Self {
        match fault {
            Fault::Exhausted(exhausted) => Self::Exhausted(exhausted),
            fault => {
                Self::Unproven { subject: Subject::new(name, rtype), zone: zone.clone(), fault }
            }
        }
    }

    /// For programs; none where the column that failed says it all.
    pub(crate) fn detail(&self) -> Detail {
        match self {
            Self::Unproven {
                fault: Fault::NoAnchorKey | Fault::RevokedAnchor | Fault::Sha1Anchor,
                ..
            } => Detail::TrustAnchor,
            Self::Unproven { .. }
            | Self::SeveralAliases(_)
            | Self::NoAnchor
            | Self::Insecure(_) => Detail::None,
            Self::Exhausted(Exhausted::Time)
            | Self::Silent { .. }
            | Self::Unsent(_)
            | Self::Late => Detail::Timeout,
            Self::Exhausted(_) => Detail::BudgetExceeded,
            Self::Aliases(_) => Detail::AliasLoop,
            Self::NoServer | Self::Refused { .. } | Self::Unusable { .. } => Detail::ServerFailure,
            Self::StripsDnssec(_) => Detail::ResolverStripsDnssec,
            Self::DoesNotValidate(_) => Detail::ResolverDoesNotValidate,
            Self::InvalidName(_) => Detail::NameInvalid,
        }
    }

    /// Whether a proof failed; else there is no usable answer.
    pub(crate) fn is_bogus(&self) -> bool {
        matches!(
            self,
            Self::Unproven { .. } | Self::SeveralAliases(_) | Self::NoAnchor | Self::Insecure(_)
        )
    }

    /// The response code, where one is the cause.
    pub(crate) fn rcode(&self) -> u16 {
        match self {
            Self::Refused { rcode, .. } => *rcode,
            _ => rcode::NOERROR,
        }
    }

    /// The RRset that it names.
    pub(crate) fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Unproven { subject, .. }
            | Self::SeveralAliases(subject)
            | Self::Unsent(subject)
            | Self::Silent { subject, .. }
            | Self::Refused { subject, .. }
            | Self::Unusable { subject, .. } => Some(subject),
            _ => None,
        }
    }
}
