//! Diagnosis: one RRset, as it was answered.

use std::ffi::{CString, c_char, c_int};

use super::boundary::{free, read};
use super::fact_strings::FactStrings;
use super::numbers::{dane_policy_detail, dane_policy_status};
use super::status::Status;
use super::text::{into_c, name_to_c, string_at, to_c};
use crate::cause::Detail;
use crate::dns::Answer;
use crate::text::line;

/// One RRset with its DNSSEC status.
pub struct dane_policy_answer {
    answer: Answer,
    text: CString,
    records: Vec<CString>,
    aliases: Vec<CString>,
    facts: FactStrings,
    warnings: Vec<CString>,
}

impl dane_policy_answer {
    pub(super) fn new(answer: Answer) -> Self {
        Self {
            facts: FactStrings::new(&answer.facts()),
            text: into_c(answer.text()),
            records: answer.presentation().map(|record| to_c(&record)).collect(),
            warnings: answer
                .warnings
                .iter()
                .map(|warning| into_c(line(format_args!("{warning}"))))
                .collect(),
            aliases: answer.aliases.iter().map(|alias| name_to_c(&alias.name)).collect(),
            answer,
        }
    }
}

/// Frees an answer. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_free(answer: Option<Box<dane_policy_answer>>) {
    free(answer);
}

/// DANE_POLICY_STATUS_SECURE, _INSECURE, _BOGUS (a proof failed) or _INDETERMINATE (no usable answer);
/// BOGUS for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_status(
    answer: Option<&dane_policy_answer>,
) -> dane_policy_status {
    read(answer, Status::Bogus as i32, |answer| Status::from(answer.answer.status) as i32)
}

/// The response code of the last reply: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, ...; 0 without a reply.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_rcode(answer: Option<&dane_policy_answer>) -> c_int {
    read(answer, 0, |answer| answer.answer.rcode.into())
}

/// 1 if the name exists, after all aliases; 0 if it does not, or is not known to. What is proven counts, and not the response
/// code: by compact denial (RFC 9824) a name that does not exist comes with NOERROR.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_exists(answer: Option<&dane_policy_answer>) -> c_int {
    read(answer, 0, |answer| answer.answer.exists.into())
}

/// Why, in one line. NULL only for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_text(answer: Option<&dane_policy_answer>) -> *const c_char {
    read(answer, std::ptr::null(), |answer| answer.text.as_ptr())
}

/// What went wrong on the way to an answer, such as DANE_POLICY_DETAIL_TIMEOUT; NONE where there is one, where its proof failed
/// otherwise than by the trust anchor, and for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_detail(
    answer: Option<&dane_policy_answer>,
) -> dane_policy_detail {
    read(answer, Detail::None as i32, |answer| answer.answer.detail() as i32)
}

/// The name of a fact that the text has, as dane_policy_decision_fact_name.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_fact_name(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> *const c_char {
    read(answer, std::ptr::null(), |answer| answer.facts.name(index))
}

/// The fact at an index, such as "192.0.2.1:53" for "server" and the system's own words for "text". One line of printable
/// ASCII, at most 255 octets. NULL beyond the last, and for NULL; lives as long as the answer.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_fact(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> *const c_char {
    read(answer, std::ptr::null(), |answer| answer.facts.value(index))
}

/// Number of warnings. dane_policy_context_probe alone gives some, of what will be trouble one day though nothing is wrong
/// today: a file of this system with trust anchors that cannot be used, one trust anchor of several left that signs, one that is
/// revoked, and a key of a zone that is none and may sign soon. In TRUST_AD mode, where no anchor matters, there are none.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_warning_count(answer: Option<&dane_policy_answer>) -> usize {
    read(answer, 0, |answer| answer.warnings.len())
}

/// A warning, and where there is anything to do, what. One line of printable ASCII, at most 200 octets; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_warning(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> *const c_char {
    read(answer, std::ptr::null(), |answer| string_at(&answer.warnings, index))
}

/// Number of records.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_record_count(answer: Option<&dane_policy_answer>) -> usize {
    read(answer, 0, |answer| answer.records.len())
}

/// A record in presentation format, without owner and type: "10 mx.example.org."; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_record(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> *const c_char {
    read(answer, std::ptr::null(), |answer| string_at(&answer.records, index))
}

/// Number of aliases that were followed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_alias_count(answer: Option<&dane_policy_answer>) -> usize {
    read(answer, 0, |answer| answer.aliases.len())
}

/// The owner of an alias, in the order they were followed; NULL beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_alias(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> *const c_char {
    read(answer, std::ptr::null(), |answer| string_at(&answer.aliases, index))
}

/// The status of an alias and everything before it: DANE_POLICY_STATUS_...; BOGUS beyond the last.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_alias_status(
    answer: Option<&dane_policy_answer>,
    index: usize,
) -> dane_policy_status {
    read(answer, Status::Bogus as i32, |answer| {
        let alias = answer.answer.aliases.get(index);
        alias.map_or(Status::Bogus, |alias| alias.status.into()) as i32
    })
}

/// Number of DNS packets sent, those that probe the resolver apart.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_answer_queries(answer: Option<&dane_policy_answer>) -> u32 {
    read(answer, 0, |answer| answer.answer.queries)
}
