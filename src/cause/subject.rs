//! The RRset that a cause speaks of.

use hickory_resolver::proto::rr::Name;

/// An RRset by its owner and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) name: Name,
    pub(crate) rtype: u16,
}

impl Subject {
    pub(crate) fn new(name: &Name, rtype: u16) -> Self {
        Self { name: name.clone(), rtype }
    }
}
