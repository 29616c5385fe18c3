//! The rule behind the table.

use super::{Action, Address, Certificate, Level, Mx, Reason, Scope, Tlsa, Verdict};
use crate::cause::Detail;

/// Decides; the first line that applies wins, later columns are not consulted (RFC 7672 section 2.2).
///
/// Called before connecting (`certificate` not applicable), which never permits, and again after.
///
/// ```
/// use dane_policy::decide::{Action, Address, Certificate, Level, Mx, Reason, Tlsa, decide};
///
/// let decide = |certificate| {
///     decide(Level::Dane, Mx::Secure, Address::Secure, Tlsa::Secure, certificate)
/// };
/// assert_eq!(decide(Certificate::NotApplicable).action, Action::Verify);
///
/// let matched = decide(Certificate::Successful);
/// assert!(matched.action == Action::Deliver && matched.may_deliver());
///
/// let other = decide(Certificate::Unsuccessful);
/// assert_eq!((other.action, other.reason), (Action::Defer, Reason::NotTrusted));
/// assert_eq!(other.enhanced_status(), "4.7.5");
/// ```
pub const fn decide(
    level: Level,
    mx: Mx,
    address: Address,
    tlsa: Tlsa,
    certificate: Certificate,
) -> Verdict {
    table(level, mx, address, tlsa, certificate)
        .with_connection(!matches!(certificate, Certificate::NotApplicable))
}

const fn table(
    level: Level,
    mx: Mx,
    address: Address,
    tlsa: Tlsa,
    certificate: Certificate,
) -> Verdict {
    let dane_only = matches!(level, Level::DaneOnly);
    match mx {
        Mx::Bogus | Mx::NotApplicable => return not_found(Detail::MxBogus, Scope::Domain),
        Mx::Nxdomain => return not_found(Detail::MxNone, Scope::Domain),
        Mx::Secure | Mx::Insecure | Mx::Configured => {}
    }
    match address {
        Address::Bogus | Address::NotApplicable => {
            return not_found(Detail::AddressBogus, Scope::Host);
        }
        Address::Nxdomain => return not_found(Detail::AddressNone, Scope::Host),
        Address::Secure | Address::Insecure => {}
    }
    if dane_only && matches!(mx, Mx::Insecure) {
        return Verdict::defer(Reason::NonDnssec, Detail::MxInsecure, Scope::Domain);
    }
    if matches!(address, Address::Insecure) {
        return if dane_only {
            Verdict::defer(Reason::NonDnssec, Detail::AddressInsecure, Scope::Host)
        } else {
            opportunistic(Detail::AddressInsecure, certificate)
        };
    }
    match tlsa {
        Tlsa::Bogus | Tlsa::NotApplicable => {
            Verdict::defer(Reason::TlsaLookup, Detail::TlsaBogus, Scope::Host)
        }
        Tlsa::Insecure if dane_only => {
            Verdict::defer(Reason::NonDnssec, Detail::TlsaInsecure, Scope::Host)
        }
        Tlsa::Insecure => opportunistic(Detail::TlsaInsecure, certificate),
        Tlsa::Nxdomain if dane_only => {
            Verdict::defer(Reason::NoTlsa, Detail::TlsaNone, Scope::Host)
        }
        Tlsa::Nxdomain => opportunistic(Detail::TlsaNone, certificate),
        Tlsa::Unusable if dane_only => {
            Verdict::defer(Reason::NoUsableTlsa, Detail::TlsaUnusable, Scope::Host)
        }
        Tlsa::Unusable => match certificate {
            Certificate::NotApplicable | Certificate::Successful | Certificate::Established => {
                Verdict::new(Action::Encrypt, Detail::TlsaUnusable)
            }
            Certificate::Unsuccessful => refused(Certificate::HandshakeFailed),
            _ => refused(certificate),
        },
        Tlsa::Secure => match certificate {
            Certificate::NotApplicable => Verdict::new(Action::Verify, Detail::None),
            Certificate::Successful => match mx {
                Mx::Insecure => verified_but_insecure_mx(),
                _ => Verdict::new(Action::Deliver, Detail::None),
            },
            _ => refused(certificate),
        },
    }
}

const fn not_found(detail: Detail, scope: Scope) -> Verdict {
    Verdict::defer(Reason::NotFound, detail, scope)
}

/// RFC 7672 section 2.2: cleartext is allowed, but a dead server is not a destination.
const fn opportunistic(detail: Detail, certificate: Certificate) -> Verdict {
    match certificate {
        Certificate::ConnectionFailed => refused(certificate),
        _ => Verdict::new(Action::Opportunistic, detail),
    }
}

/// Row 23: delivery goes on over the matched session, but is no DANE delivery (RFC 7672 section 2.2.1).
const fn verified_but_insecure_mx() -> Verdict {
    let mut verdict = Verdict::new(Action::Opportunistic, Detail::MxInsecure);
    verdict.tls_required = true;
    verdict
}

/// The certificate column's own reason; only the values that are failures reach this.
const fn refused(certificate: Certificate) -> Verdict {
    let (reason, detail) = match certificate {
        Certificate::NoStarttls => (Reason::TlsNotOffered, Detail::NoStarttls),
        Certificate::HandshakeFailed => (Reason::HandshakeFailed, Detail::HandshakeFailed),
        Certificate::ConnectionFailed => return Verdict::CONNECTION_FAILED,
        Certificate::Unsuccessful
        | Certificate::Established
        | Certificate::Successful
        | Certificate::NotApplicable => (Reason::NotTrusted, Detail::NoMatch),
    };
    Verdict::defer(reason, detail, Scope::Host)
}

#[cfg(test)]
mod tests;
