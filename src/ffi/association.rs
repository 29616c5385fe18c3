//! Diagnosis: the TLSA records that a certificate would match.

use std::ffi::c_int;

use super::boundary::guard;
use super::error::{Code, INTERNAL, MISUSE, OK};
use super::numbers::dane_policy_error;
use super::tlsa::dane_policy_bytes;
use crate::tlsa::{CERT, FULL, SHA2_256, SHA2_512, SPKI};
use crate::verify::Association;

/// The certificate association data of a TLSA record for a DER certificate (RFC 6698 section 2.1.4), copied to `data`, which
/// has room for `size` octets. *length tells how many it has: 32 for SHA2-256, 64 for SHA2-512, at most those of the
/// certificate for Full. 0, which no usable record has, for a certificate that cannot be read as far as its key.
///
/// DANE_POLICY_ERROR_MISUSE for a selector other than 0 and 1, a matching type other than 0, 1 and 2, and too little room; then
/// *length is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_tlsa_data(
    certificate: Option<&dane_policy_bytes>,
    selector: c_int,
    matching_type: c_int,
    data: *mut u8,
    size: usize,
    length: *mut usize,
) -> dane_policy_error {
    let copied = guard(Err(INTERNAL), || {
        // SAFETY: as the caller promises, for the octets of the certificate.
        let der = unsafe { certificate.ok_or(MISUSE)?.get() }?;
        let selector = one_of(selector, &[CERT, SPKI])?;
        let matching_type = one_of(matching_type, &[FULL, SHA2_256, SHA2_512])?;
        if data.is_null() || length.is_null() {
            return Err(MISUSE);
        }
        let association = Association::of(der);
        let found = association.as_ref().and_then(|it| it.data(selector, matching_type));
        let Some(octets) = found else { return Ok(0) };
        if octets.len() > size {
            return Err(MISUSE);
        }
        // SAFETY: not NULL, and the caller gives room for `size` octets there, which are not fewer.
        unsafe { data.copy_from_nonoverlapping(octets.as_ptr(), octets.len()) };
        Ok(octets.len())
    });
    if !length.is_null() {
        // SAFETY: not NULL, and the caller gives room for a number there.
        unsafe { length.write(copied.unwrap_or(0)) };
    }
    copied.err().unwrap_or(OK) as i32
}

/// A number from C, if it is one of these.
fn one_of(number: c_int, known: &[u8]) -> Result<u8, Code> {
    known.iter().copied().find(|known| c_int::from(*known) == number).ok_or(MISUSE)
}
