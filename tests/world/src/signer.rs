//! Keys of a zone, and the signatures they make (RFC 4034).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use hickory_resolver::proto::dnssec::crypto::{EcdsaSigningKey, Ed25519SigningKey, RsaSigningKey};
use hickory_resolver::proto::dnssec::{Algorithm, PublicKey, SigningKey, TBS};
use hickory_resolver::proto::rr::Name;
use ring::digest;
use rustls::pki_types::PrivateKeyDer;

use crate::records::{self, RRSIG, wire};
use crate::rsa;
use crate::rsa_sha1::{RSASHA1, RsaSha1};

/// What records have unless their zone says otherwise.
pub const TTL: u32 = 300;
const DAY: i64 = 86_400;

/// When a signature is valid, relative to now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From a day ago for two days.
    Now,
    Expired,
    Future,
    /// From a day ago for thirty days.
    Month,
    /// From two weeks ago until in so many hours.
    Until(i64),
}

impl Validity {
    /// From when until when.
    pub fn period(self, now: i64) -> (i64, i64) {
        match self {
            Self::Now => (now - DAY, now + DAY),
            Self::Expired => (now - 2 * DAY, now - DAY),
            Self::Future => (now + DAY, now + 2 * DAY),
            Self::Month => (now - DAY, now + 29 * DAY),
            Self::Until(hours) => (now - 14 * DAY, now + hours * 3600),
        }
    }
}

#[derive(Clone)]
pub struct Key {
    algorithm: u8,
    /// None: it is too short to be used, and its signatures are not even looked at.
    key: Option<Arc<dyn SigningKey + Send + Sync>>,
    /// What was signed before: RSA takes its time.
    made: Arc<Mutex<HashMap<Vec<u8>, Vec<u8>>>>,
    pub dnskey: Vec<u8>,
}

impl Key {
    /// A key of ECDSA or Ed25519; the one RSA key that there is for SHA-256, and for SHA-1; or for algorithm 7 one of RSA with 512 bits.
    pub fn generate(algorithm: u8) -> Self {
        if algorithm == 7 {
            let dnskey = [&[1, 1, 3, algorithm, 1, 3][..], &[0xff; 64]].concat();
            return Self { algorithm, key: None, made: Arc::default(), dnskey };
        }
        let key: Arc<dyn SigningKey + Send + Sync> = match algorithm {
            13 | 14 => {
                let algorithm = Algorithm::from_u8(algorithm);
                let pkcs8 = EcdsaSigningKey::generate_pkcs8(algorithm).unwrap();
                Arc::new(EcdsaSigningKey::from_pkcs8(&pkcs8, algorithm).unwrap())
            }
            15 => {
                let pkcs8 = Ed25519SigningKey::generate_pkcs8().unwrap();
                Arc::new(Ed25519SigningKey::from_pkcs8(&pkcs8).unwrap())
            }
            RSASHA1 => Arc::new(RsaSha1),
            8 => {
                let pkcs8 = BASE64.decode(rsa::PRIVATE_KEY.as_bytes()).unwrap();
                let key = PrivateKeyDer::Pkcs8(pkcs8.into());
                Arc::new(RsaSigningKey::from_key_der(&key, Algorithm::RSASHA256).unwrap())
            }
            other => panic!("algorithm {other}"),
        };
        let mut dnskey = vec![1, 1, 3, algorithm];
        dnskey.extend(key.to_public_key().unwrap().public_bytes());
        Self { algorithm, key: Some(key), made: Arc::default(), dnskey }
    }

    /// The same with a low flag of its other value (RFC 4034 section 2.1.1, RFC 5011 section 7).
    pub fn with_flag(&self, flag: u8) -> Self {
        let mut key = self.clone();
        key.dnskey[1] ^= flag;
        key
    }

    /// Whether there are signatures by it.
    pub fn is_checkable(&self) -> bool {
        self.key.is_some()
    }

    pub fn tag(&self) -> u16 {
        tag(&self.dnskey)
    }

    /// The RDATA of a DS record with SHA-256 or SHA-1, or with other numbers over the former.
    pub fn ds(&self, apex: &Name, algorithm: Option<u8>, digest_type: u8) -> Vec<u8> {
        let mut data = wire(&apex.to_lowercase());
        data.extend(&self.dnskey);
        let mut ds = self.tag().to_be_bytes().to_vec();
        ds.extend([algorithm.unwrap_or(self.algorithm), digest_type]);
        let of_type = match digest_type {
            1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            _ => &digest::SHA256,
        };
        ds.extend(digest::digest(of_type, &data).as_ref());
        ds
    }

    /// The RDATA of a signature over an RRset, as the owner of `labels` labels has it.
    pub fn sign(
        &self,
        zone: &Name,
        owner: &Name,
        rtype: u16,
        rdata: &[Vec<u8>],
        ttl: u32,
        (from, to): (i64, i64),
    ) -> Vec<u8> {
        let mut signature = rtype.to_be_bytes().to_vec();
        signature.extend([self.algorithm, owner.num_labels()]);
        signature.extend(ttl.to_be_bytes());
        signature.extend((to as u32).to_be_bytes());
        signature.extend((from as u32).to_be_bytes());
        signature.extend(self.tag().to_be_bytes());
        signature.extend(wire(zone));
        let mut data = signature.clone();
        let mut rdata: Vec<Vec<u8>> = rdata.iter().map(|rdata| canonical(rtype, rdata)).collect();
        rdata.sort();
        for rdata in rdata {
            data.extend(wire(&owner.to_lowercase()));
            data.extend(rtype.to_be_bytes());
            data.extend([0, 1]);
            data.extend(ttl.to_be_bytes());
            data.extend((rdata.len() as u16).to_be_bytes());
            data.extend(rdata);
        }
        match &self.key {
            Some(key) => {
                let mut made = self.made.lock().unwrap();
                let sign = || key.sign(&TBS::from(&data[..])).unwrap();
                signature.extend(made.entry(data.clone()).or_insert_with(sign).iter());
            }
            None => signature.extend([0x55; 64]),
        }
        signature
    }
}

/// RFC 4034 appendix B.
pub fn tag(dnskey: &[u8]) -> u16 {
    let sum: u32 = (0u32..)
        .zip(dnskey)
        .map(|(i, octet)| if i % 2 == 0 { u32::from(*octet) << 8 } else { (*octet).into() })
        .sum();
    (sum + (sum >> 16)) as u16
}

/// Names in RDATA in lower case, for the types that have them (RFC 4034 section 6.2).
fn canonical(rtype: u16, rdata: &[u8]) -> Vec<u8> {
    match rtype {
        records::MX => [&rdata[..2], &rdata[2..].to_ascii_lowercase()].concat(),
        records::CNAME | records::DNAME | records::NS => rdata.to_ascii_lowercase(),
        _ => rdata.to_vec(),
    }
}

/// A record as it goes into a message.
#[derive(Clone)]
pub struct Record {
    pub owner: Name,
    pub rtype: u16,
    pub ttl: u32,
    pub rdata: Vec<u8>,
}

impl Record {
    pub fn is_signature(&self) -> bool {
        self.rtype == RRSIG
    }
}
