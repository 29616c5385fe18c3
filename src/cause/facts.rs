//! The facts behind a decision, field by field.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use super::{Basis, Cause, Detail, Fault, Finding, Subject, Unusable};
use crate::dns::wire::names::display;
use crate::dns::wire::{ExtendedError, rcode, rtype};
use crate::text;

/// The facts behind a decision; none where the reason and the certificate say it all. As text, a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(Option<Arc<Finding>>);

/// A field and its value.
type Pair = (&'static str, String);

impl Facts {
    /// Every field, in order. `name` and `type`: the RRset that it is about, or the name alone. `asked_name` and
    /// `asked_type`: the RRset that was wanted, where it is another. `zone`: whose signatures, keys or missing DS it rests
    /// on. `server`: the resolver. `rcode`, `ede` and `text`: its response code, its extended error (RFC 8914) and its own
    /// words, or the system's. `time`: when a signature expired, or counts from. `count`: of records or aliases.
    pub const FIELDS: &[&str] = &[
        "name",
        "type",
        "asked_name",
        "asked_type",
        "zone",
        "server",
        "rcode",
        "ede",
        "text",
        "time",
        "count",
    ];

    /// None of them.
    #[cfg(feature = "capi")]
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    pub(crate) fn of(finding: Option<Arc<Finding>>) -> Self {
        Self(finding)
    }

    pub(super) fn finding(&self) -> Option<&Finding> {
        self.0.as_deref()
    }

    /// What went wrong on the way to an answer; [`Detail::None`] where there is one, or where its proof failed.
    pub fn detail(&self) -> Detail {
        match self.finding() {
            Some(Finding::Trouble { cause, .. } | Finding::Failure(cause)) => cause.detail(),
            Some(Finding::InvalidName(_)) => Detail::NameInvalid,
            _ => Detail::None,
        }
    }

    /// Those fields that belong, in the order of [`Facts::FIELDS`], each at most once; the values are printable ASCII of at
    /// most 255 octets.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        self.finding().map(finding).unwrap_or_default()
    }
}

fn finding(finding: &Finding) -> Vec<Pair> {
    let named = |name: &Name, basis: &Basis| [of_name(name), of_basis(basis)].concat();
    let of_type = |name: &Name, rtype: u16, basis: &Basis| {
        [of_subject(&Subject::new(name, rtype)), of_basis(basis)].concat()
    };
    match finding {
        Finding::Mx { domain, basis, .. } => of_type(domain, rtype::MX, basis),
        Finding::GivenMx(host) => vec![("name", text::name(host))],
        Finding::NoName { name, basis }
        | Finding::NoMailHost { domain: name, basis }
        | Finding::Address { host: name, basis }
        | Finding::AliasOfInsecure { host: name, basis } => named(name, basis),
        Finding::NoAddress(name) | Finding::TooLongForTlsa(name) => of_name(name),
        Finding::Tlsa { owner, count, basis, .. } => {
            [of_type(owner, rtype::TLSA, basis), of_count(*count)].concat()
        }
        Finding::InsecureTlsa { owner, basis } | Finding::NoTlsa { owner, basis } => {
            of_type(owner, rtype::TLSA, basis)
        }
        Finding::Trouble { subject: asked, cause } => {
            let subject = cause.subject().unwrap_or(asked);
            let asked = if subject == asked { Vec::new() } else { of_asked(asked) };
            [of_subject(subject), asked, of_rest(cause)].concat()
        }
        Finding::Records { count, basis } => [of_basis(basis), of_count(*count)].concat(),
        Finding::Denial { basis, .. } => of_basis(basis),
        Finding::Failure(cause) => {
            [cause.subject().map(of_subject).unwrap_or_default(), of_rest(cause)].concat()
        }
        Finding::AddressLiteral
        | Finding::DaneOff
        | Finding::InvalidName(_)
        | Finding::Probe(_) => Vec::new(),
    }
}

fn of_name(name: &Name) -> Vec<Pair> {
    vec![("name", text::name(&display(name)))]
}

fn of_subject(Subject { name, rtype }: &Subject) -> Vec<Pair> {
    [of_name(name), vec![("type", rtype::name(*rtype))]].concat()
}

fn of_zone(zone: &Name) -> Vec<Pair> {
    vec![("zone", text::name(&display(zone)))]
}

fn of_count(count: usize) -> Vec<Pair> {
    vec![("count", count.to_string())]
}

fn of_basis(basis: &Basis) -> Vec<Pair> {
    match basis {
        Basis::SignedBy(zone)
        | Basis::NoDs(zone)
        | Basis::UnsupportedDs(zone)
        | Basis::Sha1(zone)
        | Basis::UncheckableKeys(zone)
        | Basis::OptOut(zone)
        | Basis::Iterations(zone) => of_zone(zone),
        Basis::Ad(server) | Basis::NoAd(server) => of_server(*server),
        Basis::NoAnchor | Basis::NotLookedAt | Basis::Serving(..) | Basis::Validating(_) => {
            Vec::new()
        }
    }
}

/// What a cause says besides its RRset.
fn of_rest(cause: &Cause) -> Vec<Pair> {
    match cause {
        Cause::Unproven { zone, fault, .. } => [of_zone(zone), of_time(*fault)].concat(),
        Cause::Insecure(basis) => of_basis(basis),
        Cause::Aliases(most) => of_count(*most),
        Cause::Silent { server, .. }
        | Cause::StripsDnssec(server)
        | Cause::DoesNotValidate(server) => of_server(*server),
        Cause::Refused { server, rcode, error, .. } => {
            let rcode = vec![("rcode", rcode::name(*rcode))];
            let error = error.as_ref().map(of_error).unwrap_or_default();
            [of_server(*server), rcode, error].concat()
        }
        Cause::Unusable { server, why, .. } => match why {
            Unusable::Failed(why) => [of_server(*server), of_text(text::one_line(why))].concat(),
            Unusable::Malformed | Unusable::TruncatedOverTcp => of_server(*server),
        },
        Cause::SeveralAliases(_)
        | Cause::Unsent(_)
        | Cause::NoAnchor
        | Cause::Exhausted(_)
        | Cause::NoServer
        | Cause::Late
        | Cause::InvalidName(_) => Vec::new(),
    }
}

fn of_time(fault: Fault) -> Vec<Pair> {
    match fault {
        Fault::Expired(time) | Fault::NotYetValid(time) => vec![("time", text::utc(time))],
        _ => Vec::new(),
    }
}

fn of_error(error: &ExtendedError) -> Vec<Pair> {
    [vec![("ede", error.code.to_string())], of_text(error.shown())].concat()
}

fn of_text(text: String) -> Vec<Pair> {
    if text.is_empty() { Vec::new() } else { vec![("text", text)] }
}

fn of_server(server: SocketAddr) -> Vec<Pair> {
    vec![("server", server.to_string())]
}

fn of_asked(Subject { name, rtype }: &Subject) -> Vec<Pair> {
    vec![("asked_name", text::name(&display(name))), ("asked_type", rtype::name(*rtype))]
}
