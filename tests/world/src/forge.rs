//! Certificates from the DER up, so that odd and wrong ones can be made as well (RFC 5280 section 4).

use std::sync::LazyLock;

use data_encoding::BASE64_MIME_PERMISSIVE;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTET_STRING: u8 = 4;
const UTF8: u8 = 12;
/// ecdsa-with-SHA256, ecdsa-with-SHA384, Ed25519, sha256WithRSAEncryption, as AlgorithmIdentifiers.
const ECDSA_SHA256: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const ECDSA_SHA384: &[u8] = &[0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
const ED25519: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
const RSA_SHA256: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];
/// ML-DSA-44, ML-DSA-65 and ML-DSA-87 (RFC 9881 section 2), with the octets of their keys and signatures (FIPS 204 section 4).
const ML_DSA: [(&[u8], usize, usize); 3] = [
    (&[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17], 1312, 2420),
    (&[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18], 1952, 3309),
    (&[0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 19], 2592, 4627),
];
const RSA: &[u8] = &[0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
const EC_KEY: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P384: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 34];

static RANDOM: LazyLock<SystemRandom> = LazyLock::new(SystemRandom::new);

/// One element of DER.
pub fn tlv(tag: u8, contents: impl AsRef<[u8]>) -> Vec<u8> {
    let contents = contents.as_ref();
    let length = contents.len();
    let octets = (length as u64).to_be_bytes();
    let significant = &octets[octets.iter().position(|octet| *octet != 0).unwrap_or(7)..];
    let mut element = vec![tag];
    if length < 0x80 {
        element.push(length as u8);
    } else {
        element.push(0x80 | significant.len() as u8);
        element.extend_from_slice(significant);
    }
    element.extend_from_slice(contents);
    element
}

/// A SEQUENCE of elements.
pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, elements.concat())
}

/// A key pair, or a public key that signs nothing.
pub struct Key {
    /// The SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    signer: Signer,
}

enum Signer {
    Ecdsa(EcdsaKeyPair, &'static [u8]),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
    /// Void signatures of so many octets.
    Void(&'static [u8], usize),
    None,
}

impl Key {
    fn new(algorithm: Vec<u8>, public: &[u8], signer: Signer) -> Self {
        Self { spki: sequence(&[algorithm, tlv(3, [&[0], public].concat())]), signer }
    }

    /// A new P-256 key.
    pub fn p256() -> Self {
        let signing = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &*RANDOM).expect("randomness");
        let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &*RANDOM).expect("own key");
        let public = pair.public_key().as_ref().to_vec();
        let algorithm = tlv(SEQUENCE, [EC_KEY, P256].concat());
        Self::new(algorithm, &public, Signer::Ecdsa(pair, ECDSA_SHA256))
    }

