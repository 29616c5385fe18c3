//! A network of the world's servers.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use world::{Conversation, Random, World};

use super::MARK;
use super::faults::{self, Calm, Fate, Faults, Happening, PREFIX, framed};
use crate::engine::{Deed, Driver, Engine, Event, Id, Kind};

const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000);

/// What stands for a name server: a query over UDP, or TCP, to its reply, if there is one.
pub(crate) type Relay<'w> = Box<dyn FnMut(SocketAddr, &[u8], bool) -> Option<Vec<u8>> + 'w>;

/// Who is at the other end of a socket.
enum Peer {
    NameServer(SocketAddr, Kind),
    MailServer(Box<Conversation>),
}

/// A socket that is open.
struct Line {
    /// None: nobody, or not any more.
    peer: Option<Peer>,
    is_mail: bool,
    /// What a stream brings comes in its order: nothing before this.
    free: Duration,
}

/// The driver of a call to the world's servers.
pub(crate) struct Network<'w> {
    world: &'w World,
    relay: Relay<'w>,
    faults: Box<dyn Faults + 'w>,
    random: Random,
    /// From one end to the other and back.
    pub(crate) round_trip: Duration,
    now: Duration,
    /// When the last leap of the time ended.
    woken: Duration,
    /// By how many seconds the wall clock is wrong.
    skew: i64,
    shown: RefCell<Vec<i64>>,
    lines: BTreeMap<Id, Line>,
    /// What is on its way, by arrival; what was sent first comes first.
    arrivals: BTreeMap<(Duration, u64), (Id, Event<'static>)>,
    sent: u64,
    /// When a mail server speaks unasked: not before what it said last has been taken.
    due: BTreeMap<Id, Duration>,
    /// Whether there is to be a transcript.
    pub(crate) is_recording: bool,
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
            faults: Box::new(Calm),
            random: Random::new(1),
            round_trip: Duration::from_millis(1),
            now: Duration::ZERO,
            woken: Duration::ZERO,
            skew: 0,
            shown: RefCell::default(),
            lines: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            sent: 0,
            due: BTreeMap::new(),
            is_recording: true,
            transcript: vec![MARK.into()],
        }
    }

    /// The same, where things go wrong.
    pub(crate) fn with_faults(mut self, mut faults: Box<dyn Faults + 'w>) -> Self {
        self.skew = faults.clock().unwrap_or(0);
        self.faults = faults;
        self
    }

    /// The world's, which a relay may stand for.
    pub(crate) fn name_server(&self) -> SocketAddr {
        self.world.dns
    }

    /// Virtual time so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.now
    }

    /// When the last leap of the time ended.
    pub(crate) fn woken(&self) -> Duration {
        self.woken
    }

    /// What the wall clock was seen to show, in seconds since 1970.
    pub(crate) fn shown(&self) -> Ref<'_, Vec<i64>> {
        self.shown.borrow()
    }

    /// Whether no socket is open, and nothing on its way.
    pub(crate) fn is_idle(&self) -> bool {
        self.lines.is_empty() && self.arrivals.is_empty()
    }

    /// Lets something happen, or what becomes of it.
    fn happen(&mut self, id: Id, happening: Happening, event: Event<'static>) {
        let at = self.now + self.round_trip;
        let fate = self.faults.fate(happening);
        let (events, goes_on) = faults::outcome(fate, happening, event);
        let Some(line) = self.lines.get_mut(&id) else { return };
        for (delay, event) in events {
            let mut at = at + delay;
            if happening.is_of_stream() {
                at = at.max(line.free);
                line.free = at;
            }
            self.sent += 1;
            self.arrivals.insert((at, self.sent), (id, event));
        }
        if !goes_on {
            line.peer = None;
        }
    }

    fn open(&mut self, id: Id, kind: Kind, peer: SocketAddr, engine: &Engine) {
        let token = self.random.below(1 << 16) as u16;
        let line = |peer| {
            let is_mail = matches!(peer, Some(Peer::MailServer(_)));
            Line { peer, is_mail, free: Duration::ZERO }
        };
        if kind == Kind::Datagram {
            self.lines.insert(id, line(Some(Peer::NameServer(peer, kind))));
            let event = match self.faults.fate(Happening::Port) {
                Fate::Refused => Event::Failed(io::ErrorKind::NetworkUnreachable.into()),
                _ => Event::Opened { local: None, token },
            };
            return engine.handle(id, event);
        }
        let opened = Event::Opened { local: Some(CLIENT), token };
        if self.world.is_black_hole(peer) {
            self.lines.insert(id, line(None));
        } else if let Some(conversation) = self.world.accept(peer) {
            self.lines.insert(id, line(Some(Peer::MailServer(conversation.into()))));
            self.happen(id, Happening::Connection, opened);
            self.send(id, &[]);
        } else if peer.port() == self.world.dns.port() {
            self.lines.insert(id, line(Some(Peer::NameServer(peer, kind))));
            self.happen(id, Happening::Connection, opened);
        } else {
            self.lines.insert(id, line(None));
            let refused = Event::Failed(io::ErrorKind::ConnectionRefused.into());
            self.happen(id, Happening::Refusal, refused);
        }
    }

    fn send(&mut self, id: Id, octets: &[u8]) {
        let received = |octets: Vec<u8>| Event::Received(octets.into());
        match self.lines.get_mut(&id).and_then(|line| line.peer.as_mut()) {
            Some(Peer::NameServer(server, Kind::Datagram)) => {
                if let Some(reply) = (self.relay)(*server, octets, false) {
                    self.happen(id, Happening::Datagram, received(reply));
                }
            }
            Some(Peer::NameServer(server, Kind::Stream)) => {
                match (self.relay)(*server, &octets[PREFIX..], true) {
                    Some(reply) => self.happen(id, Happening::Reply, received(framed(&reply))),
                    None => self.happen(id, Happening::End, received(Vec::new())),
                }
            }
            Some(Peer::MailServer(conversation)) => {
                conversation.receive(octets);
                self.hear(id);
            }
            None => {}
        }
    }

    /// Takes what a mail server has to say.
    fn hear(&mut self, id: Id) {
        let Some(conversation) = self.mail_server(id) else { return };
        let (output, pause) = (conversation.take_output(), conversation.pause());
        let end = match (conversation.is_over(), conversation.is_reset()) {
            (_, true) => Some(Event::Failed(io::ErrorKind::ConnectionReset.into())),
            (true, _) => Some(Event::Received(Vec::new().into())),
            _ => None,
        };
        if !output.is_empty() {
            let is_text = output[0] >= b' ';
            let what = if is_text { Happening::Speech } else { Happening::Records };
            self.happen(id, what, Event::Received(output.into()));
        }
        if self.mail_server(id).is_none() {
            return;
        }
        if let Some(pause) = pause {
            self.due.insert(id, self.now + pause);
        }
        if let Some(end) = end {
            self.happen(id, Happening::End, end);
        }
    }

    fn mail_server(&mut self, id: Id) -> Option<&mut Conversation> {
        match self.lines.get_mut(&id)?.peer.as_mut()? {
            Peer::MailServer(conversation) => Some(conversation),
            Peer::NameServer(..) => None,
        }
    }

    /// Which mail server speaks next, and when.
    fn next_speaker(&self) -> Option<(Duration, Id)> {
        let is_waited_for = |id: &Id| self.arrivals.values().any(|(receiver, _)| receiver == id);
        let due = self.due.iter().filter(|(id, _)| !is_waited_for(id));
        due.map(|(id, at)| (*at, *id)).min()
    }

    /// Has mail servers speak unasked, up to a time or to the next arrival.
    fn let_speak(&mut self, until: Duration, engine: &Engine) {
        while let Some((at, id)) = self.next_speaker() {
            let arrival = self.next(engine).map_or(until, |(arrival, _)| arrival.min(until));
            if at > arrival {
                return;
            }
            self.now = self.now.max(at);
            self.due.remove(&id);
            if let Some(conversation) = self.mail_server(id) {
                conversation.go_on();
                self.hear(id);
            }
        }
    }

    /// Time passes, and perhaps more of it than it should.
    fn pass(&mut self) {
        let leap = self.faults.leap();
        if !leap.is_zero() {
            self.now += leap;
            self.woken = self.now;
        }
        self.skew = self.faults.clock().unwrap_or(self.skew);
    }

    /// Whether these octets are TLS.
    fn is_secret(&self, id: Id, octets: &[u8]) -> bool {
        let is_mail = self.lines.get(&id).is_some_and(|line| line.is_mail);
        is_mail && octets.first() < Some(&b' ')
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
        if computed > 0 {
            self.pass();
        }
        self.now
    }

    fn unix_time(&self) -> i64 {
        let time = self.world.now + self.now.as_secs() as i64 + self.skew;
        self.shown.borrow_mut().push(time);
        time
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        if self.is_recording {
            self.transcript.push(match &deed {
                Deed::Send(id, octets) if self.is_secret(*id, octets) => {
                    format!("{:?} {id:?} TLS", self.now)
                }
                deed => format!("{:?} {deed:?}", self.now),
            });
        }
        match deed {
            Deed::Open(id, kind, peer) => self.open(id, kind, peer, engine),
            Deed::Send(id, octets) => self.send(id, &octets),
            Deed::Close(id) => {
                self.lines.remove(&id);
                self.due.remove(&id);
                self.arrivals.retain(|_, (other, _)| *other != id);
            }
            // There is no descriptor to give away.
            Deed::Release(id) => {
                engine.handle(id, Event::Failed(io::ErrorKind::Unsupported.into()));
            }
        }
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        self.pass();
        let until = until.max(self.now);
        self.let_speak(until, engine);
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
