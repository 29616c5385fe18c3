//! Step 2: verify.

use std::ffi::{CString, c_char, c_int};

use super::boundary::{create, free, guard, read};
use super::decision::dane_policy_decision;
use super::error::{Code, MISUSE};
use super::host::dane_policy_host;
use super::numbers::{
    dane_policy_certificate, dane_policy_detail, dane_policy_error, dane_policy_result,
};
use super::on_demand::OnDemand;
use super::status;
use super::text::{array, into_c, name_to_c, string_at, text_or_null, to_c};
use super::tlsa::dane_policy_bytes;
use crate::cause::Detail;
use crate::decide::{Certificate, Decision};
use crate::verify::{MAX_CERTIFICATES, Match, Verification};

/// A certificate chain judged, or a connection that showed none.
pub struct dane_policy_verification {
    pub(super) verification: Verification,
    text: CString,
    name: Option<CString>,
    record_texts: OnDemand<Vec<CString>>,
    /// None after dane_policy_verify_records.
    decision: Option<dane_policy_decision>,
}

impl dane_policy_verification {
    pub(super) fn new(mut verification: Verification, decision: Option<Decision>) -> Self {
        Self {
            text: into_c(std::mem::take(&mut verification.text)),
            name: verification.name.as_deref().map(name_to_c),
            record_texts: OnDemand::new(),
            decision: decision.map(dane_policy_decision::new),
            verification,
        }
    }

    /// With the host's decision on it.
    fn of(host: &dane_policy_host, verification: Verification) -> Self {
        let decision = host.host.decide(&verification);
        Self::new(verification, Some(decision))
    }

    fn record_texts(&self) -> &[CString] {
        let records = &self.verification.records;
        self.record_texts.get(|| records.iter().map(|record| to_c(&record.text)).collect())
    }
}

/// A chain from C: no more of it than verification needs to see that it is too long.
pub(super) struct Chain<'a> {
    certificates: [&'a [u8]; MAX_CERTIFICATES + 1],
    length: usize,
}

impl<'a> Chain<'a> {
    pub(super) unsafe fn new(chain: *const dane_policy_bytes, length: usize) -> Result<Self, Code> {
        let mut certificates: [&[u8]; MAX_CERTIFICATES + 1] = [&[]; _];
        // SAFETY: NULL with length 0, or `length` certificates.
        let given = unsafe { array(chain, length) }?;
        for (certificate, bytes) in certificates.iter_mut().zip(given) {
            // SAFETY: as above, for the octets of each certificate.
            *certificate = unsafe { bytes.get() }?;
        }
        Ok(Self { certificates, length: length.min(MAX_CERTIFICATES + 1) })
    }

    pub(super) fn get(&self) -> &[&'a [u8]] {
        &self.certificates[..self.length]
    }
}

/// Verifies a certificate chain against a host's TLSA records. chain[0] is the server's certificate, in
/// DER as sent; the order of the rest does not matter. `now` is in seconds since 1970. Works offline.
///
/// The certificate may have 100 KiB; DANE-TA looks at chains of at most 32 certificates and 100 KiB in all and
/// spends at most 100 signature checks. Beyond that the chain does not match, with
/// DANE_POLICY_DETAIL_LIMIT_EXCEEDED. An empty chain is a mismatch.
///
/// The decision of the result is by the table. On a host whose decision is ENCRYPT any chain of at least one certificate
/// is good, and an empty one defers, "TLS handshake failed"; OPPORTUNISTIC, DEFER and FAIL stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_verify(
    host: Option<&dane_policy_host>,
    chain: *const dane_policy_bytes,
    chain_length: usize,
    now: i64,
    out: *mut *mut dane_policy_verification,
) -> dane_policy_error {
    let verify = || {
        let host = host.ok_or(MISUSE)?;
        // SAFETY: NULL with length 0, or `chain_length` certificates.
        let chain = unsafe { Chain::new(chain, chain_length) }?;
        let verification = host.host.verify(chain.get(), now);
        Ok(dane_policy_verification::of(host, verification))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, verify) }
}

/// Verifies a raw public key (RFC 7250) that the server showed in place of certificates: a bare SubjectPublicKeyInfo in DER
/// as sent. DANE-EE(3) SPKI(1) records can match it, and no others. `now` is as in dane_policy_verify.
///
/// It may have 100 KiB; beyond that it does not match, with DANE_POLICY_DETAIL_LIMIT_EXCEEDED. An empty key, and octets that
/// are none, are a mismatch.
///
/// The decision of the result is as after dane_policy_verify, an empty key as an empty chain. Offer to take a raw public key
/// only where dane_policy_host_raw_key_usable gives 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_verify_raw_key(
    host: Option<&dane_policy_host>,
    spki: dane_policy_bytes,
    now: i64,
    out: *mut *mut dane_policy_verification,
) -> dane_policy_error {
    let verify_raw_key = || {
        let host = host.ok_or(MISUSE)?;
        // SAFETY: as the caller promises, for the octets of the key.
        let spki = unsafe { spki.get() }?;
        let verification = host.host.verify_raw_key(spki, now);
        Ok(dane_policy_verification::of(host, verification))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, verify_raw_key) }
}

