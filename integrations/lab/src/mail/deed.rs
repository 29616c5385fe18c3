//! What a mail server did with a message, seen from both ends.

use std::fmt;

use world::{Expected, Message};

use crate::mail::delivery::Delivery;

/// Why the library defers after it has connected; for any other reason it does not connect.
const AFTER_CONNECTING: [&str; 4] = [
    "server certificate not trusted",
    "TLS required but not offered",
    "TLS handshake failed",
    "connection failed",
];

/// By its log, and by the servers that it sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Over a verified session.
    Deliver,
    /// Over TLS; whether it had to be TLS cannot be seen.
    Encrypted,
    InClear,
    Defer,
    ConnectAndDefer,
    Fail,
}

impl Deed {
    /// None where the log and the servers contradict each other.
    pub fn of(delivery: &Delivery, message: Option<&Message>) -> Option<Self> {
        let is_connected = delivery.relay != "none";
        match (&*delivery.status, message) {
            ("sent", Some(message)) => match (message.encrypted, delivery.trust.as_deref()) {
                (true, Some("Verified")) => Some(Self::Deliver),
                (true, Some(_)) => Some(Self::Encrypted),
                (false, None) => Some(Self::InClear),
                _ => None,
            },
            ("deferred", None) if is_connected => Some(Self::ConnectAndDefer),
            ("deferred", None) => Some(Self::Defer),
            ("bounced", None) => Some(Self::Fail),
            _ => None,
        }
    }

    /// Whether a case expects it.
    pub fn is(self, expected: Expected) -> bool {
        match self {
            Self::Deliver => expected.action == "deliver",
            Self::Encrypted => matches!(expected.action, "encrypt" | "opportunistic"),
            Self::InClear => expected.action == "opportunistic",
            Self::Defer => expected.action == "defer",
            Self::ConnectAndDefer => AFTER_CONNECTING.contains(&expected.reason),
            Self::Fail => expected.action == "fail",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Deliver => "sent verified",
            Self::Encrypted => "sent over TLS",
            Self::InClear => "sent in clear",
            Self::Defer => "deferred",
            Self::ConnectAndDefer => "deferred after connecting",
            Self::Fail => "bounced",
        })
    }
}
