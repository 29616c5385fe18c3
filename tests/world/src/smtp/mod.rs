//! STARTTLS servers, well and badly behaved.

mod behaviour;
mod connections;
mod mail;
mod server;
mod tls;
mod transaction;

pub use behaviour::Behaviour;
pub use connections::Connections;
pub use mail::{Mail, Message};
pub use server::Server;
pub use tls::Tls;
pub use transaction::Transaction;
