//! Name constraints of an issuer on what lies below it (RFC 5280 section 4.2.1.10).
//!
//! DNS names are judged; a constraint of another kind fails any certificate that has a name of that kind.

use x509_parser::extensions::{GeneralName, GeneralSubtree};

use super::Mismatch;
use super::certificate::Certificate;
use crate::decide::Detail;

/// Names times constraints that are compared; more fails.
const MAX_COMPARISONS: usize = 10_000;

pub(super) fn check(issuer: &Certificate<'_>, below: &[&Certificate<'_>]) -> Result<(), Mismatch> {
    let Ok(Some(constraints)) = issuer.x509.name_constraints() else { return Ok(()) };
    let permitted = constraints.value.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = constraints.value.excluded_subtrees.as_deref().unwrap_or_default();
    for (position, certificate) in below.iter().enumerate() {
        if position > 0 && certificate.is_self_issued() {
            continue;
        }
        let subject = certificate.x509.subject();
        let names = certificate.general_names().len() + subject.iter_attributes().count();
        if names.saturating_mul(permitted.len() + excluded.len()) > MAX_COMPARISONS {
            let text = format!("{}: too many name constraints", issuer.subject());
            return Err(Mismatch::new(Detail::LimitExceeded, text));
        }
        if !allows(permitted, excluded, certificate) {
            let text =
                format!("{}: outside the name constraints of its issuer", certificate.subject());
            return Err(Mismatch::new(Detail::ChainInvalid, text));
        }
    }
    Ok(())
}

fn allows(
    permitted: &[GeneralSubtree<'_>],
    excluded: &[GeneralSubtree<'_>],
    certificate: &Certificate<'_>,
) -> bool {
    let dns = |subtrees: &[GeneralSubtree<'_>]| -> Vec<String> {
        let names = subtrees.iter().filter_map(|subtree| match &subtree.base {
            GeneralName::DNSName(name) => Some((*name).to_ascii_lowercase()),
            _ => None,
        });
        names.collect()
    };
    let (permitted_dns, excluded_dns) = (dns(permitted), dns(excluded));
    let names_are_allowed = certificate.dns_names().iter().all(|name| {
        let name = name.to_ascii_lowercase();
        let is_permitted =
            permitted_dns.is_empty() || permitted_dns.iter().any(|tree| is_within(&name, tree));
        is_permitted && !excluded_dns.iter().any(|tree| overlaps(&name, tree))
    });
    let subject = certificate.x509.subject();
    let has_directory_name = subject.iter().next().is_some();
    let has_mail_address = subject.iter_email().next().is_some();
    let others_are_absent = permitted.iter().chain(excluded).all(|subtree| match &subtree.base {
        GeneralName::DNSName(_) => true,
        GeneralName::DirectoryName(_) if has_directory_name => false,
        GeneralName::RFC822Name(_) if has_mail_address => false,
        other => !certificate.general_names().iter().any(|name| kind(name) == kind(other)),
    });
    names_are_allowed && others_are_absent
}

/// Numbers for the kinds of RFC 5280 section 4.2.1.6.
fn kind(name: &GeneralName<'_>) -> u8 {
    match name {
        GeneralName::OtherName(..) => 0,
        GeneralName::RFC822Name(_) => 1,
        GeneralName::DNSName(_) => 2,
        GeneralName::X400Address(_) => 3,
        GeneralName::DirectoryName(_) => 4,
        GeneralName::EDIPartyName(_) => 5,
        GeneralName::URI(_) => 6,
        GeneralName::IPAddress(_) => 7,
        _ => 8,
    }
}

/// Whether a name lies in the subtree; a leading dot asks for at least one more label.
fn is_within(name: &str, tree: &str) -> bool {
    let name = name.strip_prefix("*.").unwrap_or(name);
    if tree.is_empty() || name == tree {
        return true;
    }
    let parent = tree.strip_prefix('.').unwrap_or(tree);
    name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// Whether a name, or one that its wildcard stands for, lies in the subtree.
fn overlaps(name: &str, tree: &str) -> bool {
    let wildcard_reaches = name
        .strip_prefix("*.")
        .is_some_and(|parent| is_within(tree.trim_start_matches('.'), parent));
    is_within(name, tree) || wildcard_reaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc5280_4_2_1_10_dns_subtrees() {
        assert!(is_within("mx.example.org", "example.org"));
        assert!(is_within("example.org", "example.org"));
        assert!(is_within("anything.test", ""));
        assert!(!is_within("notexample.org", "example.org"));
        assert!(is_within("mx.example.org", ".example.org"));
        assert!(!is_within("example.org", ".example.org"));
        assert!(is_within("*.example.org", "example.org"));
        assert!(!is_within("*.example.org", "mx.example.org"));
    }

    #[test]
    fn rfc5280_4_2_1_10_a_wildcard_must_not_reach_an_excluded_name() {
        assert!(overlaps("*.example.org", "bad.example.org"));
        assert!(overlaps("mx.bad.example.org", "bad.example.org"));
        assert!(!overlaps("*.example.org", "example.net"));
        assert!(!overlaps("mx.example.org", "bad.example.org"));
    }
}
