//! What the administrator demands of a destination.

use crate::cause::Detail;
use crate::decide::{Action, Address, Certificate, Level, Mx, Tlsa, Verdict, decide};

/// What is demanded of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The level; none switches DANE off: no TLSA record is asked for, and nothing counts as secure.
    pub level: Option<Level>,
    /// Whether failures are only told (RFC 7672 section 9.1).
    pub audit: bool,
}

impl Policy {
    /// Whether mail bounces for what is secure or insecure: at DANE-only what anybody may have forged bounces nothing.
    pub(super) fn may_fail(self, is_secure: bool) -> bool {
        self.level != Some(Level::DaneOnly) || is_secure
    }

    /// The table's verdict under this policy.
    pub(super) fn decide(
        self,
        mx: Mx,
        address: Address,
        tlsa: Tlsa,
        certificate: Certificate,
    ) -> Verdict {
        let verdict = decide(self.level.unwrap_or(Level::Dane), mx, address, tlsa, certificate);
        match (self.level, verdict.action) {
            (None, Action::Opportunistic) => verdict.with_detail(Detail::DaneOff),
            _ if self.audit => verdict.audited(certificate),
            _ => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7672_9_1_a_policy_that_only_tells_or_is_off_stops_no_mail() {
        let decide = |level, audit| {
            let policy = Policy { level, audit };
            policy.decide(Mx::Secure, Address::Secure, Tlsa::Secure, Certificate::Unsuccessful)
        };
        assert_eq!(decide(Some(Level::Dane), false).action, Action::Defer);
        let told = decide(Some(Level::Dane), true);
        assert_eq!((told.action, told.tls_required), (Action::Opportunistic, false));
        let open = |level| {
            let policy = Policy { level, audit: false };
            policy.decide(
                Mx::Secure,
                Address::Insecure,
                Tlsa::NotApplicable,
                Certificate::NotApplicable,
            )
        };
        assert_eq!(open(None).detail, Detail::DaneOff);
        assert_eq!(open(Some(Level::Dane)).detail, Detail::AddressInsecure);
    }
}
