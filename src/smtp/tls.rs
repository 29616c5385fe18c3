//! TLS with any certificate: the chain is captured for verification, the handshake proves possession of its key.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::possession::Possession;

/// Accepts every certificate, so that expired, nameless or X.509 v1 ones complete; verification comes after.
#[derive(Debug)]
struct Capture {
    possession: Possession,
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
        let capture = Arc::new(Capture { possession: Possession::new(), chain: Mutex::default() });
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
        self.possession.verify_tls12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.possession.verify_tls13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.possession.schemes()
    }
}
