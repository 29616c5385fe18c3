//! Octets, numbers and names out of a DNS message (RFC 1035 sections 3.1 and 4.1.4).

use hickory_resolver::proto::rr::Name;

use super::names::{self, CanonicalWire};

/// Labels and compression pointers of one name, which has no use for more pointers than labels.
const MAX_NAME_STEPS: usize = 2 * MAX_LABELS;
/// Octets of a name, its final zero left out.
const MAX_NAME_OCTETS: usize = names::MAX_OCTETS - 1;
/// Labels of the longest name.
const MAX_LABELS: usize = 127;

/// A message, and how far it was read.
pub(super) struct Reader<'a> {
    wire: &'a [u8],
    pub(super) at: usize,
    /// Where the labels of the name that was read last begin, and how many it has.
    labels: [u16; MAX_LABELS],
    depth: usize,
    /// Labels and pointers that were looked at.
    pub(super) steps: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(wire: &'a [u8]) -> Self {
        Self { wire, at: 0, labels: [0; MAX_LABELS], depth: 0, steps: 0 }
    }

    pub(super) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let octets = self.wire.get(self.at..end)?;
        self.at = end;
        Some(octets)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.slice(1).map(|octets| octets[0])
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.slice(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.slice(4)?.try_into().ok()?))
    }

    /// Reads the labels of a name, pointers followed (RFC 1035 section 4.1.4).
    pub(super) fn name(&mut self) -> Option<()> {
        self.depth = 0;
        let mut octets = 0;
        let mut end = None;
        for _ in 0..MAX_NAME_STEPS {
            self.steps += 1;
            let here = self.at;
            match self.u8()? {
                0 => {
                    self.at = end.unwrap_or(self.at);
                    return Some(());
                }
                length @ 1..=63 => {
                    octets += usize::from(length) + 1;
                    self.slice(length.into()).filter(|_| octets <= MAX_NAME_OCTETS)?;
                    *self.labels.get_mut(self.depth)? = u16::try_from(here).ok()?;
                    self.depth += 1;
                }
                high @ 0xc0.. => {
                    let target = usize::from(u16::from_be_bytes([high & 0x3f, self.u8()?]));
                    end = end.or(Some(self.at));
                    self.at = Some(target).filter(|target| *target < here)?;
                }
                _ => return None,
            }
        }
        None
    }

    /// The labels of the name that was read last.
    fn labels(&self) -> impl Iterator<Item = &'a [u8]> {
        let wire = self.wire;
        self.labels[..self.depth].iter().map(move |&start| {
            let (start, length) = (usize::from(start) + 1, usize::from(wire[usize::from(start)]));
            &wire[start..start + length]
        })
    }

    /// The name whose labels were read, in lower case (RFC 4034 section 6.2).
    pub(super) fn last_name(&self) -> Option<Name> {
        names::from_labels(self.labels())
    }

    /// The same in wire format.
    pub(super) fn last_wire(&self) -> Option<CanonicalWire> {
        CanonicalWire::of(self.labels())
    }

    /// How many labels `name` has more than the one that was read, which lies above it or is it; None where it does not.
    pub(super) fn labels_above(&mut self, name: &Name) -> Option<usize> {
        let more = names::depth(name).checked_sub(self.depth)?;
        let pairs = self.labels().zip(name.iter().skip(more));
        let same = pairs.take_while(|(left, right)| left.eq_ignore_ascii_case(right)).count();
        self.steps += same + 1;
        (same == self.depth).then_some(more)
    }
}

/// Reads a name out of RDATA whose names are uncompressed.
pub(crate) fn name_in(rdata: &[u8]) -> Option<(Name, &[u8])> {
    let mut reader = Reader::new(rdata);
    reader.name()?;
    Some((reader.last_name()?, rdata.get(reader.at..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lengths: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        for &length in lengths {
            wire.push(length);
            wire.extend(vec![b'a'; length.into()]);
        }
        wire.push(0);
        wire
    }

    #[test]
    fn rfc1035_2_3_4_a_name_has_255_octets_at_most() {
        for (lengths, is_name) in [
            (vec![63, 63, 63, 61], true),
            (vec![63, 63, 63, 62], false),
            (vec![1; 127], true),
            (vec![1; 128], false),
        ] {
            let wire = labels(&lengths);
            let mut reader = Reader::new(&wire);
            assert_eq!(reader.name().is_some(), is_name, "{lengths:?}");
            if is_name {
                assert_eq!((reader.at, reader.steps), (wire.len(), lengths.len() + 1));
                assert_eq!(*names::canonical_wire(&reader.last_name().unwrap()), wire[..]);
            }
        }
    }

    #[test]
    fn rfc1035_4_1_4_a_pointer_leads_back() {
        let mut reader = Reader::new(&[1, b'a', 0, 0xc0, 3]);
        reader.at = 3;
        assert_eq!((reader.name(), reader.steps), (None, 1), "to itself");
        let mut reader = Reader::new(&[1, b'a', 0, 0xc0, 0]);
        reader.at = 3;
        assert_eq!((reader.name(), reader.steps, reader.at), (Some(()), 3, 5));
    }

    #[test]
    fn each_label_that_is_compared_is_a_step() {
        let wire = labels(&[1, 1]);
        let mut reader = Reader::new(&wire);
        reader.name().unwrap();
        for (name, above, steps) in
            [("a.a", Some(0), 3), ("b.a.a", Some(1), 3), ("b.a", None, 1), ("a", None, 0)]
        {
            reader.steps = 0;
            assert_eq!(reader.labels_above(&names::parse(name).unwrap()), above, "{name}");
            assert_eq!(reader.steps, steps, "{name}");
        }
    }
}
