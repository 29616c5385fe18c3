//! The test world without sockets: its name and mail servers behind the driver's interface, in virtual time.
//!
//! A timeout of half a minute takes microseconds, and computing takes virtual time by its units. No part of what ships.

mod absent;
mod cases;
mod deadlines;
mod faults;
mod lifetimes;
mod network;
mod oracle;
mod repeats;
mod single_faults;
mod storm;
mod storms;
mod tampering;
mod texts;
mod threads;
mod together;
mod trial;

pub(crate) use network::{Network, Relay};

use std::time::Duration;

use world::World;

use crate::context::Context;
use crate::decide::Level;
use crate::dns::Mode;

/// In every binary that has a simulated network, and in no library: `tests/static_library.rs` looks for it.
pub(crate) const MARK: &str = "dane-policy simulated network";

/// Patience with what never answers, over sockets too.
const SLOW: Duration = Duration::from_secs(4);

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
