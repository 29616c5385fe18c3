//! What an operator can do about a record, where none matched.

use std::borrow::Cow;
use std::fmt;

use super::presented::Presented;
use crate::cause::Detail;
use crate::text::{Hex, line};
use crate::tlsa::{CERT, DANE_EE, DANE_TA, FULL, Record, SHA2_256, SPKI};

/// `publish 3 1 1 ...`: the record that what the server showed would match; of a Full(0) one, its digest.
struct Publish<'s>(u8, u8, &'s [u8]);

impl<'s> Publish<'s> {
    fn new(presented: &'s Presented<'_>, selector: u8, matching_type: u8) -> Option<Self> {
        let matching_type = if matching_type == FULL { SHA2_256 } else { matching_type };
        let data = presented.leaf.data(selector, matching_type)?;
        Some(Self(selector, matching_type, data))
    }
}

impl fmt::Display for Publish<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(selector, matching_type, data) = self;
        write!(f, "publish 3 {selector} {matching_type} {}", Hex(data))
    }
}

/// What is wrong with a record, and what to publish instead.
pub(super) struct Hint {
    pub(super) what: Cow<'static, str>,
    advice: String,
}

impl Hint {
    fn new(what: impl Into<Cow<'static, str>>, advice: fmt::Arguments<'_>) -> Self {
        Self { what: what.into(), advice: advice.to_string() }
    }

    /// Both in one line.
    pub(super) fn text(&self) -> String {
        let Self { what, advice } = self;
        line(format_args!("{what}; {advice}"))
    }
}

/// For a record that did not match, by why; nothing where that says all. `strongest` is the matching type that counts.
pub(super) fn for_record(
    record: &Record,
    detail: Detail,
    strongest: u8,
    presented: &Presented<'_>,
) -> Option<Hint> {
    let is_leaf = || presented.leaf.matches(record);
    match (record.usage, detail) {
        (DANE_EE, Detail::NoMatch) => for_other(record, presented),
        (DANE_EE, Detail::WeakerDigest) if is_leaf() => {
            let right = Publish::new(presented, record.selector, strongest)?;
            Some(Hint::new("matches, but the stronger digest does not", format_args!("{right}")))
        }
        (DANE_TA, Detail::TaAbsent) if is_leaf() => {
            let right = Publish::new(presented, SPKI, SHA2_256)?;
            let what = "names the server's own certificate, no trust anchor";
            Some(Hint::new(what, format_args!("{right}")))
        }
        _ => None,
    }
}

/// For a DANE-EE record of something else than what the server showed.
fn for_other(record: &Record, presented: &Presented<'_>) -> Option<Hint> {
    let &Record { selector, matching_type, ref data, .. } = record;
    let (what, other, other_selector) =
        if selector == CERT { ("certificate", "key", SPKI) } else { ("key", "certificate", CERT) };
    if presented.leaf.data(other_selector, matching_type) == Some(&**data) {
        let right = format_args!("publish it as 3 {other_selector} {matching_type}");
        return Some(Hint::new(format!("this is the server's {other}, not its {what}"), right));
    }
    if let Some(position) = presented.others().iter().position(|other| other.matches(record)) {
        let right = format_args!("publish it as 2 {selector} {matching_type}");
        let position = position + 1;
        let what = format!("this is the {what} of issuer {position} in the chain");
        return Some(Hint::new(what, right));
    }
    let right = Publish::new(presented, selector, matching_type)?;
    let advice = format_args!("if that is right, {right}");
    Some(Hint::new(format!("the server has another {what}"), advice))
}
