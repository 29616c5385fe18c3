//! Chains and TLSA records by chance, most of them almost right: for comparing verifiers with each other.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, SHA512, digest};

use crate::forge::{
    Draft, Key, alternative_names, basic_constraints, common_name, dns_names, draft,
    extended_key_usage, extension, key_usage, name, name_constraints,
};
use crate::random::Random;

/// 2026-01-01.
pub const NOW: i64 = 1_767_225_600;
const HOST: &str = "mx.example.org";
/// An extension that nobody knows, and what certificates have beside it.
const UNKNOWN: &[u8] = &[0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 14];
const SIGN_CERTIFICATES: u8 = 0x04;
const SIGN_DATA: u8 = 0x80;

/// A TLSA record: usage, selector, matching type, data.
pub type Tlsa = (u8, u8, u8, Vec<u8>);

/// What one verifier is asked.
pub struct Case {
    /// What is odd about it, in words.
    pub oddities: Vec<&'static str>,
    /// The TLSA records.
    pub records: Vec<Tlsa>,
    /// The chain, the server's certificate first.
    pub chain: Vec<Vec<u8>>,
    /// The reference names.
    pub names: Vec<String>,
    /// Seconds since 1970.
    pub now: i64,
}

impl Case {
    /// The case as lines of text, the last of them empty.
    pub fn lines(&self) -> String {
        let mut text = format!("case {}\nnow {}\n", self.oddities.join(", "), self.now);
        for (usage, selector, matching_type, data) in &self.records {
            let data = HEXLOWER.encode(data);
            let _ = writeln!(text, "tlsa {usage} {selector} {matching_type} {data}");
        }
        for name in &self.names {
            let _ = writeln!(text, "name {name}");
        }
        for certificate in &self.chain {
            let _ = writeln!(text, "certificate {}", HEXLOWER.encode(certificate));
        }
        text.push('\n');
        text
    }
}

/// The record of a kind for a certificate with this key.
pub fn record(usage: u8, selector: u8, matching_type: u8, der: &[u8], key: &Key) -> Tlsa {
    let selected = if selector == 0 { der } else { &key.spki };
    let data = match matching_type {
        0 => selected.to_vec(),
        1 => digest(&SHA256, selected).as_ref().to_vec(),
        _ => digest(&SHA512, selected).as_ref().to_vec(),
    };
    (usage, selector, matching_type, data)
}

/// The chains that verifiers are timed on: a leaf below an intermediate below a root, all valid.
pub fn timed() -> Vec<(&'static str, Case)> {
    let chain = |root: &Key, intermediate: &Key, leaf: &Key| {
        let ca = [basic_constraints(true, None), key_usage(SIGN_CERTIFICATES)];
        let server = [dns_names(&[HOST]), extended_key_usage(&[1]), key_usage(SIGN_DATA)];
        vec![
            draft(HOST, "Intermediate", &server).sign(leaf, intermediate),
            draft("Intermediate", "Root", &ca).sign(intermediate, root),
            draft("Root", "Root", &ca).sign(root, root),
        ]
    };
    let case = |record: Tlsa, chain: &[Vec<u8>]| Case {
        oddities: Vec::new(),
        records: vec![record],
        chain: chain.to_vec(),
        names: vec![HOST.into()],
        now: NOW,
    };
    let (root, intermediate, leaf) = (Key::p256(), Key::p256(), Key::p256());
    let p256 = chain(&root, &intermediate, &leaf);
    let (rsa_root, rsa_intermediate) = (Key::rsa_2048(true), Key::rsa_2048(false));
    let rsa = chain(&rsa_root, &rsa_intermediate, &leaf);
    vec![
        ("3 1 1, P-256", case(record(3, 1, 1, &p256[0], &leaf), &p256)),
        ("2 1 1, two P-256 signatures", case(record(2, 1, 1, &p256[2], &root), &p256)),
        ("3 1 1, RSA-2048", case(record(3, 1, 1, &rsa[0], &leaf), &rsa)),
        ("2 1 1, two RSA-2048 signatures", case(record(2, 1, 1, &rsa[2], &rsa_root), &rsa)),
    ]
}

