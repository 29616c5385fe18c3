//! What passes between the engine and its driver.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;

/// A socket, by a number that is never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) u64);

/// How octets are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// UDP, connected: other senders' datagrams never come, and a closed port is known at once.
    Datagram,
    /// TCP.
    Stream,
}

/// What the driver is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Make a socket and connect it.
    Open(Id, Kind, SocketAddr),
    /// Send a datagram, or octets of a stream after all before them.
    Send(Id, Vec<u8>),
    /// Send what is left, if that takes no waiting, and close.
    Close(Id),
    /// Give it away as it is.
    Release(Id),
}

/// What happened to a socket.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// It is connected, from this address where it is a stream's; with 16 random bits for whoever asks over it.
    Opened { local: Option<SocketAddr>, token: u16 },
    /// A datagram, or octets of a stream; none are its end.
    Received(Cow<'a, [u8]>),
    /// It can be used no more.
    Failed(io::Error),
    /// There was no descriptor for it; it may be opened later.
    Crowded,
    /// It is the engine's no more: the descriptor of a stream, and what is still to be sent over it.
    Released(OwnedFd, Vec<u8>),
}
