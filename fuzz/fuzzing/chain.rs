//! Chains and records, judged beside a plain reading of RFC 7671 and RFC 5280 that knows how each certificate was made.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use world::chains;
use world::forge::{
    Key, basic_constraints, dns_names, draft, extended_key_usage, extension, key_usage,
    name_constraints,
};

use super::lines::assert_line;
use super::memo::Memo;
use super::octets::Octets;
use crate::tlsa::Record;
use crate::verify::{Match, Verification, verify, verify_raw_key};

const NOW: i64 = 1_767_225_600;
const SUBJECTS: [&str; 4] = ["mx.example.org", "Intermediate", "Root", "Other"];
/// What certificates are for, and what constraints are about: a name is within another where that is its end.
const NAMES: [&str; 5] =
    ["mx.example.org", "example.org", "other.example", "*.example.org", "MX.example.org"];
const TREES: [&str; 4] = ["example.org", "mx.example.org", "other.example", ".example.org"];
const REFERENCES: [&str; 4] = ["mx.example.org", "example.org", "other.example", "mx.example.org."];
const SERVER: u8 = 1;
const CLIENT: u8 = 2;
const ANY: u8 = 0;
const SIGN_DATA: u8 = 0x80;
const SIGN_CERTIFICATES: u8 = 0x04;
const VALIDITIES: [[&str; 2]; 3] = [
    ["200101000000Z", "491231235959Z"],
    ["200101000000Z", "251231235959Z"],
    ["260102000000Z", "491231235959Z"],
];
const UNKNOWN: &[u8] = &[0x2b, 6, 1, 4, 1, 0x86, 0x8d, 0x1f, 1];
const MOST_CERTIFICATES: usize = 5;
/// Certificates that are remembered.
const MOST_KNOWN: usize = 1 << 15;

/// The last of them is too weak to sign or to serve under DANE-TA.
static KEYS: LazyLock<[Key; 5]> =
    LazyLock::new(|| [Key::p256(), Key::p256(), Key::p256(), Key::ed25519(), Key::rsa_1024()]);
const WEAK: usize = 4;

thread_local! {
    static KNOWN: RefCell<Memo<Made, Rc<[u8]>>> = RefCell::new(Memo::new(MOST_KNOWN));
}

/// How a certificate is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Made {
    subject: usize,
    issuer: usize,
    key: usize,
    signer: usize,
    is_spoiled: bool,
    is_v1: bool,
    /// Whether it is an authority, and the most intermediates below it.
    authority: Option<(bool, Option<u8>)>,
    usage: Option<u8>,
    purposes: Option<Vec<u8>>,
    names: Vec<usize>,
    permitted: Vec<usize>,
    excluded: Vec<usize>,
    validity: usize,
    has_unknown: bool,
    has_twice: bool,
}

