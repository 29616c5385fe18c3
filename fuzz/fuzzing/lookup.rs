//! A lookup whose replies come as octets say, beside the truth.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::lines::assert_line;
use super::memo::Memo;
use super::octets::Octets;
use super::{ALWAYS_WAITS, WORLD, signature};
use crate::context::Context;
use crate::decide::{Action, Certificate, Level, decide};
use crate::dns::Mode;
use crate::lookup::Destination;
use crate::sim::question::question;
use crate::sim::{Fate, Faults, Happening, Network, Oracle, Relay, UNIT, context, level};

/// Replies that are remembered.
const MOST_KNOWN: usize = 1 << 14;
/// Earlier replies of a call that may come again.
const MOST_SEEN: usize = 64;
const WHOLE: &str = "a message of the world";

/// None: nothing is said.
type Reply = Option<Vec<u8>>;

thread_local! {
    /// Kept, for a new one reads files.
    static CONTEXT: RefCell<Option<Context>> = const { RefCell::new(None) };
    static KNOWN: RefCell<Memo<(Vec<u8>, bool), Reply>> = RefCell::new(Memo::new(MOST_KNOWN));
}

/// A lookup in which no alteration of a signed domain's replies permits more than the truth does.
pub fn lookup(input: &[u8]) {
    let (run, destination) = Run::new(input);
    run.judge(&destination);
}

/// The same with every signature taken for good: where that let nothing pass, it is held against the truth as well.
pub fn lookup_past_signatures(input: &[u8]) {
    let ((run, destination), has_accepted) = signature::accepting(|| Run::new(input));
    if has_accepted {
        run.judge_form(&destination);
    } else {
        run.judge(&destination);
    }
}

/// What was called, and when it was done.
struct Run {
    case: usize,
    mode: Mode,
    timeout: Duration,
    elapsed: Duration,
    woken: Duration,
    /// What the clock showed.
    time: i64,
    is_idle: bool,
}

type Script<'i> = Rc<RefCell<Octets<'i>>>;

impl Run {
    fn new(input: &[u8]) -> (Self, Destination) {
        let mut octets = Octets::new(input);
        let case = octets.below(WORLD.cases.len());
        let how = octets.u8();
        let mode = if how & 1 == 0 { Mode::Validate } else { Mode::TrustAd };
        let timeout = Duration::from_secs([30, 5, 1, 60][usize::from(how >> 1 & 3)]);
        let skew = if how & 8 == 0 { 0 } else { i64::from(octets.u16()) * 8 - 260_000 };
        let leaps = how & 16 != 0;
        let of = &WORLD.cases[case];
        let new = || context(&WORLD, Level::Dane, Mode::Validate);
        let mut context = CONTEXT.take().unwrap_or_else(new);
        context.set_level(level(of));
        context.set_dnssec(mode);
        context.set_timeout(timeout);
        // With them goes what was remembered.
        context.set_trust_anchors(WORLD.anchor.as_bytes()).expect("an anchor");
        let alters = Oracle::new(&WORLD, of, mode).finds_out();
        let script = Rc::new(RefCell::new(octets));
        let relay = Forger { script: script.clone(), seen: Vec::new(), alters };
        let weather = Weather { script, skew, leaps };
        let mut network = Network::with(&WORLD, relay.into_relay()).with_faults(Box::new(weather));
        network.is_recording = false;
        let found = context.over(&mut network).lookup(&of.domain, WORLD.smtp_port);
        CONTEXT.set(Some(context));
        let run = Self {
            case,
            mode,
            timeout,
            elapsed: network.elapsed(),
            woken: network.woken(),
            time: *network.shown().first().expect("a call reads the clock"),
            is_idle: network.is_idle(),
        };
        (run, found.expect(ALWAYS_WAITS))
    }

    fn judge(&self, destination: &Destination) {
        self.judge_form(destination);
        let oracle = Oracle::new(&WORLD, &WORLD.cases[self.case], self.mode);
        let wrong = oracle.objections_before(destination, self.time);
        assert!(wrong.is_empty(), "{}, {:?}: {wrong:#?}", WORLD.cases[self.case].domain, self.mode);
    }

    /// What holds whatever was believed.
    fn judge_form(&self, destination: &Destination) {
        assert!(self.is_idle, "a socket is left open");
        let until = self.timeout.max(self.woken) + UNIT;
        assert!(self.elapsed <= until, "done at {:?}, not by {until:?}", self.elapsed);
        assert_line(&destination.decision.text);
        assert!(!destination.decision.verdict.may_deliver());
        let case = &WORLD.cases[self.case];
        for host in &destination.hosts {
            let verdict = host.decision.verdict;
            assert_line(&host.name);
            assert_line(&host.decision.text);
            let table =
                decide(level(case), host.mx, host.address, host.tlsa, Certificate::NotApplicable);
            let is_table = (verdict.action, verdict.reason) == (table.action, table.reason);
            let is_absent = host.addresses.is_empty() && verdict.action == Action::Fail;
            assert!(
                is_table || is_absent || verdict.action == Action::Defer,
                "{}",
                host.decision.text
            );
        }
    }
}

/// Faults as octets say.
struct Weather<'i> {
    script: Script<'i>,
    skew: i64,
    leaps: bool,
}

