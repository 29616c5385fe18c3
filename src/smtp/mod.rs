//! SMTP up to STARTTLS, with the server's certificate chain captured (RFC 3207).

mod client_name;
mod link;
mod possession;
mod reply;
mod tls;

pub(crate) use client_name::client_name;
pub(crate) use link::{Caller, Link, Parts, Seen, Target, connect, greet};
#[cfg(feature = "rustls-ffi")]
pub(crate) use possession::Possession;
#[cfg(dane_policy_fuzzing)]
pub(crate) use reply::Reader;
pub(crate) use tls::Tls;
