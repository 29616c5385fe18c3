//! TLS with any certificate: the chain is captured for verification, the handshake proves possession of its key.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::der;

/// Accepts every certificate, so that expired, nameless or X.509 v1 ones complete; verification comes after.
#[derive(Debug)]
struct Capture {
    algorithms: WebPkiSupportedAlgorithms,
    chain: Mutex<Vec<Vec<u8>>>,
}

/// The configuration of one handshake, and the chain it will see.
#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) config: Arc<ClientConfig>,
    capture: Arc<Capture>,
}

impl Handshake {
    /// TLS 1.2 and 1.3, no resumption: a resumed session shows no chain.
    pub(super) fn new(with_sni: bool) -> Result<Self, Error> {
        let provider: Arc<CryptoProvider> = ring::default_provider().into();
        let capture = Arc::new(Capture {
            algorithms: provider.signature_verification_algorithms,
            chain: Mutex::default(),
        });
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(capture.clone())
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.enable_sni = with_sni;
        Ok(Self { config: config.into(), capture })
    }

    /// The certificates as sent, the server's first.
    pub(super) fn chain(&self) -> Vec<Vec<u8>> {
        self.capture.chain.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Capture {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificates = std::iter::once(end_entity).chain(intermediates);
        let chain = certificates.map(|certificate| certificate.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
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

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(public_key(certificate)?.spki);
        verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn public_key<'a>(certificate: &'a CertificateDer<'_>) -> Result<der::PublicKey<'a>, Error> {
    der::Certificate::parse(certificate)
        .and_then(|certificate| der::PublicKey::parse(certificate.spki))
        .ok_or_else(|| CertificateError::BadEncoding.into())
}
