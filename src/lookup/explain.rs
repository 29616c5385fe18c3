//! The line that explains a decision, and the fact behind it: key words first, then names and facts.

use std::fmt::{self, Display};
use std::sync::Arc;

use hickory_resolver::proto::rr::Name;

use crate::cause::{Cause, Detail, Facts, Finding, Subject};
use crate::decide::{Action, Decision, Reason, Verdict};
use crate::dns::wire::names::InvalidName;
use crate::text::{line, word};
use crate::verify::Verification;

/// What is known of each column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// The host or domain that the decision is about, where it has a name.
    pub(crate) name: Option<Name>,
    pub(crate) mx: Option<Arc<Finding>>,
    pub(crate) address: Option<Arc<Finding>>,
    pub(crate) tlsa: Option<Arc<Finding>>,
    /// The trouble of one address family, where the other has addresses.
    pub(crate) family: Option<Arc<Finding>>,
    /// Whether the MX is insecure, and the host's own TLSA records count all the same.
    pub(crate) is_mx_insecure: bool,
}

/// What a connection showed, in words.
#[derive(Clone, Copy, Default)]
struct Seen<'a> {
    text: &'a str,
    /// Whether the text names the host.
    names_host: bool,
}

impl Notes {
    /// The decision of a verdict before connecting, about what is called `host`.
    pub(crate) fn decide(&self, verdict: Verdict, host: &str) -> Decision {
        self.decision(verdict, host, Seen::default())
    }

    /// The decision about what is called a domain or a host and is no name.
    pub(crate) fn decide_invalid(
        &self,
        verdict: Verdict,
        host: &str,
        invalid: InvalidName,
    ) -> Decision {
        let text = invalid.to_string();
        let decision = self.decision(verdict, host, Seen { text: &text, names_host: false });
        let cause = Facts::of(Some(Arc::new(Finding::InvalidName(invalid))));
        Decision { cause, ..decision }
    }

    /// The decision of a verdict after connecting, where these are the names that the server may have.
    pub(crate) fn decide_seen(
        &self,
        verdict: Verdict,
        host: &str,
        verification: &Verification,
        reference_names: &[String],
    ) -> Decision {
        let is_host = |name: &String| name == host;
        let Verification { detail, name, text, .. } = verification;
        let names_host = match detail {
            Detail::NameMismatch => reference_names.iter().any(is_host),
            _ => name.as_ref().is_some_and(is_host),
        };
        self.decision(verdict, host, Seen { text, names_host })
    }

    fn decision(&self, verdict: Verdict, host: &str, seen: Seen<'_>) -> Decision {
        let fact = self.fact(&verdict, seen);
        let head = match verdict.reason {
            Reason::None => word(verdict.action.headline()),
            reason => reason.text(),
        };
        let names_host = |fact: &Arc<Finding>| fact.names(self.name.as_ref());
        let is_host_named = seen.names_host || fact.as_ref().is_some_and(names_host);
        let host = if is_host_named { "" } else { host };
        let is_fact = |part: &&Arc<Finding>| fact.as_ref() != Some(*part);
        let insecure_mx = self.mx.as_ref().filter(|_| self.is_mx_insecure).filter(is_fact);
        let family = self.family.as_ref().filter(is_fact);
        let text = line(format_args!(
            "{head}{}{}{}{}{}",
            Part(" (", (!host.is_empty()).then_some(host), ")"),
            Part(": ", fact.as_ref(), ""),
            Part(
                if fact.is_some() { "; " } else { ": " },
                (!seen.text.is_empty()).then_some(seen.text),
                ""
            ),
            Part("; ", insecure_mx.map(|mx| mx.brief()), ""),
            Part("; ", family, ""),
        ));
        Decision { verdict, cause: Facts::of(fact), text }
    }

