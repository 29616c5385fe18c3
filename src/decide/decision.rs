//! What a mail server is told to do.

use std::ffi::CStr;

use super::Verdict;
use crate::cause::Facts;
use crate::text::word;

/// What to do with the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Action {
    /// Deliver: the server is verified.
    Deliver = 1,
    /// Try the next host, else keep the message in the queue.
    Defer = 2,
    /// DANE does not apply: TLS if the server offers it, unauthenticated.
    Opportunistic = 3,
    /// TLS is required, but nothing can be authenticated (RFC 7672 section 2.2.3).
    Encrypt = 4,
    /// Connect, require TLS, verify the chain, and decide again.
    Verify = 5,
    /// The domain accepts no mail (RFC 7505), or does not exist: bounce. Nothing else is permanent.
    Fail = 6,
}

/// Whether DANE authenticated the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub enum Outcome {
    /// Known only after connecting.
    Pending = 0,
    /// A secure TLSA record matched, and the way to it was secure.
    Successful = 1,
    /// Not authenticated.
    Unsuccessful = 2,
}

/// What the reason speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
#[non_exhaustive]
pub enum Scope {
    /// One MX host.
    Host = 1,
    /// The whole domain: a refusal is recorded against it, never against a host.
    Domain = 2,
}

/// A verdict and the line that explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The machine-readable part.
    pub verdict: Verdict,
    /// The fact that it rests on, as a value.
    pub cause: Facts,
    /// The reason with names and facts filled in: one line of printable ASCII.
    pub text: String,
}

impl Action {
    /// Every action, in the order of its numbers.
    pub const ALL: &[Self] =
        &[Self::Deliver, Self::Defer, Self::Opportunistic, Self::Encrypt, Self::Verify, Self::Fail];

    /// What the action means, where no reason says more.
    pub(crate) const fn headline(self) -> &'static CStr {
        match self {
            Self::Deliver => c"deliver",
            Self::Defer => c"defer",
            Self::Opportunistic => c"opportunistic TLS",
            Self::Encrypt => c"TLS required, not authenticated",
            Self::Verify => c"connect and verify",
            Self::Fail => c"fail",
        }
    }

    /// The word used in JSON.
    pub const fn name(self) -> &'static str {
        word(self.c_name())
    }

    /// The same for C.
    pub(crate) const fn c_name(self) -> &'static CStr {
        match self {
            Self::Deliver => c"deliver",
            Self::Defer => c"defer",
            Self::Opportunistic => c"opportunistic",
            Self::Encrypt => c"encrypt",
            Self::Verify => c"verify",
            Self::Fail => c"fail",
        }
    }
}
