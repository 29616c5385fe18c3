//! What can be done to one reply on its way, one line each.

use crate::dns::client::{RECURSE_UNCHECKED, ask};
use crate::dns::resolver::UPSTREAM;
use crate::dns::wire::{
    self, A, CNAME, DNAME, DNSKEY, DS, FLAG_AUTHENTIC, FLAG_TRUNCATED, MX, Message, NOERROR, NS,
    NSEC, NSEC3, NXDOMAIN, REFUSED, RRSIG, Record, SERVFAIL, SOA, TLSA,
};
use crate::internet::authority::{IMPOSTOR, OLD};
use crate::tampering::proxy::Over;

/// What the honest answer to a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Positive,
    /// Made from a wildcard.
    Wildcard,
    /// A name that shuts the wildcard beside it out.
    Shadowed,
    NoName,
    NoData,
    Cname,
    Dname,
}

use Kind::{Cname, Dname, NoData, NoName, Positive, Shadowed, Wildcard};

pub const QUESTIONS: [(&str, u16, Kind); 10] = [
    ("_25._tcp.mx.", TLSA, Positive),
    ("mx.", A, Positive),
    ("", MX, Positive),
    ("_25._tcp.wtlsa.", TLSA, Wildcard),
    ("x.wmx.", MX, Wildcard),
    ("b.wmx.", MX, Shadowed),
    ("_25._tcp.nx.", TLSA, NoName),
    ("mx2.", TLSA, NoData),
    ("al1.", A, Cname),
    ("_25._tcp.mx.dn.", TLSA, Dname),
];

/// A question about a zone under attack.
#[derive(Clone, Debug)]
pub struct Target {
    /// The apex, in wire format.
    pub zone: Vec<u8>,
    pub name: Vec<u8>,
    pub rtype: u16,
    pub kind: Kind,
}

impl Target {
    fn below_zone(&self, labels: &str) -> Vec<u8> {
        [&wire::name(labels)[..wire::name(labels).len() - 1], &self.zone].concat()
    }

    fn parent(&self) -> &[u8] {
        wire::parent(&self.zone)
    }

    /// What an honest server says of something else.
    fn borrowed(&self, name: &[u8], rtype: u16) -> Message {
        ask(UPSTREAM, name, rtype, RECURSE_UNCHECKED).unwrap_or_default()
    }

    /// What another version of the zone says.
    fn from(&self, server: &str, reply: &Message) -> Message {
        ask(server, &reply.name, reply.rtype, 0).unwrap_or_default()
    }
}

/// Which replies are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The one to the question itself.
    Answer,
    Ds,
    Keys,
    /// Everything about names in the zone, but not its DS.
    Zone,
    BelowRoot,
    Everything,
}

pub struct Attack {
    pub name: &'static str,
    pub on: On,
    /// Kinds of question it makes sense for; none listed means all.
    pub kinds: &'static [Kind],
    /// The reply means what it meant: refusing it loses mail.
    pub honest: bool,
    change: fn(&mut Message, &Target, Over),
}

