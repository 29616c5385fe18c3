//! What the fuzz targets call. Each takes octets for choices, and panics where the library breaks a promise.
//!
//! Part of the library where it is built for fuzzing, so that it reaches what is private; never of what ships.

mod chain;
mod denial;
mod der;
mod lines;
mod lookup;
mod mail;
mod memo;
mod message;
mod octets;
mod reply;
mod seeds;
pub(crate) mod signature;
mod text;

pub use chain::chain;
pub use denial::denial;
pub use der::der;
pub use lookup::{lookup, lookup_past_signatures};
pub use mail::mail;
pub use message::message;
pub use reply::reply;
pub use seeds::seeds;
pub use text::text;

use std::sync::LazyLock;

use world::World;

static WORLD: LazyLock<World> = LazyLock::new(World::without_sockets);

/// Of a call in simulation, whose driver never fails to wait.
const ALWAYS_WAITS: &str = "a driver that always waits";
