//! DNS with a proven status for every RRset (RFC 4035): transport, proof, cache.

mod anchors;
mod answer;
mod budget;
mod cache;
mod call;
mod config;
mod delegation;
mod denial;
mod evidence;
mod failure;
#[cfg(test)]
mod hostile;
mod judged;
mod key;
mod message;
mod mode;
pub(crate) mod names;
mod presentation;
mod probe;
mod reader;
mod resolve;
mod rrset;
pub(crate) mod rtype;
mod signature;
mod standing;
mod transport;
mod trust_ad;
mod validate;
mod walk;

pub use answer::{Alias, Answer, Status};
pub use mode::Mode;

pub(crate) use anchors::Anchors;
#[cfg(test)]
pub(crate) use budget::Spent;
pub(crate) use cache::Cache;
pub(crate) use call::Call;
pub(crate) use config::{Config, parse_resolv_conf, parse_server};
pub(crate) use reader::name_in;
