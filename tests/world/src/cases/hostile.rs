//! Mail servers that do what they must not.

use super::*;
use crate::smtp::{Misdeed, Step};

/// The zone of them all.
const ZONE: &str = "peers.test";
/// What comes in place of TLS (RFC 8446 section 5.1).
const EMPTY_RECORD: &[u8] = &[22, 3, 3, 0, 0];
const CHANGE_CIPHER_SPEC: &[u8] = &[20, 3, 3, 0, 1, 1];
const WARNING: &[u8] = &[21, 3, 3, 0, 2, 1, 90];
const FATAL_ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 80];
/// A message of a type that nobody knows, an octet of it in each record.
const PIECES: &[u8] = &[22, 3, 3, 0, 1, 99];
const GARBAGE: &[u8] =
    b"\x9c\xe1\x00\x7f\r\n\xff2\x1b[2J50 \x08\n\xc3\x28\x02\xfe\x00\x16\x03%s\r\x80\x0a22";
/// The length of the longest message of a handshake (RFC 8446 section 4).
const LONGEST: usize = (1 << 24) - 1;
/// What each certificate of an octet takes: its length, itself, and in TLS 1.3 the length of its extensions.
const CRUMB: usize = 3 + 1 + 2;
/// Octets of a message that most take.
const ROOM: usize = 60_000;
const TICKETS: usize = 1_000;
const CERTIFICATES: usize = 100;
const ADDRESSES: usize = 100;
const HOSTS: usize = 4;

/// Steps before TLS: in a domain's name, in words, and how a connection ends that comes no further.
const IN_THE_CLEAR: [(Step, &str, &str, Expected); 3] = [
    (Step::Greeting, "greeting", "the greeting", CONNECTION),
    (Step::Ehlo, "ehlo", "the reply to EHLO", CONNECTION),
    (Step::Starttls, "starttls", "the reply to STARTTLS", HANDSHAKE),
];

pub(super) fn hostile(c: &mut Cases<'_>) {
    c.b.signed(ZONE);
    let identity = Identity::server("mx.peers.test");
    for (misdeed, label, what) in [
        (Misdeed::Stalls, "stalls", "stalls"),
        (Misdeed::Drips, "drips", "says an octet a second"),
        (Misdeed::Closes, "closes", "closes"),
        (Misdeed::Resets, "resets", "resets"),
    ] {
        let before = c.list.len();
        everywhere(c, &identity, misdeed, label, what);
        for case in &mut c.list[before..] {
            let is_endless = matches!(misdeed, Misdeed::Stalls | Misdeed::Drips);
            case.slow = is_endless && case.expected != DELIVER;
        }
    }
    endless_text(c, &identity);
    no_tls(c, &identity);
    chains(c);
    black_holes(c, &identity);
}

/// Does a misdeed at each step.
fn everywhere(c: &mut Cases<'_>, identity: &Identity, misdeed: Misdeed, label: &str, what: &str) {
    let both = Tls::new(identity, &[]);
    for (step, place, words, outcome) in IN_THE_CLEAR {
        let behaviour = Behaviour::Misbehaves(both.clone(), step, misdeed);
        let name = format!("{what} in place of {words}");
        peer(c, identity, &format!("{label}-{place}"), behaviour, &name, outcome);
    }
    for (version, suffix, after_finished) in [(&TLS12, "12", HANDSHAKE), (&TLS13, "13", DELIVER)] {
        let tls = Tls::only(identity, version);
        for eighths in [0, 1, 4, 7] {
            let behaviour = Behaviour::Misbehaves(tls.clone(), Step::Flight(eighths), misdeed);
            let name = format!("{what} {}, TLS 1.{}", within(eighths), &suffix[1..]);
            let label = format!("{label}-flight{eighths}-{suffix}");
            peer(c, identity, &label, behaviour, &name, HANDSHAKE);
        }
        let behaviour = Behaviour::Misbehaves(tls, Step::Finished, misdeed);
        let name = format!("{what} after the client's Finished, TLS 1.{}", &suffix[1..]);
        let label = format!("{label}-finished-{suffix}");
        peer(c, identity, &label, behaviour, &name, after_finished);
    }
}

