//! The engine under a driver that does what it is told to.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{pending, poll_fn};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use super::{Deed, Driver, Engine, Event, First, Id, Kind, Once, Socket, Tasks, all, drive};

const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 53);
const SECOND: Duration = Duration::from_secs(1);
const SOCKETS: usize = 8;

/// What happens, in its order: each wait brings the next, or the time it waits for.
#[derive(Default)]
struct Script {
    now: Duration,
    events: VecDeque<(Id, Event<'static>)>,
    /// Sockets are opened by whoever performs, at once.
    opens: bool,
    /// So many times there is no descriptor for one.
    crowded: u32,
    deeds: Vec<Deed>,
    waits: u32,
}

impl Script {
    fn new(events: impl IntoIterator<Item = (u64, Event<'static>)>) -> Self {
        let events = events.into_iter().map(|(id, event)| (Id(id), event)).collect();
        Self { events, opens: true, ..Self::default() }
    }

    /// Runs work to its end, for a minute at most.
    fn run<T>(&mut self, work: impl AsyncFnOnce(Rc<Engine>) -> T) -> T {
        let engine = Engine::new(SOCKETS);
        let work = engine.within(60 * SECOND, work(engine.clone()));
        drive(self, &engine, Box::pin(work)).unwrap().unwrap()
    }

    fn count(&self, is_meant: impl Fn(&Deed) -> bool) -> usize {
        self.deeds.iter().filter(|deed| is_meant(deed)).count()
    }
}

impl Driver for Script {
    fn now(&mut self, computed: u32) -> Duration {
        self.now += Duration::from_micros(computed.into());
        self.now
    }

    fn unix_time(&self) -> i64 {
        0
    }

    fn perform(&mut self, deed: Deed, engine: &Engine) {
        self.deeds.push(deed.clone());
        let Deed::Open(id, ..) = deed else { return };
        if self.crowded > 0 {
            self.crowded -= 1;
            engine.handle(id, Event::Crowded);
        } else if self.opens {
            engine.handle(id, opened(id.0 as u16));
        }
    }

    fn wait(&mut self, until: Duration, engine: &Engine) -> io::Result<()> {
        self.waits += 1;
        match self.events.pop_front() {
            Some((id, event)) => engine.handle(id, event),
            None => self.now = until,
        }
        Ok(())
    }
}

async fn open(engine: &Rc<Engine>, kind: Kind) -> Socket {
    let socket = engine.connect(0, kind, PEER, 60 * SECOND);
    socket.opens().await.unwrap();
    socket
}

fn opened(token: u16) -> Event<'static> {
    Event::Opened { local: None, token }
}

fn received(octets: &[u8]) -> Event<'static> {
    Event::Received(octets.to_vec().into())
}

#[test]
fn an_event_reaches_the_socket_it_is_of_and_no_other() {
    let mut script =
        Script::new([(1, received(b"one")), (0, received(b"none")), (7, received(b"x"))]);
    let heard = script.run(async |engine| {
        let ask = async || {
            let socket = open(&engine, Kind::Datagram).await;
            let reply = socket.receive().await.unwrap();
            (socket.token(), reply)
        };
        all([ask(), ask()]).await
    });
    assert_eq!(heard, [(Some(0), b"none".to_vec()), (Some(1), b"one".to_vec())]);
}

#[test]
fn the_first_message_goes_out_with_the_random_bits_of_its_connection() {
    let mut script = Script::new([(0, received(b"reply"))]);
    let reply = script.run(async |engine| {
        let first = First { octets: b"what?".to_vec(), place: 1 };
        engine.ask(0, Kind::Datagram, PEER, SECOND, first).receive().await.unwrap()
    });
    assert_eq!((reply, script.waits), (b"reply".to_vec(), 1));
    assert_eq!(script.deeds[1], Deed::Send(Id(0), b"w\0\0t?".to_vec()));
}

