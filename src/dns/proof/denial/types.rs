//! Type bit maps (RFC 4034 section 4.1.2).

use super::{Cut, Denial};
use crate::dns::wire::rtype;

/// The types at a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types(Vec<u16>);

impl Types {
    /// Reads the windows; None where they are malformed, or say that a name does not exist and what it has (RFC 9824 3.1
    /// and 4): beside NXNAME stands what belongs to the proof alone.
    pub(super) fn parse(mut map: &[u8]) -> Option<Self> {
        let mut types = Vec::new();
        let mut last_window = None;
        while let [window, length, rest @ ..] = map {
            let (bits, next) = rest.split_at_checked(usize::from(*length))?;
            if bits.is_empty() || bits.len() > 32 || last_window.is_some_and(|last| last >= *window)
            {
                return None;
            }
            last_window = Some(*window);
            for (octet, bits) in bits.iter().enumerate() {
                for bit in (0..8).filter(|bit| bits & (0x80 >> bit) != 0) {
                    types.push(u16::from_be_bytes([*window, (octet * 8 + bit) as u8]));
                }
            }
            map = next;
        }
        let types = Self(types);
        (map.is_empty() && types.is_consistent()).then_some(types)
    }

    fn is_consistent(&self) -> bool {
        let belongs_to_proof =
            |rtype: &u16| matches!(*rtype, rtype::NXNAME | rtype::RRSIG | rtype::NSEC);
        !self.denies_name() || self.0.iter().all(belongs_to_proof)
    }

    pub(super) fn has(&self, rtype: u16) -> bool {
        self.0.contains(&rtype)
    }

    /// The name does not exist: compact denial (RFC 9824 section 2). No proof that anything is there, and none of other names.
    pub(super) fn denies_name(&self) -> bool {
        self.has(rtype::NXNAME)
    }

    /// The parent's side of a zone cut: speaks for DS at its owner and for nothing else (RFC 6840 section 4.1).
    pub(super) fn is_delegation(&self) -> bool {
        self.has(rtype::NS) && !self.has(rtype::SOA)
    }

    /// Nothing below the owner is denied: it is delegated or redirected (RFC 6840 section 4.1, RFC 6672 section 5.3.4).
    pub(super) fn hides_descendants(&self) -> bool {
        self.is_delegation() || self.has(rtype::DNAME)
    }

    /// What the map of a name itself shows of `rtype` there; None where it denies neither.
    pub(super) fn denial_of(&self, rtype: u16) -> Option<Denial> {
        if self.denies_name() {
            return Some(Denial::NoName);
        }
        self.lacks(rtype).then_some(Denial::NoData)
    }

    /// What the map of a name itself shows of a zone cut there; None where there is a DS record, or it is the child's.
    pub(super) fn cut(&self) -> Option<Cut> {
        if self.denies_name() {
            return Some(Cut::NoName);
        }
        if self.has(rtype::DS) || self.has(rtype::SOA) {
            return None;
        }
        Some(if self.has(rtype::NS) { Cut::Insecure } else { Cut::None })
    }

    /// Whether the map denies `rtype` (RFC 4035 5.4, RFC 5155 8.5 to 8.6, RFC 6840 4.3 and 4.4).
    fn lacks(&self, rtype: u16) -> bool {
        let side_is_right = match rtype {
            rtype::DS => !self.has(rtype::SOA),
            _ => !self.is_delegation(),
        };
        side_is_right && !self.has(rtype) && !self.has(rtype::CNAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4034_4_1_2_windows() {
        let types = Types::parse(&[0, 1, 0x40, 1, 2, 0x80, 0x01]).unwrap();
        assert!(types.has(1) && types.has(256) && types.has(271) && !types.has(2));
        assert_eq!(Types::parse(&[]), Some(Types::default()));
        for malformed in
            [&[0u8, 0][..], &[0], &[0, 2, 1], &[0, 33], &[0, 1, 1, 0, 1, 1], &[1, 1, 1, 0, 1, 1]]
        {
            assert_eq!(Types::parse(malformed), None, "{malformed:?}");
        }
    }

    #[test]
    fn rfc9824_3_1_a_name_that_does_not_exist_has_no_types() {
        let map = |types: &[u16]| {
            let mut bits = [0u8; 17];
            types.iter().for_each(|t| bits[usize::from(*t / 8)] |= 0x80 >> (t % 8));
            Types::parse(&[&[0, 17][..], &bits].concat())
        };
        for types in [
            &[rtype::RRSIG, rtype::NSEC, rtype::NXNAME][..],
            &[rtype::RRSIG, rtype::NXNAME],
            &[rtype::NXNAME],
        ] {
            assert!(map(types).is_some_and(|map| map.denies_name()), "{types:?}");
        }
        for other in [rtype::A, rtype::NS, rtype::CNAME, rtype::SOA, rtype::DS, rtype::DNAME] {
            let contradiction = [rtype::RRSIG, rtype::NSEC, rtype::NXNAME, other];
            assert_eq!(map(&contradiction), None, "{other}");
            assert!(map(&[other]).is_some_and(|map| !map.denies_name()));
        }
    }
}
