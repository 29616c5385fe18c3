//! The query we send.

use hickory_resolver::proto::rr::Name;

use super::header::{
    CLASS_IN, FLAG_AUTHENTIC_DATA, FLAG_CHECKING_DISABLED, FLAG_RECURSION_DESIRED,
};
use super::{names, rtype};

/// The EDNS payload size we offer: unfragmented on any path (RFC 9715).
const UDP_PAYLOAD: u16 = 1232;
const EDNS_DNSSEC_OK: u32 = 0x8000;

/// What the query asks of the resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wants {
    /// DO and CD: every signature and proof, and no judgement.
    Proofs,
    /// AD: the resolver's judgement (RFC 6840 section 5.7).
    Judgement,
    /// CD alone: the records, whatever is wrong with their signatures.
    Records,
}

/// A query in wire format.
pub(crate) fn query(id: u16, name: &Name, rtype: u16, wants: Wants) -> Vec<u8> {
    let (flags, edns_flags) = match wants {
        Wants::Proofs => (FLAG_RECURSION_DESIRED | FLAG_CHECKING_DISABLED, EDNS_DNSSEC_OK),
        Wants::Judgement => (FLAG_RECURSION_DESIRED | FLAG_AUTHENTIC_DATA, 0),
        Wants::Records => (FLAG_RECURSION_DESIRED | FLAG_CHECKING_DISABLED, 0),
    };
    let mut wire = Vec::with_capacity(name.len() + 32);
    for word in [id, flags, 1, 0, 0, 1] {
        wire.extend(word.to_be_bytes());
    }
    wire.extend_from_slice(&names::canonical_wire(name));
    wire.extend(rtype.to_be_bytes());
    wire.extend(CLASS_IN.to_be_bytes());
    wire.push(0);
    wire.extend(rtype::OPT.to_be_bytes());
    wire.extend(UDP_PAYLOAD.to_be_bytes());
    wire.extend(edns_flags.to_be_bytes());
    wire.extend(0u16.to_be_bytes());
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4035_4_9_1_what_each_query_asks_of_the_resolver() {
        for (wants, flags, edns_flags) in [
            (Wants::Proofs, [0x01, 0x10], [0x80, 0]),
            (Wants::Judgement, [0x01, 0x20], [0, 0]),
            (Wants::Records, [0x01, 0x10], [0, 0]),
        ] {
            let wire = query(0x0102, &names::parse("a.example").unwrap(), rtype::TLSA, wants);
            let question = b"\x01a\x07example\0\0\x34\0\x01";
            let header = [&[1, 2][..], &flags, &[0, 1, 0, 0, 0, 0, 0, 1]].concat();
            let opt = [&[0, 0, 41, 0x04, 0xd0, 0, 0][..], &edns_flags, &[0, 0]].concat();
            assert_eq!(wire, [&header[..], question, &opt].concat(), "{wants:?}");
        }
    }
}
