//! Name constraints of an issuer on what lies below it (RFC 5280 section 4.2.1.10).

use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints};

use super::certificate::Certificate;
use super::{Mismatch, directory_name};
use crate::cause::Detail;
use crate::text::{is_host_name, without_final_dot};

/// Names times subtrees that are compared in one verification; more fails.
const MAX_COMPARISONS: usize = 500_000;

/// Judges name constraints and counts the work.
pub(super) struct Constraints {
    comparisons_left: usize,
}

/// A name that constraints apply to.
#[derive(Clone, Copy)]
enum Name<'n> {
    Dns(&'n str),
    Mail(&'n str),
    Uri(&'n str),
    Address(&'n [u8]),
    Directory(&'n [u8]),
    /// By the number of its kind (RFC 5280 section 4.2.1.6): nothing is known about its subtrees.
    Other(u32),
}

impl<'n> Name<'n> {
    fn of(name: &'n GeneralName<'_>) -> Self {
        match name {
            GeneralName::OtherName(..) => Self::Other(0),
            GeneralName::RFC822Name(name) => Self::Mail(name),
            GeneralName::DNSName(name) => Self::Dns(name),
            GeneralName::X400Address(_) => Self::Other(3),
            GeneralName::DirectoryName(name) => Self::Directory(name.as_raw()),
            GeneralName::EDIPartyName(_) => Self::Other(5),
            GeneralName::URI(name) => Self::Uri(name),
            GeneralName::IPAddress(address) => Self::Address(address),
            GeneralName::RegisteredID(_) => Self::Other(8),
            GeneralName::Invalid(tag, _) => Self::Other(tag.0),
        }
    }

    fn kind(self) -> u32 {
        match self {
            Self::Mail(_) => 1,
            Self::Dns(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Address(_) => 7,
            Self::Other(kind) => kind,
        }
    }

    /// Whether the name lies in a subtree of its kind; None where that cannot be told.
    fn is_within(self, tree: Self) -> Option<bool> {
        match (self, tree) {
            (Self::Dns(name), Self::Dns(tree)) => Some(dns_is_within(name, tree)),
            (Self::Directory(name), Self::Directory(tree)) => {
                Some(directory_name::is_within(name, tree))
            }
            (Self::Mail(name), Self::Mail(tree)) => mail_is_within(name, tree),
            (Self::Uri(name), Self::Uri(tree)) => Some(host_is_within(host_of(name)?, tree)),
            (Self::Address(name), Self::Address(tree)) => address_is_within(name, tree),
            _ => None,
        }
    }
}

impl Constraints {
    pub(super) fn new() -> Self {
        Self { comparisons_left: MAX_COMPARISONS }
    }

    /// Every name of the certificates below an issuer, the server's first, is one that it may vouch for.
    pub(super) fn check(
        &mut self,
        issuer: &Certificate<'_>,
        below: &[&Certificate<'_>],
    ) -> Result<(), Mismatch> {
        let Some(constraints) = of(issuer)? else { return Ok(()) };
        for (position, certificate) in below.iter().enumerate() {
            if position > 0 && certificate.is_self_issued() {
                continue;
            }
            let subject = certificate.fields.subject;
            let directory =
                (!directory_name::is_empty(subject)).then_some(Name::Directory(subject));
            let mail = directory_name::mail_addresses(subject).map(Name::Mail);
            for name in
                certificate.general_names().iter().map(Name::of).chain(directory).chain(mail)
            {
                self.check_one(constraints, certificate, name)?;
            }
        }
        Ok(())
    }

    /// The name by which the server was found is one that the issuer may vouch for, be it by a common name or a wildcard.
    pub(super) fn check_name(
        &mut self,
        issuer: &Certificate<'_>,
        leaf: &Certificate<'_>,
        name: &str,
    ) -> Result<(), Mismatch> {
        let Some(constraints) = of(issuer)? else { return Ok(()) };
        self.check_one(constraints, leaf, Name::Dns(without_final_dot(name)))
    }

    fn check_one(
        &mut self,
        constraints: &NameConstraints<'_>,
        certificate: &Certificate<'_>,
        name: Name<'_>,
    ) -> Result<(), Mismatch> {
        let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
        let excluded = constraints.excluded_subtrees.as_deref().unwrap_or_default();
        let comparisons = permitted.len() + excluded.len();
        self.comparisons_left = self
            .comparisons_left
            .checked_sub(comparisons)
            .ok_or_else(|| Mismatch::new(Detail::LimitExceeded, "too many name constraints"))?;
        if allows(permitted, excluded, name) {
            return Ok(());
        }
        let text = format!("{}: outside the name constraints of its issuer", certificate.subject());
        Err(Mismatch::new(Detail::ChainInvalid, text))
    }
}

/// An issuer's constraints, if they hold any subtree: each name that is checked costs a comparison.
fn of<'c, 'a>(issuer: &'c Certificate<'a>) -> Result<Option<&'c NameConstraints<'a>>, Mismatch> {
    let constraints = issuer.extensions()?.name_constraints.as_ref();
    Ok(constraints.filter(|it| {
        [&it.permitted_subtrees, &it.excluded_subtrees]
            .into_iter()
            .flatten()
            .any(|it| !it.is_empty())
    }))
}

/// Within some permitted subtree of its kind, if there are any, and in no excluded one; what cannot be told is refused.
fn allows(
    permitted: &[GeneralSubtree<'_>],
    excluded: &[GeneralSubtree<'_>],
    name: Name<'_>,
) -> bool {
    let of_its_kind = |tree: &Name<'_>| tree.kind() == name.kind();
    let trees = |subtrees| {
        let subtrees: std::slice::Iter<'_, GeneralSubtree<'_>> = subtrees;
        subtrees.map(|subtree| Name::of(&subtree.base)).filter(of_its_kind)
    };
    let mut permitted = trees(permitted.iter()).peekable();
    let is_permitted =
        permitted.peek().is_none() || permitted.any(|tree| name.is_within(tree) == Some(true));
    is_permitted && trees(excluded.iter()).all(|tree| name.is_within(tree) == Some(false))
}

fn ends_with(name: &str, end: &str) -> bool {
    let start = name.len().checked_sub(end.len()).and_then(|at| name.get(at..));
    start.is_some_and(|start| start.eq_ignore_ascii_case(end))
}

/// A name and all below it; a leading dot asks for at least one more label.
fn dns_is_within(name: &str, tree: &str) -> bool {
    let is_below =
        |tree: &str| ends_with(name, tree) && name[..name.len() - tree.len()].ends_with('.');
    match tree.strip_prefix('.') {
        Some(parent) => is_below(parent),
        None => tree.is_empty() || name.eq_ignore_ascii_case(tree) || is_below(tree),
    }
}

/// A host, or with a leading dot all hosts below it.
fn host_is_within(host: &str, tree: &str) -> bool {
    match tree.strip_prefix('.') {
        Some(_) => host.len() > tree.len() && ends_with(host, tree),
        None => host.eq_ignore_ascii_case(tree),
    }
}

/// One mailbox, all of a host, or those of all hosts below a domain.
fn mail_is_within(name: &str, tree: &str) -> Option<bool> {
    let (local, host) = name.rsplit_once('@')?;
    Some(match tree.rsplit_once('@') {
        Some((tree_local, tree_host)) => {
            local == tree_local && host.eq_ignore_ascii_case(tree_host)
        }
        None => host_is_within(host, tree),
    })
}

/// The host of a URI that names one (RFC 3986 section 3.2).
fn host_of(uri: &str) -> Option<&str> {
    let (_scheme, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (_user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host = host.split(':').next()?;
    is_host_name(host).then_some(host)
}

/// The subtree is an address and a mask.
fn address_is_within(address: &[u8], tree: &[u8]) -> Option<bool> {
    let (base, mask) = tree.split_at(tree.len() / 2);
    let masked = address.iter().zip(base).zip(mask).all(|((a, b), m)| a & m == b & m);
    matches!(tree.len(), 8 | 32).then_some(address.len() == base.len() && masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc5280_4_2_1_10_dns_subtrees() {
        assert!(dns_is_within("mx.example.org", "example.org"));
        assert!(dns_is_within("example.org", "EXAMPLE.org"));
        assert!(dns_is_within("anything.test", ""));
        assert!(!dns_is_within("notexample.org", "example.org"));
        assert!(dns_is_within("mx.example.org", ".example.org"));
        assert!(!dns_is_within("example.org", ".example.org"));
        assert!(dns_is_within("*.example.org", "example.org"));
        assert!(!dns_is_within("*.example.org", "mx.example.org"));
        assert!(!dns_is_within("m\u{fc}.org", "\u{fc}.org"));
    }

    #[test]
    fn rfc5280_4_2_1_10_mail_uri_and_address_subtrees() {
        let mail = |name, tree| mail_is_within(name, tree);
        assert_eq!(mail("a@example.org", "example.org"), Some(true));
        assert_eq!(mail("a@mx.example.org", "example.org"), Some(false));
        assert_eq!(mail("a@mx.example.org", ".example.org"), Some(true));
        assert_eq!(mail("a@example.org", "A@example.org"), Some(false));
        assert_eq!(mail("a@example.org", "a@EXAMPLE.org"), Some(true));
        assert_eq!(mail("example.org", "example.org"), None);
        assert_eq!(mail("a@mx.example.net", ".example.org"), Some(false));
        assert_eq!(mail("a@.example.org", ".example.org"), Some(false));
        assert_eq!(host_of("https://user@host.example:25/path"), Some("host.example"));
        assert_eq!(host_of("mailto:a@example.org"), None);
        assert_eq!(host_of("https://[2001:db8::1]/"), None);
        let tree = [192, 0, 2, 0, 255, 255, 255, 0];
        assert_eq!(address_is_within(&[192, 0, 2, 9], &tree), Some(true));
        assert_eq!(address_is_within(&[192, 0, 3, 9], &tree), Some(false));
        assert_eq!(address_is_within(&[0; 16], &tree), Some(false));
        assert_eq!(address_is_within(&[192, 0, 2, 9], &tree[..5]), None);
    }

    #[test]
    fn rfc5280_4_2_1_10_each_kind_of_name_has_its_subtrees() {
        let tree = [192, 0, 2, 0, 255, 255, 255, 0];
        for (inside, outside, tree) in [
            (Name::Dns("a.test"), Name::Dns("b.test"), Name::Dns("a.test")),
            (Name::Mail("a@a.test"), Name::Mail("a@b.test"), Name::Mail("a.test")),
            (Name::Uri("https://a.test/"), Name::Uri("https://b.test/"), Name::Uri("a.test")),
            (Name::Address(&[192, 0, 2, 9]), Name::Address(&[192, 0, 3, 9]), Name::Address(&tree)),
        ] {
            assert_eq!(inside.is_within(tree), Some(true));
            assert_eq!(outside.is_within(tree), Some(false));
        }
        assert_eq!(Name::Other(8).is_within(Name::Other(8)), None);
    }
}
