//! One MX host.

use std::ffi::{CStr, CString, c_char, c_int};

use super::boundary::{guard, read};
use super::decision::dane_policy_decision;
use super::numbers::{dane_policy_error, dane_policy_status};
use super::on_demand::OnDemand;
use super::status::Status;
use super::text::{name_to_c, string_at, text_or_null, to_c};
use super::tlsa::dane_policy_tlsa;
use crate::lookup::Host;
use crate::tlsa::Record;

/// One MX host: part of a destination, and freed with it.
pub struct dane_policy_host {
    pub(super) host: Host,
    name: CString,
    base_domain: Option<CString>,
    server_name: Option<CString>,
    addresses: Vec<CString>,
    reference_names: Vec<CString>,
    pub(super) aliases: Vec<CString>,
    tlsrpt_strings: OnDemand<Vec<CString>>,
    address_text: OnDemand<CString>,
    tlsa_text: OnDemand<CString>,
    policy_key: OnDemand<CString>,
    decision: dane_policy_decision,
}

impl dane_policy_host {
    pub(super) fn new(host: Host) -> Self {
        Self {
            name: name_to_c(&host.name),
            base_domain: host.base_domain.as_deref().map(name_to_c),
            server_name: host.server_name().map(name_to_c),
            addresses: host.addresses.iter().map(|address| to_c(&address.to_string())).collect(),
            reference_names: host.reference_names.iter().map(|name| name_to_c(name)).collect(),
            aliases: host.aliases.iter().map(|name| name_to_c(name)).collect(),
            tlsrpt_strings: OnDemand::new(),
            address_text: OnDemand::new(),
            tlsa_text: OnDemand::new(),
            policy_key: OnDemand::new(),
            decision: dane_policy_decision::new(host.decision.clone()),
            host,
        }
    }

    pub(super) fn decision(&self) -> &dane_policy_decision {
        &self.decision
    }

    pub(super) fn address_text(&self) -> &CStr {
        self.address_text.get(|| to_c(&self.host.address_text()))
    }

    pub(super) fn tlsa_text(&self) -> &CStr {
        self.tlsa_text.get(|| to_c(&self.host.tlsa_text()))
    }

    fn policy_key(&self) -> &CStr {
        self.policy_key.get(|| to_c(&self.host.policy_key()))
    }

    fn tlsrpt_strings(&self) -> &[CString] {
        let text = |record: &Record| to_c(&record.zone_text());
        self.tlsrpt_strings.get(|| self.host.records.iter().map(text).collect())
    }
}

/// The host's name as in the MX record, in lower case and without a final dot, at most 255 octets. Of what is no name, the
/// beginning, with octets that are not printable ASCII as \x0a. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_name(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| host.name.as_ptr())
}

/// The MX preference; 0 where the host was not found by MX.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_preference(host: Option<&dane_policy_host>) -> u16 {
    read(host, 0, |host| host.host.preference)
}

/// The port the lookup was made for.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_port(host: Option<&dane_policy_host>) -> u16 {
    read(host, 0, |host| host.host.port)
}

/// The status of the host's addresses: DANE_POLICY_STATUS_...; BOGUS for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_address_status(
    host: Option<&dane_policy_host>,
) -> dane_policy_status {
    read(host, Status::Bogus as i32, |host| Status::from(host.host.address) as i32)
}

/// The status of the host's TLSA records: DANE_POLICY_STATUS_...; BOGUS for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsa_status(
    host: Option<&dane_policy_host>,
) -> dane_policy_status {
    read(host, Status::Bogus as i32, |host| Status::from(host.host.tlsa) as i32)
}

/// The TLSA base domain (RFC 7672 section 2.2.3). NULL if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_base_domain(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| text_or_null(host.base_domain.as_ref()))
}

/// The name to send as SNI: the TLSA base domain (RFC 7672 section 8.1), or without one the host's name. NULL for an
/// address, of which there is no SNI, and for what is no host name: servers end a handshake with such (RFC 6066 section 3).
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_server_name(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| text_or_null(host.server_name.as_ref()))
}

