//! Mail servers, all on one port.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_linger;

use super::{Ports, black_hole};
use crate::smtp::{Conversation, Servers};

/// How long a server waits for its client, and a silent one holds its connection.
const STALL: Duration = Duration::from_secs(60);
/// Octets for who only accepts: with the usual two MiB a few worlds are all that an address of 32 bits can tell apart.
const STACK: usize = 128 << 10;

/// Starts listening on every address; the threads end with the process.
pub fn start(ports: &Ports, servers: &Arc<Servers>) -> io::Result<()> {
    for address in servers.addresses(false) {
        let listener = if ports.first.local_addr()? == address {
            ports.first.try_clone()?
        } else {
            TcpListener::bind(address)?
        };
        listen(listener, address, servers)?;
    }
    Ok(())
}

/// The same for the hostile ones.
pub fn start_hostile(servers: &Arc<Servers>) -> io::Result<()> {
    for address in servers.addresses(true) {
        if servers.is_black_hole(address) {
            black_hole::dig(address)?;
        } else {
            listen(TcpListener::bind(address)?, address, servers)?;
        }
    }
    Ok(())
}

fn listen(listener: TcpListener, address: SocketAddr, servers: &Arc<Servers>) -> io::Result<()> {
    let servers = servers.clone();
    let accept = move || {
        for stream in listener.incoming().flatten() {
            if let Some(conversation) = servers.accept(address) {
                let round_trip = servers.round_trip();
                thread::spawn(move || {
                    if round_trip.is_zero() {
                        serve(&stream, conversation, |octets| (&stream).write_all(octets))
                    } else {
                        serve_from_afar(&stream, conversation, round_trip)
                    }
                });
            }
        }
    };
    Builder::new().stack_size(STACK).spawn(accept).map(|_| ())
}

/// What the server says goes out a round trip late, without a pause in what it hears; the first of it two, one for the
/// connection, which the system made at once.
fn serve_from_afar(
    stream: &TcpStream,
    conversation: Conversation,
    round_trip: Duration,
) -> io::Result<()> {
    let (later, delayed) = channel::<(Instant, Vec<u8>)>();
    thread::scope(|scope| {
        scope.spawn(move || {
            for (due, octets) in delayed {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let mut stream = stream;
                stream.write_all(&octets)?;
            }
            io::Result::Ok(())
        });
        let mut delay = 2 * round_trip;
        serve(stream, conversation, move |octets| {
            if !octets.is_empty() {
                let due = Instant::now() + mem::replace(&mut delay, round_trip);
                let _ = later.send((due, octets.to_vec()));
            }
            Ok(())
        })
    })
}

fn serve(
    mut stream: &TcpStream,
    mut conversation: Conversation,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = [0; 8192];
    loop {
        write(&conversation.take_output())?;
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
