//! What a mail server says, in SMTP and in TLS.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::sync::LazyLock;
use std::time::Duration;

use world::Conversation;

use super::lines::assert_line;
use super::octets::Octets;
use super::{ALWAYS_WAITS, WORLD};
use crate::connect::Connected;
use crate::context::Context;
use crate::decide::{Level, Tlsa};
use crate::dns::Mode;
use crate::engine::{Deed, Driver, Engine, Event, Id};
use crate::lookup::Host;
use crate::sim::{self, Network, UNIT};

const CLIENT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000);
const TIMEOUT: Duration = Duration::from_secs(30);

thread_local! {
    /// Kept, for a new one reads files.
    static CONTEXT: Context = sim::context(&WORLD, Level::Dane, Mode::Validate);
}

/// The first of these.
const TRUE: usize = 0;
/// Hosts whose servers show what is promised, another certificate, no TLS, and no usable record.
static HOSTS: LazyLock<Vec<Host>> = LazyLock::new(|| {
    let context = sim::context(&WORLD, Level::Dane, Mode::Validate);
    let find = |domain: &str| {
        let mut network = Network::of(&WORLD);
        let found = context.over(&mut network).lookup(domain, WORLD.smtp_port);
        found.expect(ALWAYS_WAITS).hosts.remove(0)
    };
    ["good.test", "mismatch.test", "plain.test", "tlsa-none.test"].map(find).into()
});

/// Connects to a mail server that says what the octets hold, or what a server of the world says and they alter.
pub fn mail(input: &[u8]) {
    let mut octets = Octets::new(input);
    let host = octets.pick(&HOSTS);
    let is_honest = octets.bit();
    let conversation = is_honest.then(|| {
        let address = SocketAddr::new(host.addresses[0], host.port);
        WORLD.accept(address).expect("a server of the world")
    });
    let mut stranger =
        Stranger { octets, conversation, now: Duration::ZERO, line: None, said: Vec::new() };
    let connected = CONTEXT.with(|context| context.over(&mut stranger).connect_host(host));
    let Connected { session, attempt } = connected.expect(ALWAYS_WAITS);
    assert!(stranger.now <= TIMEOUT + UNIT, "{:?}", stranger.now);
    assert!(stranger.line.is_none(), "a socket is left open");
    assert_line(&attempt.decision.text);
    assert_line(&attempt.verification.text);
    let may_deliver = attempt.decision.verdict.may_deliver();
    assert_eq!(session.is_some(), may_deliver);
    let is_true = is_honest && std::ptr::eq(host, &HOSTS[TRUE]);
    let may_be_permitted = is_true || host.tlsa != Tlsa::Secure;
    assert!(!may_deliver || may_be_permitted, "{}: {}", host.name, attempt.decision.text);
}

/// The driver of a connection to a stranger.
struct Stranger<'i> {
    octets: Octets<'i>,
    /// A server of the world, whose words may be altered; else the octets are all there is.
    conversation: Option<Conversation>,
    now: Duration,
    line: Option<Id>,
    /// What is on its way: nothing is the end.
    said: Vec<Vec<u8>>,
}

impl Stranger<'_> {
    /// The next words.
    fn say(&mut self) {
        let Some(conversation) = &mut self.conversation else {
            let length = self.octets.u16();
            let words = self.octets.take((length & 0x0fff).into()).to_vec();
            self.said.push(words);
            return;
        };
        let mut words = conversation.take_output();
        if words.is_empty() {
            return;
        }
        match self.octets.u8() {
            1 => words.truncate(self.octets.below(words.len())),
            2 => {
                let at = self.octets.below(words.len());
                words[at] ^= 1 << self.octets.below(8);
            }
            3 => {
                let at = self.octets.below(words.len());
                let more = self.octets.piece();
                words.splice(at..at, more.iter().copied());
            }
            4 => {
                let rest = words.split_off(self.octets.below(words.len()));
                self.said.push(std::mem::replace(&mut words, rest));
            }
            5 => words = self.octets.piece().to_vec(),
            6 => self.said.push(words.clone()),
            _ => {}
        }
        self.said.push(words);
    }
}

impl Driver for Stranger<'_> {
    fn now(&mut self, computed: u32) -> Duration {
        self.now += Duration::from_micros(computed.into());
        self.now
    }

    fn unix_time(&self) -> i64 {
        WORLD.now
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        match deed {
            Deed::Open(id, ..) if self.octets.u8() == 1 => {
                engine.handle(id, Event::Failed(io::ErrorKind::ConnectionRefused.into()));
            }
            Deed::Open(id, ..) => {
                self.line = Some(id);
                engine.handle(id, Event::Opened { local: Some(CLIENT), token: 1 });
                self.say();
            }
            Deed::Send(_, octets) => {
                if let Some(conversation) = &mut self.conversation {
                    conversation.receive(&octets);
                }
                self.say();
            }
            Deed::Close(_) => self.line = None,
            Deed::Release(id) => {
                let (ours, _theirs) = UnixStream::pair().expect("two sockets");
                self.line = None;
                engine.handle(id, Event::Released(ours.into(), Vec::new()));
            }
        }
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        let id = self.line.filter(|id| engine.wants(*id));
        let Some(id) = id.filter(|_| !self.said.is_empty() || !self.octets.is_over()) else {
            self.now = self.now.max(until);
            return Ok(());
        };
        self.now += Duration::from_millis(1);
        if self.said.is_empty() {
            self.say();
        }
        if !self.said.is_empty() {
            let words = self.said.remove(0);
            engine.handle(id, Event::Received(words.into()));
        }
        Ok(())
    }
}
