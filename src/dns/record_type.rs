//! The types of records that can be asked for.

/// A type of record, with its number (IANA DNS parameters).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
#[non_exhaustive]
pub enum RecordType {
    /// IPv4 addresses.
    A = 1,
    /// The alias itself, which is not followed.
    Cname = 5,
    /// Mail hosts.
    Mx = 15,
    /// IPv6 addresses.
    Aaaa = 28,
    /// Certificate associations (RFC 6698).
    Tlsa = 52,
}

impl RecordType {
    /// The type of a number; none where it cannot be asked for.
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            1 => Some(Self::A),
            5 => Some(Self::Cname),
            15 => Some(Self::Mx),
            28 => Some(Self::Aaaa),
            52 => Some(Self::Tlsa),
            _ => None,
        }
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::wire::rtype;

    #[test]
    fn each_type_has_its_number() {
        for (rtype, number) in [
            (RecordType::A, 1),
            (RecordType::Cname, 5),
            (RecordType::Mx, 15),
            (RecordType::Aaaa, 28),
            (RecordType::Tlsa, 52),
        ] {
            assert_eq!((rtype.number(), RecordType::from_number(number)), (number, Some(rtype)));
        }
        assert_eq!(RecordType::from_number(16), None);
        assert_eq!(RecordType::from_number(rtype::NXNAME), None, "RFC 9824 section 3.5");
    }
}
