//! Mail servers, all on one port.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Ports;
use crate::smtp::{Conversation, Servers};

/// How long a server waits for its client, and a silent one holds its connection.
const STALL: Duration = Duration::from_secs(60);

/// Starts listening on every address; the threads end with the process.
pub fn start(ports: &Ports, servers: &Arc<Servers>) -> io::Result<()> {
    for address in servers.addresses() {
        let listener = if ports.first.local_addr()? == address {
            ports.first.try_clone()?
        } else {
            TcpListener::bind(address)?
        };
        let servers = servers.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(conversation) = servers.accept(address) {
                    thread::spawn(move || serve(&stream, conversation));
                }
            }
        });
    }
    Ok(())
}

fn serve(mut stream: &TcpStream, mut conversation: Conversation) -> io::Result<()> {
    stream.set_read_timeout(Some(STALL))?;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 8192];
    loop {
        stream.write_all(&conversation.take_output())?;
        if conversation.is_over() {
            return Ok(());
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            length => conversation.receive(&buffer[..length]),
        }
    }
}