fn endless_text(c: &mut Cases<'_>, identity: &Identity) {
    let tls = Tls::new(identity, &[]);
    for (step, place, words, outcome) in IN_THE_CLEAR {
        let more: &[u8] = if step == Step::Ehlo { b"250-more\r\n" } else { b"220-more\r\n" };
        for (unit, label, what) in [
            (&b"220 and so on "[..], "line", "a line"),
            (more, "reply", "a reply"),
            (&[0], "nuls", "NULs"),
            (GARBAGE, "garbage", "garbage"),
        ] {
            let behaviour = Behaviour::Misbehaves(tls.clone(), step, Misdeed::Repeats(unit));
            let name = format!("{what} without an end in place of {words}");
            peer(c, identity, &format!("{label}-{place}"), behaviour, &name, outcome);
        }
    }
}

/// In place of TLS, and in the middle of it.
fn no_tls(c: &mut Cases<'_>, identity: &Identity) {
    for (version, suffix) in [(&TLS12, "12"), (&TLS13, "13")] {
        let tls = Tls::only(identity, version);
        for (misdeed, label, what, places) in [
            (Misdeed::Repeats(&[0]), "nuls", "NULs without an end", &[0, 4][..]),
            (Misdeed::Repeats(GARBAGE), "garbage", "garbage without an end", &[0, 4]),
            (Misdeed::Repeats(EMPTY_RECORD), "empty", "empty records without an end", &[0]),
            (Misdeed::Repeats(CHANGE_CIPHER_SPEC), "ccs", "ChangeCipherSpec without an end", &[0]),
            (Misdeed::Repeats(WARNING), "warnings", "warnings without an end", &[0]),
            (Misdeed::Repeats(PIECES), "pieces", "a message without an end, octet by octet", &[0]),
            (Misdeed::Says(FATAL_ALERT), "alert", "a fatal alert", &[0]),
        ] {
            for eighths in places {
                let step = Step::Flight(*eighths);
                let behaviour = Behaviour::Misbehaves(tls.clone(), step, misdeed);
                let name = format!("{what} {}, TLS 1.{}", within(*eighths), &suffix[1..]);
                let label = format!("{label}-flight{eighths}-{suffix}");
                peer(c, identity, &label, behaviour, &name, HANDSHAKE);
            }
        }
    }
    let tls = Tls::only(identity, &TLS13).with_tickets(TICKETS);
    let behaviour = Behaviour::Starttls(tls);
    peer(c, identity, "tickets", behaviour, "tickets by the thousand, TLS 1.3", DELIVER);
}

/// Where a misdeed begins in the first flight.
fn within(eighths: usize) -> String {
    match eighths {
        0 => "in place of its flight".to_owned(),
        1 => "after an eighth of its flight".to_owned(),
        _ => format!("after {eighths} eighths of its flight"),
    }
}

