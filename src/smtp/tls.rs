//! TLS with any certificate: the chain is captured for verification, the handshake proves possession of its key.

use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, ClientConnection, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{DigitallySignedStruct, Error, InvalidMessage, ProtocolVersion, SignatureScheme};

use super::possession::Possession;

/// Accepts every certificate, so that expired, nameless or X.509 v1 ones complete; verification comes after.
#[derive(Debug)]
struct Capture {
    possession: Possession,
    chain: Mutex<Vec<Vec<u8>>>,
}

/// The time of the call: rustls shall have no clock of its own.
#[derive(Debug)]
struct Clock(i64);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// One TLS connection, octets in and octets out.
pub(crate) struct Tls {
    connection: ClientConnection,
    capture: Arc<Capture>,
    received: Vec<u8>,
    has_ended: bool,
}

impl Tls {
    /// TLS 1.2 and 1.3, no resumption: a resumed session shows no chain. `now` is in seconds since 1970; a name that is
    /// no DNS name is not sent.
    pub(super) fn new(name: &str, now: i64) -> Result<Self, Error> {
        let provider: Arc<CryptoProvider> = ring::default_provider().into();
        let capture = Arc::new(Capture { possession: Possession::new(), chain: Mutex::default() });
        let mut config = ClientConfig::builder_with_details(provider, Arc::new(Clock(now)))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(capture.clone())
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        let name = ServerName::try_from(name.to_owned());
        config.enable_sni = matches!(name, Ok(ServerName::DnsName(_)));
        let nameless = || ServerName::IpAddress(Ipv4Addr::UNSPECIFIED.into());
        let name = name.unwrap_or_else(|_| nameless());
        let connection = ClientConnection::new(config.into(), name)?;
        Ok(Self { connection, capture, received: Vec::new(), has_ended: false })
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }

    /// What is to be sent now.
    pub(crate) fn output(&mut self) -> Vec<u8> {
        let mut output = Vec::new();
        while self.connection.wants_write() {
            let _a_vector_takes_all = self.connection.write_tls(&mut output);
        }
        output
    }

    /// Takes what came, as far as the server's end.
    pub(crate) fn take(&mut self, mut octets: &[u8]) -> Result<(), Error> {
        while !octets.is_empty() && !self.has_ended {
            let taken = self.connection.read_tls(&mut octets);
            // Of octets that are there it refuses those alone for which a message leaves no room.
            taken.map_err(|_| InvalidMessage::HandshakePayloadTooLarge)?;
            let state = self.connection.process_new_packets()?;
            self.has_ended = state.peer_has_closed();
            let (start, length) = (self.received.len(), state.plaintext_bytes_to_read());
            self.received.resize(start + length, 0);
            let _that_many_are_there = self.connection.reader().read(&mut self.received[start..]);
        }
        Ok(())
    }

    /// Encrypts a message for the server.
    pub(crate) fn say(&mut self, words: &[u8]) {
        let _a_buffer_takes_all = self.connection.writer().write(words);
    }

    /// What the server said since this was asked.
    pub(crate) fn heard(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.received)
    }

    /// Whether the server will say nothing more (RFC 8446 section 6.1).
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Says that nothing more is said (RFC 8446 section 6.1).
    pub(crate) fn close(&mut self) {
        self.connection.send_close_notify();
    }

    pub(crate) fn version(&self) -> Option<&'static str> {
        match self.connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => Some("TLSv1.3"),
            Some(ProtocolVersion::TLSv1_2) => Some("TLSv1.2"),
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Cipher suites and extensions of a client's hello (RFC 8446 section 4.1.2).
    fn offers(hello: &[u8]) -> (Vec<u16>, Vec<(u16, Vec<u8>)>) {
        let word = |octets: &[u8]| u16::from_be_bytes([octets[0], octets[1]]);
        let rest = &hello[5 + 4 + 2 + 32..];
        let rest = &rest[1 + usize::from(rest[0])..];
        let (suites, rest) = rest[2..].split_at(word(rest).into());
        let mut rest = &rest[1 + usize::from(rest[0]) + 2..];
        let mut extensions = Vec::new();
        while !rest.is_empty() {
            let (data, next) = rest[4..].split_at(word(&rest[2..]).into());
            extensions.push((word(rest), data.to_vec()));
            rest = next;
        }
        (suites.chunks(2).map(word).collect(), extensions)
    }

    #[test]
    fn rfc7672_8_what_the_client_offers() {
        const SERVER_NAME: u16 = 0;
        const SERVER_CERTIFICATE_TYPE: u16 = 20;
        const PRE_SHARED_KEY: u16 = 41;
        const SUPPORTED_VERSIONS: u16 = 43;
        let hello = Tls::new("mx.base.test", 0).unwrap().output();
        // A TLS record that holds a hello, not one in the form of SSL 2.0.
        assert_eq!((hello[0], hello[1], hello[5]), (22, 3, 1));
        let (suites, extensions) = offers(&hello);
        let extension =
            |wanted| extensions.iter().find(|(kind, _)| *kind == wanted).map(|(_, d)| &**d);
        assert_eq!(extension(SERVER_NAME), Some(&b"\0\x0f\0\0\x0cmx.base.test"[..]));
        assert_eq!(extension(SUPPORTED_VERSIONS), Some(&[4, 3, 4, 3, 3][..]));
        // X.509 only (RFC 7671 section 5.1), and no session of another server's policy.
        assert_eq!((extension(SERVER_CERTIFICATE_TYPE), extension(PRE_SHARED_KEY)), (None, None));
        // TLS 1.3, or ECDHE with a certificate; the last one only signals secure renegotiation.
        let authenticated = [0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9, 0x00ff];
        assert!(suites.iter().all(|suite| suite >> 8 == 0x13 || authenticated.contains(suite)));
        for no_name in ["192.0.2.1", "", "mx\r\n.test", "mx\\x0d.test"] {
            let (_, nameless) = offers(&Tls::new(no_name, 0).unwrap().output());
            assert!(nameless.iter().all(|(kind, _)| *kind != SERVER_NAME), "{no_name:?}");
        }
    }
}