/// Makes cases without end; keys are made once.
pub struct Generator {
    random: Random,
    keys: Vec<Key>,
    odd_keys: Vec<Key>,
}

/// The object identifier of an extension, as encoded.
fn id(extension: &[u8]) -> &[u8] {
    let long = extension[1] & 0x80 != 0;
    let fields = &extension[if long { 2 + usize::from(extension[1] & 0x7f) } else { 2 }..];
    &fields[..2 + usize::from(fields[1])]
}

fn has_an_extension_twice(draft: &Draft) -> bool {
    let ids: Vec<&[u8]> = draft.extensions.iter().map(|it| id(it)).collect();
    (1..ids.len()).any(|index| ids[..index].contains(&ids[index]))
}

/// A certificate in the making: its draft, and which key it has.
struct Place {
    draft: Draft,
    key: usize,
}

impl Generator {
    /// The same seed makes the same choices.
    pub fn new(seed: u64) -> Self {
        let mut keys: Vec<Key> = (0..8).map(|_| Key::p256()).collect();
        keys.extend((0..3).map(|_| Key::p384()));
        keys.extend((0..2).map(|_| Key::ed25519()));
        keys.extend([Key::rsa_2048(true), Key::rsa_2048(false)]);
        let odd_keys = vec![Key::rsa_1024(), Key::compressed()];
        Self { random: Random::new(seed), keys, odd_keys }
    }

    /// The next case.
    pub fn case(&mut self) -> Case {
        let mut oddities = Vec::new();
        let mut places = self.valid();
        for _ in 0..*self.random.pick(&[0, 0, 1, 1, 1, 2, 3]) {
            oddities.push(self.spoil(&mut places));
        }
        if places.iter().any(|place| has_an_extension_twice(&place.draft)) {
            oddities.push("extension twice");
        }
        let odd_leaf = self.random.one_in(15).then(|| self.random.below(self.odd_keys.len()));
        if let Some(odd) = odd_leaf {
            oddities.push(["RSA-1024 key", "compressed point"][odd]);
        }
        let is_alone = odd_leaf.is_none() && self.random.one_in(12);
        if is_alone {
            oddities.push("self-signed server");
            places[0].draft.issuer = places[0].draft.subject.clone();
        }
        let key = |place: usize, places: &[Place]| match (place, odd_leaf) {
            (0, Some(odd)) => &self.odd_keys[odd],
            _ => &self.keys[places[place].key],
        };
        let certificates: Vec<Vec<u8>> = (0..places.len())
            .map(|place| {
                let above = if place == 0 && is_alone { 0 } else { place + 1 };
                let issuer = above.min(places.len() - 1);
                places[place].draft.sign(key(place, &places), &self.keys[places[issuer].key])
            })
            .collect();
        let mut records = Vec::new();
        for _ in 0..*self.random.pick(&[1, 1, 1, 2, 3]) {
            let usage = *self.random.pick(&[2, 2, 2, 2, 3, 3, 0, 1, 9]);
            let place = if usage == 3 && !self.random.one_in(6) {
                0
            } else {
                let depth = self.random.below(places.len());
                if self.random.one_in(8) { 0 } else { depth.max(1).min(places.len() - 1) }
            };
            let selector = self.random.below(2) as u8;
            let matching_type = self.random.below(3) as u8;
            let der = &certificates[place];
            let mut record = record(usage, selector, matching_type, der, key(place, &places));
            match self.random.below(24) {
                0 => record.3[0] ^= 1,
                1 => drop(record.3.pop()),
                2 => record.3.clear(),
                3 => record.1 = 2,
                4 => record.2 = *self.random.pick(&[3, 255]),
                5 => record.3.push(0),
                6 | 7 => {
                    oddities.push("altered data");
                    let last = record.3.len() - 1;
                    record.3[last] ^= 1;
                }
                _ => {}
            }
            records.push(record);
        }
        let chain = self.send(certificates, &mut oddities);
        let names = match self.random.below(8) {
            0 => vec![HOST.to_owned(), "example.org".into()],
            1 => vec!["other.example".into(), "MX.example.ORG".into()],
            2 => vec![format!("{HOST}.")],
            3 => vec!["elsewhere.test".into()],
            _ => vec![HOST.to_owned()],
        };
        Case { oddities, records, chain, names, now: NOW }
    }

