//! The servers on loopback.

mod black_hole;
pub mod mail_servers;
pub mod name_server;
mod ports;

pub use ports::Ports;