#[test]
fn a_time_comes_when_it_comes_and_work_that_is_done_first_wins() {
    let mut script = Script::new([]);
    let outcome = script.run(async |engine| {
        let never = pending::<()>();
        let late = engine.within(3 * SECOND, never).await;
        let at = engine.now();
        (late, at, engine.within(SECOND, async { 5 }).await)
    });
    assert_eq!(outcome, (None, 3 * SECOND, Some(5)));
    assert_eq!(script.waits, 1, "one wait for one time");
}

#[test]
fn the_earliest_of_several_times_is_waited_for() {
    let mut script = Script::new([]);
    let order = RefCell::new(Vec::new());
    script.run(async |engine| {
        let sleep = async |seconds| {
            engine.within(seconds * SECOND, pending::<()>()).await;
            order.borrow_mut().push((seconds, engine.now()));
        };
        all([9, 2, 4].map(sleep)).await
    });
    assert_eq!(order.take(), [(2, 2 * SECOND), (4, 4 * SECOND), (9, 9 * SECOND)]);
}

#[test]
fn what_came_before_a_failure_comes_first() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionReset);
    let mut script = Script::new([(0, received(b"last words")), (0, Event::Failed(refused()))]);
    let heard = script.run(async |engine| {
        let socket = open(&engine, Kind::Stream).await;
        let first = socket.receive().await.unwrap();
        (first, socket.receive().await.unwrap_err().kind())
    });
    assert_eq!(heard, (b"last words".to_vec(), io::ErrorKind::ConnectionReset));
}

#[test]
fn a_stream_gives_what_is_waited_for_and_fewer_octets_where_it_ends() {
    let pieces = [b"ab".as_slice(), b"c", b"def", b""].map(|octets| (0, received(octets)));
    let mut script = Script::new(pieces);
    let heard = script.run(async |engine| {
        let socket = open(&engine, Kind::Stream).await;
        let whole = socket.receive_at_least(5).await.unwrap();
        let rest = socket.receive_at_least(5).await.unwrap();
        (whole, rest, socket.receive().await.unwrap())
    });
    assert_eq!(heard, (b"abcdef".to_vec(), Vec::new(), Vec::new()));
}

#[test]
fn sockets_are_bounded_and_the_next_waits_for_room() {
    let mut script = Script::new([(5, received(b"done")), (0, received(b"done"))]);
    let run = script.run(async |engine| {
        let ask = async || {
            let socket = open(&engine, Kind::Datagram).await;
            engine.within(SECOND, socket.receive()).await.is_some()
        };
        all((0..SOCKETS + 2).map(|_| ask())).await
    });
    assert_eq!(run.iter().filter(|heard| **heard).count(), 2);
    let most = script.deeds.iter().scan(0i32, |open, deed| {
        *open += match deed {
            Deed::Open(..) => 1,
            Deed::Close(_) => -1,
            Deed::Send(..) | Deed::Release(_) => 0,
        };
        Some(*open)
    });
    assert_eq!(most.max(), Some(SOCKETS as i32));
    assert_eq!(script.count(|deed| matches!(deed, Deed::Open(..))), SOCKETS + 2);
}

#[test]
fn where_there_is_no_descriptor_it_is_tried_again() {
    let mut script = Script { crowded: 3, ..Script::new([]) };
    let run = script.run(async |engine| {
        let socket = engine.connect(0, Kind::Datagram, PEER, SECOND);
        let begins = engine.within(SECOND, socket.begins()).await;
        (begins, engine.now())
    });
    assert_eq!(run, (Some(()), Duration::from_millis(300)));
    assert_eq!(script.count(|deed| matches!(deed, Deed::Open(..))), 4);
    let mut script = Script { crowded: u32::MAX, ..Script::new([]) };
    let run = script.run(async |engine| {
        let socket = engine.connect(0, Kind::Datagram, PEER, SECOND);
        engine.within(SECOND, socket.begins()).await
    });
    assert_eq!(run, None);
    assert_eq!(script.count(|deed| matches!(deed, Deed::Close(_))), 0, "it never was");
}