impl Made {
    fn read(octets: &mut Octets<'_>, place: usize) -> Self {
        let odd = octets.u8();
        let is_odd = |bit: u8| odd >> bit & 1 == 1;
        let mut made = Self {
            subject: place.min(SUBJECTS.len() - 1),
            issuer: (place + 1).min(2),
            key: place.min(3),
            signer: (place + 1).min(2),
            is_spoiled: false,
            is_v1: false,
            authority: (place > 0).then_some((true, None)),
            usage: None,
            purposes: None,
            names: if place == 0 { vec![0] } else { Vec::new() },
            permitted: Vec::new(),
            excluded: Vec::new(),
            validity: 0,
            has_unknown: false,
            has_twice: false,
        };
        if is_odd(0) {
            made.subject = octets.below(SUBJECTS.len());
            made.issuer = octets.below(SUBJECTS.len());
        }
        if is_odd(1) {
            made.key = octets.below(KEYS.len());
            made.signer = octets.below(KEYS.len());
            made.is_spoiled = octets.bit();
        }
        if is_odd(2) {
            let (is_authority, most) = (octets.bit(), octets.below(4) as u8);
            made.authority = Some((is_authority, most.checked_sub(1)));
            if octets.bit() {
                made.authority = None;
            }
        }
        if is_odd(3) {
            made.usage =
                Some(*octets.pick(&[SIGN_DATA, SIGN_CERTIFICATES, SIGN_DATA | SIGN_CERTIFICATES]));
        }
        if is_odd(4) {
            let purposes: [&[u8]; 4] = [&[SERVER], &[CLIENT], &[ANY], &[CLIENT, SERVER]];
            made.purposes = Some(octets.pick(&purposes).to_vec());
        }
        if is_odd(5) {
            made.names = (0..octets.below(3)).map(|_| octets.below(NAMES.len())).collect();
        }
        if is_odd(6) {
            made.permitted = (0..octets.below(3)).map(|_| octets.below(TREES.len())).collect();
            made.excluded = (0..octets.below(3)).map(|_| octets.below(TREES.len())).collect();
        }
        if is_odd(7) {
            made.validity = octets.below(VALIDITIES.len());
            let strange = octets.u8();
            made.has_unknown = strange & 1 == 1;
            made.has_twice = strange & 2 == 2;
            made.is_v1 = strange & 12 == 12;
        }
        made
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        if self.is_v1 {
            return Vec::new();
        }
        let mut all = Vec::new();
        all.extend(
            self.authority.map(|(is_authority, most)| basic_constraints(is_authority, most)),
        );
        all.extend(self.usage.map(key_usage));
        all.extend(self.purposes.as_deref().map(extended_key_usage));
        if !self.names.is_empty() {
            let names: Vec<&str> = self.names.iter().map(|name| NAMES[*name]).collect();
            all.push(dns_names(&names));
        }
        if !self.permitted.is_empty() || !self.excluded.is_empty() {
            let trees = |of: &[usize]| {
                of.iter().map(|tree| (2, TREES[*tree].as_bytes())).collect::<Vec<_>>()
            };
            all.push(name_constraints(&trees(&self.permitted), &trees(&self.excluded)));
        }
        if self.has_unknown {
            all.push(extension(UNKNOWN, true, [5, 0]));
        }
        if self.has_twice {
            all.extend([basic_constraints(true, None), basic_constraints(true, None)]);
        }
        all
    }

    fn certificate(&self) -> Rc<[u8]> {
        let sign = || {
            let mut draft =
                draft(SUBJECTS[self.subject], SUBJECTS[self.issuer], &self.extensions());
            draft.validity = VALIDITIES[self.validity];
            draft.is_spoiled = self.is_spoiled;
            draft.version = if self.is_v1 { 1 } else { 3 };
            draft.sign(&KEYS[self.key], &KEYS[self.signer]).into()
        };
        KNOWN.with_borrow_mut(|known| known.get(self.clone(), sign))
    }

    /// X.509 v1 has no extensions.
    fn of<'m, T>(&self, extension: &'m Option<T>) -> Option<&'m T> {
        extension.as_ref().filter(|_| !self.is_v1)
    }

    fn is_readable(&self) -> bool {
        self.is_v1 || !self.has_unknown && !self.has_twice
    }

    fn is_signed_by(&self, key: usize) -> bool {
        self.signer == key && !self.is_spoiled && key != WEAK
    }

    fn is_valid_now(&self) -> bool {
        self.validity == 0
    }

    /// RFC 5280 section 4.2: what its extensions allow a server.
    fn may_serve(&self) -> bool {
        let is_for = |purpose: &u8| matches!(*purpose, SERVER | ANY);
        self.is_readable()
            && self.key != WEAK
            && self.of(&self.usage).is_none_or(|usage| usage & SIGN_DATA != 0)
            && self.of(&self.purposes).is_none_or(|purposes| purposes.iter().any(is_for))
    }

    /// The same for an issuer with so many intermediates below it.
    fn may_issue(&self, below: usize, is_anchor: bool) -> bool {
        let is_authority = match self.of(&self.authority) {
            Some((is_authority, most)) => {
                *is_authority && most.is_none_or(|most| below <= most.into())
            }
            None => is_anchor && self.is_v1,
        };
        self.is_readable()
            && is_authority
            && self.of(&self.usage).is_none_or(|usage| usage & SIGN_CERTIFICATES != 0)
            && self.of(&self.purposes).is_none_or(|purposes| purposes.contains(&SERVER))
    }

    /// The names that it may be reached by (RFC 7672 section 3.2.3).
    fn identities(&self) -> Vec<&'static str> {
        match self.is_v1 || self.names.is_empty() {
            true => vec![SUBJECTS[self.subject]],
            false => self.names.iter().map(|name| NAMES[*name]).collect(),
        }
    }

    /// RFC 5280 section 4.2.1.10, of DNS names.
    fn vouches_for(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_lowercase();
        let is_within = |tree: &usize| match TREES[*tree].strip_prefix('.') {
            Some(parent) => name.ends_with(&format!(".{parent}")),
            None => name == TREES[*tree] || name.ends_with(&format!(".{}", TREES[*tree])),
        };
        let is_permitted = self.permitted.is_empty() || self.permitted.iter().any(is_within);
        self.is_v1 || is_permitted && !self.excluded.iter().any(is_within)
    }
}

