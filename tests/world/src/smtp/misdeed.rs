//! What a hostile server does, and in place of what.

use std::time::Duration;

/// Between two octets of a server that drips.
pub const DRIP: Duration = Duration::from_secs(1);
/// Octets that an endless server says at once, at least.
const PORTION: usize = 4096;

/// What a server should say next when it does something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Ehlo,
    Starttls,
    /// Its first flight of TLS, of which it sends so many eighths.
    Flight(usize),
    /// What follows the client's Finished: its own in TLS 1.2, and in TLS 1.3 tickets.
    Finished,
}

/// What it does instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// Never says a word again.
    Stalls,
    /// Says what it should, an octet a second.
    Drips,
    Closes,
    /// The connection ends by RST.
    Resets,
    /// Says this, and closes.
    Says(&'static [u8]),
    /// Says this again and again, without an end.
    Repeats(&'static [u8]),
}

/// As much as an endless server says at once.
pub fn portion(unit: &[u8]) -> Vec<u8> {
    unit.repeat(PORTION.div_ceil(unit.len()))
}
