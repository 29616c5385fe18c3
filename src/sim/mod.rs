//! The test world without sockets: its name and mail servers behind the driver's interface, in virtual time.
//!
//! A timeout of half a minute takes microseconds, and computing takes virtual time by its units. No part of what ships.

mod faults;
mod network;
mod oracle;
pub(crate) mod question;

#[cfg(dane_policy_fuzzing)]
pub(crate) use faults::{Fate, Faults, Happening};
pub(crate) use network::{Network, Relay};
#[cfg(dane_policy_fuzzing)]
pub(crate) use oracle::Oracle;

use std::time::Duration;

use world::{Case, World};

use crate::context::Context;
use crate::decide::Level;
use crate::dns::Mode;

/// In every binary that has a simulated network, and in no library: `tests/static_library.rs` looks for it.
pub(crate) const MARK: &str = "dane-policy simulated network";

/// What one operation may take that is not interrupted, and the stretch before it.
pub(crate) const UNIT: Duration = Duration::from_millis(2);

/// The level that a case is for.
pub(crate) fn level(case: &Case) -> Level {
    if case.level == "dane" { Level::Dane } else { Level::DaneOnly }
}

/// A caller in the world.
pub(crate) fn context(world: &World, level: Level, mode: Mode) -> Context {
    let mut context = Context::new();
    context.add_nameserver(&world.dns.to_string()).unwrap();
    context.set_trust_anchors(world.anchor.as_bytes()).unwrap();
    context.set_ehlo_name("client.test").unwrap();
    context.set_level(level);
    context.set_dnssec(mode);
    context
}

#[cfg(test)]
mod absent;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lifetimes;
#[cfg(test)]
mod party;
#[cfg(test)]
mod patience;
#[cfg(test)]
mod repeats;
#[cfg(test)]
mod roll;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod sha1;
#[cfg(test)]
mod single_faults;
#[cfg(test)]
mod storm;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod threads;
#[cfg(test)]
mod together;
#[cfg(test)]
mod trial;