    /// The fact that a verdict rests on; none where its own words and the connection say it all.
    fn fact(&self, verdict: &Verdict, seen: Seen<'_>) -> Option<Arc<Finding>> {
        match verdict.detail {
            Detail::MxInsecure | Detail::MxBogus | Detail::MxNone | Detail::NullMx => &self.mx,
            Detail::DaneOff => return Some(Arc::new(Finding::DaneOff)),
            Detail::AddressInsecure | Detail::AddressBogus | Detail::AddressNone => &self.address,
            Detail::TlsaInsecure | Detail::TlsaBogus | Detail::TlsaNone | Detail::TlsaUnusable => {
                &self.tlsa
            }
            _ => match verdict.reason {
                Reason::TlsaLookup => &self.tlsa,
                Reason::NotFound if self.address.is_some() => &self.address,
                Reason::NotFound => &self.mx,
                Reason::None | Reason::NonDnssec if seen.text.is_empty() => match verdict.action {
                    Action::Verify => &self.tlsa,
                    _ => &self.address,
                },
                _ => return None,
            },
        }
        .clone()
    }
}

/// A part of a text between what stands around it, if there is one.
struct Part<T>(&'static str, Option<T>, &'static str);

impl<T: Display> Display for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(before, part, after) = self;
        part.as_ref().map_or(Ok(()), |part| write!(f, "{before}{part}{after}"))
    }
}

/// What keeps the status of the RRset that was asked for from being known.
pub(super) fn trouble(name: &Name, rtype: u16, cause: &Arc<Cause>) -> Finding {
    Finding::Trouble { subject: Subject::new(name, rtype), cause: cause.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_rests_on_the_column_that_made_it() {
        let name = || Name::from_ascii("mx.example.").unwrap();
        let finding = |finding: Finding| Some(Arc::new(finding));
        let notes = Notes {
            mx: finding(Finding::GivenMx("mx.example".into())),
            address: finding(Finding::AddressLiteral),
            tlsa: finding(Finding::TooLongForTlsa(name())),
            ..Notes::default()
        };
        let off = finding(Finding::DaneOff);
        let (mx, address, tlsa) = (&notes.mx, &notes.address, &notes.tlsa);
        let verdict =
            |action, reason, detail| Verdict { action, reason, detail, ..Verdict::UNAVAILABLE };
        let open = |detail| verdict(Action::Opportunistic, Reason::None, detail);
        let defer = |reason, detail| verdict(Action::Defer, reason, detail);
        let seen = "STARTTLS not offered";
        for (verdict, text, fact) in [
            (verdict(Action::Verify, Reason::None, Detail::None), "", tlsa),
            (open(Detail::DaneOff), "", &off),
            (open(Detail::DaneOff), seen, &off),
            (open(Detail::AddressInsecure), "", address),
            (open(Detail::AddressInsecure), seen, address),
            (open(Detail::AddressLiteral), "", address),
            (open(Detail::TlsaNone), seen, tlsa),
            (open(Detail::MxInsecure), seen, mx),
            (defer(Reason::NonDnssec, Detail::AddressInsecure), "", address),
            (defer(Reason::NotFound, Detail::Timeout), "", address),
            (defer(Reason::TlsaLookup, Detail::Timeout), "", tlsa),
            (defer(Reason::NotTrusted, Detail::NoMatch), seen, &None),
        ] {
            assert_eq!(
                notes.fact(&verdict, Seen { text, names_host: false }),
                *fact,
                "{verdict:?}"
            );
        }
        let verdict = defer(Reason::NotFound, Detail::Timeout);
        let domain = Notes { mx: notes.mx.clone(), ..Notes::default() };
        assert_eq!(domain.fact(&verdict, Seen::default()), notes.mx);
    }

    #[test]
    fn what_is_no_name_is_the_cause() {
        let why = InvalidName::NotAscii;
        let decision = Notes::default().decide_invalid(Verdict::INVALID_HOST, "a b", why);
        assert!(decision.cause == Facts::of(Some(Arc::new(Finding::InvalidName(why)))));
        assert!(decision.cause != Facts::of(None) && decision.text.contains(&why.to_string()));
    }
}
