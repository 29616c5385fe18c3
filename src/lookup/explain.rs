//! The line that explains a decision: key words first, then names and facts.

use crate::decide::{Action, Detail, Reason, Verdict, word};
use crate::dns::{Answer, Status};
use crate::text::line;

/// The facts of each column, in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) mx: String,
    pub(crate) address: String,
    pub(crate) tlsa: String,
    /// The trouble of one address family, where the other has addresses.
    pub(crate) family: String,
    /// That the MX is insecure, where the host's own TLSA records count all the same.
    pub(crate) insecure_mx: String,
}

impl Notes {
    /// The text of a verdict; `certificate` are the facts of the connection, if there was one.
    pub(crate) fn explain(&self, verdict: &Verdict, host: &str, certificate: &str) -> String {
        let fact = match verdict.detail {
            Detail::MxInsecure | Detail::MxBogus | Detail::MxNone | Detail::NullMx => &self.mx,
            Detail::DaneOff => "DANE is off for this destination",
            Detail::AddressInsecure | Detail::AddressBogus | Detail::AddressNone => &self.address,
            Detail::TlsaInsecure | Detail::TlsaBogus | Detail::TlsaNone | Detail::TlsaUnusable => {
                &self.tlsa
            }
            _ => match verdict.reason {
                Reason::TlsaLookup => &self.tlsa,
                Reason::NotFound if !self.address.is_empty() => &self.address,
                Reason::NotFound => &self.mx,
                Reason::None | Reason::NonDnssec if certificate.is_empty() => {
                    match verdict.action {
                        Action::Verify => &self.tlsa,
                        _ => &self.address,
                    }
                }
                _ => "",
            },
        };
        let head = match verdict.reason {
            Reason::None => word(verdict.action.headline()),
            reason => reason.text(),
        };
        let fact = unless_said(fact, &[head]);
        let certificate = unless_said(certificate, &[head, fact]);
        let host = unless_said(host, &[head, fact, certificate]);
        let before_fact = before(": ", fact);
        let then = if fact.is_empty() { ": " } else { "; " };
        let before_certificate = before(then, certificate);
        let insecure_mx = unless_said(&self.insecure_mx, &[fact]);
        let family = unless_said(&self.family, &[fact]);
        let (before_mx, before_family) = (before("; ", insecure_mx), before("; ", family));
        let (open, close) = (before(" (", host), before(")", host));
        line(format_args!(
            "{head}{open}{host}{close}{before_fact}{fact}{before_certificate}{certificate}\
             {before_mx}{insecure_mx}{before_family}{family}"
        ))
    }
}

/// What stands before a part of a text, if there is one.
fn before<'a>(separator: &'a str, part: &str) -> &'a str {
    if part.is_empty() { "" } else { separator }
}

/// What is wrong with an RRset, which the cause may name already.
pub(super) fn trouble(what: &str, answer: &Answer) -> String {
    let cause = &answer.text;
    match answer.status {
        _ if cause.contains(what) => cause.clone(),
        Status::Bogus => format!("{what} is bogus: {cause}"),
        _ => format!("{what} is not known: {cause}"),
    }
}

/// A part of a text, or nothing where an earlier part holds it already.
fn unless_said<'a>(part: &'a str, earlier: &[&str]) -> &'a str {
    if earlier.iter().any(|said| said.contains(part)) { "" } else { part }
}
