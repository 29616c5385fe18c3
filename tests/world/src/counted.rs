//! Domains that are there to have their lookups counted (`tests/counters.txt`).

use crate::build::Builder;
use crate::large;

/// Its one MX host is in a zone beside its own.
pub const HOSTED: &str = "hosted.test";
/// A name of the large domain, with half of its hosts.
pub const HALF: &str = "half.large.test";

pub fn build(b: &mut Builder) {
    b.signed(HOSTED);
    b.rr(&format!("{HOSTED} MX 10 mx.good.test"));
    for number in 1..=large::HOSTS / 2 {
        b.rr(&format!("{HALF} MX 10 {}", large::host(number)));
    }
}
