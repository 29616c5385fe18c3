//! Keys of a zone, and the signatures they make (RFC 4034).

use hickory_resolver::proto::dnssec::crypto::{EcdsaSigningKey, Ed25519SigningKey};
use hickory_resolver::proto::dnssec::{Algorithm, PublicKey, SigningKey, TBS};
use hickory_resolver::proto::rr::Name;
use ring::digest;

use crate::records::{self, RRSIG, wire};

const TTL: u32 = 300;
const DAY: i64 = 86_400;

/// When a signature is valid, relative to now.
#[derive(Clone, Copy)]
pub enum Validity {
    Now,
    Expired,
    Future,
}

pub struct Key {
    algorithm: u8,
    key: Box<dyn SigningKey + Send + Sync>,
    pub dnskey: Vec<u8>,
}

impl Key {
    pub fn generate(algorithm: u8) -> Self {
        let key: Box<dyn SigningKey + Send + Sync> = match algorithm {
            13 | 14 => {
                let algorithm = Algorithm::from_u8(algorithm);
                let pkcs8 = EcdsaSigningKey::generate_pkcs8(algorithm).unwrap();
                Box::new(EcdsaSigningKey::from_pkcs8(&pkcs8, algorithm).unwrap())
            }
            15 => {
                let pkcs8 = Ed25519SigningKey::generate_pkcs8().unwrap();
                Box::new(Ed25519SigningKey::from_pkcs8(&pkcs8).unwrap())
            }
            other => panic!("algorithm {other}"),
        };
        let mut dnskey = vec![1, 1, 3, algorithm];
        dnskey.extend(key.to_public_key().unwrap().public_bytes());
        Self { algorithm, key, dnskey }
    }

    /// RFC 4034 appendix B.
    pub fn tag(&self) -> u16 {
        let sum: u32 = (0u32..)
            .zip(&self.dnskey)
            .map(|(i, octet)| if i % 2 == 0 { u32::from(*octet) << 8 } else { (*octet).into() })
            .sum();
        (sum + (sum >> 16)) as u16
    }

    /// The RDATA of a DS record with SHA-256, or with other numbers over the same digest.
    pub fn ds(&self, apex: &Name, algorithm: Option<u8>, digest_type: u8) -> Vec<u8> {
        let mut data = wire(&apex.to_lowercase());
        data.extend(&self.dnskey);
        let mut ds = self.tag().to_be_bytes().to_vec();
        ds.extend([algorithm.unwrap_or(self.algorithm), digest_type]);
        ds.extend(digest::digest(&digest::SHA256, &data).as_ref());
        ds
    }

    /// The RDATA of a signature over an RRset, as the owner of `labels` labels has it.
    pub fn sign(
        &self,
        zone: &Name,
        owner: &Name,
        rtype: u16,
        rdata: &[Vec<u8>],
        validity: Validity,
        now: i64,
    ) -> Vec<u8> {
        let (from, to) = match validity {
            Validity::Now => (now - DAY, now + DAY),
            Validity::Expired => (now - 2 * DAY, now - DAY),
            Validity::Future => (now + DAY, now + 2 * DAY),
        };
        let mut signature = rtype.to_be_bytes().to_vec();
        signature.extend([self.algorithm, owner.num_labels()]);
        signature.extend(TTL.to_be_bytes());
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
            data.extend(TTL.to_be_bytes());
            data.extend((rdata.len() as u16).to_be_bytes());
            data.extend(rdata);
        }
        signature.extend(self.key.sign(&TBS::from(&data[..])).unwrap());
        signature
    }
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
    pub rdata: Vec<u8>,
}

impl Record {
    pub fn is_signature(&self) -> bool {
        self.rtype == RRSIG
    }

    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = wire(&self.owner);
        out.extend(self.rtype.to_be_bytes());
        out.extend([0, 1]);
        out.extend(TTL.to_be_bytes());
        out.extend((self.rdata.len() as u16).to_be_bytes());
        out.extend(&self.rdata);
        out
    }
}