impl Attack {
    pub fn wants(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// The reply as it is sent on.
    pub fn apply(&self, mut reply: Message, target: &Target, over: Over) -> Message {
        let is_ds = reply.rtype == DS && reply.name.eq_ignore_ascii_case(&target.zone);
        let about_zone = wire::is_within(&reply.name, &target.zone);
        let hit = match self.on {
            On::Answer => {
                reply.rtype == target.rtype && reply.name.eq_ignore_ascii_case(&target.name)
            }
            On::Ds => is_ds,
            On::Keys => reply.rtype == DNSKEY && reply.name.eq_ignore_ascii_case(&target.zone),
            On::Zone => about_zone && !is_ds,
            On::BelowRoot => reply.name != [0],
            On::Everything => true,
        };
        if hit {
            (self.change)(&mut reply, target, over);
        }
        reply
    }
}

const fn attack(
    name: &'static str,
    on: On,
    kinds: &'static [Kind],
    change: fn(&mut Message, &Target, Over),
) -> Attack {
    Attack { name, on, kinds, honest: false, change }
}

const fn honest(
    name: &'static str,
    on: On,
    kinds: &'static [Kind],
    change: fn(&mut Message, &Target, Over),
) -> Attack {
    Attack { name, on, kinds, honest: true, change }
}

const RECORDS: &[Kind] = &[Positive, Wildcard, Cname];
const DENIALS: &[Kind] = &[NoName, NoData, Shadowed];
const CHAIN: &[Kind] = &[Positive, NoName];

pub const ATTACKS: &[Attack] = &[
    // Stripping
    attack("no signatures", On::Answer, &[], |m, _, _| drop_if(m, |r| r.rtype == RRSIG)),
    attack("no DNSSEC records", On::Answer, &[], |m, _, _| drop_if(m, is_dnssec)),
    attack("no signatures below the root", On::BelowRoot, CHAIN, |m, _, _| {
        drop_if(m, |r| r.rtype == RRSIG)
    }),
    attack("no DNSSEC records below the root", On::BelowRoot, CHAIN, |m, _, _| {
        drop_if(m, is_dnssec)
    }),
    attack("no DNSSEC records at all", On::Everything, CHAIN, |m, _, _| drop_if(m, is_dnssec)),
    attack("AD, and no signatures", On::Everything, CHAIN, |m, _, _| {
        m.flags |= FLAG_AUTHENTIC;
        drop_if(m, |r| r.rtype == RRSIG);
    }),
    attack("empty", On::Answer, &[], |m, _, _| empty(m, NOERROR)),
    attack("empty NXDOMAIN", On::Answer, &[], |m, _, _| empty(m, NXDOMAIN)),
    attack("SERVFAIL", On::Answer, CHAIN, |m, _, _| empty(m, SERVFAIL)),
    attack("REFUSED", On::Answer, CHAIN, |m, _, _| empty(m, REFUSED)),
    // The question denied with someone else's proof
    attack("denied by a proof for another name", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&t.below_zone("zzz"), A));
    }),
    attack("denied by a proof for another name, as no data", On::Answer, RECORDS, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&t.below_zone("ent"), A));
    }),
    attack("denied by the apex", On::Answer, RECORDS, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&t.zone, TLSA));
    }),
    attack("denied by the parent", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&[b"\x03zzz", t.parent()].concat(), A));
    }),
    attack("denied by the root", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&wire::name("zzz."), A));
    }),
    attack("denied by another zone with NSEC", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&wire::name("_25._tcp.nx.nsec.bravo."), TLSA));
    }),
    attack("denied by another zone with NSEC3", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&wire::name("_25._tcp.nx.nsec3.echo."), TLSA));
    }),
    attack("denied by an opt-out zone", On::Answer, RECORDS, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&wire::name("plain.bravo."), DS));
    }),
    attack("denied by an insecure zone's SOA and address", On::Answer, &[], |m, t, _| {
        empty(m, NOERROR);
        m.authority = t.borrowed(&wire::name("zzz.plain.alpha."), A).authority;
        m.authority.extend(t.borrowed(&wire::name("mx.plain.alpha."), A).answer);
    }),
    attack("denied by an unsigned SOA of its own", On::Answer, &[], |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&t.below_zone("zzz"), A));
        drop_if(m, |r| r.covers() != SOA || r.rtype == RRSIG);
    }),
    attack("denied by the wildcard alone", On::Answer, &[Wildcard], |m, t, _| {
        deny(m, NOERROR, t.borrowed(&t.below_zone("*.wmx"), TLSA));
    }),
    attack("denied by the delegation", On::Answer, RECORDS, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&t.zone, DS));
    }),
    // The delegation
    attack("DS empty", On::Ds, CHAIN, |m, _, _| empty(m, NOERROR)),
    attack("DS empty NXDOMAIN", On::Ds, CHAIN, |m, _, _| empty(m, NXDOMAIN)),
    attack("DS SERVFAIL", On::Ds, CHAIN, |m, _, _| empty(m, SERVFAIL)),
    attack("DS without signature", On::Ds, CHAIN, |m, _, _| drop_if(m, |r| r.rtype == RRSIG)),
    attack("DS altered", On::Ds, CHAIN, |m, _, _| flip_last(m, DS)),
    attack("DS denied by an insecure sibling", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&[b"\x05plain", t.parent()].concat(), DS));
    }),
    attack("DS denied by a proof of no such name", On::Ds, CHAIN, |m, t, _| {
        deny(m, NXDOMAIN, t.borrowed(&[b"\x03zzz", t.parent()].concat(), A));
    }),
    attack("DS denied by the child", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&t.zone, TLSA));
    }),
    attack("DS denied by the parent's apex", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(t.parent(), TLSA));
    }),
    attack("DS denied by the grandparent", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&wire::name("delta."), DS));
    }),
    attack("DS denied by another parent's opt-out", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&wire::name("plain.bravo."), DS));
    }),
    attack("DS denied by the insecure sibling, renamed", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&[b"\x05plain", t.parent()].concat(), DS));
        rename(&mut m.authority, |r| r.covers() == NSEC, &t.zone);
    }),
    attack("DS denied by many iterations elsewhere", On::Ds, CHAIN, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&wire::name("zzz.z18.alpha."), A));
    }),
    attack("DS of another zone", On::Ds, CHAIN, |m, t, _| {
        m.answer = t.borrowed(&wire::name("nsec.bravo."), DS).answer;
        rename(&mut m.answer, |_| true, &t.zone);
    }),
    attack("DS is an alias to an insecure zone", On::Ds, CHAIN, |m, t, _| {
        empty(m, NOERROR);
        m.answer.push(record(&t.zone, CNAME, wire::name("plain.alpha.")));
    }),
    // Keys and versions
    attack("keys of an impostor", On::Keys, CHAIN, |m, t, _| take(m, t.from(IMPOSTOR, m))),
    attack("zone of an impostor", On::Zone, &[], |m, t, _| take(m, t.from(IMPOSTOR, m))),
    attack("answer of an impostor", On::Answer, &[], |m, t, _| take(m, t.from(IMPOSTOR, m))),
    attack("zone of an impostor, DS gone", On::Everything, CHAIN, |m, t, _| {
        if m.rtype == DS && m.name.eq_ignore_ascii_case(&t.zone) {
            empty(m, NOERROR);
        } else if wire::is_within(&m.name, &t.zone) {
            take(m, t.from(IMPOSTOR, m));
        }
    }),
    attack("zone as it was", On::Zone, &[], |m, t, _| take(m, t.from(OLD, m))),
    attack("answer as it was", On::Answer, &[], |m, t, _| take(m, t.from(OLD, m))),
    attack("keys empty", On::Keys, CHAIN, |m, _, _| empty(m, NOERROR)),
    attack("keys without signature", On::Keys, CHAIN, |m, _, _| drop_if(m, |r| r.rtype == RRSIG)),
    attack("impostor's keys added", On::Keys, CHAIN, |m, t, _| {
        let keys = t.from(IMPOSTOR, m).answer;
        m.answer.extend(keys);
    }),
    attack("a flood of keys with one tag", On::Keys, CHAIN, |m, _, _| flood_keys(m, 400)),
    // Signatures
    honest("signatures by the root first", On::Answer, RECORDS, |m, _, _| {
        junk_signatures(m, 1, Some(&[0]));
    }),
    honest("signatures by the parent first", On::Answer, RECORDS, |m, t, _| {
        junk_signatures(m, 1, Some(t.parent()));
    }),
    honest("signatures by the insecure delta first", On::Answer, RECORDS, |m, _, _| {
        junk_signatures(m, 1, Some(&wire::name("delta.")));
    }),
    attack("signed by the insecure delta only", On::Answer, RECORDS, |m, _, _| {
        junk_signatures(m, 1, Some(&wire::name("delta.")));
        let mut seen = 0;
        m.answer.retain(|r| r.rtype != RRSIG || std::mem::replace(&mut seen, 1) == 0);
    }),
    honest("four broken signatures first", On::Answer, RECORDS, |m, _, _| {
        junk_signatures(m, 4, None)
    }),
    attack("two hundred broken signatures first", On::Answer, RECORDS, |m, _, _| {
        junk_signatures(m, 200, None);
    }),
    attack("fewer labels signed", On::Answer, RECORDS, |m, _, _| edit_signatures(m, |s| s[3] -= 1)),
    attack("another original TTL", On::Answer, RECORDS, |m, _, _| {
        edit_signatures(m, |s| s[7] ^= 1)
    }),
    attack("a later expiration", On::Answer, RECORDS, |m, _, _| edit_signatures(m, |s| s[9] ^= 8)),
    attack("another key tag", On::Answer, RECORDS, |m, _, _| edit_signatures(m, |s| s[17] ^= 1)),
    attack("another algorithm", On::Answer, RECORDS, |m, _, _| edit_signatures(m, |s| s[2] = 8)),
    attack("another type covered", On::Answer, RECORDS, |m, _, _| {
        edit_signatures(m, |s| s[1] ^= 1);
    }),
    attack("a broken signature", On::Answer, &[], |m, _, _| {
        let last = |s: &mut Vec<u8>| *s.last_mut().expect("a signature") ^= 1;
        edit_signatures(m, last);
    }),
    // Records
    attack("a record altered", On::Answer, RECORDS, |m, _, _| {
        let rtype = m.rtype;
        flip_last(m, rtype);
    }),
    attack("a record added", On::Answer, RECORDS, |m, _, _| {
        if let Some(mut more) = m.answer.iter().find(|r| r.rtype == m.rtype).cloned() {
            more.rdata[2] ^= 0x55;
            m.answer.push(more);
        }
    }),
    attack("a record removed", On::Answer, &[Positive], |m, _, _| {
        if let Some(at) = m.answer.iter().position(|r| r.rtype == m.rtype) {
            m.answer.remove(at);
        }
    }),
    attack("records in the wrong section", On::Answer, RECORDS, |m, _, _| {
        let answer = std::mem::take(&mut m.answer);
        m.authority.extend(answer);
    }),
    honest("a longer TTL", On::Answer, RECORDS, |m, _, _| {
        m.answer.iter_mut().for_each(|r| r.ttl = 86_400);
    }),
    honest("owners in capitals", On::Answer, RECORDS, |m, _, _| {
        m.answer.iter_mut().for_each(|r| r.owner.make_ascii_uppercase());
    }),
    honest("records reversed", On::Everything, &[], |m, _, _| {
        m.answer.reverse();
        m.authority.reverse();
    }),
    honest("records twice", On::Everything, &[], |m, _, _| {
        m.answer.extend(m.answer.clone());
        m.authority.extend(m.authority.clone());
    }),
    honest("junk in the additional section", On::Everything, CHAIN, |m, t, _| {
        (0..40).for_each(|n| m.additional.push(record(&t.name, A, vec![192, 0, 2, n])));
    }),
    attack("a thousand records more", On::Answer, RECORDS, |m, t, _| {
        (0..1000u16).for_each(|n| {
            let [high, low] = n.to_be_bytes();
            m.answer.push(record(&t.name, m.rtype, vec![high, low, 0, 0]));
        });
    }),
    // Wildcards
    attack("the wildcard, without proof", On::Answer, &[Shadowed], |m, t, _| {
        replay_wildcard(m, t);
        m.authority.clear();
    }),
    attack("the wildcard, with its sibling's proof", On::Answer, &[Shadowed], |m, t, _| {
        replay_wildcard(m, t);
    }),
    attack("the wildcard, with its own denial", On::Answer, &[Shadowed], |m, t, _| {
        let own = m.authority.clone();
        replay_wildcard(m, t);
        m.authority.extend(own);
    }),
    attack("a wildcard without its proof", On::Answer, &[Wildcard], |m, _, _| m.authority.clear()),
    attack("a wildcard with the apex for a proof", On::Answer, &[Wildcard], |m, t, _| {
        m.authority = t.borrowed(&t.zone, TLSA).authority;
    }),
    attack("a wildcard with another zone's proof", On::Answer, &[Wildcard], |m, t, _| {
        m.authority = t.borrowed(&wire::name("x.wmx.nsec3.echo."), MX).authority;
    }),
    // Proofs
    attack("the first proof missing", On::Answer, DENIALS, |m, _, _| drop_proof(m, 0)),
    attack("the second proof missing", On::Answer, DENIALS, |m, _, _| drop_proof(m, 1)),
    attack("the third proof missing", On::Answer, DENIALS, |m, _, _| drop_proof(m, 2)),
    attack("types taken from the proofs", On::Answer, DENIALS, |m, _, _| {
        m.authority.iter_mut().filter(|r| matches!(r.rtype, NSEC | NSEC3)).for_each(|r| {
            *r.rdata.last_mut().expect("a bitmap") ^= 2;
        });
    }),
    attack("NOERROR for a proven absence", On::Answer, &[NoName], |m, _, _| m.set_rcode(NOERROR)),
    attack("NXDOMAIN for no data", On::Answer, &[NoData, Shadowed], |m, _, _| {
        m.set_rcode(NXDOMAIN);
    }),
    attack("NXDOMAIN beside records", On::Answer, RECORDS, |m, _, _| m.set_rcode(NXDOMAIN)),
    attack("an impostor's proofs added", On::Answer, DENIALS, |m, t, _| {
        let more = t.from(IMPOSTOR, m).authority;
        m.authority.extend(more);
    }),
    honest("another zone's proofs added", On::Answer, DENIALS, |m, t, _| {
        m.authority.extend(t.borrowed(&wire::name("_25._tcp.nx.nsec3.echo."), TLSA).authority);
    }),
    attack("proofs with another salt added", On::Answer, DENIALS, |m, _, _| {
        let mut more: Vec<Record> =
            m.authority.iter().filter(|r| r.covers() == NSEC3).cloned().collect();
        more.iter_mut().filter(|r| r.rtype == NSEC3).for_each(|r| r.rdata[5] ^= 1);
        m.authority.extend(more);
    }),
    attack("a flood of proofs", On::Answer, DENIALS, |m, _, _| {
        let proofs: Vec<Record> = m.authority.iter().filter(|r| r.is_denial()).cloned().collect();
        for n in 0..60 {
            for mut proof in proofs.iter().cloned() {
                proof.owner[1] = b'a' + n % 22;
                proof.owner[2] = b'a' + n / 22;
                m.authority.insert(0, proof);
            }
        }
    }),
    attack("the wildcard's own NSEC, expanded", On::Answer, RECORDS, |m, t, _| {
        deny(m, NOERROR, t.borrowed(&t.below_zone("*.wmx"), TLSA));
        rename(&mut m.authority, |r| r.covers() == NSEC, &t.name);
    }),
    // Aliases
    attack("an alias to an insecure zone", On::Answer, RECORDS, |m, t, _| {
        empty(m, NOERROR);
        m.answer.push(record(&t.name, CNAME, wire::name("mx.plain.alpha.")));
    }),
    attack("an alias beside the records", On::Answer, &[Positive, Wildcard], |m, t, _| {
        m.answer.insert(0, record(&t.name, CNAME, wire::name("mx.delta.")));
    }),
    attack("an alias to itself", On::Answer, RECORDS, |m, t, _| {
        empty(m, NOERROR);
        m.answer.push(record(&t.name, CNAME, t.name.clone()));
    }),
    attack("a DNAME to an insecure zone", On::Answer, &[Positive, Dname], |m, t, _| {
        empty(m, NOERROR);
        let labels = &t.name[..t.name.len() - t.zone.len()];
        let target = wire::name("plain.alpha.");
        m.answer.push(record(&t.zone, DNAME, target.clone()));
        m.answer.push(record(&t.name, CNAME, [labels, &target].concat()));
    }),
    attack("another alias beside the DNAME", On::Answer, &[Dname], |m, _, _| {
        let aliases = m.answer.iter_mut().filter(|r| r.rtype == CNAME);
        aliases.for_each(|r| r.rdata = wire::name("mx.plain.alpha."));
    }),
    honest("the alias alone", On::Answer, &[Cname, Dname], |m, _, _| {
        let name = m.name.clone();
        m.answer.retain(|r| r.is_at(&name) || r.covers() == DNAME);
        m.authority.clear();
    }),
    honest("lies about the alias's target", On::Answer, &[Cname], |m, _, _| {
        let name = m.name.clone();
        m.answer
            .iter_mut()
            .filter(|r| !r.is_at(&name) && r.rtype == A)
            .for_each(|r| r.rdata[3] ^= 1);
    }),
    // Transport
    honest("truncated over UDP", On::Everything, &[], |m, _, over| {
        if over == Over::Udp {
            empty(m, NOERROR);
            m.flags |= FLAG_TRUNCATED;
        }
    }),
    attack("truncated always", On::Answer, CHAIN, |m, _, _| m.flags |= FLAG_TRUNCATED),
    honest("an unknown class beside", On::Answer, RECORDS, |m, _, _| {
        let mut chaos = m.answer.clone();
        chaos.iter_mut().for_each(|r| r.class = 3);
        m.answer.extend(chaos);
    }),
    honest("delegation records beside", On::Everything, CHAIN, |m, t, _| {
        m.authority.push(record(&t.zone, NS, wire::name("ns.plain.alpha.")));
    }),
];