    /// A leaf, up to three intermediates, and a root.
    fn valid(&mut self) -> Vec<Place> {
        let depth = 1 + self.random.below(4);
        let subject = |depth: usize| match depth {
            0 => HOST.to_owned(),
            depth => format!("Authority {depth}"),
        };
        (0..=depth)
            .map(|place| {
                let server = [dns_names(&[HOST]), key_usage(SIGN_DATA)];
                let ca = [basic_constraints(true, None), key_usage(SIGN_CERTIFICATES)];
                let extensions: &[Vec<u8>] = if place == 0 { &server } else { &ca };
                let issuer = subject((place + 1).min(depth));
                let draft = draft(&subject(place), &issuer, extensions);
                Place { draft, key: self.random.below(self.keys.len()) }
            })
            .collect()
    }

    /// Changes one thing, and says what.
    fn spoil(&mut self, places: &mut [Place]) -> &'static str {
        let place = self.random.below(places.len());
        let is_leaf = place == 0;
        let above = places.len() - 1;
        let issuer_place = 1 + self.random.below(above);
        let leaf_and_issuers = if is_leaf { place } else { issuer_place };
        let draft = &mut places[leaf_and_issuers].draft;
        match self.random.below(30) {
            0 => {
                draft.validity[1] = "250101000000Z";
                "expired"
            }
            1 => {
                draft.validity[0] = "270101000000Z";
                "not yet valid"
            }
            2 => {
                draft.is_spoiled = true;
                "bad signature"
            }
            3 => {
                draft.version = 1;
                draft.extensions.clear();
                "X.509 v1"
            }
            4 => {
                draft.serial = vec![0xff, 0x01];
                "negative serial number"
            }
            5 => {
                draft.extensions.push(extension(UNKNOWN, true, [5, 0]));
                "unknown critical extension"
            }
            6 => {
                draft.extensions.push(extension(UNKNOWN, false, [5, 0]));
                "unknown extension"
            }
            7 => {
                draft.extensions.push(extension(POLICY_CONSTRAINTS, true, [0x30, 3, 0x80, 1, 5]));
                "policy constraints"
            }
            8 => {
                let again = draft.extensions[0..draft.extensions.len().min(1)].to_vec();
                draft.extensions.extend(again);
                "an extension again"
            }
            9 => {
                let (authority, subject) = ([0x30, 3, 0x80, 1, 9], [4, 1, 7]);
                let signed = &mut places[issuer_place - 1].draft.extensions;
                signed.push(extension(AUTHORITY_KEY, false, authority));
                let signer = &mut places[issuer_place].draft.extensions;
                signer.push(extension(SUBJECT_KEY, false, subject));
                "foreign key identifiers"
            }
            10 => {
                draft.extensions.push(extended_key_usage(&[1]));
                "for servers"
            }
            11 => {
                draft.extensions.push(extended_key_usage(&[2]));
                "for clients"
            }
            12 => {
                draft.extensions.push(extended_key_usage(&[0]));
                "for any purpose"
            }
            13 => {
                draft.extensions.retain(|it| it[..] != key_usage(SIGN_CERTIFICATES)[..]);
                draft.extensions.push(key_usage(0x02));
                "CRL signing key usage"
            }
            14 => {
                draft.extensions.retain(|it| it[..] != basic_constraints(true, None)[..]);
                "no basic constraints"
            }
            15 => {
                draft.extensions.retain(|it| it[..] != basic_constraints(true, None)[..]);
                draft.extensions.push(basic_constraints(false, None));
                "CA false"
            }
            16 => {
                draft.extensions.retain(|it| it[..] != basic_constraints(true, None)[..]);
                draft.extensions.push(basic_constraints(true, Some(self.random.below(2) as u8)));
                "path length"
            }
            17 => {
                places[0].draft.extensions.push(basic_constraints(true, None));
                "server is a CA"
            }
            18 => {
                places[issuer_place].draft.subject =
                    name(&[(3, 0x13, &format!(" AUTHORITY  {issuer_place}"))]);
                "case and space of a name"
            }
            19 => {
                places[issuer_place].draft.subject = common_name("Stranger");
                "foreign issuer name"
            }
            20 => self.names(&mut places[0].draft),
            21 | 22 => {
                let trees: [(u8, &[u8]); 7] = [
                    (2, b"example.org"),
                    (2, b".example.org"),
                    (2, b"example.net"),
                    (2, b"mx.example.org"),
                    (4, &common_name("Elsewhere")),
                    (7, &[10, 0, 0, 0, 255, 0, 0, 0]),
                    (1, b"example.org"),
                ];
                let tree = [*self.random.pick(&trees)];
                let constraints = if self.random.one_in(2) {
                    name_constraints(&tree, &[])
                } else {
                    name_constraints(&[], &tree)
                };
                places[issuer_place].draft.extensions.push(constraints);
                "name constraints"
            }
            23 => {
                let all: [(u8, &[u8]); 4] = [
                    (2, HOST.as_bytes()),
                    (7, &[10, 1, 2, 3]),
                    (1, b"postmaster@example.org"),
                    (6, b"https://mx.example.org/"),
                ];
                places[0].draft.extensions.retain(|it| it[..] != dns_names(&[HOST])[..]);
                places[0].draft.extensions.push(alternative_names(&all));
                "names of all kinds"
            }
            24 => {
                places[0].key = places[above].key;
                "server has the root's key"
            }
            25 => {
                draft.subject = common_name("Self");
                draft.issuer = common_name("Self");
                "self-issued"
            }
            _ => self.names(&mut places[0].draft),
        }
    }

    /// Other names for the server.
    fn names(&mut self, leaf: &mut Draft) -> &'static str {
        let huge: Vec<String> = (0..400).map(|n| format!("host{n}.example.org")).collect();
        let mut huge: Vec<&str> = huge.iter().map(String::as_str).collect();
        huge.push(HOST);
        let odd: [(&str, &[&str]); 11] = [
            ("wildcard", &["*.example.org"]),
            ("wildcard too high", &["*.org"]),
            ("partial wildcard", &["m*.example.org"]),
            ("capital letters", &["MX.EXAMPLE.ORG"]),
            ("final dot", &["mx.example.org."]),
            ("NUL", &["mx.example.org\0.evil.test"]),
            ("empty name", &[""]),
            ("other name", &["other.example"]),
            ("space", &[" mx.example.org"]),
            ("domain", &["example.org"]),
            ("many names", &huge),
        ];
        let (what, names) = *self.random.pick(&odd);
        if self.random.one_in(4) {
            leaf.extensions.clear();
            return "common name only";
        }
        leaf.extensions.retain(|it| it[..] != dns_names(&[HOST])[..]);
        leaf.extensions.push(dns_names(names));
        what
    }

    /// What the server sends of them: all or less, in any order, with more beside.
    fn send(
        &mut self,
        certificates: Vec<Vec<u8>>,
        oddities: &mut Vec<&'static str>,
    ) -> Vec<Vec<u8>> {
        let leaf = certificates[0].clone();
        let mut rest = certificates[1..].to_vec();
        match self.random.below(10) {
            0 => drop(rest.pop()),
            1 => {
                let at = self.random.below(rest.len());
                rest.remove(at);
            }
            2 => rest.extend(rest.clone()),
            3 => rest.push(leaf.clone()),
            4 => {
                oddities.push("same name, other key");
                let at = self.random.below(certificates.len().max(2) - 1) + 1;
                let ca = [basic_constraints(true, None), key_usage(SIGN_CERTIFICATES)];
                let subject = format!("Authority {at}");
                let key = self.random.pick(&self.keys);
                rest.insert(0, draft(&subject, &subject, &ca).sign(key, key));
            }
            5 => {
                let ca = [basic_constraints(true, None)];
                rest.push(draft("Stranger", "Stranger", &ca).sign(&self.keys[0], &self.keys[0]));
            }
            _ => {}
        }
        if self.random.one_in(4) {
            self.random.shuffle(&mut rest);
        }
        [vec![leaf], rest].concat()
    }
}
