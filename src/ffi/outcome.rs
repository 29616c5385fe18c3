//! What came of a call of a multi.

use std::ffi::c_void;
use std::io;
use std::ptr::null_mut;

use super::answer::dane_policy_answer;
use super::boundary::{free, guard, read};
use super::destination::dane_policy_destination;
use super::error::{Code, INTERNAL, OK};
use super::numbers::dane_policy_error;
use super::report::dane_policy_report;
use super::session::{self, dane_policy_session};
use super::verification::dane_policy_verification;
use crate::multi::Found;

/// A pointer of the caller's, which is given back and never followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(pub(super) *mut c_void);

/// A call that is done.
pub struct dane_policy_outcome {
    tag: Tag,
    error: Code,
    destination: Option<Box<dane_policy_destination>>,
    pub(super) report: Option<Box<dane_policy_report>>,
    pub(super) answer: Option<Box<dane_policy_answer>>,
    session: Option<Box<dane_policy_session>>,
    verification: Option<Box<dane_policy_verification>>,
}

impl dane_policy_outcome {
    /// One that is nothing but an error.
    pub(super) fn failed(tag: Tag, error: Code) -> Self {
        Self {
            tag,
            error,
            destination: None,
            report: None,
            answer: None,
            session: None,
            verification: None,
        }
    }

    pub(super) fn new(tag: Tag, found: io::Result<Found>) -> Self {
        let nothing = Self::failed(tag, OK);
        match found {
            Ok(Found::Destination(found)) => {
                Self { destination: Some(Box::new(dane_policy_destination::new(found))), ..nothing }
            }
            Ok(Found::Report(found)) => {
                Self { report: Some(Box::new(dane_policy_report::new(found))), ..nothing }
            }
            Ok(Found::Answer(found)) => {
                Self { answer: Some(Box::new(dane_policy_answer::new(found))), ..nothing }
            }
            Ok(Found::Connected(found)) => {
                let (session, verification) = session::objects(*found);
                Self { session, verification: Some(Box::new(verification)), ..nothing }
            }
            Err(error) => Self { error: error.into(), ..nothing },
        }
    }
}

/// Gives an object away, or NULL.
pub(super) fn give<T>(object: Option<Box<T>>) -> *mut T {
    object.map_or(null_mut(), Box::into_raw)
}

/// The tag that the call was started with. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_tag(outcome: Option<&dane_policy_outcome>) -> *mut c_void {
    read(outcome, null_mut(), |outcome| outcome.tag.0)
}

/// DANE_POLICY_OK, or DANE_POLICY_ERROR_INTERNAL or _NO_MEMORY, which ended this call and no other: nothing was decided,
/// defer. INTERNAL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_error(
    outcome: Option<&dane_policy_outcome>,
) -> dane_policy_error {
    read(outcome, INTERNAL as i32, |outcome| outcome.error as i32)
}

/// What dane_policy_multi_lookup or dane_policy_multi_lookup_host found, yours from now on: free it with
/// dane_policy_destination_free. NULL for another kind of call, after an error, and the second time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_take_destination(
    outcome: Option<&mut dane_policy_outcome>,
) -> *mut dane_policy_destination {
    guard(null_mut(), || give(outcome.and_then(|outcome| outcome.destination.take())))
}

/// The session that dane_policy_multi_connect_host made, yours from now on: free it with dane_policy_session_free. It does not
/// block. NULL where the decision of the verification does not permit delivery, for another kind of call, after an error,
/// and the second time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_take_session(
    outcome: Option<&mut dane_policy_outcome>,
) -> *mut dane_policy_session {
    guard(null_mut(), || give(outcome.and_then(|outcome| outcome.session.take())))
}

/// What the connection of dane_policy_multi_connect_host showed, yours from now on: free it with
/// dane_policy_verification_free. NULL for another kind of call, after an error, and the second time.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_take_verification(
    outcome: Option<&mut dane_policy_outcome>,
) -> *mut dane_policy_verification {
    guard(null_mut(), || give(outcome.and_then(|outcome| outcome.verification.take())))
}

/// Frees an outcome, and what was not taken of it. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_outcome_free(outcome: Option<Box<dane_policy_outcome>>) {
    free(outcome);
}
