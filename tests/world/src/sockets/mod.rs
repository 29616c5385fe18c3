//! The servers on loopback.

pub mod mail_servers;
pub mod name_server;
mod ports;

pub use ports::Ports;
