//! What an operator can do about a record that no certificate in its place matches.

use std::fmt;

use super::presented::Presented;
use crate::text::{Hex, line};
use crate::tlsa::{CERT, FULL, Record, SHA2_256, SPKI};

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

/// For a DANE-EE record.
pub(super) fn for_ee(record: &Record, presented: &Presented<'_>) -> String {
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

/// For a DANE-EE record that matches, but was set aside for a stronger digest (RFC 7671 section 9).
pub(super) fn for_weaker(record: &Record, stronger: u8, presented: &Presented<'_>) -> String {
    let right = Publish(presented, record.selector, stronger);
    line(format_args!("matches, but a stronger digest is published that does not; {right}"))
}

/// For a DANE-TA record whose certificate or key is not above the server's.
pub(super) fn for_absent_ta(record: &Record, presented: &Presented<'_>) -> String {
    if presented.leaf.matches(record) {
        let right = Publish(presented, SPKI, SHA2_256);
        line(format_args!("names the server's own certificate, no trust anchor; {right}"))
    } else {
        "names a certificate the server did not send".into()
    }
}
