//! An authority that makes every answer as costly as it can.
//!
//! `ATTACK.cN.hostile.test` has N MX hosts, `mx1.z1.ATTACK.cN.hostile.test` and so on. What is attacked:
//!
//! | attack | what it costs |
//! |---|---|
//! | `digests` | 3,500 DS of three digest types and 2,700 keys, all of one tag |
//! | `keys` | 3,500 DS and 2,700 keys, each of a tag of its own |
//! | `checks` | signatures that fail, by four RSA keys of one tag with 8,192 bits and an exponent of 33 |
//! | `hashes` | NSEC3 of 150 rounds and a salt of 255 octets, at names of 110 labels |
//! | `aliases` | 64 KiB of aliases between names of 110 labels |
//! | `signatures` | 64 KiB of signatures that fail |
//! | `records` | 64 KiB of TLSA records |
//! | `addresses` | 64 KiB of addresses |
//! | `loop` | two aliases of each other, which cost no packet after the first |
//! | `targets` | 64 KiB of MX records, whose hosts have nothing |

use hickory_resolver::proto::rr::Name;

use crate::records::{A, AAAA, CNAME, DNSKEY, DS, MX, NSEC, NSEC3, RRSIG, TLSA, name, wire};
use crate::resolver::{Answer, Standing};
use crate::signer::{Key, Record, TTL, tag};
use crate::zone::{Zone, bitmap};

/// The attacks on a validating caller, and those that work on every one.
pub const ATTACKS: [&str; 9] = [
    "digests",
    "keys",
    "checks",
    "hashes",
    "aliases",
    "signatures",
    "records",
    "addresses",
    "targets",
];

/// The zone of the attacker.
pub const APEX: &str = "hostile.test";

/// Octets of records in a reply.
const FULL: usize = 64_000;
const SALT: [u8; 255] = [0xab; 255];
const P256: u8 = 13;
const RSASHA256: u8 = 8;
const ALWAYS: (i64, i64) = (0, i32::MAX as i64);

/// The keys of the zones below the attacker's.
pub(crate) struct Hostile {
    key: Key,
    rsa: Vec<Vec<u8>>,
}

/// What a name below the apex is.
struct Place<'a> {
    attack: &'a str,
    hosts: usize,
    /// Labels below the domain.
    depth: usize,
}

impl Hostile {
    pub fn new() -> Self {
        let rsa = |first: u8| {
            let mut key = vec![1, 0, 3, RSASHA256, 5, 1, 0xff, 0xff, 0xff, 0xff];
            key.extend([0xff - first, first]);
            key.extend([0xff; 1022]);
            key
        };
        Self { key: Key::generate(P256), rsa: (0..4).map(rsa).collect() }
    }

    /// The answer to a question below the apex of the attacker's zone.
    pub fn answer(&self, zone: &Zone, qname: &Name, rtype: u16) -> Option<Answer> {
        let labels: Vec<&str> = qname.iter().map(|label| str::from_utf8(label).unwrap()).collect();
        let below = labels.len() - zone.apex.iter().count();
        let hosts = labels[..below].last()?.strip_prefix('c')?.parse().ok()?;
        let attack = if below > 1 { labels[below - 2] } else { "" };
        let place = Place { attack, hosts, depth: below.saturating_sub(2) };
        let mut answer = Answer {
            rcode: 0,
            answer: Vec::new(),
            authority: Vec::new(),
            junk: Default::default(),
            standing: Standing::Secure,
            is_compact: false,
        };
        self.fill(&mut answer, zone, qname, rtype, &place);
        if answer.answer.is_empty() && answer.authority.is_empty() {
            answer.authority = self.denial(zone, qname, &place);
        }
        Some(answer)
    }

