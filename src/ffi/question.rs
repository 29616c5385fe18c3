//! Diagnosis: what is asked.

use std::ffi::c_char;

use super::answer::dane_policy_answer;
use super::boundary::create;
use super::context::dane_policy_context;
use super::error::MISUSE;
use super::numbers::dane_policy_error;
use super::text::from_c;
use crate::dns::RecordType;

/// Asks for one RRset with its status: `type` is 1 (A), 5 (CNAME), 15 (MX), 28 (AAAA) or 52 (TLSA), another
/// is DANE_POLICY_ERROR_MISUSE. Every DNS outcome is inside *out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_query(
    context: Option<&dane_policy_context>,
    name: *const c_char,
    r#type: u16,
    out: *mut *mut dane_policy_answer,
) -> dane_policy_error {
    let query = || {
        let context = context.ok_or(MISUSE)?;
        // SAFETY: NULL or a string that ends in NUL.
        let name = unsafe { from_c(name) }?;
        let rtype = RecordType::from_number(r#type).ok_or(MISUSE)?;
        Ok(dane_policy_answer::new(context.context.query(&name, rtype)?))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, query) }
}

/// Asks whether the resolver serves the configured mode. The answer's status is DANE_POLICY_STATUS_SECURE if
/// so; else its text says what is wrong, in words that an operator can act on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_context_probe(
    context: Option<&dane_policy_context>,
    out: *mut *mut dane_policy_answer,
) -> dane_policy_error {
    let probe = || Ok(dane_policy_answer::new(context.ok_or(MISUSE)?.context.probe()?));
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, probe) }
}
