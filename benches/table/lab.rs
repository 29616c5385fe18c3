//! The lab: a resolver on loopback that counts what it is asked, and may be slow or lossy.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use world::Random;

/// Replies are made once and kept, so that what is measured is the client.
const KEPT: usize = 100_000;
/// As much as the system grants: clients ask by hundreds at once.
const RECEIVE_BUFFER: usize = 4 << 20;

/// What it replies to a query, over TCP or not.
type Answer = Box<dyn Fn(&[u8], bool) -> Option<Vec<u8>> + Send + Sync>;

pub struct Lab {
    pub address: SocketAddr,
    answer: Answer,
    queries: AtomicU64,
    /// Milliseconds until a reply goes out, and percent of queries over UDP that are lost.
    delay: AtomicU64,
    loss: AtomicU64,
    kept: Mutex<HashMap<Vec<u8>, Arc<[u8]>>>,
}

type Delayed = (Instant, Vec<u8>, SocketAddr);

impl Lab {
    /// Starts answering; the threads end with the process.
    pub fn start(answer: Answer) -> io::Result<Arc<Self>> {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = tcp.local_addr()?;
        let udp = UdpSocket::bind(address)?;
        set_socket_recv_buffer_size(&udp, RECEIVE_BUFFER)?;
        let lab = Arc::new(Self {
            address,
            answer,
            queries: AtomicU64::new(0),
            delay: AtomicU64::new(0),
            loss: AtomicU64::new(0),
            kept: Mutex::default(),
        });
        let for_udp = lab.clone();
        thread::spawn(move || for_udp.serve_udp(&udp));
        let for_tcp = lab.clone();
        thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                let lab = for_tcp.clone();
                thread::spawn(move || lab.serve_tcp(stream));
            }
        });
        Ok(lab)
    }

    /// From now on, in milliseconds and percent.
    pub fn set_weather(&self, delay: u64, loss: u64) {
        self.delay.store(delay, Ordering::Relaxed);
        self.loss.store(loss, Ordering::Relaxed);
    }

    /// Queries so far.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    fn delay(&self) -> Duration {
        Duration::from_millis(self.delay.load(Ordering::Relaxed))
    }

    fn serve_udp(&self, udp: &UdpSocket) -> Option<()> {
        let (later, delayed) = channel::<Delayed>();
        let sender = udp.try_clone().ok()?;
        thread::spawn(move || send_when_due(&sender, &delayed));
        let mut random = Random::new(1);
        let mut buffer = [0; 4096];
        loop {
            let (length, client) = udp.recv_from(&mut buffer).ok()?;
            if random.below(100) < self.loss.load(Ordering::Relaxed) as usize {
                self.queries.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let Some(reply) = self.reply(&buffer[..length], false) else { continue };
            let delay = self.delay();
            if delay.is_zero() {
                let _ = udp.send_to(&reply, client);
            } else {
                later.send((Instant::now() + delay, reply, client)).ok()?;
            }
        }
    }

    fn serve_tcp(&self, mut stream: TcpStream) -> Option<()> {
        // For the connection, which the system made at once.
        thread::sleep(self.delay());
        loop {
            let mut length = [0; 2];
            stream.read_exact(&mut length).ok()?;
            let mut query = vec![0; u16::from_be_bytes(length).into()];
            stream.read_exact(&mut query).ok()?;
            let reply = self.reply(&query, true)?;
            thread::sleep(self.delay());
            let mut framed = (reply.len() as u16).to_be_bytes().to_vec();
            framed.extend(reply);
            stream.write_all(&framed).ok()?;
        }
    }

    fn reply(&self, query: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let (id, asked) = query.split_at_checked(2)?;
        // Apart, for what is truncated over UDP alone.
        let key = [asked, &[over_tcp.into()]].concat();
        let mut kept = self.kept.lock().unwrap();
        let known = kept.get(&key).cloned();
        let mut reply = match &known {
            Some(reply) => reply.to_vec(),
            None => (self.answer)(query, over_tcp)?,
        };
        if known.is_none() && kept.len() < KEPT {
            kept.insert(key, reply.as_slice().into());
        }
        reply[..2].copy_from_slice(id);
        Some(reply)
    }
}

/// All wait equally long, so the first to come is the first to go.
fn send_when_due(udp: &UdpSocket, delayed: &Receiver<Delayed>) {
    for (due, reply, client) in delayed {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let _ = udp.send_to(&reply, client);
    }
}