/// Of two calls, the one that asks for little never waits for all that the other asks for.
#[test]
fn the_next_socket_is_for_the_call_that_has_fewest() {
    let mut script = Script::new([]);
    let run = script.run(async |engine| {
        let many: Vec<_> = (0..4 * SOCKETS)
            .map(|_| engine.connect(1, Kind::Datagram, PEER, 60 * SECOND))
            .collect();
        let one = engine.connect(2, Kind::Datagram, PEER, 60 * SECOND);
        let two = engine.connect(2, Kind::Datagram, PEER, 60 * SECOND);
        let early = engine.within(SECOND, one.begins()).await;
        drop(many.into_iter().next());
        (early, engine.within(2 * SECOND, all([one.begins(), two.begins()])).await.is_some())
    });
    assert_eq!(run, (None, true), "all were open when it came, and then it was its turn");
}

/// A call that asks one thing after the other comes after those who wait for their first turn.
#[test]
fn sockets_are_taken_in_turn() {
    let mut script = Script::new([]);
    let order = RefCell::new(Vec::new());
    script.run(async |engine| {
        engine.set_sockets(1);
        let ask = async |call: u64| {
            for _ in 0..3 {
                let socket = engine.connect(call, Kind::Datagram, PEER, 60 * SECOND);
                socket.begins().await;
                order.borrow_mut().push(call);
                engine.within(engine.now() + SECOND, pending::<()>()).await;
            }
        };
        all((1..=4).map(ask)).await
    });
    assert_eq!(order.take(), [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
}

/// To cancel is to drop.
#[test]
fn what_is_dropped_is_closed_and_its_news_passed_over() {
    let mut script = Script::new([(0, received(b"too late"))]);
    let run = script.run(async |engine| {
        let socket = open(&engine, Kind::Datagram).await;
        drop(socket);
        engine.within(SECOND, pending::<()>()).await
    });
    assert_eq!(run, None);
    let half_open = Script { opens: false, ..Script::new([]) }
        .run(async |engine| engine.within(SECOND, open(&engine, Kind::Stream)).await.is_none());
    assert!(half_open);
    assert_eq!(script.deeds.last(), Some(&Deed::Close(Id(0))));
}

#[test]
fn work_is_done_once_whoever_asks_and_what_it_begins_runs_too() {
    let mut script = Script::new([]);
    let tasks = Rc::new(Tasks::default());
    let outcome = script.run(async |engine| {
        let (inner, outer) = (Rc::new(Once::default()), Rc::new(Once::default()));
        let (set_inner, wait_inner, set_outer) = (inner.clone(), inner.clone(), outer.clone());
        let begins = tasks.clone();
        tasks.begin(async move {
            begins.begin(async move {
                engine.within(SECOND, pending::<()>()).await;
                set_inner.set(7);
                set_inner.set(8);
            });
            set_outer.set(wait_inner.wait().await + 1);
        });
        let mut waits =
            pin!(async { (outer.wait().await, outer.wait().await, inner.wait().await) });
        poll_fn(|context| tasks.poll(waits.as_mut(), context)).await
    });
    assert_eq!(outcome, (8, 8, 7));
}

#[test]
fn a_call_that_waits_for_nothing_ends_with_an_error() {
    let stalled = drive(&mut Script::new([]), &Engine::new(SOCKETS), Box::pin(pending::<()>()));
    assert_eq!(stalled.unwrap_err().to_string(), "nothing to wait for");
}

#[test]
fn who_computes_is_not_waited_for() {
    let mut script = Script::new([]);
    let mut turns = 0;
    let run = script.run(async |engine| {
        poll_fn(|_| {
            turns += 1;
            engine.compute(250_000, turns < 4);
            if turns < 4 { Poll::Pending } else { Poll::Ready(engine.now()) }
        })
        .await
    });
    assert_eq!(run, Duration::from_micros(750_000), "computing takes time");
}