/// Number of addresses found.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_address_count(host: Option<&dane_policy_host>) -> usize {
    read(host, 0, |host| host.addresses.len())
}

/// An address as text, such as "192.0.2.1" or "2001:db8::1"; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_address(
    host: Option<&dane_policy_host>,
    index: usize,
) -> *const c_char {
    read(host, std::ptr::null(), |host| string_at(&host.addresses, index))
}

/// Number of reference identifiers (RFC 7672 section 3.2.2).
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_reference_name_count(host: Option<&dane_policy_host>) -> usize {
    read(host, 0, |host| host.reference_names.len())
}

/// A reference identifier, the TLSA base domain first; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_reference_name(
    host: Option<&dane_policy_host>,
    index: usize,
) -> *const c_char {
    read(host, std::ptr::null(), |host| string_at(&host.reference_names, index))
}

/// Number of secure TLSA records, usable or not.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsa_count(host: Option<&dane_policy_host>) -> usize {
    read(host, 0, |host| host.host.records.len())
}

/// Copies a TLSA record to *out; its data lives as long as the host. DANE_POLICY_ERROR_MISUSE, and *out
/// all zero, beyond the last or for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_host_tlsa(
    host: Option<&dane_policy_host>,
    index: usize,
    out: *mut dane_policy_tlsa,
) -> dane_policy_error {
    use super::error::{INTERNAL, MISUSE, OK};
    if out.is_null() {
        return MISUSE as i32;
    }
    let record = guard(Err(INTERNAL), || {
        host.and_then(|host| host.host.records.get(index)).map(dane_policy_tlsa::of).ok_or(MISUSE)
    });
    let nothing = super::tlsa::dane_policy_bytes { data: std::ptr::null(), length: 0 };
    let empty = dane_policy_tlsa { usage: 0, selector: 0, matching_type: 0, data: nothing };
    // SAFETY: `out` is not NULL, and the caller gives room for a record there.
    unsafe { out.write(*record.as_ref().unwrap_or(&empty)) };
    record.err().unwrap_or(OK) as i32
}

/// 1 if a TLSA record is usable, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsa_usable(
    host: Option<&dane_policy_host>,
    index: usize,
) -> c_int {
    read(host, 0, |host| {
        let record = host.host.records.get(index);
        i32::from(record.is_some_and(|record| record.usability().is_ok()))
    })
}

/// 1 if the handshake may offer to take a raw public key (RFC 7250), which goes to dane_policy_verify_raw_key: the decision is
/// VERIFY and every usable TLSA record is DANE-EE(3) SPKI(1) (RFC 7671 section 5.1). Else 0: offer X.509 certificates alone.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_raw_key_usable(host: Option<&dane_policy_host>) -> c_int {
    read(host, 0, |host| i32::from(host.host.raw_key_usable()))
}

/// The policy-domain of a TLS report (RFC 8460 section 4.4): the TLSA base domain, else the host's name. NULL only for
/// NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsrpt_domain(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| host.base_domain.as_ref().unwrap_or(&host.name).as_ptr())
}

/// A policy-string of a TLS report: a TLSA record as text, "3 1 1 0123...", in the order of dane_policy_host_tlsa. NULL
/// beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsrpt_string(
    host: Option<&dane_policy_host>,
    index: usize,
) -> *const c_char {
    read(host, std::ptr::null(), |host| string_at(host.tlsrpt_strings(), index))
}

/// A printable digest over level, action, port, base domain, usable records and reference names. Reuse a
/// connection or a TLS session only for an equal key. NULL for NULL, and NULL never equals.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_policy_key(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| host.policy_key().as_ptr())
}

/// The decision before connecting: VERIFY, ENCRYPT, OPPORTUNISTIC, DEFER or FAIL. NULL for NULL, which the
/// decision getters take as DEFER.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_decision(
    host: Option<&dane_policy_host>,
) -> Option<&dane_policy_decision> {
    guard(None, || host.map(dane_policy_host::decision))
}
