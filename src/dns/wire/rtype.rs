//! The record types that the proof needs (IANA DNS parameters).

pub(crate) const A: u16 = 1;
pub(crate) const NS: u16 = 2;
pub(crate) const CNAME: u16 = 5;
pub(crate) const SOA: u16 = 6;
pub(crate) const MX: u16 = 15;
pub(crate) const AAAA: u16 = 28;
pub(crate) const DNAME: u16 = 39;
pub(crate) const OPT: u16 = 41;
pub(crate) const DS: u16 = 43;
pub(crate) const RRSIG: u16 = 46;
pub(crate) const NSEC: u16 = 47;
pub(crate) const DNSKEY: u16 = 48;
pub(crate) const NSEC3: u16 = 50;
pub(crate) const TLSA: u16 = 52;
/// Of a name that does not exist; stands in type bit maps alone (RFC 9824 section 2).
pub(crate) const NXNAME: u16 = 128;

/// The word for a type in a text.
pub(crate) fn name(rtype: u16) -> String {
    match rtype {
        A => "A".into(),
        NS => "NS".into(),
        CNAME => "CNAME".into(),
        SOA => "SOA".into(),
        MX => "MX".into(),
        AAAA => "AAAA".into(),
        DNAME => "DNAME".into(),
        DS => "DS".into(),
        DNSKEY => "DNSKEY".into(),
        TLSA => "TLSA".into(),
        other => format!("TYPE{other}"),
    }
}
