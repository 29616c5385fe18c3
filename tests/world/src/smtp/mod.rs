//! STARTTLS servers, well and badly behaved.

mod behaviour;
mod connections;
mod conversation;
mod lines;
mod mail;
mod misdeed;
mod server;
mod servers;
mod session;
mod tls;
mod transaction;
mod visit;

pub use behaviour::Behaviour;
pub use connections::Connections;
pub use conversation::Conversation;
pub use mail::{Mail, Message};
pub use misdeed::{Misdeed, Step};
pub use server::Server;
pub use servers::Servers;
pub use tls::{Shown, Tls};
pub use visit::{Event, Record, Visit};