/// Tells how a connection ended before a chain was seen: DANE_POLICY_CERTIFICATE_NO_STARTTLS,
/// _HANDSHAKE_FAILED (STARTTLS refused too) or _CONNECTION_FAILED; another value is
/// DANE_POLICY_ERROR_MISUSE. The decision of the result is by the table: CONNECTION_FAILED defers at
/// ENCRYPT and OPPORTUNISTIC, the others only at ENCRYPT; DEFER and FAIL stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_verify_failure(
    host: Option<&dane_policy_host>,
    certificate: c_int,
    out: *mut *mut dane_policy_verification,
) -> dane_policy_error {
    let failure = || {
        let host = host.ok_or(MISUSE)?;
        let certificate = status::certificate(certificate)?;
        let detail = match certificate {
            Certificate::NoStarttls => Detail::NoStarttls,
            Certificate::HandshakeFailed => Detail::HandshakeFailed,
            Certificate::ConnectionFailed => Detail::ConnectionFailed,
            _ => return Err(MISUSE),
        };
        let verification = Verification::failure(certificate, detail, String::new());
        Ok(dane_policy_verification::of(host, verification))
    };
    // SAFETY: NULL or room for a pointer.
    unsafe { create(out, failure) }
}

/// Frees a verification with its decision. NULL is allowed. One that came from a report is freed with it.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_free(
    verification: Option<Box<dane_policy_verification>>,
) {
    free(verification);
}

/// DANE_POLICY_RESULT_NONE (no chain was seen), _MATCHED, _MISMATCHED or _NO_USABLE_RECORDS; MISMATCHED
/// for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_result(
    verification: Option<&dane_policy_verification>,
) -> dane_policy_result {
    read(verification, Match::Mismatched as i32, |it| it.verification.result as i32)
}

/// The certificate argument for dane_policy_decide: SUCCESSFUL for MATCHED, UNSUCCESSFUL for MISMATCHED and
/// NULL, ESTABLISHED for NO_USABLE_RECORDS (UNSUCCESSFUL where the chain was empty), and the value given to
/// dane_policy_verify_failure.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_certificate(
    verification: Option<&dane_policy_verification>,
) -> dane_policy_certificate {
    let fallback = Certificate::Unsuccessful as i32;
    read(verification, fallback, |it| it.verification.certificate as i32)
}

/// The most telling detail: DANE_POLICY_DETAIL_...
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_detail(
    verification: Option<&dane_policy_verification>,
) -> dane_policy_detail {
    read(verification, Detail::NoMatch as i32, |it| it.verification.detail as i32)
}

/// The depth of the certificate that matched in the chain as built; 0 is the server's, -1 is none. For a
/// bare key it is the depth of the certificate that the key signed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_depth(
    verification: Option<&dane_policy_verification>,
) -> c_int {
    read(verification, -1, |it| index(it.verification.depth))
}

fn index(index: Option<usize>) -> c_int {
    index.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1)
}

/// The reference identifier that the certificate names; NULL where names do not matter (DANE-EE) or none
/// matched.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_name(
    verification: Option<&dane_policy_verification>,
) -> *const c_char {
    read(verification, std::ptr::null(), |it| text_or_null(it.name.as_ref()))
}

/// The result in words: one line of printable ASCII. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_text(
    verification: Option<&dane_policy_verification>,
) -> *const c_char {
    read(verification, std::ptr::null(), |it| it.text.as_ptr())
}

/// Number of TLSA records that were judged, usable or not.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_record_count(
    verification: Option<&dane_policy_verification>,
) -> usize {
    read(verification, 0, |it| it.verification.records.len())
}

/// Index of the TLSA record that matched, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_record_index(
    verification: Option<&dane_policy_verification>,
) -> c_int {
    read(verification, -1, |it| index(it.verification.record))
}

/// Why one TLSA record matched, did not match or was not used: DANE_POLICY_DETAIL_...; NONE for a record that was
/// not tried because another matched, and beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_record_detail(
    verification: Option<&dane_policy_verification>,
    index: usize,
) -> dane_policy_detail {
    read(verification, Detail::None as i32, |it| {
        it.verification.records.get(index).map_or(Detail::None, |record| record.detail) as i32
    })
}

/// The same in words, and where a record does not match, what would; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_record_text(
    verification: Option<&dane_policy_verification>,
    index: usize,
) -> *const c_char {
    read(verification, std::ptr::null(), |it| string_at(it.record_texts(), index))
}

/// The decision after connecting. NULL after dane_policy_verify_records and for NULL, which the decision
/// getters take as DEFER.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_verification_decision(
    verification: Option<&dane_policy_verification>,
) -> Option<&dane_policy_decision> {
    guard(None, || verification?.decision.as_ref())
}
