//! Type bit maps (RFC 4034 section 4.1.2).

use crate::dns::wire::rtype;

/// The types at a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types(Vec<u16>);

impl Types {
    /// Reads the windows; None where they are malformed.
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
        map.is_empty().then_some(Self(types))
    }

    pub(super) fn has(&self, rtype: u16) -> bool {
        self.0.contains(&rtype)
    }

    /// The parent's side of a zone cut: speaks for DS at its owner and for nothing else (RFC 6840 section 4.1).
    pub(super) fn is_delegation(&self) -> bool {
        self.has(rtype::NS) && !self.has(rtype::SOA)
    }

    /// Nothing below the owner is denied: it is delegated or redirected (RFC 6840 section 4.1, RFC 6672 section 5.3.4).
    pub(super) fn hides_descendants(&self) -> bool {
        self.is_delegation() || self.has(rtype::DNAME)
    }

    /// Whether the map of `name` itself denies `rtype` there (RFC 4035 5.4, RFC 5155 8.5 to 8.6, RFC 6840 4.3 and 4.4).
    pub(super) fn lacks(&self, rtype: u16) -> bool {
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
}