    fn fill(&self, answer: &mut Answer, zone: &Zone, qname: &Name, rtype: u16, place: &Place<'_>) {
        let signed = |rtype, rdata: Vec<Vec<u8>>| zone.signed(qname, qname, rtype, &rdata);
        let is_host = place.depth >= 2 && !qname.iter().next().unwrap().starts_with(b"_");
        let child = qname.trim_to(qname.iter().count() - place.depth.saturating_sub(1));
        match (rtype, place.attack) {
            (MX, "targets") if place.depth == 0 => answer.answer = signed(MX, targets(qname)),
            (MX, _) if place.depth == 0 => answer.answer = signed(MX, hosts(qname, place)),
            (DS, "digests" | "keys" | "checks") if place.depth == 1 => {
                answer.answer = signed(DS, self.ds(qname, place));
            }
            (DNSKEY, "digests" | "keys" | "checks") if place.depth == 1 => {
                answer.answer = self.dnskeys(qname, place);
            }
            (A | AAAA | TLSA, "digests" | "keys" | "checks") if place.depth >= 2 => {
                answer.answer = self.unverifiable(&child, qname, rtype);
            }
            (A, "addresses") if is_host => answer.answer = signed(A, addresses()),
            (A, "signatures") if is_host => answer.answer = failing(zone, qname),
            (A | AAAA, "loop") if is_host => answer.answer = alias(zone, qname, |n| n % 2 + 1),
            (A | AAAA, "aliases") if is_host => {
                answer.answer = alias(zone, qname, |n| n + 1000);
                answer.junk = aliases(qname);
            }
            (A, "hashes" | "records") if is_host => {
                answer.answer = signed(A, vec![vec![127, 0, 0, 1]]);
            }
            (TLSA, "records") if place.depth > 2 => answer.answer = signed(TLSA, tlsa()),
            _ => {}
        }
    }

    /// That the name has no such record; by NSEC, or where hashes are the attack, by NSEC3 that proves nothing.
    fn denial(&self, zone: &Zone, qname: &Name, place: &Place<'_>) -> Vec<Record> {
        if place.attack == "hashes" && place.depth > 2 {
            let mut rdata = vec![1, 0, 0, 150, SALT.len() as u8];
            rdata.extend(SALT);
            rdata.push(20);
            rdata.extend([0x77; 20]);
            rdata.extend(bitmap(vec![A]));
            let owner = zone.apex.prepend_label([b'e'; 32].as_slice()).unwrap();
            return zone.signed(&owner, &owner, NSEC3, &[rdata]);
        }
        let next = qname.prepend_label([0].as_slice()).unwrap_or_else(|_| zone.apex.clone());
        let rdata = [wire(&next), bitmap(vec![RRSIG, NSEC])].concat();
        zone.signed(qname, qname, NSEC, &[rdata])
    }

    fn ds(&self, apex: &Name, place: &Place<'_>) -> Vec<Vec<u8>> {
        match place.attack {
            "checks" => vec![self.key.ds(apex, None, 2)],
            "keys" => (0..3500u16).map(|n| ds(n, 2, n)).collect(),
            _ => (0..3500u16).map(|n| ds(junk_tag(), [1, 2, 4][usize::from(n % 3)], n)).collect(),
        }
    }

    fn dnskeys(&self, apex: &Name, place: &Place<'_>) -> Vec<Record> {
        let keys: Vec<Vec<u8>> = match place.attack {
            "checks" => std::iter::once(self.key.dnskey.clone()).chain(self.rsa.clone()).collect(),
            "keys" => (0..2700u16).map(|n| key_with(n.to_be_bytes(), [0, 0])).collect(),
            _ => (0..2700u16).map(|n| key_with(n.to_be_bytes(), (!n).to_be_bytes())).collect(),
        };
        let signature = self.key.sign(apex, apex, DNSKEY, &keys, TTL, ALWAYS);
        let mut records = of(apex, DNSKEY, keys);
        records.extend(of(apex, RRSIG, vec![signature]));
        records
    }

    /// A record with signatures by the RSA keys that fail.
    fn unverifiable(&self, apex: &Name, owner: &Name, rtype: u16) -> Vec<Record> {
        let rdata = vec![vec![0; if rtype == AAAA { 16 } else { 4 }]];
        let mut signature = self.key.sign(apex, owner, rtype, &rdata, TTL, ALWAYS);
        let start = 18 + wire(apex).len();
        let tag = tag(&self.rsa[0]);
        signature[2] = RSASHA256;
        signature[16..18].copy_from_slice(&tag.to_be_bytes());
        signature.truncate(start);
        signature.extend([0x55; 1024]);
        let mut records = of(owner, rtype, rdata);
        for number in 0..8 {
            signature[start] = number;
            records.extend(of(owner, RRSIG, vec![signature.clone()]));
        }
        records
    }
}

