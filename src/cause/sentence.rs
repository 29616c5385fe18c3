//! Every cause as a sentence.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::{Basis, Cause, Facts, Fault, Finding, MxKind, Subject, Unusable};
use crate::budget::Exhausted;
use crate::dns::wire::names::{InvalidName, display};
use crate::dns::wire::{ExtendedError, rcode, rtype};
use crate::text::{escaped, line, utc};

/// Octets of a resolver's own words that are shown.
const MAX_WORDS: usize = 120;

impl Display for Subject {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", rtype::name(self.rtype), display(&self.name))
    }
}

impl Display for Basis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedBy(zone) => write!(f, "signed by {}", display(zone)),
            Self::NoDs(zone) => write!(f, "no DS for {}", display(zone)),
            Self::UnsupportedDs(zone) => {
                write!(f, "DS of {} has no supported algorithm and digest", display(zone))
            }
            Self::Sha1(zone) => {
                write!(f, "{} is secured by SHA-1 alone, which is switched off", display(zone))
            }
            Self::UncheckableKeys(zone) => {
                write!(f, "no key of {} has a size that can be checked", display(zone))
            }
            Self::OptOut(zone) => write!(f, "{} opts out of signing there", display(zone)),
            Self::Iterations(zone) => {
                write!(f, "{} asks for too many NSEC3 iterations", display(zone))
            }
            Self::NoAnchor => f.write_str("no trust anchor encloses it"),
            Self::Ad(server) => write!(f, "resolver {server} says AD"),
            Self::NoAd(server) => write!(f, "resolver {server} says no AD"),
            Self::NotLookedAt => f.write_str("DNSSEC is not looked at"),
            Self::Serving(servers, signing) => {
                write!(f, "resolver {} serves DNSSEC records", list(servers))?;
                signing.iter().try_for_each(|(zone, anchors)| {
                    let (s, verb) = if anchors.len() == 1 { ("", "signs") } else { ("s", "sign") };
                    write!(f, "; trust anchor{s} {} {verb} {}", list(anchors), display(zone))
                })
            }
            Self::Validating(servers) => write!(f, "resolver {} validates DNSSEC", list(servers)),
        }
    }
}

impl Display for Exhausted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queries => "the answer demands too many DNS queries",
            Self::Work => "the answer demands too much computing",
            Self::Memory => "the answer demands too much memory",
            Self::SharedMemory => "the lookups under way demand too much memory together",
            Self::FailingSignatures => "the answer demands too many failing signatures",
            Self::Time => "no time left to prove the answer",
        })
    }
}

impl Display for InvalidName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty name",
            Self::NotAscii => "name has characters outside printable ASCII (use A-labels)",
            Self::EmptyLabel => "name has an empty label",
            Self::TooLong => "name is too long",
        })
    }
}

impl Display for ExtendedError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { code, .. } = self;
        let words = self.shown();
        let separator = if words.is_empty() { "" } else { ": " };
        write!(f, "EDE {code}{separator}{words}")
    }
}

impl ExtendedError {
    /// The resolver's own words, as printable ASCII.
    pub(super) fn shown(&self) -> String {
        escaped(&self.words).take(MAX_WORDS).map(char::from).collect()
    }
}

impl Display for Unusable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed(why) => why,
            Self::Malformed => "malformed message",
            Self::TruncatedOverTcp => "truncated over TCP",
        })
    }
}

/// A fault in a zone.
struct FaultIn<'a>(Fault, &'a Name);

impl Display for FaultIn<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(fault, zone) = self;
        let zone = || display(zone);
        match fault {
            Fault::Missing => f.write_str("no signature"),
            Fault::ForeignSigner => write!(f, "no signature by the zone {}", zone()),
            Fault::NoEntryKey => f.write_str("no key matches the DS records"),
            Fault::NoAnchorKey => f.write_str("no key matches the trust anchor"),
            Fault::RevokedAnchor => f.write_str("the trust anchor is revoked"),
            Fault::Sha1Anchor => {
                write!(f, "the trust anchor of {} is by SHA-1 alone, which is switched off", zone())
            }
            Fault::UnknownKey => {
                write!(f, "no signature by a trusted key of the zone {}", zone())
            }
            Fault::UncheckableKey => {
                write!(f, "the key of {} that signed has a size that cannot be checked", zone())
            }
            Fault::Sha1 => {
                write!(f, "signature of {} is by SHA-1, which is switched off", zone())
            }
            Fault::Invalid => write!(f, "signature of {} does not verify", zone()),
            Fault::NotYetValid(from) => {
                write!(f, "signature of {} is not valid before {}", zone(), utc(*from))
            }
            Fault::Expired(at) => write!(f, "signature of {} expired at {}", zone(), utc(*at)),
            Fault::Exhausted(exhausted) => exhausted.fmt(f),
            Fault::Undenied => f.write_str("no proof that the record does not exist"),
            Fault::NoProof => {
                write!(f, "no proof that the record does not exist (zone {})", zone())
            }
            Fault::MixedParameters => {
                write!(f, "NSEC3 records with different parameters (zone {})", zone())
            }
            Fault::NoKeys => f.write_str("no records, but the zone is signed"),
            Fault::Wildcard => f.write_str("from a wildcard"),
            Fault::CloserName => f.write_str("wildcard without proof that no closer name exists"),
        }
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unproven { subject, zone, fault } => {
                write!(f, "{subject}: {}", FaultIn(*fault, zone))
            }
            Self::SeveralAliases(subject) => write!(f, "{subject}: more than one record"),
            Self::NoAnchor => f.write_str("no trust anchor is configured"),
            Self::Insecure(basis) => basis.fmt(f),
            Self::Exhausted(exhausted) => exhausted.fmt(f),
            Self::Aliases(most) => write!(f, "more than {most} aliases, or a loop"),
            Self::NoServer => f.write_str("no name server is configured"),
            Self::Silent { server, subject } => {
                write!(f, "resolver {server} did not answer for {subject} in time")
            }
            Self::Unsent(subject) => write!(f, "no socket was free in time to ask for {subject}"),
            Self::Refused { server, subject, rcode, error } => {
                write!(f, "resolver {server} answered {} for {subject}", rcode::name(*rcode))?;
                error.as_ref().map_or(Ok(()), |error| write!(f, " ({error})"))
            }
            Self::Unusable { server, subject, why } => {
                write!(f, "resolver {server} gave no usable answer for {subject}: {why}")
            }
            Self::StripsDnssec(server) => write!(f, "resolver {server} strips DNSSEC records"),
            Self::DoesNotValidate(server) => {
                write!(f, "resolver {server} does not validate: no AD for the signed root")
            }
            Self::Late => f.write_str("no answer in time, while the other family's came"),
            Self::InvalidName(invalid) => invalid.fmt(f),
        }
    }
}

