//! SMTP up to STARTTLS, with the server's certificate chain captured (RFC 3207).

mod plain;
mod possession;
mod reply;
mod session;
mod tls;

#[cfg(feature = "rustls-ffi")]
pub(crate) use possession::Possession;
pub use session::{Attempt, Target, connect};
