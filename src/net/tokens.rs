//! The random numbers of queries (RFC 5452 section 4.3), drawn many at once.

use std::io;

const DRAWN: usize = 32;

/// Numbers of a driver, which no other process has: what forks off has no use for the driver.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    drawn: [[u8; 2]; DRAWN],
    left: usize,
}

impl Tokens {
    pub(super) fn next(&mut self) -> io::Result<u16> {
        if self.left == 0 {
            getrandom::getrandom(self.drawn.as_flattened_mut()).map_err(io::Error::other)?;
            self.left = DRAWN;
        }
        self.left -= 1;
        Ok(u16::from_be_bytes(self.drawn[self.left]))
    }
}