    /// A new P-384 key.
    pub fn p384() -> Self {
        let signing = &ECDSA_P384_SHA384_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &*RANDOM).expect("randomness");
        let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &*RANDOM).expect("own key");
        let public = pair.public_key().as_ref().to_vec();
        let algorithm = tlv(SEQUENCE, [EC_KEY, P384].concat());
        Self::new(algorithm, &public, Signer::Ecdsa(pair, ECDSA_SHA384))
    }

    /// A new Ed25519 key.
    pub fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&*RANDOM).expect("randomness");
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("own key");
        let public = pair.public_key().as_ref().to_vec();
        Self::new(ED25519.to_vec(), &public, Signer::Ed25519(pair))
    }

    /// One of two RSA keys of 2048 bits, kept in files because ring makes none.
    pub fn rsa_2048(first: bool) -> Self {
        let text = if first {
            include_str!("../keys/rsa-2048-0.pem")
        } else {
            include_str!("../keys/rsa-2048-1.pem")
        };
        let pair = RsaKeyPair::from_pkcs8(&pem(text)).expect("the key file");
        let public = pair.public_key().as_ref().to_vec();
        Self::new(RSA.to_vec(), &public, Signer::Rsa(pair))
    }

    /// An RSA key of 1024 bits; signs nothing.
    pub fn rsa_1024() -> Self {
        Self { spki: pem(include_str!("../keys/rsa-1024.pub.pem")), signer: Signer::None }
    }

    /// Keys of the size of ML-DSA-44, ML-DSA-65 and ML-DSA-87, whose signatures are void.
    pub fn ml_dsa() -> [Self; 3] {
        ML_DSA.map(|(algorithm, key, signature)| {
            Self::new(algorithm.to_vec(), &vec![7; key], Signer::Void(algorithm, signature))
        })
    }

    /// Any SubjectPublicKeyInfo; signs nothing.
    pub fn public_only(spki: Vec<u8>) -> Self {
        Self { spki, signer: Signer::None }
    }

    /// A P-256 key with a compressed point (RFC 5480 section 2.2).
    pub fn compressed() -> Self {
        let Self { spki, signer } = Self::p256();
        let point = &spki[spki.len() - 64..];
        let sign = 2 + (point[63] & 1);
        let public = [&[sign], &point[..32]].concat();
        Self::new(tlv(SEQUENCE, [EC_KEY, P256].concat()), &public, signer)
    }

    fn algorithm(&self) -> &'static [u8] {
        match &self.signer {
            Signer::Ecdsa(_, algorithm) => algorithm,
            Signer::Ed25519(_) => ED25519,
            Signer::Void(algorithm, _) => algorithm,
            Signer::Rsa(_) | Signer::None => RSA_SHA256,
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.signer {
            Signer::Ecdsa(pair, _) => {
                pair.sign(&*RANDOM, message).expect("randomness").as_ref().to_vec()
            }
            Signer::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Signer::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &*RANDOM, message, &mut signature)
                    .expect("a strong key");
                signature
            }
            Signer::Void(_, size) => vec![0; *size],
            Signer::None => vec![0; 256],
        }
    }
}

fn pem(text: &str) -> Vec<u8> {
    let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    BASE64_MIME_PERMISSIVE.decode(lines.as_bytes()).expect("a PEM file")
}

/// A Name of one-valued RDNs: last octet of the 2.5.4 attribute type, string tag, and text.
pub fn name(attributes: &[(u8, u8, &str)]) -> Vec<u8> {
    let sets = attributes
        .iter()
        .map(|&(kind, tag, text)| tlv(SET, sequence(&[tlv(6, [0x55, 4, kind]), tlv(tag, text)])));
    sequence(&sets.collect::<Vec<_>>())
}

/// A Name of one common name.
pub fn common_name(text: &str) -> Vec<u8> {
    name(&[(3, UTF8, text)])
}

/// An extension, by the contents of its object identifier.
pub fn extension(id: &[u8], is_critical: bool, value: impl AsRef<[u8]>) -> Vec<u8> {
    let critical = if is_critical { vec![1, 1, 0xff] } else { Vec::new() };
    sequence(&[tlv(6, id), critical, tlv(OCTET_STRING, value)])
}

/// Basic constraints (RFC 5280 section 4.2.1.9).
pub fn basic_constraints(ca: bool, path_length: Option<u8>) -> Vec<u8> {
    let ca = if ca { vec![1, 1, 0xff] } else { Vec::new() };
    let most = path_length.map(|most| tlv(2, [most])).unwrap_or_default();
    extension(&[0x55, 0x1d, 19], true, sequence(&[ca, most]))
}

/// Key usage (RFC 5280 section 4.2.1.3), its first octet of bits.
pub fn key_usage(bits: u8) -> Vec<u8> {
    extension(&[0x55, 0x1d, 15], true, tlv(3, [bits.trailing_zeros().min(7) as u8, bits]))
}

/// Extended key usage (RFC 5280 section 4.2.1.12): serverAuth is 1, clientAuth 2; 0 is anyExtendedKeyUsage.
pub fn extended_key_usage(purposes: &[u8]) -> Vec<u8> {
    let purposes = purposes.iter().map(|purpose| match purpose {
        0 => tlv(6, [0x55, 0x1d, 37, 0]),
        purpose => tlv(6, [0x2b, 6, 1, 5, 5, 7, 3, *purpose]),
    });
    extension(&[0x55, 0x1d, 37], false, sequence(&purposes.collect::<Vec<_>>()))
}