fn is_reached_by(identity: &str, reference: &str) -> bool {
    let (identity, reference) = (identity.to_lowercase(), reference.trim_end_matches('.'));
    let parent = reference.split_once('.').map_or("", |(_, parent)| parent);
    identity == reference || identity.strip_prefix("*.") == Some(parent) && reference.contains('.')
}

/// A certificate, and how it was made.
struct Certificate {
    made: Made,
    der: Rc<[u8]>,
}

impl std::ops::Deref for Certificate {
    type Target = Made;

    fn deref(&self) -> &Made {
        &self.made
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

/// A record, and what it is of.
struct Published {
    record: Record<'static>,
    of: usize,
    is_altered: bool,
}

impl Published {
    fn read(octets: &mut Octets<'_>, all: &[Certificate]) -> Self {
        let of = octets.below(all.len());
        let usage = *octets.pick(&[2, 3, 2, 3, 0, 9]);
        let (selector, matching_type) = (octets.below(2) as u8, octets.below(3) as u8);
        let (certificate, key) = (&all[of].der, &KEYS[all[of].key]);
        let (.., mut data) = chains::record(usage, selector, matching_type, certificate, key);
        let oddity = octets.u8();
        let is_altered = oddity % 8 == 7 && matching_type != 0;
        if is_altered {
            data[0] ^= 1;
        }
        if oddity == 100 {
            data.pop();
        }
        Self {
            record: Record { usage, selector, matching_type, data: data.into() },
            of,
            is_altered,
        }
    }

    fn is_usable(&self) -> bool {
        let length = self.record.data.len();
        matches!(self.record.usage, 2 | 3)
            && match self.record.matching_type {
                0 => crate::der::is_sequence(&self.record.data),
                1 => length == 32,
                _ => length == 64,
            }
    }

    /// Whether it is of this certificate, by octets or by key.
    fn is_of(&self, other: &Certificate, all: &[Certificate]) -> bool {
        let (mine, is_key) = (&all[self.of], self.record.selector == 1);
        !self.is_altered && if is_key { mine.key == other.key } else { mine == other }
    }
}

/// Verifies a chain, and the key of its first certificate alone, and compares with what is true of them.
pub fn chain(input: &[u8]) {
    let mut octets = Octets::new(input);
    let count = 1 + octets.below(MOST_CERTIFICATES);
    let made = (0..count).map(|place| {
        let made = Made::read(&mut octets, place);
        Certificate { der: made.certificate(), made }
    });
    let made: Vec<Certificate> = made.collect();
    let published: Vec<Published> =
        (0..1 + octets.below(3)).map(|_| Published::read(&mut octets, &made)).collect();
    let sent: Vec<&Certificate> = made
        .iter()
        .enumerate()
        .filter(|(place, _)| *place == 0 || octets.u8() % 4 != 3)
        .map(|(_, made)| made)
        .collect();
    let references: Vec<&str> =
        (0..1 + octets.below(2)).map(|_| *octets.pick(&REFERENCES)).collect();
    let certificates: Vec<&[u8]> = sent.iter().map(|it| &*it.der).collect();
    let records: Vec<Record> = published.iter().map(|it| it.record.clone()).collect();
    let found = verify(&records, &certificates, &references, NOW);
    let truth = Truth { all: &made, sent: &sent, published: &published, references: &references };
    let by_path = |published: &Published| truth.matches(published);
    truth.compare(&found, by_path);
    // RFC 7671 section 5.1: records of the key alone.
    let found = verify_raw_key(&records, &KEYS[made[0].key].spki, NOW);
    truth.compare(&found, |published| {
        let Record { usage, selector, .. } = published.record;
        (usage, selector) == (3, 1) && published.is_of(&made[0], &made)
    });
}

/// What is true of a chain.
struct Truth<'t> {
    all: &'t [Certificate],
    sent: &'t [&'t Certificate],
    published: &'t [Published],
    references: &'t [&'t str],
}

