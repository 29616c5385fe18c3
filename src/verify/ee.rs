//! DANE-EE(3): the server's certificate or key itself, as sent (RFC 7671 section 5.1).
//!
//! Names, dates, extensions and signatures do not matter (RFC 7672 section 3.1.1).

use sha2::{Digest, Sha256, Sha512};

use super::{Matched, Mismatch};
use crate::decide::Detail;
use crate::der::{Certificate, PublicKey};
use crate::tlsa::{CERT, FULL, Record, SHA2_256};

/// RSA keys shorter than this are reported.
const STRONG_RSA_BITS: usize = 2048;

pub(super) fn judge(record: &Record, leaf: &[u8]) -> Result<Matched, Mismatch> {
    let certificate = Certificate::parse(leaf).ok_or_else(|| {
        Mismatch::new(Detail::ChainInvalid, "the server's certificate does not parse")
    })?;
    let selected = if record.selector == CERT { leaf } else { certificate.spki };
    if !matches(record, selected) {
        let what = if record.selector == CERT { "certificate" } else { "key" };
        let text = format!("the server's {what} is {}", fingerprint(record, selected));
        return Err(Mismatch::new(Detail::NoMatch, text));
    }
    let bits = PublicKey::parse(certificate.spki).and_then(|key| key.rsa_bits());
    let weak = bits.filter(|bits| *bits < STRONG_RSA_BITS);
    let (detail, text) = match weak {
        Some(bits) => (Detail::WeakKey, format!("matches, although its RSA key has {bits} bits")),
        None => (Detail::Matched, "matches the server's certificate".into()),
    };
    Ok(Matched { depth: 0, name: None, detail, text })
}

/// Whether the selected octets are those of the record (RFC 6698 section 2.1.3).
pub(super) fn matches(record: &Record, selected: &[u8]) -> bool {
    match record.matching_type {
        FULL => record.data == selected,
        SHA2_256 => Sha256::digest(selected)[..] == record.data[..],
        _ => Sha512::digest(selected)[..] == record.data[..],
    }
}

/// The first octets of what the record would have to hold.
fn fingerprint(record: &Record, selected: &[u8]) -> String {
    let data = match record.matching_type {
        FULL => selected.to_vec(),
        SHA2_256 => Sha256::digest(selected).to_vec(),
        _ => Sha512::digest(selected).to_vec(),
    };
    Record { data, ..record.clone() }.to_string()
}
