//! Choices that octets determine.

/// Octets to choose by; when they run out, every choice is the first.
pub(super) struct Octets<'i>(&'i [u8]);

impl<'i> Octets<'i> {
    pub(super) fn new(input: &'i [u8]) -> Self {
        Self(input)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn u8(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.u8(), self.u8()])
    }

    /// True for an odd octet.
    pub(super) fn bit(&mut self) -> bool {
        self.u8() & 1 == 1
    }

    /// A number below a bound of at most 65,536; 0 where the bound is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let number = if bound > 256 { self.u16().into() } else { usize::from(self.u8()) };
        number.checked_rem(bound).unwrap_or(0)
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// So many octets, or what is left.
    pub(super) fn take(&mut self, length: usize) -> &'i [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// As many octets as the next one says.
    pub(super) fn piece(&mut self) -> &'i [u8] {
        let length = self.u8().into();
        self.take(length)
    }

    pub(super) fn rest(&mut self) -> &'i [u8] {
        std::mem::take(&mut self.0)
    }
}
