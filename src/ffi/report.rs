//! Everything in one call.

use std::ffi::{CString, c_char, c_int};

use super::boundary::{create, free, guard, read};
use super::context::dane_policy_context;
use super::decision::dane_policy_decision;
use super::destination::dane_policy_destination;
use super::error::MISUSE;
use super::numbers::dane_policy_error;
use super::text::{from_c, to_c};
use super::verification::dane_policy_verification;
use crate::check::Report;
use crate::connect::Attempt;

/// What a check found.
pub struct dane_policy_report {
    decision: dane_policy_decision,
    destination: dane_policy_destination,
    via: c_int,
    attempts: Vec<Option<Tried>>,
}

struct Tried {
    verification: dane_policy_verification,
    tls_version: Option<CString>,
}

impl Tried {
    fn new(attempt: Attempt) -> Self {
        Self {
            tls_version: attempt.tls_version.map(to_c),
            verification: dane_policy_verification::new(
                attempt.verification,
                Some(attempt.decision.clone()),
            ),
        }
    }
}

impl dane_policy_report {
    pub(super) fn new(report: Report) -> Self {
        Self {
            decision: dane_policy_decision::new(report.decision.clone()),
            via: report.via.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1),
            attempts: report.attempts.into_iter().map(|tried| tried.map(Tried::new)).collect(),
            destination: dane_policy_destination::new(report.destination),
        }
    }

    fn tried(&self, host_index: usize) -> Option<&Tried> {
        self.attempts.get(host_index)?.as_ref()
    }
}

/// Does everything: looks up the domain, then connects to its hosts in order where the decision is VERIFY,
/// ENCRYPT or OPPORTUNISTIC, speaks SMTP up to STARTTLS, verifies, decides, and says QUIT, for whose reply it does not
/// wait; stops at the first host that does not defer. No message is sent. All within the context's timeout.
///
/// It is a monitor: it looks and hangs up, so nothing in the report permits. Permission comes after a connection of your
/// own.
///
/// Returns as dane_policy_lookup.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_check(
    context: Option<&dane_policy_context>,
    domain: *const c_char,
    port: u16,
    out: *mut *mut dane_policy_report,
) -> dane_policy_error {
    let check = || {
        let context = context.filter(|_| port != 0).ok_or(MISUSE)?;
        // SAFETY: NULL or a string that ends in NUL.
        let domain = unsafe { from_c(domain) }?;
        Ok(dane_policy_report::new(context.context.check(&domain, port)?))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, check) }
}

/// Frees a report with everything in it. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_free(report: Option<Box<dane_policy_report>>) {
    free(report);
}

/// The decision for the domain; go by its action. NULL for NULL, which the decision getters take as DEFER.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_decision(
    report: Option<&dane_policy_report>,
) -> Option<&dane_policy_decision> {
    guard(None, || report.map(|report| &report.decision))
}

/// What DNS says; freed with the report.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_destination(
    report: Option<&dane_policy_report>,
) -> Option<&dane_policy_destination> {
    guard(None, || report.map(|report| &report.destination))
}

/// Index of the host that decided, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_via(report: Option<&dane_policy_report>) -> c_int {
    read(report, -1, |report| report.via)
}

/// What a connection to a host showed; NULL if it was not tried. A failed connection gives
/// DANE_POLICY_CERTIFICATE_CONNECTION_FAILED.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_verification(
    report: Option<&dane_policy_report>,
    host_index: usize,
) -> Option<&dane_policy_verification> {
    guard(None, || Some(&report?.tried(host_index)?.verification))
}

/// "TLSv1.3" or "TLSv1.2"; NULL where TLS was not established.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_report_tls_version(
    report: Option<&dane_policy_report>,
    host_index: usize,
) -> *const c_char {
    read(report, std::ptr::null(), |report| {
        let version = report.tried(host_index).and_then(|tried| tried.tls_version.as_ref());
        version.map_or(std::ptr::null(), |version| version.as_ptr())
    })
}
