//! Addresses at which nobody answers, not even that nobody is there.

use std::io;
use std::mem;
use std::net::{SocketAddr, TcpStream};

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, listen, socket_with};

/// Has an address swallow every connection until the process ends: one waits to be accepted for ever, and as the queue has no
/// more room, Linux drops whatever else comes.
pub fn dig(address: SocketAddr) -> io::Result<()> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let hole = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    bind(&hole, &address)?;
    listen(&hole, 0)?;
    mem::forget((TcpStream::connect(address)?, hole));
    Ok(())
}
