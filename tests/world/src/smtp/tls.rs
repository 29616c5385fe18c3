//! Who a server says it is, and in which versions of TLS.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::certificate::Identity;

/// Sessions that a stranger keeps for their resumption.
const MAX_SESSIONS: usize = 16;

/// The TLS side of a server.
#[derive(Clone)]
pub struct Tls {
    pub config: Arc<ServerConfig>,
    /// To whom it shows its own certificate; to everyone where there is no name.
    name: Option<String>,
    is_stranger: bool,
}

/// Which certificate a client was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The server's own.
    Own,
    /// Another of the server's, to a client that asked for none or another name.
    Fallback,
    /// That of a stranger in its place.
    Strange,
}

impl Tls {
    /// Shows this identity with further certificates, to everyone.
    pub fn new(identity: &Identity, others: &[&Identity]) -> Self {
        Self::with(identity, others, None, &[&TLS12, &TLS13])
    }

    pub fn only(identity: &Identity, version: &'static SupportedProtocolVersion) -> Self {
        Self::with(identity, &[], None, &[version])
    }

    /// Shows this identity's certificate without having its key.
    pub fn impostor(identity: &Identity, version: &'static SupportedProtocolVersion) -> Self {
        let mut impostor = Identity::server("impostor.test");
        impostor.der.clone_from(&identity.der);
        Self::with(&impostor, &[], None, &[version])
    }

    /// Shows these octets as certificates behind that of the identity.
    pub fn burdened(
        identity: &Identity,
        version: &'static SupportedProtocolVersion,
        others: Vec<Vec<u8>>,
    ) -> Self {
        Self::showing(certified(identity, others), None, &[version])
    }

    /// Sends so many tickets after the handshake.
    pub fn with_tickets(&self, count: usize) -> Self {
        let mut config = (*self.config).clone();
        config.send_tls13_tickets = count;
        Self { config: config.into(), ..self.clone() }
    }

    /// Shows this identity only to those who name it, and another certificate to the rest.
    pub fn for_name(identity: &Identity, name: &str) -> Self {
        Self::with(identity, &[], Some(name), &[&TLS12, &TLS13])
    }

    fn with(
        identity: &Identity,
        others: &[&Identity],
        name: Option<&str>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let others = others.iter().map(|identity| identity.der.clone());
        Self::showing(certified(identity, others), name, versions)
    }

    fn showing(
        named: Arc<CertifiedKey>,
        name: Option<&str>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let name = name.map(str::to_owned);
        let fallback = certified(&Identity::server("fallback.test"), []);
        let resolver = Certificates { name: name.clone(), named, fallback };
        let config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(resolver));
        Self { config: config.into(), name, is_stranger: false }
    }

    /// The same with a new key, and a certificate for the host that is otherwise as good as any.
    pub fn stranger(&self, host: &str) -> Self {
        let identity = certified(&Identity::server(host), []);
        let mut config = (*self.config).clone();
        let (named, fallback) = (identity.clone(), identity);
        config.cert_resolver = Arc::new(Certificates { name: None, named, fallback });
        // No session of before may be resumed, which would show no certificate.
        config.session_storage = ServerSessionMemoryCache::new(MAX_SESSIONS);
        Self { config: config.into(), name: None, is_stranger: true }
    }

    /// What a client is shown that asks for this server.
    pub fn shown(&self, server_name: Option<&str>) -> Shown {
        match &self.name {
            _ if self.is_stranger => Shown::Strange,
            Some(name) if Some(&**name) != server_name => Shown::Fallback,
            _ => Shown::Own,
        }
    }
}

fn certified(identity: &Identity, others: impl IntoIterator<Item = Vec<u8>>) -> Arc<CertifiedKey> {
    let chain = [identity.der.clone()].into_iter().chain(others);
    let chain = chain.map(CertificateDer::from).collect();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    CertifiedKey::new(chain, ring::sign::any_supported_type(&key).unwrap()).into()
}

#[derive(Debug)]
struct Certificates {
    name: Option<String>,
    named: Arc<CertifiedKey>,
    fallback: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let matches = self.name.is_none() || self.name.as_deref() == hello.server_name();
        Some(if matches { self.named.clone() } else { self.fallback.clone() })
    }
}
