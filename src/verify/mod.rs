//! TLSA records against a certificate chain or a raw public key (RFC 7671, RFC 7672 section 3). Pure: the time is an argument.
//!
//! Bounded: the server's certificate or raw public key has at most [`MAX_OCTETS`] octets. DANE-TA looks at chains of at most
//! [`MAX_CERTIFICATES`] certificates and [`MAX_OCTETS`] octets in all, and spends at most [`MAX_SIGNATURES`]
//! signature checks; more is a mismatch with detail limit-exceeded.

mod association;
mod certificate;
mod constraints;
mod directory_name;
mod ee;
mod extensions;
mod hint;
mod names;
mod presented;
mod result;
mod signatures;
mod ta;
mod verification;

use std::borrow::Cow;

#[cfg(feature = "capi")]
pub(crate) use association::Association;
pub use result::Match;
pub use verification::{Judgement, Verification};

use crate::budget::{Pace, at_once};
use crate::cause::Detail;
use crate::text::one_line;
use crate::tlsa::{Agility, DANE_EE, Record};

use presented::Presented;
pub(crate) use presented::Shown;

/// Certificates in a chain that DANE-TA looks at.
pub const MAX_CERTIFICATES: usize = 32;
/// Octets in the server's certificate or raw public key, and for DANE-TA in the whole chain.
pub const MAX_OCTETS: usize = 100 * 1024;
/// Signature checks in one verification.
pub const MAX_SIGNATURES: u32 = 100;

/// A record that matches.
struct Matched {
    depth: usize,
    name: Option<String>,
    detail: Detail,
    text: Cow<'static, str>,
}

/// Why a record does not match.
struct Mismatch {
    detail: Detail,
    text: Cow<'static, str>,
}

impl Mismatch {
    fn new(detail: Detail, text: impl Into<Cow<'static, str>>) -> Self {
        Self { detail, text: text.into() }
    }

    /// The same, of one printable line.
    fn judgement(self) -> Judgement {
        let text: Cow<'static, str> = match self.text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => one_line(&text).into(),
        };
        Judgement::new(self.detail, text)
    }
}

/// How far verification came before it failed; the failure that came farthest tells most.
fn progress(detail: Detail) -> u8 {
    match detail {
        Detail::NameMismatch => 6,
        Detail::Expired | Detail::NotYetValid => 5,
        Detail::LimitExceeded => 4,
        Detail::ChainInvalid => 3,
        Detail::TaAbsent => 2,
        Detail::NoMatch => 1,
        _ => 0,
    }
}

