//! DANE-TA(2): a trust anchor above the server's certificate (RFC 7671 section 5.2, RFC 5280 section 6).

use std::cell::OnceCell;

use super::certificate::Certificate;
use super::constraints::Constraints;
use super::presented::Presented;
use super::signatures::{Exhausted, Signature, Signatures};
use super::{Matched, Mismatch, names};
use crate::budget::Pace;
use crate::cause::Detail;
use crate::der::PublicKey;
use crate::text::line;
use crate::tlsa::{CERT, DANE_TA, FULL, Record};

/// Continuations tried in one verification: certificates that all sign each other make many paths.
const MAX_STEPS: u32 = 10_000;

/// Everything that a path can be built from.
pub(super) struct Paths<'a, N> {
    records: &'a [Record<'a>],
    presented: &'a Presented<'a>,
    references: &'a [N],
    now: i64,
    pace: &'a Pace,
    /// Made when the first record asks.
    candidates: Option<(Certificates<'a>, Work<'a>)>,
}

struct Certificates<'a> {
    leaf: Certificate<'a>,
    /// The reference identifier that the leaf is for, or what it is for instead.
    identity: OnceCell<Result<&'a str, String>>,
    /// Possible issuers: what the server sent above its own certificate, and certificates published in full.
    issuers: Vec<Certificate<'a>>,
}

/// What one verification may still spend.
struct Work<'a> {
    signatures: Signatures<'a>,
    steps: u32,
    constraints: Constraints,
}

impl<'a> Work<'a> {
    fn new(pace: &'a Pace) -> Self {
        let (signatures, constraints) = (Signatures::new(pace), Constraints::new());
        Self { signatures, steps: MAX_STEPS, constraints }
    }
}

impl From<Exhausted> for Mismatch {
    fn from(exhausted: Exhausted) -> Self {
        let text = match exhausted {
            Exhausted::Work => "too many certificates that sign each other",
            Exhausted::Time => "no time left to verify the chain",
        };
        Self::new(Detail::LimitExceeded, text)
    }
}

impl<'a, N: AsRef<str>> Paths<'a, N> {
    pub(super) fn new(
        records: &'a [Record<'a>],
        presented: &'a Presented<'a>,
        references: &'a [N],
        now: i64,
        pace: &'a Pace,
    ) -> Self {
        Self { records, presented, references, now, pace, candidates: None }
    }

    /// Searches a verified path from the server's certificate to the record's certificate or key.
    ///
    /// A certificate that merely lies in the chain proves nothing, and the server's own is no anchor above itself.
    pub(super) async fn judge(&mut self, record: &Record<'_>) -> Result<Matched, Mismatch> {
        let (certificates, work) = match &mut self.candidates {
            Some(candidates) => candidates,
            unread => {
                let certificates = Certificates::read(self.records, self.presented)?;
                unread.insert((certificates, Work::new(self.pace)))
            }
        };
        let matches = |issuer: &Certificate<'_>| issuer.association.matches(record);
        let anchors: Vec<bool> = certificates.issuers.iter().map(matches).collect();
        let is_bare_key = record.selector != CERT && record.matching_type == FULL;
        let bare_key = is_bare_key.then(|| PublicKey::parse(&record.data)).flatten();
        if !anchors.contains(&true) && bare_key.is_none() {
            let (detail, text) = if is_bare_key {
                (Detail::ChainInvalid, "the key in the record does not parse")
            } else {
                (Detail::TaAbsent, "names a certificate the server did not send")
            };
            return Err(Mismatch::new(detail, text));
        }
        let mut search = Search {
            certificates,
            anchors: &anchors,
            bare_key,
            references: self.references,
            now: self.now,
            pace: self.pace,
            work,
            dead_end: None,
            failure: None,
        };
        if let Some(matched) = search.extend(&mut Vec::new()).await? {
            return Ok(matched);
        }
        Err(search.failure.unwrap_or_else(|| {
            let why = search.dead_end.map(|(_, why)| why).unwrap_or_default();
            Mismatch::new(Detail::ChainInvalid, format!("no path to this trust anchor: {why}"))
        }))
    }
}

impl<'a> Certificates<'a> {
    fn read(records: &'a [Record<'a>], presented: &'a Presented<'a>) -> Result<Self, Mismatch> {
        if presented.is_too_large() {
            return Err(Mismatch::new(Detail::LimitExceeded, presented.excess()));
        }
        let der = presented.leaf.certificate.ok_or_else(|| {
            let text = "names a trust anchor, and the server showed a raw public key";
            Mismatch::new(Detail::NoMatch, text)
        })?;
        let leaf = Certificate::parse(der).ok_or_else(|| {
            Mismatch::new(Detail::ChainInvalid, "the server's certificate does not parse")
        })?;
        let published = records.iter().filter(|record| {
            (record.usage, record.selector, record.matching_type) == (DANE_TA, CERT, FULL)
        });
        let published = published.map(|record| &*record.data).take(super::MAX_CERTIFICATES);
        let mut issuers: Vec<Certificate<'a>> = Vec::new();
        for der in presented.chain.iter().skip(1).copied().chain(published) {
            let is_known = |known: &Certificate<'_>| known.association.certificate == Some(der);
            if !is_known(&leaf) && !issuers.iter().any(is_known) {
                issuers.extend(Certificate::parse(der));
            }
        }
        Ok(Self { leaf, identity: OnceCell::new(), issuers })
    }

    fn identity<N: AsRef<str>>(&self, references: &'a [N]) -> Result<&'a str, Mismatch> {
        let identity = self.identity.get_or_init(|| {
            let presented = self.leaf.dns_names();
            names::matching(references, &presented).ok_or_else(|| {
                let references: Vec<&str> = references.iter().map(AsRef::as_ref).collect();
                let (found, wanted) = (shown(&presented), shown(&references));
                line(format_args!("certificate for {found} names none of {wanted}"))
            })
        });
        identity.clone().map_err(|text| Mismatch::new(Detail::NameMismatch, text))
    }
}

