//! One certificate of a DANE-TA path (RFC 5280 section 4).

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;
use x509_parser::x509::{X509Name, X509Version};

use super::Mismatch;
use crate::decide::Detail;
use crate::der;

const MIN_RSA_BITS: usize = 2048;
const MIN_EC_BITS: usize = 224;

/// A parsed certificate beside its octets.
pub(super) struct Certificate<'a> {
    pub(super) der: &'a [u8],
    pub(super) raw: der::Certificate<'a>,
    pub(super) x509: X509Certificate<'a>,
}

impl<'a> Certificate<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let raw = der::Certificate::parse(der)?;
        let (rest, x509) = X509Certificate::from_der(der).ok()?;
        rest.is_empty().then_some(Self { der, raw, x509 })
    }

    pub(super) fn key(&self) -> Option<der::PublicKey<'a>> {
        der::PublicKey::parse(self.raw.spki)
    }

    /// Name chaining by RFC 5280 section 7.1: case and runs of white space do not matter.
    pub(super) fn names_issuer(&self, issuer: &Self) -> bool {
        let (wanted, offered) = (self.x509.issuer(), issuer.x509.subject());
        wanted.as_raw() == offered.as_raw() || comparable(wanted) == comparable(offered)
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.names_issuer(self)
    }

    /// The subject's common name for a text.
    pub(super) fn subject(&self) -> String {
        let mut names = self.x509.subject().iter_common_name();
        let name = names.next().and_then(|name| name.as_str().ok()).unwrap_or("certificate");
        name.chars().take(80).collect()
    }

    /// RFC 5280 section 4.1.2.5.
    pub(super) fn check_dates(&self, now: i64) -> Result<(), Mismatch> {
        let validity = self.x509.validity();
        if now > validity.not_after.timestamp() {
            return Err(Mismatch::new(Detail::Expired, format!("{} has expired", self.subject())));
        }
        if now < validity.not_before.timestamp() {
            let text = format!("{} is not valid yet", self.subject());
            return Err(Mismatch::new(Detail::NotYetValid, text));
        }
        Ok(())
    }

    fn invalid(&self, why: &str) -> Mismatch {
        Mismatch::new(Detail::ChainInvalid, format!("{}: {why}", self.subject()))
    }

    /// Every extension parses, none comes twice, and no critical one is unknown (RFC 5280 section 4.2).
    pub(super) fn check_extensions(&self) -> Result<(), Mismatch> {
        if self.x509.extensions_map().is_err() {
            return Err(self.invalid("an extension comes twice"));
        }
        for extension in self.x509.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(_)
                | ParsedExtension::KeyUsage(_)
                | ParsedExtension::ExtendedKeyUsage(_)
                | ParsedExtension::SubjectAlternativeName(_)
                | ParsedExtension::NameConstraints(_)
                | ParsedExtension::CertificatePolicies(_) => {}
                ParsedExtension::ParseError { .. } => {
                    return Err(self.invalid("an extension does not parse"));
                }
                _ if extension.critical => {
                    return Err(self.invalid("unknown critical extension"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What a server's certificate must allow; that it may be a CA as well does not matter.
    pub(super) fn check_leaf(&self) -> Result<(), Mismatch> {
        self.check_extensions()?;
        if let Ok(Some(usage)) = self.x509.extended_key_usage()
            && !usage.value.server_auth
            && !usage.value.any
        {
            return Err(self.invalid("extended key usage is not for servers"));
        }
        if let Ok(Some(usage)) = self.x509.key_usage() {
            let usage = usage.value;
            if !usage.digital_signature() && !usage.key_encipherment() && !usage.key_agreement() {
                return Err(self.invalid("key usage is not for TLS"));
            }
        }
        self.check_key()
    }

    fn check_key(&self) -> Result<(), Mismatch> {
        let key = self.key().ok_or_else(|| self.invalid("the key does not parse"))?;
        let is_strong = key.is_edwards()
            || key.rsa_bits().is_some_and(|bits| bits >= MIN_RSA_BITS)
            || key.ec_bits().is_some_and(|bits| bits >= MIN_EC_BITS);
        if is_strong { Ok(()) } else { Err(self.invalid("the key is too weak or of unknown kind")) }
    }

    /// What an issuer must allow (RFC 5280 section 6.1.4); `below` counts the intermediates under it.
    ///
    /// X.509 v1 has no extensions: it may be the trust anchor, and nothing else.
    pub(super) fn check_issuer(&self, below: usize, is_anchor: bool) -> Result<(), Mismatch> {
        if is_anchor && self.x509.version() == X509Version::V1 {
            return Ok(());
        }
        self.check_extensions()?;
        let constraints = match self.x509.basic_constraints() {
            Ok(Some(constraints)) if constraints.value.ca => constraints.value,
            _ => return Err(self.invalid("not a certification authority")),
        };
        if constraints.path_len_constraint.is_some_and(|most| below > most as usize) {
            return Err(self.invalid("path length constraint exceeded"));
        }
        if let Ok(Some(usage)) = self.x509.key_usage()
            && !usage.value.key_cert_sign()
        {
            return Err(self.invalid("key usage does not allow signing certificates"));
        }
        if let Ok(Some(usage)) = self.x509.extended_key_usage()
            && !usage.value.server_auth
        {
            return Err(self.invalid("extended key usage is not for servers"));
        }
        Ok(())
    }

    /// The names it may be reached by: DNS-IDs, and the CN-IDs only where there is no DNS-ID (RFC 7672 section 3.2.3).
    pub(super) fn dns_names(&self) -> Vec<&str> {
        let ids = self.san_dns_names();
        if !ids.is_empty() {
            return ids;
        }
        self.x509.subject().iter_common_name().filter_map(|name| name.as_str().ok()).collect()
    }

    fn san_dns_names(&self) -> Vec<&str> {
        self.general_names()
            .iter()
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some(*name),
                _ => None,
            })
            .collect()
    }

    pub(super) fn general_names(&self) -> &[GeneralName<'a>] {
        match self.x509.subject_alternative_name() {
            Ok(Some(names)) => &names.value.general_names,
            _ => &[],
        }
    }
}

/// The attributes of a name with case and white space folded; None where one is no text.
fn comparable(name: &X509Name<'_>) -> Option<Vec<Vec<(String, String)>>> {
    name.iter_rdn()
        .map(|rdn| {
            rdn.iter()
                .map(|attribute| {
                    let text = attribute.as_str().ok()?.to_ascii_lowercase();
                    let words: Vec<&str> = text.split_ascii_whitespace().collect();
                    Some((attribute.attr_type().to_id_string(), words.join(" ")))
                })
                .collect()
        })
        .collect()
}
