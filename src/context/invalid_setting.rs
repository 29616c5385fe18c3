//! Why a setting was refused.

use std::fmt;

use crate::dns::{InvalidAnchors, InvalidName};

/// Why a setting was refused; nothing changes then. As text: one line, for the administrator.
///
/// ```
/// use dane_policy::context::{Context, InvalidSetting};
/// use dane_policy::dns::InvalidAnchors;
///
/// let mut context = Context::new();
/// match context.set_trust_anchors(b"; ours\nexample. DS 1 200 2 ab\n") {
///     Err(InvalidSetting::TrustAnchors(InvalidAnchors::Line { line, fault })) => {
///         println!("anchors.txt:{line}: {fault}");
///         # assert_eq!(line, 2);
///     }
///     other => panic!("{other:?}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSetting {
    /// What is called a destination is neither a domain name nor an address literal.
    Destination(InvalidName),
    /// A name server is no IP address with an optional port.
    NameServer,
    /// A resolv.conf is not UTF-8.
    ResolvConf,
    /// Trust anchors of which not every line can be used, or none.
    TrustAnchors(InvalidAnchors),
    /// A name for EHLO is neither a domain name nor an address literal.
    EhloName,
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination(why) => why.fmt(f),
            Self::NameServer => f.write_str("not an IP address with an optional port"),
            Self::ResolvConf => f.write_str("resolv.conf is not text"),
            Self::TrustAnchors(why) => why.fmt(f),
            Self::EhloName => f.write_str("neither a domain name nor an address literal"),
        }
    }
}

impl std::error::Error for InvalidSetting {}

#[cfg(test)]
mod tests {
    use crate::context::{Context, InvalidSetting};
    use crate::dns::{InvalidAnchors, InvalidName};

    #[test]
    fn what_is_refused_has_a_value_and_a_line() {
        let mut context = Context::new();
        let anchors = InvalidSetting::TrustAnchors;
        for (refused, value, line) in [
            (
                context.set_destination_level("a..b", None),
                InvalidSetting::Destination(InvalidName::EmptyLabel),
                "name has an empty label",
            ),
            (
                context.add_nameserver("localhost"),
                InvalidSetting::NameServer,
                "not an IP address with an optional port",
            ),
            (
                context.set_resolv_conf(b"\xff"),
                InvalidSetting::ResolvConf,
                "resolv.conf is not text",
            ),
            (
                context.set_trust_anchors(b"\xff"),
                anchors(InvalidAnchors::NotText),
                "trust anchors are not text",
            ),
            (
                context.set_trust_anchors(b"; none"),
                anchors(InvalidAnchors::Empty),
                "no DS or DNSKEY record",
            ),
            (
                context.set_ehlo_name("a b"),
                InvalidSetting::EhloName,
                "neither a domain name nor an address literal",
            ),
        ] {
            assert_eq!(refused, Err(value));
            assert_eq!(value.to_string(), line);
        }
    }
}
