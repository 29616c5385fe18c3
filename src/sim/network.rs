//! A network of the world's servers.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use world::{Conversation, Random, World};

use super::MARK;
use crate::engine::{Deed, Driver, Engine, Event, Id, Kind};

/// The length before a message over TCP.
const PREFIX: usize = 2;
const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000);

/// What stands for a name server: a query over UDP, or TCP, to its reply, if there is one.
pub(crate) type Relay<'w> = Box<dyn FnMut(SocketAddr, &[u8], bool) -> Option<Vec<u8>> + 'w>;

/// Who is at the other end of a socket.
enum Peer {
    NameServer(SocketAddr, Kind),
    MailServer(Box<Conversation>),
}

/// The driver of a call to the world's servers.
pub(crate) struct Network<'w> {
    world: &'w World,
    relay: Relay<'w>,
    random: Random,
    /// From one end to the other and back.
    pub(crate) round_trip: Duration,
    now: Duration,
    peers: BTreeMap<Id, Peer>,
    /// What is on its way, by arrival; what was sent first comes first.
    arrivals: BTreeMap<(Duration, u64), (Id, Event<'static>)>,
    sent: u64,
    /// Everything that it was told to do, and when, but for the contents of TLS.
    pub(crate) transcript: Vec<String>,
}

impl<'w> Network<'w> {
    pub(crate) fn of(world: &'w World) -> Self {
        let relay = move |server, query: &[u8], by_tcp| {
            (server == world.dns).then(|| world.answer(query, by_tcp)).flatten()
        };
        Self::with(world, Box::new(relay))
    }

    /// One whose name servers are a relay; at an address without one nobody answers.
    pub(crate) fn with(world: &'w World, relay: Relay<'w>) -> Self {
        Self {
            world,
            relay,
            random: Random::new(1),
            round_trip: Duration::from_millis(1),
            now: Duration::ZERO,
            peers: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            sent: 0,
            transcript: vec![MARK.into()],
        }
    }

    /// The world's, which a relay may stand for.
    pub(crate) fn name_server(&self) -> SocketAddr {
        self.world.dns
    }

    /// Virtual time so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.now
    }

    fn arrive(&mut self, id: Id, event: Event<'static>) {
        self.sent += 1;
        self.arrivals.insert((self.now + self.round_trip, self.sent), (id, event));
    }

    fn open(&mut self, id: Id, kind: Kind, peer: SocketAddr, engine: &Engine) {
        let token = self.random.below(1 << 16) as u16;
        if kind == Kind::Datagram {
            self.peers.insert(id, Peer::NameServer(peer, kind));
            return engine.handle(id, Event::Opened { local: None, token });
        }
        let opened = Event::Opened { local: Some(CLIENT), token };
        if let Some(conversation) = self.world.accept(peer) {
            self.arrive(id, opened);
            self.peers.insert(id, Peer::MailServer(conversation.into()));
            self.send(id, &[]);
        } else if peer.port() == self.world.dns.port() {
            self.arrive(id, opened);
            self.peers.insert(id, Peer::NameServer(peer, kind));
        } else {
            self.arrive(id, Event::Failed(io::ErrorKind::ConnectionRefused.into()));
        }
    }

    fn send(&mut self, id: Id, octets: &[u8]) {
        match self.peers.get_mut(&id) {
            Some(Peer::NameServer(server, Kind::Datagram)) => {
                if let Some(reply) = (self.relay)(*server, octets, false) {
                    self.arrive(id, Event::Received(reply.into()));
                }
            }
            Some(Peer::NameServer(server, Kind::Stream)) => {
                let reply = (self.relay)(*server, &octets[PREFIX..], true).map(|reply| {
                    let length = u16::try_from(reply.len()).unwrap().to_be_bytes();
                    [&length, &reply[..]].concat()
                });
                self.arrive(id, Event::Received(reply.unwrap_or_default().into()));
            }
            Some(Peer::MailServer(conversation)) => {
                conversation.receive(octets);
                let (output, is_over) = (conversation.take_output(), conversation.is_over());
                if !output.is_empty() {
                    self.arrive(id, Event::Received(output.into()));
                }
                if is_over {
                    self.arrive(id, Event::Received(Vec::new().into()));
                }
            }
            None => {}
        }
    }

    /// The next arrival that the engine takes, and when.
    fn next(&self, engine: &Engine) -> Option<(Duration, u64)> {
        let is_taken = |(id, event): &(Id, Event<'_>)| {
            !matches!(event, Event::Received(_)) || engine.wants(*id)
        };
        self.arrivals.iter().find(|(_, arrival)| is_taken(arrival)).map(|(key, _)| *key)
    }
}

impl Driver for Network<'_> {
    fn now(&mut self, computed: u32) -> Duration {
        self.now += Duration::from_micros(computed.into());
        self.now
    }

    fn unix_time(&self) -> i64 {
        self.world.now + self.now.as_secs() as i64
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        let is_secret = |id: &Id| matches!(self.peers.get(id), Some(Peer::MailServer(_)));
        self.transcript.push(match &deed {
            Deed::Send(id, octets) if is_secret(id) && octets.first() < Some(&b' ') => {
                format!("{:?} {id:?} TLS", self.now)
            }
            deed => format!("{:?} {deed:?}", self.now),
        });
        match deed {
            Deed::Open(id, kind, peer) => self.open(id, kind, peer, engine),
            Deed::Send(id, octets) => self.send(id, &octets),
            Deed::Close(id) => {
                self.peers.remove(&id);
                self.arrivals.retain(|_, (other, _)| *other != id);
            }
        }
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        let Some(key) = self.next(engine).filter(|(at, _)| *at <= until) else {
            self.now = self.now.max(until);
            return Ok(());
        };
        self.now = self.now.max(key.0);
        while let Some(key) = self.next(engine).filter(|(at, _)| *at <= self.now) {
            let (id, event) = self.arrivals.remove(&key).unwrap();
            engine.handle(id, event);
        }
        Ok(())
    }
}
