//! The C face: argument checks, panic boundary, ownership. Nothing else.
//!
//! Pointers that may be NULL are `Option` references; what they point to is the caller's promise, written in
//! the header: NULL, or an object of that type that has not been freed.

#![allow(non_camel_case_types)]
#![allow(
    clippy::missing_safety_doc,
    reason = "the docs are the C header; it states the rules once"
)]

mod allocator;
mod answer;
mod association;
mod boundary;
mod cancellation;
mod context;
mod decision;
mod destination;
mod error;
mod fact_strings;
mod facts;
mod host;
mod lifetimes;
mod multi;
mod multi_diagnosis;
mod numbers;
mod on_demand;
mod outcome;
mod question;
mod records;
mod report;
#[cfg(feature = "rustls-ffi")]
mod rustls;
mod session;
mod sockaddr;
mod status;
mod table;
mod text;
mod tlsa;
mod verification;
mod version;
mod words;

/// What const pointers share between threads may be shared.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<context::dane_policy_context>();
    shared::<destination::dane_policy_destination>();
    shared::<verification::dane_policy_verification>();
    shared::<report::dane_policy_report>();
    shared::<answer::dane_policy_answer>();
    #[cfg(feature = "rustls-ffi")]
    shared::<rustls::dane_policy_rustls_handshake>();
};
