//! Diagnosis: many at once.

use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use super::answer::dane_policy_answer;
use super::boundary::guard;
use super::error::MISUSE;
use super::multi::{dane_policy_multi, start, start_for};
use super::numbers::dane_policy_error;
use super::outcome::{Tag, dane_policy_outcome, give};
use super::report::dane_policy_report;
use super::text::from_c;
use crate::dns::RecordType;

/// Starts dane_policy_query as dane_policy_multi_lookup does a lookup; the answer comes out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_query(
    multi: Option<&mut dane_policy_multi>,
    name: *const c_char,
    r#type: u16,
    tag: *mut c_void,
) -> dane_policy_error {
    start(multi, |multi| {
        // SAFETY: NULL or a string that ends in NUL.
        let name = unsafe { from_c(name) }?;
        let rtype = RecordType::from_number(r#type).ok_or(MISUSE)?;
        multi.query(&name, rtype, Tag(tag));
        Ok(())
    })
}

/// Starts dane_policy_check as dane_policy_multi_lookup does a lookup; the report comes out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_multi_check(
    multi: Option<&mut dane_policy_multi>,
    domain: *const c_char,
    port: u16,
    tag: *mut c_void,
) -> dane_policy_error {
    // SAFETY: NULL or a string that ends in NUL.
    unsafe { start_for(multi, domain, port, |multi, domain| multi.check(domain, port, Tag(tag))) }
}

/// What dane_policy_multi_check found, yours from now on: free it with dane_policy_report_free. NULL for another kind of
/// call, after an error, and the second time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_take_report(
    outcome: Option<&mut dane_policy_outcome>,
) -> *mut dane_policy_report {
    guard(null_mut(), || give(outcome.and_then(|outcome| outcome.report.take())))
}

/// What dane_policy_multi_query found, yours from now on: free it with dane_policy_answer_free. NULL for another kind of
/// call, after an error, and the second time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_take_answer(
    outcome: Option<&mut dane_policy_outcome>,
) -> *mut dane_policy_answer {
    guard(null_mut(), || give(outcome.and_then(|outcome| outcome.answer.take())))
}