/// Subject alternative names (RFC 5280 section 4.2.1.6), each given by its kind and contents.
pub fn alternative_names(names: &[(u8, &[u8])]) -> Vec<u8> {
    let names = names.iter().map(|&(kind, contents)| general_name(kind, contents));
    extension(&[0x55, 0x1d, 17], false, sequence(&names.collect::<Vec<_>>()))
}

fn general_name(kind: u8, contents: &[u8]) -> Vec<u8> {
    let constructed = if matches!(kind, 0 | 3 | 4 | 5) { 0x20 } else { 0 };
    tlv(0x80 | constructed | kind, contents)
}

/// Subject alternative names that are all DNS names.
pub fn dns_names(names: &[&str]) -> Vec<u8> {
    let names: Vec<(u8, &[u8])> = names.iter().map(|name| (2, name.as_bytes())).collect();
    alternative_names(&names)
}

/// Name constraints (RFC 5280 section 4.2.1.10): subtrees by the kind and contents of their base.
pub fn name_constraints(permitted: &[(u8, &[u8])], excluded: &[(u8, &[u8])]) -> Vec<u8> {
    let subtrees = |tag: u8, trees: &[(u8, &[u8])]| {
        let trees = trees.iter().map(|&(kind, base)| sequence(&[general_name(kind, base)]));
        let trees: Vec<Vec<u8>> = trees.collect();
        if trees.is_empty() { trees } else { vec![tlv(tag, trees.concat())] }
    };
    let both = [subtrees(0xa0, permitted), subtrees(0xa1, excluded)].concat();
    extension(&[0x55, 0x1d, 30], true, sequence(&both))
}

/// A certificate to be made.
#[derive(Clone)]
pub struct Draft {
    /// Its version number plus one; 1 has no version field.
    pub version: u8,
    /// The contents of its serial number.
    pub serial: Vec<u8>,
    /// The issuer's Name.
    pub issuer: Vec<u8>,
    /// First and last second of validity, as UTCTime.
    pub validity: [&'static str; 2],
    /// The subject's Name.
    pub subject: Vec<u8>,
    /// Extensions.
    pub extensions: Vec<Vec<u8>>,
    /// Whether the signature is spoiled.
    pub is_spoiled: bool,
    /// Whether what is signed names another algorithm than the signature has.
    pub names_another_algorithm: bool,
}

/// A certificate valid from 2020 to 2049.
pub fn draft(subject: &str, issuer: &str, extensions: &[Vec<u8>]) -> Draft {
    Draft {
        version: 3,
        serial: vec![1],
        issuer: common_name(issuer),
        validity: ["200101000000Z", "491231235959Z"],
        subject: common_name(subject),
        extensions: extensions.to_vec(),
        is_spoiled: false,
        names_another_algorithm: false,
    }
}

impl Draft {
    /// The certificate for a key, signed by another.
    pub fn sign(&self, key: &Key, issuer: &Key) -> Vec<u8> {
        let version = (self.version > 1).then(|| tlv(0xa0, tlv(2, [self.version - 1])));
        let extensions =
            (!self.extensions.is_empty()).then(|| tlv(0xa3, sequence(&self.extensions)));
        let algorithm = issuer.algorithm().to_vec();
        let named = if self.names_another_algorithm { RSA.to_vec() } else { algorithm.clone() };
        let tbs = sequence(&[
            version.unwrap_or_default(),
            tlv(2, &self.serial),
            named,
            self.issuer.clone(),
            sequence(&self.validity.map(|time| tlv(23, time))),
            self.subject.clone(),
            key.spki.clone(),
            extensions.unwrap_or_default(),
        ]);
        let mut signature = issuer.sign(&tbs);
        if self.is_spoiled {
            let middle = signature.len() / 2;
            signature[middle] ^= 1;
        }
        sequence(&[tbs, algorithm, tlv(3, [vec![0], signature].concat())])
    }
}
