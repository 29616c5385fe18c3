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

/// The whole table, computed when the library is built: no lock, no first use.
static TABLE: [ManuallyDrop<dane_policy_decision>; COUNT] = {
    let mut table =
        [const { ManuallyDrop::new(dane_policy_decision::fixed(Verdict::UNAVAILABLE)) }; COUNT];
    let mut index = 0;
    while index < COUNT {
        let verdict = decide::decide(
            Level::ALL[index % 2],
            Mx::ALL[index / 2 % 6],
            Address::ALL[index / 12 % 5],
            Tlsa::ALL[index / 60 % 6],
            Certificate::ALL[index / 360],
        );
        table[index] = ManuallyDrop::new(dane_policy_decision::fixed(verdict));
        index += 1;
    }
    table
};

/// The place of one input in the table.
fn position(
    level: Level,
    mx: Mx,
    address: Address,
    tlsa: Tlsa,
    certificate: Certificate,
) -> Option<usize> {
    let level = Level::ALL.iter().position(|value| *value == level)?;
    let mx = Mx::ALL.iter().position(|value| *value == mx)?;
    let address = Address::ALL.iter().position(|value| *value == address)?;
    let tlsa = Tlsa::ALL.iter().position(|value| *value == tlsa)?;
    let certificate = Certificate::ALL.iter().position(|value| *value == certificate)?;
    Some(level + 2 * mx + 12 * address + 60 * tlsa + 360 * certificate)
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
        let level = status::level(level).ok()?;
        let mx = status::mx(mx).ok()?;
        let address = status::address(address).ok()?;
        let tlsa = status::tlsa(tlsa).ok()?;
        let certificate = status::certificate(certificate).ok()?;
        let decision = TABLE.get(position(level, mx, address, tlsa, certificate)?)?;
        Some(&**decision)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_input_in_its_place() {
        for &level in Level::ALL {
            for mx in Mx::ALL {
                for address in Address::ALL {
                    for tlsa in Tlsa::ALL {
                        for &certificate in Certificate::ALL {
                            let index = position(level, mx, address, tlsa, certificate).unwrap();
                            let want = decide::decide(level, mx, address, tlsa, certificate);
                            assert_eq!(TABLE[index].verdict, want);
                        }
                    }
                }
            }
        }
    }
}
