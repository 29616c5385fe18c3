//! One certificate of a DANE-TA path (RFC 5280 section 4).

use std::cell::OnceCell;

use x509_parser::certificate::Validity;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::association::Association;
use super::extensions::Extensions;
use super::{Mismatch, directory_name};
use crate::cause::Detail;
use crate::der::{self, PublicKey};
use crate::text::utc;

/// RSA keys shorter than this neither sign nor serve under DANE-TA.
pub(super) const MIN_RSA_BITS: usize = 2048;
const MIN_EC_BITS: usize = 224;

/// A certificate as sent or published, read as far as somebody asked.
pub(super) struct Certificate<'a> {
    pub(super) association: Association<'a>,
    pub(super) fields: der::Certificate<'a>,
    extensions: OnceCell<Result<Extensions<'a>, &'static str>>,
}

impl<'a> Certificate<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let fields = der::Certificate::parse(der)?;
        let association = Association::of(der)?;
        Some(Self { association, fields, extensions: OnceCell::new() })
    }

    pub(super) fn key(&self) -> Option<PublicKey<'a>> {
        PublicKey::parse(self.fields.spki)
    }

    /// Name chaining (RFC 5280 section 6.1.3).
    pub(super) fn names_issuer(&self, issuer: &Self) -> bool {
        directory_name::equal(self.fields.issuer, issuer.fields.subject)
    }

    pub(super) fn is_self_issued(&self) -> bool {
        directory_name::equal(self.fields.issuer, self.fields.subject)
    }

    /// The subject's common name for a text.
    pub(super) fn subject(&self) -> &'a str {
        common_name(self.fields.subject)
    }

    /// The issuer's common name for a text.
    pub(super) fn issuer(&self) -> &'a str {
        common_name(self.fields.issuer)
    }

    fn invalid(&self, why: &str) -> Mismatch {
        Mismatch::new(Detail::ChainInvalid, format!("{}: {why}", self.subject()))
    }

    pub(super) fn extensions(&self) -> Result<&Extensions<'a>, Mismatch> {
        let parsed = self.extensions.get_or_init(|| Extensions::parse(self.fields.extensions));
        parsed.as_ref().map_err(|why| self.invalid(why))
    }

    /// RFC 5280 section 4.1.2.5.
    pub(super) fn check_dates(&self, now: i64) -> Result<(), Mismatch> {
        let (_, validity) = Validity::from_der(self.fields.validity)
            .map_err(|_| self.invalid("its dates do not parse"))?;
        let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
        if now > until {
            let text = format!("{} expired at {}", self.subject(), utc(until));
            return Err(Mismatch::new(Detail::Expired, text));
        }
        if now < from {
            let text = format!("{} is not valid before {}", self.subject(), utc(from));
            return Err(Mismatch::new(Detail::NotYetValid, text));
        }
        Ok(())
    }

    /// What a server's certificate must allow; that it may be a CA as well does not matter.
    pub(super) fn check_leaf(&self) -> Result<(), Mismatch> {
        let extensions = self.extensions()?;
        if extensions.extended_key_usage.as_ref().is_some_and(|it| !it.server_auth && !it.any) {
            return Err(self.invalid("extended key usage is not for servers"));
        }
        if extensions.key_usage.as_ref().is_some_and(|it| {
            !it.digital_signature() && !it.key_encipherment() && !it.key_agreement()
        }) {
            return Err(self.invalid("key usage is not for TLS"));
        }
        self.check_key()
    }

    fn check_key(&self) -> Result<(), Mismatch> {
        let key = self.key().ok_or_else(|| self.invalid("the key does not parse"))?;
        let is_strong = key.is_never_weak()
            || key.rsa_bits().is_some_and(|bits| bits >= MIN_RSA_BITS)
            || key.ec_bits().is_some_and(|bits| bits >= MIN_EC_BITS);
        if is_strong { Ok(()) } else { Err(self.invalid("the key is too weak or of unknown kind")) }
    }

    /// What an issuer must allow (RFC 5280 section 6.1.4); `below` counts the intermediates under it.
    ///
    /// X.509 v1 knows no CA flag: it may be the trust anchor, and nothing else.
    pub(super) fn check_issuer(&self, below: usize, is_anchor: bool) -> Result<(), Mismatch> {
        let extensions = self.extensions()?;
        let constraints = extensions.basic_constraints.as_ref();
        if !constraints.map_or(is_anchor && self.fields.is_v1, |it| it.ca) {
            return Err(self.invalid("not a certification authority"));
        }
        let path_length = constraints.and_then(|it| it.path_len_constraint);
        if path_length.is_some_and(|most| below > most as usize) {
            return Err(self.invalid("path length constraint exceeded"));
        }
        if extensions.key_usage.as_ref().is_some_and(|it| !it.key_cert_sign()) {
            return Err(self.invalid("key usage does not allow signing certificates"));
        }
        if extensions.extended_key_usage.as_ref().is_some_and(|it| !it.server_auth) {
            return Err(self.invalid("extended key usage is not for servers"));
        }
        Ok(())
    }

    /// The names it may be reached by: DNS-IDs, and the CN-IDs only where there is no DNS-ID (RFC 7672 section 3.2.3).
    pub(super) fn dns_names(&self) -> Vec<&str> {
        let is_dns_id = |name: &&GeneralName<'_>| match name {
            GeneralName::DNSName(_) => true,
            GeneralName::Invalid(tag, _) => tag.0 == 2,
            _ => false,
        };
        let mut ids = self.general_names().iter().filter(is_dns_id).peekable();
        if ids.peek().is_none() {
            return directory_name::common_names(self.fields.subject).collect();
        }
        let readable = ids.filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        });
        readable.collect()
    }

    /// The subject alternative names; none where they do not parse.
    pub(super) fn general_names(&self) -> &[GeneralName<'a>] {
        let names = self.extensions().ok().and_then(|it| it.alternative_name.as_ref());
        names.map_or(&[], |names| &names.general_names)
    }
}

fn common_name(name: &[u8]) -> &str {
    let name = directory_name::common_names(name).next().unwrap_or("a certificate without name");
    let end = name.char_indices().nth(64).map_or(name.len(), |(end, _)| end);
    &name[..end]
}
