//! The certificates that the server sent.

use std::cell::OnceCell;

use super::association::Association;
use super::{MAX_CERTIFICATES, MAX_OCTETS};

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

    /// What came behind the server's certificate and can be read; nothing of too large a chain.
    pub(super) fn others(&self) -> &[Association<'a>] {
        self.others.get_or_init(|| {
            let behind = if self.is_too_large() { &[] } else { self.chain.get(1..).unwrap_or(&[]) };
            behind.iter().filter_map(|certificate| Association::of(certificate)).collect()
        })
    }
}
