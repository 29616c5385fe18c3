//! Step 1: lookup.

use std::ffi::{CString, c_char, c_int};

use super::boundary::{create, free, guard, read};
use super::context::dane_policy_context;
use super::decision::dane_policy_decision;
use super::error::MISUSE;
use super::host::dane_policy_host;
use super::numbers::{dane_policy_error, dane_policy_status};
use super::status::{self, LevelNumber, Status};
use super::text::{from_c, optional_from_c, to_c};
use crate::lookup::Destination;

/// A domain and the hosts that take its mail.
pub struct dane_policy_destination {
    pub(super) level: LevelNumber,
    mx: Status,
    pub(super) mx_text: CString,
    queries: u32,
    decision: dane_policy_decision,
    hosts: Vec<dane_policy_host>,
    unknown_host: dane_policy_decision,
}

impl dane_policy_destination {
    pub(super) fn new(destination: Destination) -> Self {
        Self {
            level: destination.policy.level.into(),
            mx: destination.mx.into(),
            mx_text: to_c(&destination.mx_text()),
            queries: destination.queries,
            unknown_host: dane_policy_decision::new(destination.unknown_host()),
            decision: dane_policy_decision::new(destination.decision),
            hosts: destination.hosts.into_iter().map(dane_policy_host::new).collect(),
        }
    }

    fn find(&self, name: &str) -> Option<&dane_policy_host> {
        self.hosts.iter().find(|host| host.host.is_called(name))
    }
}

/// Looks up everything DNS says of a domain's mail: MX, then addresses and TLSA records of every host,
/// within the context's timeout. `domain` is the next hop, a domain of A-labels or an address literal;
/// `port` is where mail goes, 25 as a rule.
///
/// Every DNS outcome, and a domain that is no name, is inside *out. Fails only with
/// DANE_POLICY_ERROR_MISUSE (NULL, or port 0), _NO_MEMORY or _INTERNAL; then *out is NULL: defer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_lookup(
    context: Option<&dane_policy_context>,
    domain: *const c_char,
    port: u16,
    out: *mut *mut dane_policy_destination,
) -> dane_policy_error {
    let lookup = || {
        let context = context.filter(|_| port != 0).ok_or(MISUSE)?;
        // SAFETY: NULL or a string that ends in NUL.
        let domain = unsafe { from_c(domain) }?;
        Ok(dane_policy_destination::new(context.context.lookup(&domain, port)?))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, lookup) }
}

/// Looks up one host whose MX status you know: DANE_POLICY_STATUS_CONFIGURED for a host that the
/// administrator named (smart host, manual route), or the status of your own validated MX lookup.
/// DANE_POLICY_STATUS_NOT_APPLICABLE is decided as bogus. `next_hop` is the domain that the host was found
/// for, a reference identifier where the MX is secure; or NULL.
///
/// It is never FAIL. Returns as dane_policy_lookup; a status that MX cannot have is DANE_POLICY_ERROR_MISUSE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_lookup_host(
    context: Option<&dane_policy_context>,
    host: *const c_char,
    port: u16,
    next_hop: *const c_char,
    mx_status: c_int,
    out: *mut *mut dane_policy_destination,
) -> dane_policy_error {
    let lookup = || {
        let context = context.filter(|_| port != 0).ok_or(MISUSE)?;
        // SAFETY: NULL or a string that ends in NUL.
        let host = unsafe { from_c(host) }?;
        // SAFETY: NULL or a string that ends in NUL.
        let next_hop = unsafe { optional_from_c(next_hop) }?;
        let mx = status::mx_of(mx_status)?;
        let destination = context.context.lookup_host(&host, port, next_hop.as_deref(), mx)?;
        Ok(dane_policy_destination::new(destination))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, lookup) }
}

/// Frees a destination with its hosts and decisions. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_free(destination: Option<Box<dane_policy_destination>>) {
    free(destination);
}

/// The status of the MX records: DANE_POLICY_STATUS_...; BOGUS for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_mx_status(
    destination: Option<&dane_policy_destination>,
) -> dane_policy_status {
    read(destination, Status::Bogus as i32, |destination| destination.mx as i32)
}

/// Number of DNS packets that the lookup sent, those that probe the resolver apart.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_queries(
    destination: Option<&dane_policy_destination>,
) -> u32 {
    read(destination, 0, |destination| destination.queries)
}

/// The decision for the domain before connecting: that of the first host that does not defer, or where all do, of the
/// best of them. FAIL, which bounces, for a null MX, and where DNS denies the domain, or MX records and addresses of both
/// families; at DANE-only only where every denial is secure. NULL for NULL, which the decision getters take as DEFER.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_decision(
    destination: Option<&dane_policy_destination>,
) -> Option<&dane_policy_decision> {
    guard(None, || destination.map(|destination| &destination.decision))
}

/// Number of hosts, at most 100; 0 where the domain-wide decision says why.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_host_count(
    destination: Option<&dane_policy_destination>,
) -> usize {
    read(destination, 0, |destination| destination.hosts.len())
}

/// A host, in preference order; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_destination_host(
    destination: Option<&dane_policy_destination>,
    index: usize,
) -> Option<&dane_policy_host> {
    guard(None, || destination?.hosts.get(index))
}

/// The host of that name, case and one final dot ignored; NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_destination_find_host(
    destination: Option<&dane_policy_destination>,
    name: *const c_char,
) -> Option<&dane_policy_host> {
    guard(None, || {
        // SAFETY: NULL or a string that ends in NUL.
        let name = unsafe { from_c(name) }.ok()?;
        destination?.find(&name)
    })
}

/// The decision before connecting for the host of that name. For a name that is not in the destination,
/// or NULL: DEFER, "host not in MX records"; its text names the destination. Take a FAIL of DANE_POLICY_REASON_NOT_FOUND for
/// a DEFER: your resolver found hosts where the library's found no domain. NULL only where destination is NULL, which the
/// decision getters take as DEFER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_destination_host_decision(
    destination: Option<&dane_policy_destination>,
    name: *const c_char,
) -> Option<&dane_policy_decision> {
    guard(None, || {
        let destination = destination?;
        // SAFETY: NULL or a string that ends in NUL.
        let name = unsafe { from_c(name) }.ok();
        let host = name.and_then(|name| destination.find(&name));
        Some(host.map_or(&destination.unknown_host, dane_policy_host::decision))
    })
}