impl Faults for Weather<'_> {
    fn fate(&mut self, happening: Happening) -> Fate {
        let mut octets = self.script.borrow_mut();
        let number = usize::from(octets.u8()).checked_sub(1);
        match number.and_then(|number| happening.failures().get(number)).copied() {
            Some(Fate::Late(_)) => Fate::Late(Duration::from_millis(16 * u64::from(octets.u8()))),
            fate => fate.unwrap_or(Fate::AsItIs),
        }
    }

    fn leap(&mut self) -> Duration {
        let octet = if self.leaps { self.script.borrow_mut().u8() } else { 0 };
        Duration::from_millis(u64::from(octet) * u64::from(octet))
    }

    fn clock(&mut self) -> Option<i64> {
        Some(std::mem::take(&mut self.skew)).filter(|skew| *skew != 0)
    }
}

/// Whoever sits on the way to the name server, and does with its replies what octets say.
struct Forger<'i> {
    script: Script<'i>,
    seen: Vec<Vec<u8>>,
    alters: bool,
}

impl<'i> Forger<'i> {
    fn into_relay(mut self) -> Relay<'i> {
        Box::new(move |_, query, by_tcp| {
            let reply = honest(query, by_tcp)?;
            if !self.alters {
                return Some(reply);
            }
            let forged = self.forge(&reply);
            if self.seen.len() < MOST_SEEN {
                self.seen.push(reply);
            }
            Some(forged)
        })
    }

    fn forge(&self, reply: &[u8]) -> Vec<u8> {
        let mut octets = self.script.borrow_mut();
        let mut parts = Parts::of(reply);
        loop {
            let count = parts.records.len();
            let what = octets.u8();
            match what {
                1 => parts.head[3] = parts.head[3] & 0xf0 | octets.u8() & 0x0f,
                2 => parts.head[3] ^= 0x20,
                3 => parts.head[2] ^= octets.u8() & 0x7f,
                4 if count > 0 => drop(parts.records.remove(octets.below(count))),
                5 if count > 0 => {
                    let record = parts.records[octets.below(count)].clone();
                    parts.records.insert(octets.below(count), record);
                }
                6 if count > 0 => {
                    let at = octets.below(count);
                    parts.records[at].0 = octets.below(3);
                }
                7 if count > 0 => {
                    let record = &mut parts.records[octets.below(count)].1;
                    let at = octets.below(record.len());
                    if let Some(octet) = record.get_mut(at) {
                        *octet ^= 1 << octets.below(8);
                    }
                }
                8 | 9 if !self.seen.is_empty() => {
                    let mut other = Parts::of(octets.pick(&self.seen[..]).as_slice());
                    if what == 8 {
                        parts.records = other.records;
                    } else if !other.records.is_empty() {
                        let (_, record) =
                            other.records.swap_remove(octets.below(other.records.len()));
                        parts.records.push((octets.below(3), record));
                    }
                }
                10 => {
                    let section = octets.below(3);
                    parts.records.push((section, octets.piece().to_vec()));
                }
                11 => parts.records.reverse(),
                12 if count > 0 => {
                    let record = &mut parts.records[octets.below(count)].1;
                    resize(record, &mut octets);
                }
                13 => {
                    let mut wire = parts.wire();
                    let at = octets.below(wire.len());
                    wire[at] ^= 1 << octets.below(8);
                    return wire;
                }
                _ => return parts.wire(),
            }
            if octets.is_over() {
                return parts.wire();
            }
        }
    }
}

/// What the world answers.
fn honest(query: &[u8], by_tcp: bool) -> Reply {
    let (id, question) = query.split_at(2);
    let reply = KNOWN.with_borrow_mut(|known| {
        known.get((question.to_vec(), by_tcp), || WORLD.answer(query, by_tcp))
    });
    Some([id, &reply?[2..]].concat())
}

/// A message in parts that can be moved: the world spells all names out.
struct Parts {
    /// Header and question.
    head: Vec<u8>,
    /// Each with the number of its section.
    records: Vec<(usize, Vec<u8>)>,
}

impl Parts {
    fn of(wire: &[u8]) -> Self {
        let mut at = question(wire).expect(WHOLE).end;
        let head = wire[..at].to_vec();
        let mut records = Vec::new();
        for section in 0..3 {
            let count = u16::from_be_bytes([wire[6 + 2 * section], wire[7 + 2 * section]]);
            for _ in 0..count {
                let fields = name_end(wire, at).expect(WHOLE);
                let length = u16::from_be_bytes([wire[fields + 8], wire[fields + 9]]);
                let end = fields + 10 + usize::from(length);
                records.push((section, wire[at..end].to_vec()));
                at = end;
            }
        }
        Self { head, records }
    }

    fn wire(&self) -> Vec<u8> {
        let mut wire = self.head.clone();
        for section in 0..3 {
            let records = self.records.iter().filter(|(of, _)| *of == section);
            let mut count = 0u16;
            for (_, record) in records {
                wire.extend(record);
                count += 1;
            }
            wire[6 + 2 * section..8 + 2 * section].copy_from_slice(&count.to_be_bytes());
        }
        wire
    }
}

/// Gives a record other data, of which it says the length.
fn resize(record: &mut Vec<u8>, octets: &mut Octets<'_>) {
    let data = name_end(record, 0).map(|fields| fields + 10);
    let Some(data) = data.filter(|data| *data <= record.len()) else { return };
    record.truncate(data + octets.below(record.len() - data + 1));
    record.extend(octets.piece());
    let length = u16::try_from(record.len() - data).unwrap_or(u16::MAX);
    record[data - 2..data].copy_from_slice(&length.to_be_bytes());
}

/// The end of a name, which may begin with a pointer.
fn name_end(wire: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *wire.get(at)? {
            0 => return Some(at + 1),
            0xc0.. => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}