fn record(owner: &[u8], rtype: u16, rdata: Vec<u8>) -> Record {
    Record { owner: owner.to_vec(), rtype, class: 1, ttl: 300, rdata }
}

fn is_dnssec(record: &Record) -> bool {
    matches!(record.rtype, RRSIG | NSEC | NSEC3)
}

fn drop_if(message: &mut Message, unwanted: impl Fn(&Record) -> bool) {
    message.answer.retain(|record| !unwanted(record));
    message.authority.retain(|record| !unwanted(record));
}

fn empty(message: &mut Message, rcode: u16) {
    message.answer.clear();
    message.authority.clear();
    message.set_rcode(rcode);
}

fn deny(message: &mut Message, rcode: u16, proof: Message) {
    empty(message, rcode);
    message.authority = proof.authority;
}

fn take(message: &mut Message, other: Message) {
    message.set_rcode(other.rcode());
    message.answer = other.answer;
    message.authority = other.authority;
}

fn rename(section: &mut [Record], chosen: impl Fn(&Record) -> bool, owner: &[u8]) {
    section.iter_mut().filter(|r| chosen(r)).for_each(|r| r.owner = owner.to_vec());
}

fn flip_last(message: &mut Message, rtype: u16) {
    let chosen = message.answer.iter_mut().find(|record| record.rtype == rtype);
    if let Some(octet) = chosen.and_then(|record| record.rdata.last_mut()) {
        *octet ^= 1;
    }
}

