//! SMTP up to STARTTLS, with the server's certificate chain captured (RFC 3207).

mod plain;
mod possession;
mod reply;
mod session;
mod tls;

pub use session::{Attempt, Target, connect};
