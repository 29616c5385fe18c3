//! Diagnosis: what statuses and decisions rest on.

use std::ffi::c_char;

use super::boundary::read;
use super::decision::dane_policy_decision;
use super::destination::dane_policy_destination;
use super::host::dane_policy_host;
use super::numbers::dane_policy_level;
use super::status::LevelNumber;
use super::text::string_at;

/// What the MX status rests on, in one line of printable ASCII: by whose signatures it is secure, why it is insecure, or
/// what went wrong. "" where no MX was looked up. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_mx_text(
    destination: Option<&dane_policy_destination>,
) -> *const c_char {
    read(destination, std::ptr::null(), |destination| destination.mx_text.as_ptr())
}

/// The level that applied: DANE_POLICY_LEVEL_...; DANE_ONLY for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_level(
    destination: Option<&dane_policy_destination>,
) -> dane_policy_level {
    read(destination, LevelNumber::DaneOnly as i32, |destination| destination.level as i32)
}

/// What the status of the addresses rests on, in one line of printable ASCII, an error of the other family included. ""
/// where nothing was looked up. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_address_text(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| host.address_text().as_ptr())
}

/// What the status of the TLSA records rests on, as dane_policy_host_address_text.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_tlsa_text(host: Option<&dane_policy_host>) -> *const c_char {
    read(host, std::ptr::null(), |host| host.tlsa_text().as_ptr())
}

/// A name that the host is an alias of, in the order they were followed: its own alias leads to the first, and the last has
/// the addresses. NULL beyond the last, where there is none, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_host_alias(
    host: Option<&dane_policy_host>,
    index: usize,
) -> *const c_char {
    read(host, std::ptr::null(), |host| string_at(&host.aliases, index))
}

/// The name of a fact that the decision rests on: "name", "type", "asked_name", "asked_type", "zone", "server", "rcode",
/// "ede", "text", "time" or "count"; each at most once. NULL beyond the last, and for NULL. A later version may add names.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_fact_name(
    decision: Option<&dane_policy_decision>,
    index: usize,
) -> *const c_char {
    read(decision, std::ptr::null(), |decision| decision.facts().name(index))
}

/// The fact at an index, such as "_25._tcp.mx.example.org" for "name" and "TLSA" for "type". One line of printable ASCII, at
/// most 255 octets. NULL beyond the last, and for NULL; lives as long as the decision.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_fact(
    decision: Option<&dane_policy_decision>,
    index: usize,
) -> *const c_char {
    read(decision, std::ptr::null(), |decision| decision.facts().value(index))
}
