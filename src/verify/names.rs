//! Reference identifiers against the names in a certificate (RFC 7672 section 3.2.3, RFC 6125).

use crate::text::{is_host_name, without_final_dot};

/// The first reference identifier that a presented name matches.
pub(super) fn matching<'a, N: AsRef<str>>(
    references: &'a [N],
    presented: &[&str],
) -> Option<&'a str> {
    let mut references = references.iter().map(AsRef::as_ref);
    references.find(|reference| presented.iter().any(|name| matches(reference, name)))
}

/// Case does not matter; one final dot of the reference is removed; a wildcard is the whole first label.
pub(super) fn matches(reference: &str, presented: &str) -> bool {
    let reference = without_final_dot(reference);
    if !is_host_name(reference) {
        return false;
    }
    if reference.eq_ignore_ascii_case(presented) {
        return true;
    }
    let Some(parent) = presented.strip_prefix("*.") else { return false };
    let Some((_, reference_parent)) = reference.split_once('.') else { return false };
    parent.contains('.') && is_host_name(parent) && parent.eq_ignore_ascii_case(reference_parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7672_3_2_3_exact_names() {
        assert!(matches("mx.example.org", "MX.Example.ORG"));
        assert!(matches("mx.example.org.", "mx.example.org"));
        assert!(!matches("mx.example.org", "mx.example.org."));
        assert!(!matches("mx.example.org", "mx.example.org\0.evil.test"));
        assert!(!matches("mx.example.org", " mx.example.org"));
        assert!(!matches("mx.example.org", ""));
        assert!(!matches("", ""));
        assert!(!matches(".example.org", "mx.example.org"));
        assert!(!matches(".example.org", ".example.org"));
        assert!(!matches("192.0.2.1", "192.0.2.1"));
        assert!(!matches("::1", "::1"));
        assert!(!matches("b\u{fc}cher.example", "b\u{fc}cher.example"));
        let long = "a.".repeat(127) + "a";
        assert!(!matches(&long, &long));
    }

    #[test]
    fn rfc7672_3_2_3_a_wildcard_is_one_whole_first_label() {
        assert!(matches("mx.example.org", "*.example.org"));
        assert!(matches("mx.example.org", "*.EXAMPLE.org"));
        assert!(!matches("mx.deep.example.org", "*.example.org"));
        assert!(!matches("example.org", "*.example.org"));
        assert!(!matches("mx.org", "*.org"));
        assert!(!matches("mx.example.org", "m*.example.org"));
        assert!(!matches("mx.example.org", "*x.example.org"));
        assert!(!matches("mx.example.org", "mx.*.org"));
        assert!(!matches("mx.example.org", "*"));
        assert!(!matches("mx.example.org", "*."));
        assert!(!matches("mx.example.org", "*.*.org"));
        assert!(!matches("mx.example.org", "*.example.org."));
        assert!(!matches("*.example.org", "*.example.org"));
        assert!(!matches("m x.example.org", "*.example.org"));
        assert!(!matches(".example.org", "*.example.org"));
    }

    #[test]
    fn rfc7672_3_2_2_the_first_matching_reference_counts() {
        assert_eq!(matching(&["a.test", "b.test"], &["b.test", "a.test"]), Some("a.test"));
        assert_eq!(matching(&["a.test", "b.test"], &["b.test"]), Some("b.test"));
        assert_eq!(matching(&["a.test"], &[]), None);
        assert_eq!(matching::<&str>(&[], &["a.test"]), None);
    }
}
