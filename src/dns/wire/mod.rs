//! Messages, names and RRsets, as they stand on the wire. Pure: octets in, values out.

mod header;
mod message;
pub(crate) mod names;
mod presentation;
mod query;
pub(crate) mod rcode;
mod reader;
mod record;
mod rrset;
pub(crate) mod rtype;

pub(crate) use message::{ExtendedError, Message, Section, Unreadable, answers, parse};
pub(crate) use presentation::show;
pub(crate) use query::{Wants, query};
pub(crate) use reader::name_in;
pub(crate) use rrset::{Rrset, Rrsig};
