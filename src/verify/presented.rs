//! What the server showed of itself.

use std::cell::OnceCell;

use x509_parser::certificate::Validity;
use x509_parser::prelude::FromDer;

use super::association::Association;
use super::{MAX_CERTIFICATES, MAX_OCTETS};
use crate::der;
use crate::tlsa::Record;

/// The end of 9999, which stands for none (RFC 5280 section 4.1.2.5); of a certificate whose dates cannot be read, too.
const NO_END: i64 = 253_402_300_799;

/// What a server shows in a handshake.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// Certificates, its own first.
    Chain(&'a [&'a [u8]]),
    /// A SubjectPublicKeyInfo alone (RFC 7250).
    RawKey(&'a [u8]),
}

impl<'a> Shown<'a> {
    /// What is the server's own.
    pub(super) fn own(self) -> Option<&'a [u8]> {
        match self {
            Self::Chain(chain) => chain.first().copied(),
            Self::RawKey(key) => Some(key).filter(|key| !key.is_empty()),
        }
    }

    /// That there is none, in words.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Chain(_) => "the server sent no certificate",
            Self::RawKey(_) => "the server sent no raw public key",
        }
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Chain(_) => "certificate",
            Self::RawKey(_) => "raw public key",
        }
    }
}

/// What was shown, its own read as far as its key.
pub(super) struct Presented<'a> {
    /// The server's certificate, or its raw public key.
    pub(super) leaf: Association<'a>,
    pub(super) chain: &'a [&'a [u8]],
    others: OnceCell<Vec<Association<'a>>>,
}

impl<'a> Presented<'a> {
    /// What can be read as far as the server's key.
    pub(super) fn new(shown: Shown<'a>) -> Option<Self> {
        let (leaf, chain): (_, &[_]) = match shown {
            Shown::Chain(chain) => (Association::of(chain.first()?)?, chain),
            Shown::RawKey(key) => (Association::of_raw_key(key)?, &[]),
        };
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

    /// When the certificate that a usable record holds the data of ends to be valid; none where it was not sent. A key has no
    /// end.
    pub(super) fn end_of(&self, record: &Record) -> Option<i64> {
        let named = if self.leaf.matches(record) {
            &self.leaf
        } else {
            self.others().iter().find(|other| other.matches(record))?
        };
        let fields = der::Certificate::parse(named.certificate?);
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
