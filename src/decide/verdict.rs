//! The machine-readable part of a decision.

use std::ffi::CStr;

use super::{Action, Certificate, Outcome, Reason, Scope, Tlsrpt};
use crate::cause::Detail;
use crate::text::word;

/// The machine-readable part of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Verdict {
    /// What to do.
    pub action: Action,
    /// Why; [`Reason::None`] where the action needs none.
    pub reason: Reason,
    /// Which RRset or check gave the reason.
    pub detail: Detail,
    /// Host or domain.
    pub scope: Scope,
    /// Whether cleartext and unencrypted retries are forbidden on this connection.
    pub tls_required: bool,
    /// Whether it was made after connecting, about a connection that is still open: nothing else permits.
    pub connected: bool,
}

impl Verdict {
    pub(super) const fn new(action: Action, detail: Detail) -> Self {
        let tls_required = !matches!(action, Action::Opportunistic);
        Self {
            action,
            reason: Reason::None,
            detail,
            scope: Scope::Host,
            tls_required,
            connected: false,
        }
    }

    pub(super) const fn defer(reason: Reason, detail: Detail, scope: Scope) -> Self {
        Self { action: Action::Defer, reason, detail, scope, tls_required: true, connected: false }
    }

    /// The domain publishes a null MX (RFC 7505 section 3).
    pub const NULL_MX: Self = Self {
        action: Action::Fail,
        reason: Reason::NoMail,
        detail: Detail::NullMx,
        scope: Scope::Domain,
        tls_required: true,
        connected: false,
    };

    /// The domain does not exist (RFC 5321 section 5.1).
    pub const NO_DOMAIN: Self = Self { detail: Detail::MxNone, ..Self::NO_ADDRESS };

    /// The domain has neither an MX record nor an address (RFC 5321 section 5.1).
    pub const NO_ADDRESS: Self = Self {
        action: Action::Fail,
        reason: Reason::NotFound,
        detail: Detail::AddressNone,
        scope: Scope::Domain,
        tls_required: true,
        connected: false,
    };

    /// A null MX from an insecure answer at DANE-only: a forged answer must not bounce mail.
    pub const INSECURE_NULL_MX: Self =
        Self::defer(Reason::NonDnssec, Detail::MxInsecure, Scope::Domain);

    /// A next hop that is not a domain name.
    pub const INVALID_DOMAIN: Self =
        Self::defer(Reason::NotFound, Detail::NameInvalid, Scope::Domain);

    /// An MX target that is not a host name.
    pub const INVALID_HOST: Self = Self::defer(Reason::NotFound, Detail::NameInvalid, Scope::Host);

    /// No TCP connection, or no greeting.
    pub(super) const CONNECTION_FAILED: Self =
        Self::defer(Reason::ConnectionFailed, Detail::ConnectionFailed, Scope::Host);

    /// A host that the destination does not list.
    pub const UNKNOWN_HOST: Self = Self::defer(Reason::NotInMx, Detail::HostNotInMx, Scope::Host);

    /// No decision was made: a step was forgotten or failed.
    pub const UNAVAILABLE: Self =
        Self::defer(Reason::Unavailable, Detail::PolicyUnavailable, Scope::Host);

    /// Equality, when the table is computed.
    #[cfg(feature = "capi")]
    pub(crate) const fn equals(&self, other: &Self) -> bool {
        self.action as u8 == other.action as u8
            && self.reason as u8 == other.reason as u8
            && self.detail as u8 == other.detail as u8
            && self.scope as u8 == other.scope as u8
            && self.tls_required == other.tls_required
            && self.connected == other.connected
    }

    /// Whether DANE authenticated the server.
    pub const fn verification(&self) -> Outcome {
        match self.action {
            Action::Deliver => Outcome::Successful,
            Action::Verify => Outcome::Pending,
            _ => Outcome::Unsuccessful,
        }
    }

    /// Whether a message may go out: over this very session where TLS is required, before or after connecting, else
    /// to this host.
    pub const fn may_deliver(&self) -> bool {
        self.connected
            && matches!(self.action, Action::Deliver | Action::Encrypt | Action::Opportunistic)
    }

    /// The RFC 3463 status for the queue and the bounce.
    pub const fn enhanced_status(&self) -> &'static str {
        word(self.c_enhanced_status())
    }

    /// The same for C.
    pub(crate) const fn c_enhanced_status(&self) -> &'static CStr {
        match (self.action, self.reason, self.detail) {
            (Action::Fail, Reason::NotFound, Detail::MxNone) => c"5.1.2",
            (Action::Fail, Reason::NotFound, _) => c"5.4.4",
            _ => self.reason.c_enhanced_status(self.detail),
        }
    }

    /// The TLSRPT failure to report (RFC 8460 section 4.3), if any.
    pub const fn tlsrpt(&self) -> Option<Tlsrpt> {
        match self.action {
            Action::Encrypt => Some(Tlsrpt::TlsaInvalid),
            _ => self.reason.tlsrpt(self.detail),
        }
    }

    /// The same verdict where failures are only told (RFC 7672 section 9.1): mail goes on as without DANE.
    ///
    /// What no policy has to do with stays: unknown hosts, dead servers, forgotten steps.
    pub const fn audited(mut self, certificate: Certificate) -> Self {
        match (self.action, self.reason) {
            (
                Action::Defer,
                Reason::NotFound | Reason::ConnectionFailed | Reason::NotInMx | Reason::Unavailable,
            ) => {}
            (Action::Defer, _) if matches!(certificate, Certificate::ConnectionFailed) => {
                return Self::CONNECTION_FAILED;
            }
            (Action::Defer, _) => {
                self.action = Action::Opportunistic;
                self.tls_required = false;
            }
            (Action::Verify | Action::Encrypt, _) => self.tls_required = false,
            (Action::Deliver | Action::Opportunistic | Action::Fail, _) => {}
        }
        self
    }

    /// The same verdict with a more precise detail.
    pub const fn with_detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// The same verdict with an open connection, or without.
    pub(crate) const fn with_connection(mut self, connected: bool) -> Self {
        self.connected = connected;
        self
    }

    /// The same verdict about the host or the domain.
    pub const fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }
}
