//! DNS with a proven status for every RRset (RFC 4035): transport, proof, cache.

#[cfg(test)]
mod altered;
mod anchor_file;
mod answer;
mod ask;
mod cache;
mod call;
mod config;
mod evidence;
mod exchange;
#[cfg(test)]
mod hostile;
mod lifetime;
mod mode;
mod probe;
pub(crate) mod proof;
mod record_type;
mod reply;
mod resolve;
mod shared;
mod trust_ad;
mod validate;
mod walk;
mod warning;
pub(crate) mod wire;

pub use anchor_file::{UnusableAnchors, UnusableFile};
pub use answer::{Alias, Answer};
pub use lifetime::Lifetime;
pub use mode::Mode;
pub use proof::{AnchorFault, InvalidAnchors, Period, Status};
pub use record_type::RecordType;
pub use warning::Warning;
pub use wire::names::InvalidName;

pub(crate) use cache::Cache;
pub(crate) use call::{Call, Setting};
pub(crate) use config::{Config, parse_resolv_conf, parse_server};
pub(crate) use proof::Anchors;
pub(crate) use shared::Shared;
