//! SMTP up to STARTTLS, with the server's certificate chain captured (RFC 3207).

mod client_name;
mod possession;
mod reply;
mod session;
mod tls;

pub(crate) use client_name::client_name;
#[cfg(feature = "rustls-ffi")]
pub(crate) use possession::Possession;
pub(crate) use session::{Attempt, Target, connect};
