//! The association data that a record for a certificate or a raw public key would hold (RFC 6698 section 2.1.4).

use std::cell::OnceCell;

use sha2::{Digest, Sha256, Sha512};

use crate::der;
use crate::tlsa::{CERT, FULL, Record, SHA2_256};

/// A certificate or a raw public key as a record sees it; each digest is computed once.
pub(crate) struct Association<'a> {
    /// None of a raw public key.
    pub(super) certificate: Option<&'a [u8]>,
    /// The SubjectPublicKeyInfo as encoded in the certificate, or as sent.
    pub(super) key: &'a [u8],
    sha256: [OnceCell<[u8; 32]>; 2],
    sha512: [OnceCell<[u8; 64]>; 2],
}

impl<'a> Association<'a> {
    /// Of a certificate that can be read as far as its key.
    pub(crate) fn of(certificate: &'a [u8]) -> Option<Self> {
        Some(Self::new(Some(certificate), der::subject_public_key_info(certificate)?))
    }

    /// Of a raw public key (RFC 7250 section 3): one SEQUENCE, since it is compared and not read.
    pub(super) fn of_raw_key(key: &'a [u8]) -> Option<Self> {
        der::is_sequence(key).then(|| Self::new(None, key))
    }

    fn new(certificate: Option<&'a [u8]>, key: &'a [u8]) -> Self {
        Self { certificate, key, sha256: Default::default(), sha512: Default::default() }
    }

    /// The data for a selector and a matching type, both known ones; none of the certificate of a raw public key.
    pub(crate) fn data(&self, selector: u8, matching_type: u8) -> Option<&[u8]> {
        let (selected, index) =
            if selector == CERT { (self.certificate?, 0) } else { (self.key, 1) };
        Some(match matching_type {
            FULL => selected,
            SHA2_256 => self.sha256[index].get_or_init(|| Sha256::digest(selected).into()),
            _ => self.sha512[index].get_or_init(|| Sha512::digest(selected).into()),
        })
    }

    /// Whether a usable record, whatever its usage, holds this data.
    pub(super) fn matches(&self, record: &Record) -> bool {
        self.data(record.selector, record.matching_type) == Some(&*record.data)
    }
}
