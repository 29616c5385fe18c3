//! Inputs to begin with, from the world: what is found beyond them is kept in `corpus/`.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use world::chains::Generator;
use world::{Random, World};

use super::{ALWAYS_WAITS, WORLD};
use crate::decide::Level;
use crate::dns::Mode;
use crate::sim::{Network, context};

/// Inputs by chance, for targets that make what they judge of octets.
const BY_CHANCE: usize = 200;
const MOST_OCTETS: usize = 150;

/// What mail servers say.
const SPOKEN: [&[&[u8]]; 4] = [
    &[
        b"220 mx ESMTP\r\n",
        b"250-mx\r\n250 STARTTLS\r\n",
        b"220 go on\r\n",
        &[21, 3, 3, 0, 2, 2, 80],
    ],
    &[b"220-mx\r\n220 ESMTP\r\n", b"250 mx\r\n", b"221 bye\r\n"],
    &[b"554 no\r\n", b"221 bye\r\n"],
    &[b"220 mx\r\n", b"502 what\r\n", b"250 mx\r\n", b"454 not now\r\n"],
];

/// Writes them into a folder for each target, below a folder that is there.
pub fn seeds(folder: &Path) {
    let world = &*WORLD;
    let (mut lookups, mut texts) = (Vec::new(), Vec::new());
    for (number, case) in (0u16..).zip(&world.cases) {
        lookups.extend([0u8, 1].map(|mode| [&number.to_be_bytes()[..], &[mode]].concat()));
        texts.push(
            [&[number as u8 % 4, 5, case.domain.len() as u8], case.domain.as_bytes()].concat(),
        );
    }
    let settings: [(u8, &[u8]); 6] = [
        (0, b"[2001:db8::1]:53"),
        (1, b"# ours\nnameserver 192.0.2.1\noptions edns0\n"),
        (2, world.anchor.as_bytes()),
        (2, world.test_anchors[1].as_bytes()),
        (3, b"[IPv6:2001:db8::1]"),
        (4, b"[192.0.2.1]"),
    ];
    texts.extend(settings.map(|(kind, text)| [&[4, kind, text.len() as u8], text].concat()));
    let mut generator = Generator::new(1);
    let certificates = (0..BY_CHANCE).map(|_| {
        let chain = generator.case().chain;
        let (leaf, issuer) = (&chain[0], chain.last().unwrap_or(&chain[0]));
        [&(leaf.len() as u16).to_be_bytes(), &leaf[..], issuer].concat()
    });
    let mut random = Random::new(1);
    let mut by_chance = || -> Vec<Vec<u8>> {
        let mut input =
            || (0..random.below(MOST_OCTETS)).map(|_| random.below(256) as u8).collect();
        (0..BY_CHANCE).map(|_| input()).collect()
    };
    let all = [
        ("calls", by_chance()),
        ("chain", by_chance()),
        ("denial", by_chance()),
        ("der", certificates.collect()),
        ("lookup", lookups.clone()),
        ("lookup_past_signatures", lookups),
        ("mail", conversations()),
        ("message", replies(world)),
        ("reply", SPOKEN.concat().iter().map(|words| [b"\xff", *words].concat()).collect()),
        ("text", texts),
    ];
    for (target, inputs) in all {
        let folder = folder.join(target);
        fs::create_dir_all(&folder).expect("a folder");
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), input).expect("a file");
        }
    }
}

/// What the name server says of each case.
fn replies(world: &World) -> Vec<Vec<u8>> {
    let seen: RefCell<Vec<Vec<u8>>> = RefCell::default();
    let context = context(world, Level::Dane, Mode::Validate);
    for case in &world.cases {
        let relay = |_, query: &[u8], by_tcp| {
            let reply = world.answer(query, by_tcp);
            seen.borrow_mut().extend(reply.clone());
            reply
        };
        let mut network = Network::with(world, Box::new(relay));
        let found = context.over(&mut network).lookup(&case.domain, world.smtp_port);
        found.expect(ALWAYS_WAITS);
    }
    seen.into_inner()
}

/// Whole conversations, of servers of the world and of octets alone.
fn conversations() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> =
        (0..4u8).flat_map(|host| [vec![host, 1], vec![host, 1, 0, 1, 9]]).collect();
    for (host, words) in (0u8..).zip(SPOKEN) {
        let words =
            words.iter().flat_map(|words| [&(words.len() as u16).to_be_bytes(), *words].concat());
        all.push([host, 0, 0].into_iter().chain(words).collect());
    }
    all
}
