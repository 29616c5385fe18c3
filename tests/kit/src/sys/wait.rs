//! Waiting for what must happen: until it does, and with patience on a machine that is busy.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// For one thing.
pub const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// Looks until something is so; whether it became so in time.
pub fn until(patience: Duration, mut is_so: impl FnMut() -> io::Result<bool>) -> io::Result<bool> {
    let end = Instant::now() + patience;
    while !is_so()? {
        if Instant::now() > end {
            return Ok(false);
        }
        thread::sleep(POLL);
    }
    Ok(true)
}

/// Looks until something is so; `otherwise` says what it means that it never became so.
pub fn must(otherwise: &str, is_so: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
    if until(PATIENCE, is_so)? { Ok(()) } else { Err(io::Error::other(otherwise)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_with_what_it_waits_for() {
        let mut looks = 0;
        let third = || {
            looks += 1;
            Ok(looks == 3)
        };
        assert!(until(PATIENCE, third).unwrap());
        assert!(!until(Duration::ZERO, || Ok(false)).unwrap());
        must("it is so", || Ok(true)).unwrap();
        assert!(until(PATIENCE, || Err(io::Error::other("it has died"))).is_err());
    }
}
