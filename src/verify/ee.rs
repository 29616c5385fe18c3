//! DANE-EE(3): the server's certificate or key itself, as sent, a raw public key (RFC 7250) too (RFC 7671 section 5.1).
//!
//! Names, dates, extensions and signatures do not matter (RFC 7672 section 3.1.1).

use super::presented::Presented;
use super::{Matched, Mismatch};
use crate::cause::Detail;
use crate::der::PublicKey;
use crate::text::line;
use crate::tlsa::{CERT, Record};

/// RSA keys shorter than this are reported.
const STRONG_RSA_BITS: usize = 2048;

pub(super) fn judge(record: &Record, presented: &Presented<'_>) -> Result<Matched, Mismatch> {
    let leaf = &presented.leaf;
    let (matches, differs) = match (leaf.certificate, record.selector) {
        (Some(_), _) => {
            ("matches the server's certificate", "does not match the server's certificate")
        }
        (None, CERT) => ("", "names a certificate, and the server showed a raw public key"),
        (None, _) => {
            ("matches the server's raw public key", "does not match the server's raw public key")
        }
    };
    if !leaf.matches(record) {
        return Err(Mismatch::new(Detail::NoMatch, differs));
    }
    let bits = PublicKey::parse(leaf.key).and_then(|key| key.rsa_bits());
    let (detail, text) = match bits.filter(|bits| *bits < STRONG_RSA_BITS) {
        Some(bits) => {
            let text = line(format_args!("matches, although its RSA key has {bits} bits"));
            (Detail::WeakKey, text.into())
        }
        None => (Detail::Matched, matches.into()),
    };
    Ok(Matched { depth: 0, name: None, detail, text })
}