struct Search<'s, 'a, N> {
    certificates: &'s Certificates<'a>,
    anchors: &'s [bool],
    bare_key: Option<PublicKey<'s>>,
    references: &'a [N],
    now: i64,
    pace: &'a Pace,
    work: &'s mut Work<'a>,
    /// Where the longest signed path ended, and why.
    dead_end: Option<(usize, String)>,
    /// The failure of the path to the anchor that came farthest.
    failure: Option<Mismatch>,
}

impl<'s, 'a, N: AsRef<str>> Search<'s, 'a, N> {
    /// Tries every continuation of a path of issuers, by index, above the leaf.
    ///
    /// A bare key stands for an issuer that was not sent: where it was, its certificate counts.
    async fn extend(&mut self, path: &mut Vec<usize>) -> Result<Option<Matched>, Exhausted> {
        let Certificates { leaf, issuers, .. } = self.certificates;
        let top = path.last().map_or(leaf, |index| &issuers[*index]);
        let mut refused = None;
        let mut is_dead_end = true;
        let mut bare_key = self.bare_key;
        let anchors = self.anchors;
        let anchors_first = [true, false].into_iter().flat_map(|is_anchor| {
            (0..issuers.len()).filter(move |index| anchors[*index] == is_anchor)
        });
        for index in anchors_first {
            let issuer = &issuers[index];
            self.work.steps = self.work.steps.checked_sub(1).ok_or(Exhausted::Work)?;
            self.pace.work(1).await?;
            if path.contains(&index) || !top.names_issuer(issuer) {
                continue;
            }
            if self.anchors[index] {
                bare_key = None;
            }
            let Some(key) = issuer.key() else { continue };
            let signature = self.work.signatures.verify(top, &key).await?;
            if signature != Signature::Good {
                refused = Some(signature);
                continue;
            }
            is_dead_end = false;
            if self.anchors[index] {
                if let Some(matched) = self.accept(path, Some(issuer)) {
                    return Ok(Some(matched));
                }
            } else {
                path.push(index);
                let found = Box::pin(self.extend(path)).await?;
                path.pop();
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        if let Some(key) = bare_key {
            match self.work.signatures.verify(top, &key).await? {
                Signature::Good => return Ok(self.accept(path, None)),
                Signature::Unsupported => refused = Some(Signature::Unsupported),
                Signature::Bad => {}
            }
        }
        if is_dead_end && self.dead_end.as_ref().is_none_or(|(length, _)| path.len() > *length) {
            let (subject, issuer) = (top.subject(), top.issuer());
            let why = match refused {
                None if top.is_self_issued() => format!("{subject} names itself as its issuer"),
                None => format!("{subject} is issued by {issuer}, which was not sent"),
                Some(Signature::Unsupported) => {
                    format!(
                        "the key or algorithm by which {issuer} signed {subject} is too weak or not supported"
                    )
                }
                Some(_) => {
                    format!("the signature on {subject} is not of the {issuer} that was sent")
                }
            };
            self.dead_end = Some((path.len(), why));
        }
        Ok(None)
    }

    /// Judges a signed path; keeps the failure that came farthest.
    fn accept(&mut self, path: &[usize], anchor: Option<&'s Certificate<'a>>) -> Option<Matched> {
        match self.validate(path, anchor) {
            Ok(name) => {
                let depth = path.len() + usize::from(anchor.is_some());
                let text = match anchor.map(Certificate::subject) {
                    Some(anchor) => {
                        line(format_args!("{anchor} at depth {depth} vouches for {name}"))
                    }
                    None => line(format_args!(
                        "its key signed the certificate at depth {depth}, for {name}"
                    )),
                };
                Some(Matched {
                    depth,
                    name: Some(name),
                    detail: Detail::Matched,
                    text: text.into(),
                })
            }
            Err(failure) => {
                let progress = |failure: &Mismatch| super::progress(failure.detail);
                if self.failure.as_ref().is_none_or(|known| progress(&failure) > progress(known)) {
                    self.failure = Some(failure);
                }
                None
            }
        }
    }

    /// RFC 5280 section 6.1, from the leaf upwards; of a bare key nothing but the key is asserted.
    fn validate(
        &mut self,
        path: &[usize],
        anchor: Option<&'s Certificate<'a>>,
    ) -> Result<String, Mismatch> {
        let Certificates { leaf, issuers, .. } = self.certificates;
        let path = path.iter().map(|index| (&issuers[*index], false));
        let path: Vec<_> = path.chain(anchor.map(|anchor| (anchor, true))).collect();
        let mut below = vec![leaf];
        let mut intermediates = 0;
        leaf.check_leaf()?;
        for (issuer, is_anchor) in &path {
            issuer.check_issuer(intermediates, *is_anchor)?;
            self.work.constraints.check(issuer, &below)?;
            intermediates += usize::from(!issuer.is_self_issued());
            below.push(issuer);
        }
        below.iter().try_for_each(|certificate| certificate.check_dates(self.now))?;
        let name = self.certificates.identity(self.references)?;
        path.iter()
            .try_for_each(|(issuer, _)| self.work.constraints.check_name(issuer, leaf, name))?;
        Ok(name.to_owned())
    }
}

/// A few names, for a text.
fn shown(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(3).copied().collect();
    let more = if names.len() > 3 { ", ..." } else { "" };
    if shown.is_empty() { "no name".into() } else { shown.join(", ") + more }
}
