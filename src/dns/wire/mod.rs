//! Messages, names and RRsets, as they stand on the wire. Pure: octets in, values out.

mod message;
pub(crate) mod names;
mod presentation;
pub(crate) mod rcode;
mod reader;
mod rrset;
pub(crate) mod rtype;

pub(crate) use message::{
    ExtendedError, Message, Section, Unreadable, Wants, answers, parse, query,
};
pub(crate) use presentation::show;
pub(crate) use reader::name_in;
pub(crate) use rrset::{Rrset, Rrsig};
