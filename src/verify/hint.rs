//! What an operator can do about a record, where none matched.

use std::fmt;

use super::presented::Presented;
use crate::decide::Detail;
use crate::text::{Hex, line};
use crate::tlsa::{CERT, DANE_EE, DANE_TA, FULL, Record, SHA2_256, SPKI};

/// `publish 3 1 1 ...`: the record that the server's certificate would match; of a Full(0) one, its digest.
struct Publish<'s, 'a>(&'s Presented<'a>, u8, u8);

impl fmt::Display for Publish<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(presented, selector, matching_type) = self;
        let matching_type = if *matching_type == FULL { SHA2_256 } else { *matching_type };
        let data = Hex(presented.leaf.data(*selector, matching_type));
        write!(f, "publish 3 {selector} {matching_type} {data}")
    }
}

/// For a record that did not match, by why; nothing where that says all. `strongest` is the matching type that counts.
pub(super) fn for_record(
    record: &Record,
    detail: Detail,
    strongest: u8,
    presented: &Presented<'_>,
) -> Option<String> {
    let is_leaf = || presented.leaf.matches(record);
    match (record.usage, detail) {
        (DANE_EE, Detail::NoMatch) => Some(for_other(record, presented)),
        (DANE_EE, Detail::WeakerDigest) if is_leaf() => {
            let right = Publish(presented, record.selector, strongest);
            let but = "a stronger digest is published that does not";
            Some(line(format_args!("matches, but {but}; {right}")))
        }
        (DANE_TA, Detail::TaAbsent) if is_leaf() => {
            let right = Publish(presented, SPKI, SHA2_256);
            Some(line(format_args!("names the server's own certificate, no trust anchor; {right}")))
        }
        _ => None,
    }
}

/// For a DANE-EE record of something else than the server's certificate.
fn for_other(record: &Record, presented: &Presented<'_>) -> String {
    let &Record { selector, matching_type, ref data, .. } = record;
    let (what, other, other_selector) =
        if selector == CERT { ("certificate", "key", SPKI) } else { ("key", "certificate", CERT) };
    if presented.leaf.data(other_selector, matching_type) == data {
        let right = format_args!("publish it as 3 {other_selector} {matching_type}");
        return line(format_args!("this is the server's {other}, not its {what}: {right}"));
    }
    if let Some(position) = presented.others().iter().position(|other| other.matches(record)) {
        let right = format_args!("publish it as 2 {selector} {matching_type}");
        let position = position + 1;
        return line(format_args!("this is the {what} of issuer {position} in the chain: {right}"));
    }
    let right = Publish(presented, selector, matching_type);
    line(format_args!("the server has another {what}; if that is right, {right}"))
}