impl Display for MxKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Listed => "MX",
            Self::Implicit => "implicit MX",
            Self::Null => "null MX",
            Self::Hostless => "hostless MX",
        })
    }
}

/// "is secure" or "is insecure", and what that rests on.
struct Status<'a>(&'a Arc<Basis>);

impl Display for Status<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(basis) = self;
        let status = if basis.is_secure() { "is secure," } else { "is insecure:" };
        write!(f, "{status} {basis}")
    }
}

fn count(records: usize) -> String {
    if records == 1 { "1 record".into() } else { format!("{records} records") }
}

/// One after another.
pub(crate) fn list(things: &[impl Display]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mx { domain, kind, basis } => {
                write!(f, "{kind} of {} {}", display(domain), Status(basis))
            }
            Self::GivenMx(host) => write!(f, "MX status of {host} as given by the caller"),
            Self::NoName { name, basis } => {
                write!(f, "{} does not exist, {basis}", display(name))
            }
            Self::Address { host, basis } => {
                write!(f, "address of {} {}", display(host), Status(basis))
            }
            Self::AliasOfInsecure { host, basis } => {
                write!(f, "{} is a secure alias of an insecure name: {basis}", display(host))
            }
            Self::NoMailHost { domain, basis } => {
                write!(f, "{} has neither MX nor address, {basis}", display(domain))
            }
            Self::NoAddress(host) => write!(f, "{} has no address", display(host)),
            Self::AddressLiteral => f.write_str("an IP address has no TLSA record"),
            Self::Tlsa { owner, count: records, fault, basis } => {
                write!(f, "TLSA of {}: {}, ", display(owner), count(*records))?;
                match fault {
                    Some(fault) => write!(f, "none usable: {fault}; {basis}"),
                    None => basis.fmt(f),
                }
            }
            Self::InsecureTlsa { owner, basis } => {
                write!(f, "TLSA of {} is insecure: {basis}", display(owner))
            }
            Self::NoTlsa { owner, basis } => {
                write!(f, "TLSA of {} does not exist, {basis}", display(owner))
            }
            Self::TooLongForTlsa(host) => {
                write!(f, "TLSA of {} cannot exist: the name would be too long", display(host))
            }
            Self::Trouble { subject, cause } => match cause.subject() {
                Some(named) if named == subject => cause.fmt(f),
                _ if cause.is_bogus() => write!(f, "{subject} is bogus: {cause}"),
                _ => write!(f, "{subject} is not known: {cause}"),
            },
            Self::DaneOff => f.write_str("DANE is off for this destination"),
            Self::InvalidName(invalid) => invalid.fmt(f),
            Self::Records { count: records, basis } => write!(f, "{}, {basis}", count(*records)),
            Self::Denial { exists: true, basis } => write!(f, "no such record, {basis}"),
            Self::Denial { exists: false, basis } => write!(f, "no such name, {basis}"),
            Self::Failure(cause) => cause.fmt(f),
            Self::Probe(basis) => basis.fmt(f),
        }
    }
}

impl Finding {
    /// One line of printable ASCII.
    pub(crate) fn line(&self) -> String {
        line(format_args!("{self}"))
    }

    /// The status alone, where what it rests on would lead too far.
    pub(crate) fn brief(&self) -> Brief<'_> {
        Brief(self)
    }
}

/// A finding without what it rests on.
pub(crate) struct Brief<'a>(&'a Finding);

impl Display for Brief<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Finding::Mx { domain, kind, basis } => {
                let status = if basis.is_secure() { "secure" } else { "insecure" };
                write!(f, "{kind} of {} is {status}", display(domain))
            }
            finding => finding.fmt(f),
        }
    }
}

impl Display for Facts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.finding().map_or(Ok(()), |finding| f.write_str(&finding.line()))
    }
}
