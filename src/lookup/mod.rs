//! From a domain to its hosts (RFC 7672 section 2.2): MX, addresses, TLSA.

mod address;
mod destination;
mod explain;
mod host;
#[cfg(test)]
mod hostile;
mod literal;
mod mx;
mod policy;
mod tlsa;

pub use destination::Destination;
pub use host::{Host, Lifetimes};
pub use policy::Policy;

pub(crate) use destination::{deciding, lookup, lookup_host, next_hop};
