//! A resolver that lies: what the honest one says, changed by whoever sits between.

use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::dns::client::{RECURSE_UNCHECKED, ask, read_framed, write_framed};
use crate::dns::resolver::UPSTREAM;
use crate::dns::wire::{FLAG_TRUNCATED, Message};

/// Where it listens.
pub const ADDRESS: &str = "127.0.3.1";
/// What both sides accept over UDP.
const PAYLOAD: usize = 1232;

/// What becomes of one reply.
pub type Tamper = Box<dyn Fn(Message, Over) -> Message + Send>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Udp,
    Tcp,
}

/// The attacker, who can be told to do something else.
#[derive(Clone)]
pub struct Proxy(Arc<Mutex<Tamper>>);

impl Proxy {
    /// Starts an honest one.
    pub fn start() -> io::Result<Self> {
        let proxy = Self(Arc::new(Mutex::new(Box::new(|reply, _| reply))));
        let (udp, tcp) = (UdpSocket::bind((ADDRESS, 53))?, TcpListener::bind((ADDRESS, 53))?);
        let (over_udp, over_tcp) = (proxy.clone(), proxy.clone());
        thread::spawn(move || over_udp.serve_udp(&udp));
        thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let proxy = over_tcp.clone();
                thread::spawn(move || proxy.serve_tcp(stream));
            }
        });
        Ok(proxy)
    }

    /// From now on.
    pub fn become_attacker(&self, tamper: Tamper) {
        *self.0.lock().expect("an attack panicked") = tamper;
    }

    fn serve_udp(&self, socket: &UdpSocket) {
        let mut buffer = [0; 4096];
        while let Ok((length, client)) = socket.recv_from(&mut buffer) {
            let Some(reply) = self.reply(&buffer[..length], Over::Udp) else { continue };
            let mut wire = reply.to_wire();
            if wire.len() > PAYLOAD {
                let (id, rtype, name) = (reply.id, reply.rtype, reply.name.clone());
                let flags = reply.flags | FLAG_TRUNCATED;
                wire = Message { id, flags, name, rtype, ..Message::default() }.to_wire();
            }
            let _ = socket.send_to(&wire, client);
        }
    }

    fn serve_tcp(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let query = read_framed(&mut stream).ok()?;
            let reply = self.reply(&query, Over::Tcp)?;
            write_framed(&mut stream, &reply.to_wire()).ok()?;
        }
    }

    fn reply(&self, query: &[u8], over: Over) -> Option<Message> {
        let query = Message::parse(query)?;
        let mut reply = ask(UPSTREAM, &query.name, query.rtype, RECURSE_UNCHECKED).ok()?;
        reply.id = query.id;
        reply.name.clone_from(&query.name);
        let tamper = self.0.lock().ok()?;
        Some(tamper(reply, over))
    }
}
