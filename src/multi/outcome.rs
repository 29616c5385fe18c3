//! What came of a call.

use std::io;

use crate::check::Report;
use crate::connect::Connected;
use crate::dns::Answer;
use crate::lookup::Destination;

/// A call that is done.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// As it was given when the call was started.
    pub tag: T,
    /// Everything DNS, TLS and servers say; `Err` where nothing was decided: defer.
    pub found: io::Result<Found>,
}

/// What a call found, by its kind.
#[derive(Debug)]
#[non_exhaustive]
pub enum Found {
    /// By a lookup.
    Destination(Destination),
    /// By a check.
    Report(Report),
    /// By a query.
    Answer(Answer),
    /// By a connection.
    Connected(Box<Connected>),
}

impl From<Destination> for Found {
    fn from(destination: Destination) -> Self {
        Self::Destination(destination)
    }
}

impl From<Report> for Found {
    fn from(report: Report) -> Self {
        Self::Report(report)
    }
}

impl From<Connected> for Found {
    fn from(connected: Connected) -> Self {
        Self::Connected(Box::new(connected))
    }
}

impl From<Answer> for Found {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}