impl Truth<'_> {
    fn compare(&self, found: &Verification, is_match: impl Fn(&Published) -> bool) {
        assert_line(&found.text);
        found.records.iter().for_each(|judgement| assert_line(&judgement.text));
        let matches: Vec<bool> = self
            .published
            .iter()
            .map(|published| self.counts(published) && is_match(published))
            .collect();
        let result = match matches.contains(&true) {
            _ if !self.published.iter().any(Published::is_usable) => Match::NoUsableRecords,
            true => Match::Matched,
            false => Match::Mismatched,
        };
        let made: Vec<&Made> = self.sent.iter().map(|it| &it.made).collect();
        assert_eq!(found.result, result, "{}: {matches:?} {:#?}", found.text, made);
        if let Some(record) = found.record {
            assert!(matches[record], "record {record} of {matches:?}");
        }
    }

    /// RFC 7671 section 9.
    fn counts(&self, published: &Published) -> bool {
        let place = |it: &Published| (it.record.usage, it.record.selector);
        let beside =
            self.published.iter().filter(|it| it.is_usable() && place(it) == place(published));
        let strongest = beside.map(|it| it.record.matching_type).max();
        let kind = published.record.matching_type;
        published.is_usable() && (kind == 0 || Some(kind) == strongest)
    }

    fn matches(&self, published: &Published) -> bool {
        match published.record.usage {
            3 => published.is_of(self.sent[0], self.all),
            _ => self.leads_up(published, &mut vec![self.sent[0]]),
        }
    }

    /// Certificates that may be above the server's: sent, or published in full.
    fn issuers(&self) -> Vec<&Certificate> {
        let full = self.published.iter().filter(|it| {
            let Record { usage, selector, matching_type, .. } = it.record;
            (usage, selector, matching_type) == (2, 0, 0) && it.is_usable()
        });
        let full = full.map(|it| &self.all[it.of]);
        let leaf = self.sent[0];
        let all = self.sent[1..].iter().copied().chain(full);
        let mut issuers: Vec<&Certificate> = Vec::new();
        for made in all {
            if made != leaf && !issuers.contains(&made) {
                issuers.push(made);
            }
        }
        issuers
    }

    /// RFC 7671 section 5.2: whether a path of issuers, which begins at the server's certificate, leads to the anchor.
    fn leads_up<'m>(&'m self, published: &Published, path: &mut Vec<&'m Certificate>) -> bool {
        let Record { selector, matching_type, .. } = published.record;
        let top = path[path.len() - 1];
        let mut is_sent = false;
        for issuer in self.issuers() {
            let is_anchor = published.is_of(issuer, self.all);
            let is_above = SUBJECTS[top.issuer].eq_ignore_ascii_case(SUBJECTS[issuer.subject]);
            if !is_above || path.contains(&issuer) {
                continue;
            }
            is_sent |= is_anchor;
            if !top.is_signed_by(issuer.key) {
                continue;
            }
            path.push(issuer);
            let leads =
                if is_anchor { self.holds(path, true) } else { self.leads_up(published, path) };
            path.pop();
            if leads {
                return true;
            }
        }
        let is_bare = (selector, matching_type) == (1, 0) && !is_sent;
        is_bare && top.is_signed_by(self.all[published.of].key) && self.holds(path, false)
    }

    /// RFC 5280 section 6.1.
    fn holds(&self, path: &[&Certificate], has_anchor: bool) -> bool {
        let leaf = path[0];
        let mut identities = self.references.iter().filter(|reference| {
            leaf.identities().iter().any(|identity| is_reached_by(identity, reference))
        });
        let Some(name) = identities.next() else { return false };
        let names: Vec<&str> =
            if leaf.is_v1 { Vec::new() } else { leaf.names.iter().map(|it| NAMES[*it]).collect() };
        let is_self_issued = |made: &Certificate| made.subject == made.issuer;
        leaf.may_serve()
            && path.iter().all(|made| made.is_valid_now())
            && path.iter().enumerate().skip(1).all(|(place, issuer)| {
                let below = path[1..place].iter().filter(|made| !is_self_issued(made)).count();
                issuer.may_issue(below, has_anchor && place == path.len() - 1)
                    && names.iter().chain([name]).all(|name| issuer.vouches_for(name))
                    && path[1..place].iter().filter(|made| !is_self_issued(made)).all(|made| {
                        made.is_v1 || made.names.iter().all(|it| issuer.vouches_for(NAMES[*it]))
                    })
            })
    }
}
