//! TLSA records that the caller looked up.

use std::borrow::Cow;
use std::ffi::{c_char, c_int};

use super::boundary::{create, guard};
use super::numbers::dane_policy_error;
use super::status::{self, Status};
use super::text::{array, borrowed_from_c};
use super::tlsa::{self, dane_policy_bytes, dane_policy_tlsa};
use super::verification::{Chain, dane_policy_verification};
use crate::memory;
use crate::verify::verify;

/// Reference names that are as many as most calls have.
const FEW_NAMES: usize = 4;

/// Verifies a chain against TLSA records that you looked up yourself, all of them secure. The first
/// reference name is the TLSA base domain. Limits as for dane_policy_verify. The result has no decision: give
/// dane_policy_verification_certificate to dane_policy_decide.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_verify_records(
    records: *const dane_policy_tlsa,
    record_count: usize,
    chain: *const dane_policy_bytes,
    chain_length: usize,
    reference_names: *const *const c_char,
    name_count: usize,
    now: i64,
    out: *mut *mut dane_policy_verification,
) -> dane_policy_error {
    let verify_records = || {
        // SAFETY: NULL with count 0, or `record_count` records.
        let records = unsafe { tlsa::records(records, record_count) }?;
        // SAFETY: NULL with length 0, or `chain_length` certificates.
        let chain = unsafe { Chain::new(chain, chain_length) }?;
        // SAFETY: NULL with count 0, or `name_count` pointers.
        let given = unsafe { array(reference_names, name_count) }?;
        let (mut few, mut many) = ([const { Cow::Borrowed("") }; FEW_NAMES], Vec::new());
        let names = match few.get_mut(..given.len()) {
            Some(few) => few,
            None => {
                memory::fallibly(|| many.try_reserve_exact(given.len()))?;
                many.resize(given.len(), Cow::Borrowed(""));
                &mut many
            }
        };
        for (place, name) in names.iter_mut().zip(given) {
            // SAFETY: NULL or a string that ends in NUL.
            *place = unsafe { borrowed_from_c(*name) }?;
        }
        Ok(dane_policy_verification::new(verify(&records, chain.get(), names, now), None))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, verify_records) }
}

/// The TLSA column of a lookup of your own (RFC 7672 section 2.2). A `lookup_status` of DANE_POLICY_STATUS_SECURE gives
/// DANE_POLICY_STATUS_SECURE if one of the records is usable, DANE_POLICY_STATUS_UNUSABLE if none is,
/// DANE_POLICY_STATUS_NXDOMAIN for no records, and DANE_POLICY_STATUS_BOGUS on misuse (NULL with a count). Another status
/// comes back as it is, whatever the records; what is no status is DANE_POLICY_STATUS_BOGUS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_tlsa_status(
    lookup_status: c_int,
    records: *const dane_policy_tlsa,
    record_count: usize,
) -> c_int {
    guard(Status::Bogus as i32, || {
        let of_records = || {
            // SAFETY: NULL with count 0, or `record_count` records.
            let records = unsafe { tlsa::records(records, record_count) }?;
            Ok(crate::tlsa::status(&records).into())
        };
        let column = match status::status(lookup_status) {
            Ok(Status::Secure) => of_records(),
            other => other,
        };
        column.unwrap_or(Status::Bogus) as i32
    })
}
