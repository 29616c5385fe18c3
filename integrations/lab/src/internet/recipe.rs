//! What can be right and wrong with a zone: one line each.

use crate::dns::verdict::Status;

use Damage::*;
use Denial::*;
use Keys::*;
use Link::*;
use Status::*;

/// How a zone is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    Unsigned,
    /// Any common algorithm.
    Common,
    /// These algorithms, each signing everything.
    Only(&'static [&'static str]),
    /// A key-signing and a zone-signing key.
    Split,
    /// The key-signing key carries the revoked bit.
    Revoked,
    /// Knot signs each answer when it is asked, and denies with the narrowest NSEC records.
    Online,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    Either,
    Nsec,
    Nsec3 {
        iterations: u16,
        opt_out: bool,
    },
    /// By NSEC, where names that are asked for and are not there deny themselves (RFC 9824): they are given a record of the type
    /// NXNAME, which ldns' signer puts into the type bit map. In a chain of hashes such records would cover others, too.
    Compact,
}

/// The DS records at the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Correct ones with these digest types.
    Ds(&'static [u8]),
    /// As given, and with an altered digest for these types.
    DsBeside {
        good: &'static [u8],
        altered: &'static [u8],
    },
    /// One of an unknown digest type, beside correct ones.
    UnknownDigest(&'static [u8]),
    /// One of an unknown key algorithm, beside correct ones.
    UnknownAlgorithm(&'static [u8]),
    /// One of an unknown key algorithm, beside altered ones.
    UnknownBesideAltered(&'static [u8]),
    /// One that names a key which is not there, beside a correct one.
    Dangling,
    NoDs,
    /// A DS for a zone that is not signed.
    Invented,
}

/// What happens to a zone after signing. A number is an RRset's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    Intact,
    Expired,
    Future,
    ExpiredFor(&'static str),
    Unsign(&'static str),
    AlterSignature(&'static str),
    AlterData(&'static str),
    /// Signatures that do not verify stand before the good ones.
    JunkSignatures,
    NoDenial,
    /// The key that DS names does not sign the keys.
    KeysSignedByOther,
    /// One of two algorithms signs nothing.
    OneAlgorithmSilent,
}

pub struct Recipe {
    pub name: &'static str,
    pub keys: Keys,
    pub denial: Denial,
    pub link: Link,
    pub damage: Damage,
    /// The status of the TLSA records of `mx` in the zone, below a secure parent.
    pub expected: Status,
}

impl Recipe {
    /// Not so: BIND serves a zone without proofs as unsigned and takes no NXNAME, Knot expects to find its NSEC3 chain; NSD serves
    /// what it is given.
    pub fn denies_normally(&self) -> bool {
        let has_proofs = !matches!(self.damage, NoDenial | Unsign("NSEC" | "NSEC3"));
        has_proofs && !matches!(self.denial, Nsec3 { iterations: 151.., .. } | Compact)
    }
}

const fn recipe(
    name: &'static str,
    keys: Keys,
    denial: Denial,
    link: Link,
    damage: Damage,
    expected: Status,
) -> Recipe {
    Recipe { name, keys, denial, link, damage, expected }
}

const NSEC3: Denial = Nsec3 { iterations: 0, opt_out: false };
const OPT_OUT: Denial = Nsec3 { iterations: 0, opt_out: true };
const fn iterations(iterations: u16) -> Denial {
    Nsec3 { iterations, opt_out: false }
}
const GOOD: Link = Ds(&[2]);

const TWO: Keys = Only(&["RSASHA256", "ECDSAP256SHA256"]);

const fn beside(good: &'static [u8], altered: &'static [u8]) -> Link {
    DsBeside { good, altered }
}

pub const RECIPES: &[Recipe] = &[
    recipe("good", Common, Either, GOOD, Intact, Secure),
    recipe("good-nsec", Common, Nsec, GOOD, Intact, Secure),
    recipe("good-nsec3", Common, NSEC3, GOOD, Intact, Secure),
    recipe("opt-out", Common, OPT_OUT, GOOD, Intact, Secure),
    recipe("compact", Common, Compact, GOOD, Intact, Secure),
    recipe("online", Online, Nsec, GOOD, Intact, Secure),
    recipe("split-keys", Split, Either, GOOD, Intact, Secure),
    recipe("unsigned", Unsigned, Either, NoDs, Intact, Insecure),
    recipe("rsasha1", Only(&["RSASHA1"]), Nsec, GOOD, Intact, Secure),
    recipe("nsec3rsasha1", Only(&["NSEC3RSASHA1"]), NSEC3, GOOD, Intact, Secure),
    recipe("rsasha256", Only(&["RSASHA256"]), Either, GOOD, Intact, Secure),
    recipe("rsasha512", Only(&["RSASHA512"]), Either, GOOD, Intact, Secure),
    recipe("p256", Only(&["ECDSAP256SHA256"]), Either, GOOD, Intact, Secure),
    recipe("p384", Only(&["ECDSAP384SHA384"]), Either, GOOD, Intact, Secure),
    recipe("ed25519", Only(&["ED25519"]), Either, GOOD, Intact, Secure),
    recipe("ed448", Only(&["ED448"]), Either, GOOD, Intact, Insecure),
    recipe("two-algorithms", TWO, Either, GOOD, Intact, Secure),
    recipe("one-silent", TWO, Either, GOOD, OneAlgorithmSilent, Secure),
    recipe("iterations-150", Common, iterations(150), GOOD, Intact, Secure),
    recipe("iterations-151", Common, iterations(151), GOOD, Intact, Secure),
    recipe("iterations-500", Common, iterations(500), GOOD, Intact, Secure),
    recipe("ds-sha1", Common, Either, Ds(&[1]), Intact, Secure),
    recipe("ds-sha384", Common, Either, Ds(&[4]), Intact, Secure),
    recipe("ds-sha1-sha256", Common, Either, Ds(&[1, 2]), Intact, Secure),
    recipe("ds-sha1-bad", Common, Either, beside(&[2], &[1]), Intact, Secure),
    recipe("ds-sha256-bad", Common, Either, beside(&[1], &[2]), Intact, Bogus),
    recipe("ds-sha384-bad", Common, Either, beside(&[2], &[4]), Intact, Secure),
    recipe("ds-all-bad", Common, Either, beside(&[], &[2]), Intact, Bogus),
    recipe("ds-dangling", Common, Either, Dangling, Intact, Secure),
    recipe("ds-digest-unknown", Common, Either, UnknownDigest(&[]), Intact, Insecure),
    recipe("ds-digest-extra", Common, Either, UnknownDigest(&[2]), Intact, Secure),
    recipe("ds-algorithm-unknown", Common, Either, UnknownAlgorithm(&[]), Intact, Insecure),
    recipe("ds-algorithm-extra", Common, Either, UnknownAlgorithm(&[2]), Intact, Secure),
    recipe("ds-unknown-and-bad", Common, Either, UnknownBesideAltered(&[2]), Intact, Bogus),
    recipe("ds-missing", Common, Either, NoDs, Intact, Insecure),
    recipe("ds-invented", Unsigned, Either, Invented, Intact, Bogus),
    recipe("revoked", Revoked, Either, GOOD, Intact, Bogus),
    recipe("expired", Common, Either, GOOD, Expired, Bogus),
    recipe("future", Common, Either, GOOD, Future, Bogus),
    recipe("expired-tlsa", Common, Either, GOOD, ExpiredFor("TLSA"), Bogus),
    recipe("expired-mx", Common, Either, GOOD, ExpiredFor("MX"), Secure),
    recipe("expired-denial", Common, Nsec, GOOD, ExpiredFor("NSEC"), Secure),
    recipe("unsigned-tlsa", Common, Either, GOOD, Unsign("TLSA"), Bogus),
    recipe("unsigned-mx", Common, Either, GOOD, Unsign("MX"), Secure),
    recipe("unsigned-keys", Common, Either, GOOD, Unsign("DNSKEY"), Bogus),
    recipe("unsigned-alias", Common, Either, GOOD, Unsign("CNAME"), Secure),
    recipe("unsigned-dname", Common, Either, GOOD, Unsign("DNAME"), Secure),
    recipe("unsigned-nsec", Common, Nsec, GOOD, Unsign("NSEC"), Secure),
    recipe("unsigned-nsec3", Common, NSEC3, GOOD, Unsign("NSEC3"), Secure),
    recipe("bad-tlsa", Common, Either, GOOD, AlterSignature("TLSA"), Bogus),
    recipe("bad-mx", Common, Either, GOOD, AlterSignature("MX"), Secure),
    recipe("bad-keys", Common, Either, GOOD, AlterSignature("DNSKEY"), Bogus),
    recipe("bad-nsec", Common, Nsec, GOOD, AlterSignature("NSEC"), Secure),
    recipe("bad-nsec3", Common, NSEC3, GOOD, AlterSignature("NSEC3"), Secure),
    recipe("altered-tlsa", Common, Either, GOOD, AlterData("TLSA"), Bogus),
    recipe("altered-mx", Common, Either, GOOD, AlterData("MX"), Secure),
    recipe("junk-signatures", Common, Either, GOOD, JunkSignatures, Secure),
    recipe("no-denial", Common, Either, GOOD, NoDenial, Secure),
    recipe("keys-signed-by-other", Split, Either, GOOD, KeysSignedByOther, Bogus),
];

/// The recipe of this name.
pub fn named(name: &str) -> &'static Recipe {
    RECIPES.iter().find(|recipe| recipe.name == name).expect(name)
}
