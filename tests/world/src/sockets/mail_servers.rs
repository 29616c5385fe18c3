//! Mail servers, all on one port.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::{Ports, black_hole};
use crate::smtp::{Conversation, Servers};

/// How long a server waits for its client, and a silent one holds its connection.
const STALL: Duration = Duration::from_secs(60);

/// Starts listening on every address; the threads end with the process.
pub fn start(ports: &Ports, servers: &Arc<Servers>) -> io::Result<()> {
    for address in servers.addresses(false) {
        let listener = if ports.first.local_addr()? == address {
            ports.first.try_clone()?
        } else {
            TcpListener::bind(address)?
        };
        listen(listener, address, servers);
    }
    Ok(())
}

/// The same for the hostile ones.
pub fn start_hostile(servers: &Arc<Servers>) -> io::Result<()> {
    for address in servers.addresses(true) {
        if servers.is_black_hole(address) {
            black_hole::dig(address)?;
        } else {
            listen(TcpListener::bind(address)?, address, servers);
        }
    }
    Ok(())
}

fn listen(listener: TcpListener, address: SocketAddr, servers: &Arc<Servers>) {
    let servers = servers.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(conversation) = servers.accept(address) {
                thread::spawn(move || serve(&stream, conversation));
            }
        }
    });
}

fn serve(mut stream: &TcpStream, mut conversation: Conversation) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 8192];
    loop {
        stream.write_all(&conversation.take_output())?;
        if conversation.is_reset() {
            return Ok(set_socket_linger(stream, Some(Duration::ZERO))?);
        }
        if conversation.is_over() {
            return Ok(());
        }
        let pause = conversation.pause();
        if pause == Some(Duration::ZERO) {
            conversation.go_on();
            continue;
        }
        stream.set_read_timeout(pause.or(Some(STALL)))?;
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => conversation.receive(&buffer[..length]),
            Err(error) if pause.is_some() && error.kind() == ErrorKind::WouldBlock => {
                conversation.go_on();
            }
            Err(error) => return Err(error),
        }
    }
}