fn edit_signatures(message: &mut Message, edit: impl Fn(&mut Vec<u8>)) {
    let sections = message.answer.iter_mut().chain(&mut message.authority);
    sections.filter(|record| record.rtype == RRSIG).for_each(|record| edit(&mut record.rdata));
}

/// Copies of the signatures that do not verify, before the good ones; by another signer, if one is named.
fn junk_signatures(message: &mut Message, count: u8, signer: Option<&[u8]>) {
    let good: Vec<Record> = message.answer.iter().filter(|r| r.rtype == RRSIG).cloned().collect();
    for number in 0..count {
        for mut junk in good.iter().cloned() {
            if let Some(signer) = signer {
                let end = 18 + name_length(&junk.rdata[18..]);
                junk.rdata.splice(18..end, signer.iter().copied());
            }
            let last = junk.rdata.len() - 1;
            junk.rdata[last] ^= 1;
            junk.rdata[last - 1] ^= number;
            message.answer.insert(0, junk);
        }
    }
}

fn name_length(mut wire: &[u8]) -> usize {
    let whole = wire.len();
    while wire[0] != 0 {
        wire = wire::parent(wire);
    }
    whole - wire.len() + 1
}

/// Keys that are not there, whose tag is that of a key which is.
fn flood_keys(message: &mut Message, count: u16) {
    let Some(key) = message.answer.iter().find(|r| r.rtype == DNSKEY).cloned() else { return };
    for number in 1..=count {
        let mut junk = key.clone();
        // A key tag is a sum: what one word gains another loses.
        let [gain, loss] =
            [4, 6].map(|at| u16::from_be_bytes([junk.rdata[at], junk.rdata[at + 1]]));
        let (Some(gain), Some(loss)) = (gain.checked_add(number), loss.checked_sub(number)) else {
            continue;
        };
        junk.rdata[4..6].copy_from_slice(&gain.to_be_bytes());
        junk.rdata[6..8].copy_from_slice(&loss.to_be_bytes());
        message.answer.insert(0, junk);
    }
}

fn drop_proof(message: &mut Message, index: usize) {
    let mut owners: Vec<Vec<u8>> = Vec::new();
    for record in message.authority.iter().filter(|record| record.is_denial()) {
        if !owners.contains(&record.owner) {
            owners.push(record.owner.clone());
        }
    }
    if let Some(owner) = owners.get(index) {
        message.authority.retain(|record| !record.is_denial() || record.owner != *owner);
    } else {
        message.authority.clear();
    }
}

/// What the wildcard says of a name that is not there, as if it were said of the target.
fn replay_wildcard(message: &mut Message, target: &Target) {
    let expanded = target.borrowed(&target.below_zone("x.wmx"), MX);
    take(message, expanded);
    rename(&mut message.answer, |_| true, &target.name);
}

/// The question about a zone, as `QUESTIONS` has it.
pub fn target(zone: &str, (labels, rtype, kind): &(&str, u16, Kind)) -> Target {
    let name = wire::name(&format!("{labels}{zone}"));
    Target { zone: wire::name(zone), name, rtype: *rtype, kind: *kind }
}