/// Verifies a DER chain, the server's certificate first, against TLSA records.
///
/// `reference_names` are the reference identifiers of RFC 7672 section 3.2.2, the TLSA base domain first;
/// `now` is in seconds since 1970. DANE-EE records are tried before DANE-TA records; the first that matches wins.
///
/// ```
/// use dane_policy::tlsa::Record;
/// use dane_policy::verify::{Match, verify};
///
/// # use world::{chains, forge};
/// # let (key, now) = (forge::Key::p256(), chains::NOW);
/// # let certificate = forge::draft("mx.example.org", "mx.example.org", &[]).sign(&key, &key);
/// # let (usage, selector, matching_type, data) = chains::record(3, 1, 1, &certificate, &key);
/// # let rdata = [vec![usage, selector, matching_type], data].concat();
/// let records = [Record::from_rdata(&rdata)];
/// let verification = verify(&records, &[&certificate], &["mx.example.org"], now);
/// println!("{}", verification.text);
/// assert_eq!(verification.result, Match::Matched);
/// assert_eq!(verification.record, Some(0));
/// ```
pub fn verify<N: AsRef<str>>(
    records: &[Record<'_>],
    chain: &[&[u8]],
    reference_names: &[N],
    now: i64,
) -> Verification {
    at_once(verify_at(&Pace::unhurried(), records, Shown::Chain(chain), reference_names, now))
}

/// Verifies a raw public key (RFC 7250), a bare SubjectPublicKeyInfo in DER, against TLSA records: DANE-EE(3) SPKI(1) ones
/// can match it, and no others (RFC 7671 section 5.1).
///
/// A server shows one where the client offers to take it; [`crate::lookup::Host::raw_key_usable`] says when it may.
pub fn verify_raw_key(records: &[Record<'_>], spki: &[u8], now: i64) -> Verification {
    at_once(verify_at(&Pace::unhurried(), records, Shown::RawKey(spki), &[""; 0], now))
}

/// The same for who has a deadline: gives way between signature checks, and is a mismatch where time is over.
pub(crate) async fn verify_at<N: AsRef<str>>(
    pace: &Pace,
    records: &[Record<'_>],
    shown: Shown<'_>,
    reference_names: &[N],
    now: i64,
) -> Verification {
    let agility = Agility::of(records);
    let mut judgements: Vec<Judgement> =
        records.iter().map(|record| untried(record, &agility)).collect();
    if !records.iter().any(|record| agility.counts(record)) {
        return Verification::no_usable_records(shown, judgements);
    }
    let presented = match presented(shown) {
        Ok(presented) => presented,
        Err(mismatch) => {
            let why = mismatch.judgement();
            for (record, judgement) in records.iter().zip(&mut judgements) {
                if agility.counts(record) {
                    judgement.clone_from(&why);
                }
            }
            return Verification::without_leaf(why, judgements);
        }
    };
    let mut paths = ta::Paths::new(records, &presented, reference_names, now, pace);
    let mut worst: Option<usize> = None;
    for is_ee in [true, false] {
        for (index, record) in records.iter().enumerate() {
            if (record.usage == DANE_EE) != is_ee || !agility.counts(record) {
                continue;
            }
            let judged =
                if is_ee { ee::judge(record, &presented) } else { paths.judge(record).await };
            match judged {
                Ok(matched) => {
                    date(records, &mut judgements, &presented);
                    return Verification::matched(index, record, matched, judgements);
                }
                Err(mismatch) => judgements[index] = mismatch.judgement(),
            }
            let progress_of = |index: usize| progress(judgements[index].detail);
            if worst.is_none_or(|worst| progress_of(index) > progress_of(worst)) {
                worst = Some(index);
            }
        }
    }
    date(records, &mut judgements, &presented);
    let worst = worst.unwrap_or_default();
    let mut summary = judgements[worst].clone();
    for (index, (record, judgement)) in records.iter().zip(&mut judgements).enumerate() {
        let strongest = agility.strongest(record);
        if let Some(hint) = hint::for_record(record, judgement.detail, strongest, &presented) {
            judgement.text = hint.text().into();
            if index == worst {
                summary.text = hint.what;
            }
        }
    }
    Verification::mismatched(&records[worst], summary, judgements)
}

/// What was shown, if the server's own can be used.
fn presented(shown: Shown<'_>) -> Result<Presented<'_>, Mismatch> {
    let nothing = || Mismatch::new(Detail::NoMatch, shown.nothing());
    let own = shown.own().ok_or_else(nothing)?;
    let word = shown.word();
    if own.len() > MAX_OCTETS {
        let text = format!("the server's {word} of {} octets is too large", own.len());
        return Err(Mismatch::new(Detail::LimitExceeded, text));
    }
    Presented::new(shown).ok_or_else(|| {
        Mismatch::new(Detail::ChainInvalid, format!("the server's {word} does not parse"))
    })
}

/// Fills the tables that the cryptography makes on first use, for a process that forks while another thread
/// verifies: the child would wait for a table that nobody finishes.
pub(crate) fn prepare() {
    signatures::prepare();
}

/// Says when the certificates that the records name end to be valid.
fn date(records: &[Record], judgements: &mut [Judgement], presented: &Presented<'_>) {
    for (record, judgement) in records.iter().zip(judgements) {
        judgement.expires = record.usability().ok().and_then(|()| presented.end_of(record));
    }
}

/// What is said of a record that is not matched against the chain.
fn untried(record: &Record, agility: &Agility) -> Judgement {
    let (detail, text) = match record.usability() {
        Err(unusable) => (unusable.detail, unusable.text),
        Ok(()) if agility.counts(record) => (Detail::None, "not tried: another record matched"),
        Ok(()) => (Detail::WeakerDigest, "set aside: a stronger digest is published"),
    };
    Judgement::new(detail, text)
}

#[cfg(test)]
mod tests;
