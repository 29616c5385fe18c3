//! The association data that a record for a certificate would hold (RFC 6698 section 2.1.4).

use std::cell::OnceCell;

use sha2::{Digest, Sha256, Sha512};

use crate::der;
use crate::tlsa::{CERT, FULL, Record, SHA2_256};

/// A certificate as a record sees it; each digest is computed once.
pub(crate) struct Association<'a> {
    pub(super) certificate: &'a [u8],
    /// The SubjectPublicKeyInfo as encoded in the certificate.
    pub(super) key: &'a [u8],
    sha256: [OnceCell<[u8; 32]>; 2],
    sha512: [OnceCell<[u8; 64]>; 2],
}

impl<'a> Association<'a> {
    /// Of a certificate that can be read as far as its key.
    pub(crate) fn of(certificate: &'a [u8]) -> Option<Self> {
        let key = der::subject_public_key_info(certificate)?;
        Some(Self { certificate, key, sha256: Default::default(), sha512: Default::default() })
    }

    /// The data for a selector and a matching type, both known ones.
    pub(crate) fn data(&self, selector: u8, matching_type: u8) -> &[u8] {
        let (selected, index) =
            if selector == CERT { (self.certificate, 0) } else { (self.key, 1) };
        match matching_type {
            FULL => selected,
            SHA2_256 => self.sha256[index].get_or_init(|| Sha256::digest(selected).into()),
            _ => self.sha512[index].get_or_init(|| Sha512::digest(selected).into()),
        }
    }

    /// Whether a usable record, whatever its usage, holds this certificate's data.
    pub(super) fn matches(&self, record: &Record) -> bool {
        self.data(record.selector, record.matching_type) == &*record.data
    }
}
