//! The line that explains a decision: key words first, then names and facts.

use crate::decide::{Action, Detail, Reason, Verdict, word};
use crate::text::one_line;

/// The facts of each column, in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) mx: String,
    pub(crate) address: String,
    pub(crate) tlsa: String,
}

impl Notes {
    /// The text of a verdict; `certificate` are the facts of the connection, if there was one.
    pub(crate) fn explain(&self, verdict: &Verdict, host: &str, certificate: &str) -> String {
        let fact = match verdict.detail {
            Detail::MxInsecure | Detail::MxBogus | Detail::MxNone | Detail::NullMx => &self.mx,
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
        let mut text = head.to_owned();
        for part in [fact, certificate] {
            if !part.is_empty() && !text.contains(part) {
                text += ": ";
                text += part;
            }
        }
        if !host.is_empty() && !text.contains(host) {
            text += " (";
            text += host;
            text += ")";
        }
        one_line(&text)
    }
}
