//! Proof that the server has the key of the certificate it shows, whatever else the certificate is.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::der;

/// Checks the handshake's signature by the certificate's key alone, so that X.509 v1 and other odd ones pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Possession {
    algorithms: WebPkiSupportedAlgorithms,
}

impl Possession {
    pub(crate) fn new() -> Self {
        Self { algorithms: ring::default_provider().signature_verification_algorithms }
    }

    /// RFC 5246 section 7.4.3.
    pub(crate) fn verify_tls12(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        let candidates = self.algorithms.mapping.iter();
        let candidates = candidates.filter(|(scheme, _)| *scheme == signed.scheme);
        for algorithm in candidates.flat_map(|(_, algorithms)| algorithms.iter()) {
            let is_for_key = algorithm.public_key_alg_id().as_ref() == key.algorithm;
            if is_for_key
                && algorithm.verify_signature(key.bits, message, signed.signature()).is_ok()
            {
                return Ok(HandshakeSignatureValid::assertion());
            }
        }
        Err(CertificateError::BadSignature.into())
    }

    /// RFC 8446 section 4.4.3.
    pub(crate) fn verify_tls13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(public_key(certificate)?.spki);
        verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    pub(crate) fn schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn public_key<'a>(certificate: &'a CertificateDer<'_>) -> Result<der::PublicKey<'a>, Error> {
    der::Certificate::parse(certificate)
        .and_then(|certificate| der::PublicKey::parse(certificate.spki))
        .ok_or_else(|| CertificateError::BadEncoding.into())
}
