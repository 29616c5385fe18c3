//! The certificates that the server sent.

use std::cell::OnceCell;

use x509_parser::certificate::Validity;
use x509_parser::prelude::FromDer;

use super::association::Association;
use super::{MAX_CERTIFICATES, MAX_OCTETS};
use crate::der;
use crate::tlsa::Record;

/// The end of 9999, which stands for none (RFC 5280 section 4.1.2.5); of a certificate whose dates cannot be read, too.
const NO_END: i64 = 253_402_300_799;

/// A chain as sent.
pub(super) struct Presented<'a> {
    pub(super) leaf: Association<'a>,
    pub(super) chain: &'a [&'a [u8]],
    others: OnceCell<Vec<Association<'a>>>,
}

impl<'a> Presented<'a> {
    /// A chain whose first certificate can be read as far as its key.
    pub(super) fn new(chain: &'a [&'a [u8]]) -> Option<Self> {
        let leaf = Association::of(chain.first()?)?;
        Some(Self { leaf, chain, others: OnceCell::new() })
    }

    /// Whether there is more than is worth searching for a path.
    pub(super) fn is_too_large(&self) -> bool {
        let octets = || self.chain.iter().map(|certificate| certificate.len()).sum::<usize>();
        self.chain.len() > MAX_CERTIFICATES || octets() > MAX_OCTETS
    }

    /// What is too large about it, in words.
    pub(super) fn excess(&self) -> String {
        if self.chain.len() > MAX_CERTIFICATES {
            format!("the server sent more than {MAX_CERTIFICATES} certificates")
        } else {
            format!("the server sent more than {MAX_OCTETS} octets of certificates")
        }
    }

    /// When the certificate that a usable record holds the data of ends to be valid; none where it was not sent.
    pub(super) fn end_of(&self, record: &Record) -> Option<i64> {
        let named = if self.leaf.matches(record) {
            &self.leaf
        } else {
            self.others().iter().find(|other| other.matches(record))?
        };
        let fields = der::Certificate::parse(named.certificate);
        let validity = fields.and_then(|fields| Validity::from_der(fields.validity).ok());
        Some(validity.map_or(NO_END, |(_, validity)| validity.not_after.timestamp()))
    }

    /// What came behind the server's certificate and can be read; nothing of too large a chain.
    pub(super) fn others(&self) -> &[Association<'a>] {
        self.others.get_or_init(|| {
            let behind = if self.is_too_large() { &[] } else { self.chain.get(1..).unwrap_or(&[]) };
            behind.iter().filter_map(|certificate| Association::of(certificate)).collect()
        })
    }
}
