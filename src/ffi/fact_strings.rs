//! Facts as C sees them.

use std::ffi::{CString, c_char};

use super::text::{into_c, text_or_null, to_c};
use crate::cause::Facts;

/// The facts behind a decision or an answer, as strings.
pub(super) struct FactStrings(Vec<(CString, CString)>);

impl FactStrings {
    pub(super) fn new(facts: &Facts) -> Self {
        let pairs = facts.pairs().into_iter();
        Self(pairs.map(|(name, value)| (to_c(name), into_c(value))).collect())
    }

    /// The name of one, or NULL.
    pub(super) fn name(&self, index: usize) -> *const c_char {
        text_or_null(self.0.get(index).map(|(name, _)| name))
    }

    /// Its value, or NULL.
    pub(super) fn value(&self, index: usize) -> *const c_char {
        text_or_null(self.0.get(index).map(|(_, value)| value))
    }
}
