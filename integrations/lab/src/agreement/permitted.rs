//! Where the library may differ from the oracle, each by rule; nothing else may.

use crate::dns::verdict::{Status, Verdict};

/// A difference between the two.
pub struct Difference<'a> {
    pub ours: &'a Verdict,
    pub oracle: &'a Verdict,
    /// Recipes of the zone asked about and of every zone on the way.
    pub recipes: Vec<&'static str>,
}

type Rule = (&'static str, fn(&Difference<'_>) -> bool);

const RULES: &[Rule] = &[
    (
        "Ed448 is no algorithm we check: its zones are insecure (RFC 4035 section 5.2)",
        |difference| {
            difference.recipes.contains(&"ed448") && difference.ours.status == Status::Insecure
        },
    ),
    ("a SHA-1 DS beside a SHA-256 one does not count (RFC 4509 section 3)", |difference| {
        difference.recipes.contains(&"ds-sha256-bad") && difference.ours.status == Status::Bogus
    }),
    (
        "NXNAME denies a name (RFC 9824 section 2): that unbound passes on NOERROR",
        |Difference { ours, oracle, recipes }| {
            let is_compact = recipes.contains(&"compact");
            let is_same = ours.status == oracle.status && ours.status.is_usable();
            let are_empty = ours.records.is_empty() && oracle.records.is_empty();
            is_compact && is_same && are_empty && !ours.exists && oracle.exists
        },
    ),
];

/// The rule that permits a difference, if one does.
pub fn rule(difference: &Difference<'_>) -> Option<&'static str> {
    RULES.iter().find(|(_, permits)| permits(difference)).map(|(words, _)| *words)
}
