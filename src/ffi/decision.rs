//! What to do, and why.

use std::ffi::{CStr, CString, c_char, c_int};

use super::boundary::read;
use super::fact_strings::FactStrings;
use super::numbers::{
    dane_policy_action, dane_policy_detail, dane_policy_reason, dane_policy_scope,
    dane_policy_verification_outcome,
};
use super::on_demand::OnDemand;
use super::text::into_c;
use crate::cause::Facts;
use crate::decide::{Decision, Verdict};

/// What to do, and why.
pub struct dane_policy_decision {
    pub(super) verdict: Verdict,
    /// None: the verdict's own words suffice.
    text: Option<CString>,
    cause: Facts,
    facts: OnDemand<FactStrings>,
}

impl dane_policy_decision {
    pub(super) fn new(decision: Decision) -> Self {
        let Decision { verdict, cause, text, .. } = decision;
        Self { verdict, text: Some(into_c(text)), cause, facts: OnDemand::new() }
    }

    pub(super) const fn fixed(verdict: Verdict) -> Self {
        Self { verdict, text: None, cause: Facts::none(), facts: OnDemand::new() }
    }

    pub(super) fn facts(&self) -> &FactStrings {
        self.facts.get(|| FactStrings::new(&self.cause))
    }

    fn text(&self) -> &CStr {
        match &self.text {
            Some(text) => text,
            None if self.verdict.reason.text().is_empty() => self.verdict.action.headline(),
            None => self.verdict.reason.c_text(),
        }
    }
}

static UNAVAILABLE: dane_policy_decision = dane_policy_decision::fixed(Verdict::UNAVAILABLE);

fn verdict<T: Copy>(decision: Option<&dane_policy_decision>, of: impl Fn(&Verdict) -> T) -> T {
    let fallback = of(&Verdict::UNAVAILABLE);
    read(decision, fallback, |decision| of(&decision.verdict))
}

/// What to do: DANE_POLICY_ACTION_DELIVER, _DEFER, _OPPORTUNISTIC, _ENCRYPT, _VERIFY or _FAIL.
/// DEFER for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_action(
    decision: Option<&dane_policy_decision>,
) -> dane_policy_action {
    verdict(decision, |verdict| verdict.action as i32)
}

/// Whether DANE authenticated the server: DANE_POLICY_VERIFICATION_PENDING, _SUCCESSFUL or _UNSUCCESSFUL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_verification(
    decision: Option<&dane_policy_decision>,
) -> dane_policy_verification_outcome {
    verdict(decision, |verdict| verdict.verification() as i32)
}

/// Why: DANE_POLICY_REASON_...; of an OPPORTUNISTIC it is NONE, or where audit is on, what would have deferred.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_reason(
    decision: Option<&dane_policy_decision>,
) -> dane_policy_reason {
    verdict(decision, |verdict| verdict.reason as i32)
}

/// Which RRset or check gave the reason: DANE_POLICY_DETAIL_...
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_detail(
    decision: Option<&dane_policy_decision>,
) -> dane_policy_detail {
    verdict(decision, |verdict| verdict.detail as i32)
}

/// What the reason speaks of: DANE_POLICY_SCOPE_HOST or DANE_POLICY_SCOPE_DOMAIN. Record a refusal of scope DOMAIN
/// against the domain, never against the host. HOST for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_scope(
    decision: Option<&dane_policy_decision>,
) -> dane_policy_scope {
    verdict(decision, |verdict| verdict.scope as i32)
}

/// Whether cleartext is forbidden: 0 only for OPPORTUNISTIC before and without a match, and where audit is on, else 1.
/// Keep the value from before the connection for the whole attempt.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_tls_required(
    decision: Option<&dane_policy_decision>,
) -> c_int {
    verdict(decision, |verdict| i32::from(verdict.tls_required))
}

/// Whether a message may go out: 1 for DELIVER, ENCRYPT and OPPORTUNISTIC of a decision after connecting, else 0. Such are
/// those of dane_policy_verify, dane_policy_verify_failure and dane_policy_decide with a certificate other than
/// NOT_APPLICABLE; the decision of a destination, host or report never permits. Where tls_required is 1, before or
/// after connecting, the permission is for this very session; where it is 0, for this host, in the clear too.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_may_deliver(
    decision: Option<&dane_policy_decision>,
) -> c_int {
    verdict(decision, |verdict| i32::from(verdict.may_deliver()))
}

/// The short text of the reason, exactly as in the decision table; "" where there is none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_reason_text(
    decision: Option<&dane_policy_decision>,
) -> *const c_char {
    verdict(decision, |verdict| verdict.reason.c_text().as_ptr())
}

/// The full line for log and queue: the reason with the names and facts filled in. One line of
/// printable ASCII, at most 200 octets; one that was cut ends in three dots. Never NULL; lives as long as the decision.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_text(
    decision: Option<&dane_policy_decision>,
) -> *const c_char {
    let fallback = UNAVAILABLE.text().as_ptr();
    read(decision, fallback, |decision| decision.text().as_ptr())
}

/// The enhanced status code (RFC 3463), such as "4.7.5"; "" where there is no reason. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_enhanced_status(
    decision: Option<&dane_policy_decision>,
) -> *const c_char {
    verdict(decision, |verdict| verdict.c_enhanced_status().as_ptr())
}

/// The failure to report by TLSRPT (RFC 8460), as libtlsrpt's number; 0 if none.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_tlsrpt_result(
    decision: Option<&dane_policy_decision>,
) -> c_int {
    verdict(decision, |verdict| verdict.tlsrpt().map_or(0, |result| result as i32))
}

/// The same as RFC 8460's word, such as "validation-failure"; "" if none. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decision_tlsrpt_result_type(
    decision: Option<&dane_policy_decision>,
) -> *const c_char {
    verdict(decision, |verdict| {
        verdict.tlsrpt().map_or(c"".as_ptr(), |result| result.c_result_type().as_ptr())
    })
}
