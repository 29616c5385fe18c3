//! What a DNS message asks, be it a query or a reply (RFC 1035 section 4.1.2).

use hickory_resolver::proto::rr::Name;

use crate::dns::wire::name_in;

const HEADER: usize = 12;
/// Octets of type and class.
const FIXED: usize = 4;

/// A question, and where the octets behind it begin.
pub(crate) struct Question {
    pub(crate) name: Name,
    pub(crate) rtype: u16,
    pub(crate) end: usize,
}

/// The first question of a message; None where somebody has spoiled it.
pub(crate) fn question(message: &[u8]) -> Option<Question> {
    let (name, rest) = name_in(message.get(HEADER..)?)?;
    let [high, low, _class @ ..] = *rest.first_chunk::<FIXED>()?;
    let end = message.len() - rest.len() + FIXED;
    Some(Question { name, rtype: u16::from_be_bytes([high, low]), end })
}
