//! DANE-TA(2): a trust anchor above the server's certificate (RFC 7671 section 5.2, RFC 5280 section 6).

use super::certificate::Certificate;
use super::path::{Exhausted, Signatures};
use super::{Matched, Mismatch, constraints, ee, names};
use crate::decide::Detail;
use crate::der::PublicKey;
use crate::tlsa::{CERT, DANE_TA, FULL, Record};

/// The longest path that is built; bounds the search together with the signature checks.
const MAX_DEPTH: usize = 16;

/// Continuations tried in one verification: certificates that all sign each other make many paths.
const MAX_STEPS: u32 = 10_000;

/// Everything that a path can be built from.
pub(super) struct Paths<'a> {
    leaf: Option<Certificate<'a>>,
    /// Possible issuers: what the server sent above its own certificate, and certificates published in full.
    issuers: Vec<Certificate<'a>>,
    references: &'a [&'a str],
    now: i64,
    signatures: Signatures,
    steps: u32,
}

impl From<Exhausted> for Mismatch {
    fn from(_: Exhausted) -> Self {
        Self::new(Detail::LimitExceeded, "too many certificates that sign each other")
    }
}

impl<'a> Paths<'a> {
    pub(super) fn new(
        records: &'a [Record],
        chain: &'a [&'a [u8]],
        references: &'a [&'a str],
        now: i64,
    ) -> Self {
        let leaf = chain.first().copied().unwrap_or_default();
        let published = records.iter().filter(|record| {
            (record.usage, record.selector, record.matching_type) == (DANE_TA, CERT, FULL)
        });
        let published = published.map(|record| record.data.as_slice());
        let mut issuers: Vec<Certificate<'a>> = Vec::new();
        for der in chain.iter().skip(1).copied().chain(published) {
            let is_new = der != leaf && issuers.iter().all(|issuer| issuer.der != der);
            if is_new {
                issuers.extend(Certificate::parse(der));
            }
        }
        let leaf = Certificate::parse(leaf);
        Self { leaf, issuers, references, now, signatures: Signatures::new(), steps: MAX_STEPS }
    }

    /// Searches a verified path from the server's certificate to the record's certificate or key.
    ///
    /// A certificate that merely lies in the chain proves nothing, and the server's own is no anchor above itself.
    pub(super) fn judge(&mut self, record: &Record) -> Result<Matched, Mismatch> {
        let Some(leaf) = &self.leaf else {
            return Err(Mismatch::new(
                Detail::ChainInvalid,
                "the server's certificate does not parse",
            ));
        };
        let selects = |certificate: &Certificate<'_>| {
            let cert_selected = record.selector == CERT;
            ee::matches(record, if cert_selected { certificate.der } else { certificate.raw.spki })
        };
        let anchors: Vec<bool> = self.issuers.iter().map(selects).collect();
        let bare_key = (record.selector != CERT && record.matching_type == FULL)
            .then(|| PublicKey::parse(&record.data))
            .flatten()
            .filter(|_| !anchors.contains(&true));
        if !anchors.contains(&true) && bare_key.is_none() {
            let text = "names a certificate the server did not send";
            return Err(Mismatch::new(Detail::TaAbsent, text));
        }
        let mut search = Search {
            leaf,
            issuers: &self.issuers,
            anchors: &anchors,
            bare_key,
            references: self.references,
            now: self.now,
            signatures: &mut self.signatures,
            steps: &mut self.steps,
            failure: Mismatch::new(
                Detail::ChainInvalid,
                "no signed path leads to the trust anchor",
            ),
        };
        match search.extend(&mut Vec::new())? {
            Some(matched) => Ok(matched),
            None => Err(search.failure),
        }
    }
}

struct Search<'s, 'a> {
    leaf: &'s Certificate<'a>,
    issuers: &'s [Certificate<'a>],
    anchors: &'s [bool],
    bare_key: Option<PublicKey<'s>>,
    references: &'s [&'a str],
    now: i64,
    signatures: &'s mut Signatures,
    steps: &'s mut u32,
    /// The failure of the path that came farthest.
    failure: Mismatch,
}

impl Search<'_, '_> {
    /// Tries every continuation of a path of issuers, by index, above the leaf.
    fn extend(&mut self, path: &mut Vec<usize>) -> Result<Option<Matched>, Exhausted> {
        let issuers = self.issuers;
        let top = path.last().map_or(self.leaf, |index| &issuers[*index]);
        if let Some(key) = self.bare_key
            && self.signatures.verify(top, &key)?
            && let Some(matched) = self.accept(path, None)
        {
            return Ok(Some(matched));
        }
        if path.len() >= MAX_DEPTH {
            return Ok(None);
        }
        for (index, issuer) in issuers.iter().enumerate() {
            *self.steps = self.steps.checked_sub(1).ok_or(Exhausted)?;
            if path.contains(&index) || !top.names_issuer(issuer) {
                continue;
            }
            let Some(key) = issuer.key() else { continue };
            if !self.signatures.verify(top, &key)? {
                continue;
            }
            if self.anchors[index] {
                if let Some(matched) = self.accept(path, Some(issuer)) {
                    return Ok(Some(matched));
                }
            } else {
                path.push(index);
                let found = self.extend(path)?;
                path.pop();
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// Judges a signed path; keeps the failure that came farthest.
    fn accept(&mut self, path: &[usize], anchor: Option<&Certificate<'_>>) -> Option<Matched> {
        match self.validate(path, anchor) {
            Ok(name) => {
                let depth = path.len() + usize::from(anchor.is_some());
                let text = match anchor {
                    Some(anchor) => {
                        format!("{} at depth {depth} vouches for {name}", anchor.subject())
                    }
                    None => format!("its key signed the certificate at depth {depth}, for {name}"),
                };
                Some(Matched { depth, name: Some(name), detail: Detail::Matched, text })
            }
            Err(failure) => {
                if failure.progress() >= self.failure.progress() {
                    self.failure = failure;
                }
                None
            }
        }
    }

    /// RFC 5280 section 6.1, from the leaf upwards; of a bare key nothing but the key is asserted.
    fn validate(
        &self,
        path: &[usize],
        anchor: Option<&Certificate<'_>>,
    ) -> Result<String, Mismatch> {
        let mut below: Vec<&Certificate<'_>> = vec![self.leaf];
        let mut intermediates = 0;
        self.leaf.check_leaf()?;
        let issuers = path.iter().map(|index| &self.issuers[*index]);
        for (issuer, is_anchor) in
            issuers.map(|issuer| (issuer, false)).chain(anchor.map(|anchor| (anchor, true)))
        {
            issuer.check_issuer(intermediates, is_anchor)?;
            constraints::check(issuer, &below)?;
            intermediates += usize::from(!issuer.is_self_issued());
            below.push(issuer);
        }
        below.iter().try_for_each(|certificate| certificate.check_dates(self.now))?;
        let presented = self.leaf.dns_names();
        names::matching(self.references, &presented).map(str::to_owned).ok_or_else(|| {
            let text = format!(
                "certificate for {} names none of {}",
                shown(&presented),
                self.references.join(", ")
            );
            Mismatch::new(Detail::NameMismatch, text)
        })
    }
}

/// A few names, printable.
fn shown(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(3).copied().collect();
    let more = if names.len() > 3 { ", ..." } else { "" };
    if shown.is_empty() { "no name".into() } else { shown.join(", ") + more }
}
