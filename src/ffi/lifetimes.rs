//! Diagnosis: how long records, signatures and certificates last.

use super::boundary::read;
use super::host::dane_policy_host;
use super::verification::dane_policy_verification;
use crate::dns::{Lifetime, Period, RecordType};

fn lifetime(host: &dane_policy_host, number: u16) -> Option<Lifetime> {
    let lifetimes = &host.host.lifetimes;
    match RecordType::from_number(number)? {
        RecordType::Mx => lifetimes.mx,
        RecordType::A => lifetimes.a,
        RecordType::Aaaa => lifetimes.aaaa,
        RecordType::Tlsa => lifetimes.tlsa,
        RecordType::Cname => None,
    }
}

/// Reads a time from the signature that ends first.
fn signed(host: Option<&dane_policy_host>, number: u16, time: impl FnOnce(Period) -> i64) -> i64 {
    read(host, -1, |host| lifetime(host, number).and_then(|it| it.signed).map_or(-1, time))
}

/// The TTL of a host's records in seconds, where `type` is 1 (A), 28 (AAAA), 52 (TLSA) or 15: the MX records that name it;
/// where aliases lead to them, the longest of all. That of validated records is the one that their zone gives; of others, and
/// in mode trust-ad of all, it is what the resolver's cache has left. -1 where there are none, or the TLSA records are not
/// secure; for another type, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_ttl(host: Option<&dane_policy_host>, r#type: u16) -> i64 {
    read(host, -1, |host| lifetime(host, r#type).map_or(-1, |lifetime| lifetime.ttl.into()))
}

/// Until when a host's records of a type, as for dane_policy_host_ttl, are proven, in seconds since 1970: the end of the
/// signature that ends first, of those that zones made over the records, over the aliases that lead to them, and over their
/// own keys. Zones above count not. -1 where nothing was validated: without DNSSEC, and in mode trust-ad; and as there.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_signed_until(
    host: Option<&dane_policy_host>,
    r#type: u16,
) -> i64 {
    signed(host, r#type, |period| period.until)
}

/// From when on the signature counts that dane_policy_host_signed_until speaks of, in seconds since 1970. Of a zone that signs
/// each answer anew it is never long ago. -1 as there.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_signed_since(
    host: Option<&dane_policy_host>,
    r#type: u16,
) -> i64 {
    signed(host, r#type, |period| period.since)
}

/// When the certificate that a usable TLSA record holds the data of ends to be valid, in seconds since 1970, whatever became
/// of the record; of one whose dates cannot be read, the end of the year 9999. -1 where the server sent no such certificate,
/// beyond the last record, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_record_expires(
    verification: Option<&dane_policy_verification>,
    index: usize,
) -> i64 {
    read(verification, -1, |it| {
        let expires = it.verification.records.get(index).and_then(|record| record.expires);
        expires.map_or(-1, |expires| expires.max(0))
    })
}