fn chains(c: &mut Cases<'_>) {
    let root = Identity::authority("Authority 1");
    let mut chain = vec![root];
    for number in 2..CERTIFICATES {
        let next = chain[0].issue_authority(&format!("Authority {number}"));
        chain.insert(0, next);
    }
    // A chain that would do, if it were shorter.
    let leaf = chain[0].issue_server(&["mx.hundred-ta.peers.test"]);
    let others: Vec<&Identity> = chain.iter().collect();
    let show = || Behaviour::Starttls(Tls::new(&leaf, &others));
    let stranger = Identity::authority("Stranger");
    for (label, record, outcome, what) in [
        ("hundred-ta", chain.last().unwrap().tlsa(2, 0, 1), NOT_TRUSTED, "DANE-TA for the last"),
        ("hundred-stranger", stranger.tlsa(2, 0, 1), NOT_TRUSTED, "DANE-TA for another"),
        ("hundred-ee", leaf.tlsa(3, 1, 1), DELIVER, "DANE-EE"),
    ] {
        let name = format!("{CERTIFICATES} certificates, each signed by the next, and {what}");
        with_record(c, &record, label, show(), &name, outcome);
    }
    let largest: fn(&Identity) -> Vec<Vec<u8>> = |identity| {
        // The context, the list's length, and of each certificate its length and extensions, as TLS 1.3 has them.
        let leaf = 1 + 3 + 3 + identity.der.len() + 2;
        vec![vec![0x30; LONGEST - leaf - 3 - 2]]
    };
    let crumbs: fn(&Identity) -> Vec<Vec<u8>> = |_| vec![vec![0x30]; ROOM / CRUMB];
    let too_many: fn(&Identity) -> Vec<Vec<u8>> = |_| vec![vec![0x30]; 2 * ROOM / CRUMB];
    for (version, suffix) in [(&TLS12, "12"), (&TLS13, "13")] {
        for (usage, label, make, outcome, what) in [
            (3, "largest", largest, HANDSHAKE, "a Certificate message of 16 MB less an octet"),
            (3, "heap", too_many, HANDSHAKE, "a Certificate message of more than 64 KiB"),
            (3, "crumbs-ee", crumbs, DELIVER, "certificates of an octet by the thousand, DANE-EE"),
            (
                2,
                "crumbs-ta",
                crumbs,
                NOT_TRUSTED,
                "certificates of an octet by the thousand, DANE-TA",
            ),
        ] {
            let identity = Identity::server("mx.peers.test");
            let record = identity.tlsa(usage, 1, 1);
            let behaviour = Behaviour::Burdens(identity.into(), version, make);
            let name = format!("{what}, TLS 1.{}", &suffix[1..]);
            with_record(c, &record, &format!("{label}-{suffix}"), behaviour, &name, outcome);
        }
    }
}

/// A hundred addresses at which nobody answers: of one host, and of four.
fn black_holes(c: &mut Cases<'_>, identity: &Identity) {
    let (one, four) = (format!("hole.{ZONE}"), format!("holes.{ZONE}"));
    c.b.rr(&format!("{one} MX 10 mx.{one}"));
    c.b.tlsa(&format!("mx.{one}"), &identity.tlsa(3, 1, 1));
    let hosts: Vec<String> = (1..=HOSTS).map(|number| format!("mx{number}.{four}")).collect();
    for (number, host) in hosts.iter().enumerate() {
        c.b.rr(&format!("{four} MX {number} {host}"));
        c.b.tlsa(host, &identity.tlsa(3, 1, 1));
    }
    for number in 0..ADDRESSES {
        let address = c.b.address();
        c.b.rr(&format!("mx.{one} A {address}"));
        c.b.rr(&format!("{} A {address}", hosts[number % HOSTS]));
        c.b.server(&hosts[number % HOSTS], address.into(), Behaviour::BlackHole);
    }
    c.expect("a hundred addresses and no answer, one host", &one, CONNECTION, CONNECTION);
    c.is_slow();
    c.expect("a hundred addresses and no answer, four hosts", &four, CONNECTION, CONNECTION);
    let columns = [S, S, S, DEAD];
    c.hosts(&hosts.iter().map(|host| (&**host, columns)).collect::<Vec<_>>());
    c.is_slow();
}

fn peer(
    c: &mut Cases<'_>,
    identity: &Identity,
    label: &str,
    behaviour: Behaviour,
    name: &str,
    outcome: Expected,
) {
    with_record(c, &identity.tlsa(3, 1, 1), label, behaviour, name, outcome);
}

fn with_record(
    c: &mut Cases<'_>,
    record: &str,
    label: &str,
    behaviour: Behaviour,
    name: &str,
    outcome: Expected,
) {
    let domain = format!("{label}.{ZONE}");
    let host = format!("mx.{domain}");
    c.b.rr(&format!("{domain} MX 10 {host}"));
    c.b.host(&host, behaviour);
    c.b.tlsa(&host, record);
    c.expect(name, &domain, outcome, outcome);
}
