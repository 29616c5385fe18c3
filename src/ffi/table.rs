//! The decision table, for programs with a DNS of their own.

use std::ffi::c_int;
use std::mem::ManuallyDrop;

use super::boundary::guard;
use super::decision::dane_policy_decision;
use super::status;
use crate::decide::{self, Address, Certificate, Level, Mx, Tlsa, Verdict};

const COUNT: usize = Level::ALL.len()
    * Mx::ALL.len()
    * Address::ALL.len()
    * Tlsa::ALL.len()
    * Certificate::ALL.len();

/// Room for the verdicts of the table that differ.
const VERDICTS: usize = 40;

/// The whole table, computed when the library is built: no lock, no first use. Which verdict each input has, and those.
const TABLE: ([u8; COUNT], [Verdict; VERDICTS]) = {
    let (mut places, mut verdicts) = ([0; COUNT], [Verdict::UNAVAILABLE; VERDICTS]);
    let (mut index, mut known) = (0, 0);
    while index < COUNT {
        let verdict = decide::decide(
            Level::ALL[index % 2],
            Mx::ALL[index / 2 % 6],
            Address::ALL[index / 12 % 5],
            Tlsa::ALL[index / 60 % 6],
            Certificate::ALL[index / 360],
        );
        let mut place = 0;
        while place < known && !verdicts[place].equals(&verdict) {
            place += 1;
        }
        if place == known {
            verdicts[place] = verdict;
            known += 1;
        }
        places[index] = place as u8;
        index += 1;
    }
    (places, verdicts)
};

static PLACES: [u8; COUNT] = TABLE.0;

static DECISIONS: [ManuallyDrop<dane_policy_decision>; VERDICTS] = {
    let mut decisions =
        [const { ManuallyDrop::new(dane_policy_decision::fixed(Verdict::UNAVAILABLE)) }; VERDICTS];
    let mut place = 0;
    while place < VERDICTS {
        decisions[place] = ManuallyDrop::new(dane_policy_decision::fixed(TABLE.1[place]));
        place += 1;
    }
    decisions
};

/// Outside of the table, whatever is added to it.
const NOWHERE: usize = COUNT;

/// What the values of a column add to a place in the table, by their numbers in C.
macro_rules! column {
    ($of:path, $stride:literal) => {{
        let mut places = [NOWHERE; status::ALL.len()];
        let mut number = 0;
        while number < places.len() {
            if let Some(value) = $of(status::ALL[number]) {
                places[number] = $stride * value as usize;
            }
            number += 1;
        }
        places
    }};
}

static LEVEL: [usize; 3] = [NOWHERE, 0, 1];
static MX: [usize; status::ALL.len()] = column!(status::mx, 2);
static ADDRESS: [usize; status::ALL.len()] = column!(status::address, 12);
static TLSA: [usize; status::ALL.len()] = column!(status::tlsa, 60);
static CERTIFICATE: [usize; Certificate::ALL.len()] = [0, 360, 720, 1080, 1440, 1800, 2160];

fn place(column: &[usize], number: c_int) -> usize {
    usize::try_from(number).ok().and_then(|number| column.get(number)).copied().unwrap_or(NOWHERE)
}

/// Decides from statuses: the decision table, and nothing else. Needs no context.
///
/// Call it before connecting with DANE_POLICY_CERTIFICATE_NOT_APPLICABLE, and, where it said DANE_POLICY_ACTION_VERIFY,
/// _ENCRYPT or _OPPORTUNISTIC, again with what the connection showed.
/// The result is static: never free it. NULL only if an argument is out of its range; the decision
/// getters take that as "policy not available", which defers.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_decide(
    level: c_int,
    mx: c_int,
    address: c_int,
    tlsa: c_int,
    certificate: c_int,
) -> Option<&'static dane_policy_decision> {
    guard(None, || {
        let place = place(&LEVEL, level)
            + place(&MX, mx)
            + place(&ADDRESS, address)
            + place(&TLSA, tlsa)
            + place(&CERTIFICATE, certificate);
        let place = PLACES.get(place)?;
        DECISIONS.get(usize::from(*place)).map(|decision| &**decision)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_decided_by_the_rule_or_refused() {
        let numbers = || -1..=status::ALL.len() as c_int;
        let named = |number| status::status(number).ok();
        for level in numbers() {
            for mx in numbers() {
                for address in numbers() {
                    for tlsa in numbers() {
                        for certificate in numbers() {
                            let found = dane_policy_decide(level, mx, address, tlsa, certificate);
                            let want = || {
                                Some(decide::decide(
                                    status::level_or_off(level).ok()??,
                                    status::mx(named(mx)?)?,
                                    status::address(named(address)?)?,
                                    status::tlsa(named(tlsa)?)?,
                                    status::certificate(certificate).ok()?,
                                ))
                            };
                            assert_eq!(found.map(|decision| decision.verdict), want());
                        }
                    }
                }
            }
        }
    }
}