fn of(owner: &Name, rtype: u16, rdata: Vec<Vec<u8>>) -> Vec<Record> {
    let record = |rdata| Record { owner: owner.clone(), rtype, ttl: TTL, rdata };
    rdata.into_iter().map(record).collect()
}

fn hosts(domain: &Name, place: &Place<'_>) -> Vec<Vec<u8>> {
    let domain = domain.to_ascii();
    let deep = match place.attack {
        "hashes" | "aliases" => "a.".repeat((215 - domain.len()) / 2),
        _ => String::new(),
    };
    let host = |n: usize| {
        let target = name(&format!("mx{n}.{deep}z{n}.{domain}"));
        [&(n as u16).to_be_bytes()[..], &wire(&target)].concat()
    };
    (1..=place.hosts).map(host).collect()
}

fn targets(domain: &Name) -> Vec<Vec<u8>> {
    let host = |n: usize| {
        let target = domain.prepend_label(format!("m{n}")).unwrap();
        [&[0, 0][..], &wire(&target)].concat()
    };
    (0..FULL / 22).map(host).collect()
}

fn addresses() -> Vec<Vec<u8>> {
    (0..(FULL / 16) as u16).map(|n| [[10, 0], n.to_be_bytes()].concat()).collect()
}

fn tlsa() -> Vec<Vec<u8>> {
    let record = |n: u16| [&[2, 1, 1][..], &n.to_be_bytes()].concat();
    (0..(FULL / 17) as u16).map(record).collect()
}

/// One address with as many failing signatures as fit.
fn failing(zone: &Zone, owner: &Name) -> Vec<Record> {
    let mut records = zone.signed(owner, owner, A, &[vec![10, 0, 0, 1]]);
    let Some(mut signature) = records.pop() else { return records };
    let last = signature.rdata.len() - 1;
    for number in 0..FULL / (12 + signature.rdata.len()) {
        signature.rdata[last] = number as u8;
        signature.rdata[last - 1] = 0x55;
        records.push(signature.clone());
    }
    records
}

/// An alias to the host of another number.
fn alias(zone: &Zone, owner: &Name, next: fn(usize) -> usize) -> Vec<Record> {
    let number: usize =
        str::from_utf8(&owner.iter().next().unwrap()[2..]).unwrap().parse().unwrap();
    let next = owner.base_name().prepend_label(format!("mx{}", next(number))).unwrap();
    zone.signed(owner, owner, CNAME, &[wire(&next)])
}

/// Aliases of each other, beside the name asked about, that nobody wants to know.
fn aliases(owner: &Name) -> (Vec<u8>, u16) {
    // The question stands behind the header, and the rest of its name behind its first label.
    let rest = 0xc000 + 12 + 1 + owner.iter().next().unwrap().len() as u16;
    let sibling =
        |n: u16| [b"\x04", format!("{:04}", n % 1000).as_bytes(), &rest.to_be_bytes()].concat();
    let record = |n: u16| {
        let fixed = [0, 5, 0, 1, 0, 0, 0, 9, 0, 7];
        [&sibling(n)[..], &fixed, &sibling(n + 1)].concat()
    };
    let count = FULL as u16 / 24;
    ((0..count).flat_map(record).collect(), count)
}

/// A DS record that matches nothing.
fn ds(tag: u16, digest_type: u8, number: u16) -> Vec<u8> {
    [&tag.to_be_bytes()[..], &[P256, digest_type], &number.to_be_bytes()].concat()
}

/// A key of eight octets, of which the tag depends on the sum of these two numbers.
fn key_with(left: [u8; 2], right: [u8; 2]) -> Vec<u8> {
    [&[1, 0, 3, P256, 0, 0, 0, 0][..], &left, &right].concat()
}

fn junk_tag() -> u16 {
    tag(&key_with([0, 0], [0xff, 0xff]))
}
