//! DNS messages, the servers that they are exchanged with, and what a resolver says of a name.

pub mod client;
pub mod raw_relay;
pub mod resolver;
pub mod server;
pub mod verdict;
pub mod wire;
