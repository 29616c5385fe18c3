//! TLS through rustls-ffi: a verifier for its builder that judges by DANE.

use std::ffi::c_int;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_ffi::certificate::rustls_certificate_get_der;
use rustls_ffi::connection::rustls_connection;
use rustls_ffi::enums::rustls_handshake_kind;
use rustls_ffi::rustls_result;
use rustls_ffi::verifier::rustls_server_cert_verifier;

use super::boundary::{create, free, guard};
use super::error::{MISUSE, OK};
use super::host::dane_policy_host;
use super::numbers::dane_policy_error;
use super::verification::dane_policy_verification;
use crate::lookup::Host;
use crate::smtp::Possession;

/// The handshake of one connection, and how the server's certificate was judged in it.
pub struct dane_policy_rustls_handshake(Arc<Judge>);

/// Judges the first chain it is shown, and no other.
struct Judge {
    host: Host,
    now: i64,
    possession: Possession,
    judged: OnceLock<Judged>,
}

struct Judged {
    certificate: Vec<u8>,
    may_deliver: bool,
    verification: dane_policy_verification,
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge").field("host", &self.host.name).finish_non_exhaustive()
    }
}

impl Judge {
    fn judge(&self, chain: &[&[u8]]) -> Result<ServerCertVerified, Error> {
        let verification = self.host.verify(chain, self.now);
        let decision = self.host.decide(&verification);
        let may_deliver = decision.verdict.may_deliver();
        let judged = Judged {
            certificate: chain.first().copied().unwrap_or_default().to_vec(),
            may_deliver,
            verification: dane_policy_verification::new(verification, Some(decision)),
        };
        let only_one = |_| Error::General("a verifier serves one connection".into());
        self.judged.set(judged).map_err(only_one)?;
        if may_deliver {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        guard(Err(Error::General("internal error".into())), || {
            let chain = std::iter::once(end_entity).chain(intermediates);
            self.judge(&chain.map(AsRef::as_ref).collect::<Vec<_>>())
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        guard(Err(CertificateError::BadSignature.into()), || {
            self.possession.verify_tls12(message, certificate, signed)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        guard(Err(CertificateError::BadSignature.into()), || {
            self.possession.verify_tls13(message, certificate, signed)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.possession.schemes()
    }
}

/// Makes a verifier for rustls_client_config_builder_set_server_verifier that judges by the host's TLSA records, and
/// the handshake in which it will. `now` is in seconds since 1970.
///
/// For one connection: a second handshake with the same verifier fails. A certificate that the decision does not let
/// mail go to is refused with RUSTLS_RESULT_CERT_APPLICATION_VERIFICATION_FAILURE; at ENCRYPT and OPPORTUNISTIC any
/// passes. The server must always prove that it has the certificate's key, and nothing else about a certificate matters
/// that does not to dane_policy_verify: expired, nameless and X.509 v1 ones pass where a DANE-EE record matches.
///
/// The verifier is freed by rustls_server_cert_verifier_free, as soon as the builder has it if you like; the handshake
/// by dane_policy_rustls_handshake_free, in any order. Both are NULL on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_rustls_server_verifier(
    host: Option<&dane_policy_host>,
    now: i64,
    verifier: *mut *mut rustls_server_cert_verifier,
    handshake: *mut *mut dane_policy_rustls_handshake,
) -> dane_policy_error {
    let mut made = std::ptr::null_mut();
    let make = || {
        let host = host.filter(|_| !verifier.is_null()).ok_or(MISUSE)?.host.clone();
        let possession = Possession::new();
        let judge = Arc::new(Judge { host, now, possession, judged: OnceLock::new() });
        made = as_verifier(judge.clone());
        Ok(dane_policy_rustls_handshake(judge))
    };
    // SAFETY: NULL or room for a pointer.
    let code = unsafe { create(handshake, make) };
    if !verifier.is_null() {
        // SAFETY: not NULL, and the caller gives room for a pointer there.
        unsafe { verifier.write(if code == OK as c_int { made } else { std::ptr::null_mut() }) };
    }
    code
}

/// What rustls-ffi's own functions take for a verifier of theirs; it has no public way to make one.
fn as_verifier(judge: Arc<Judge>) -> *mut rustls_server_cert_verifier {
    let verifier: Arc<dyn ServerCertVerifier> = judge;
    Box::into_raw(Box::new(verifier)).cast()
}

/// Frees a handshake with its verification. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn dane_policy_rustls_handshake_free(
    handshake: Option<Box<dane_policy_rustls_handshake>>,
) {
    free(handshake);
}

/// What the server showed; lives as long as the handshake.
///
/// A refusal is there as soon as the handshake has failed. Anything else only where the connection has completed a full
/// handshake with the certificate that was judged: NULL before, for a resumed session, for another connection, and where
/// the handshake failed for a reason of its own; then use dane_policy_verify_failure. NULL defers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dane_policy_rustls_handshake_verification(
    handshake: Option<&dane_policy_rustls_handshake>,
    connection: *const rustls_connection,
) -> Option<&dane_policy_verification> {
    guard(None, || {
        let judged = handshake?.0.judged.get()?;
        // SAFETY: NULL, or a connection that has not been freed.
        let holds = || unsafe { has_shown(connection, &judged.certificate) };
        (!judged.may_deliver || holds()).then_some(&judged.verification)
    })
}

/// Whether the connection's full handshake is complete and had this certificate.
unsafe fn has_shown(connection: *const rustls_connection, certificate: &[u8]) -> bool {
    use rustls_handshake_kind::{Full, FullWithHelloRetryRequest};
    let kind = rustls_connection::rustls_connection_handshake_kind(connection);
    if rustls_connection::rustls_connection_is_handshaking(connection)
        || !matches!(kind, Full | FullWithHelloRetryRequest)
    {
        return false;
    }
    let shown = rustls_connection::rustls_connection_get_peer_certificate(connection, 0);
    let (mut data, mut length) = (std::ptr::null(), 0);
    let result = rustls_certificate_get_der(shown, &raw mut data, &raw mut length);
    // SAFETY: rustls-ffi has set both, to octets that live as long as the connection.
    matches!(result, rustls_result::Ok)
        && unsafe { std::slice::from_raw_parts(data, length) } == certificate
}

#[cfg(test)]
mod tests {
    use std::ptr::{null, null_mut};

    use rustls_ffi::client::{
        rustls_client_config as Config, rustls_client_config_builder as Builder,
    };

    use super::*;
    use crate::context::Context;
    use crate::decide::Mx;

    /// A host that can be had without a network.
    fn host() -> dane_policy_host {
        let found = Context::new().lookup_host("a..b", 25, None, Mx::Configured).unwrap();
        dane_policy_host::new(found.hosts[0].clone())
    }

    /// The layout of rustls-ffi's verifier: its own functions count, use and drop ours.
    #[test]
    fn rustls_ffi_takes_the_verifier_for_its_own() {
        let (mut verifier, mut handshake) = (null_mut(), null_mut());
        let (to_verifier, to_handshake) = (&raw mut verifier, &raw mut handshake);
        // SAFETY: there is room for both.
        let made = unsafe {
            dane_policy_rustls_server_verifier(Some(&host()), 0, to_verifier, to_handshake)
        };
        assert_eq!(made, OK as c_int);
        // SAFETY: just made, and freed by nobody else.
        let handshake = unsafe { Box::from_raw(handshake) };
        assert_eq!(Arc::strong_count(&handshake.0), 2);
        let builder = Builder::rustls_client_config_builder_new();
        Builder::rustls_client_config_builder_set_server_verifier(builder, verifier);
        assert_eq!(Arc::strong_count(&handshake.0), 3);
        rustls_server_cert_verifier::rustls_server_cert_verifier_free(verifier);
        let mut config = null();
        let built = Builder::rustls_client_config_builder_build(builder, &raw mut config);
        assert!(matches!(built, rustls_result::Ok));
        assert_eq!(Arc::strong_count(&handshake.0), 2);
        Config::rustls_client_config_free(config);
        assert_eq!(Arc::strong_count(&handshake.0), 1);
    }

    #[test]
    fn misuse_gives_neither_verifier_nor_handshake() {
        let dirty = std::ptr::dangling_mut();
        let (mut verifier, mut handshake) = (dirty, std::ptr::dangling_mut());
        // SAFETY: there is room for both.
        let made = unsafe {
            dane_policy_rustls_server_verifier(None, 0, &raw mut verifier, &raw mut handshake)
        };
        assert_eq!((made, verifier.is_null(), handshake.is_null()), (MISUSE as c_int, true, true));
        handshake = std::ptr::dangling_mut();
        let to_handshake = &raw mut handshake;
        // SAFETY: there is room for a handshake, and none for a verifier.
        let made = unsafe {
            dane_policy_rustls_server_verifier(Some(&host()), 0, null_mut(), to_handshake)
        };
        assert_eq!((made, handshake.is_null()), (MISUSE as c_int, true));
        verifier = dirty;
        let to_verifier = &raw mut verifier;
        // SAFETY: there is room for a verifier, and none for a handshake.
        let made = unsafe {
            dane_policy_rustls_server_verifier(Some(&host()), 0, to_verifier, null_mut())
        };
        assert_eq!((made, verifier.is_null()), (MISUSE as c_int, true));
    }

    /// A host that must not be connected to refuses every certificate, and says so without a connection.
    #[test]
    fn a_verifier_judges_once() {
        let possession = Possession::new();
        let host = host().host;
        let judge = Arc::new(Judge { host, now: 0, possession, judged: OnceLock::new() });
        let refused = judge.judge(&[b"no certificate"]).unwrap_err();
        assert_eq!(refused, CertificateError::ApplicationVerificationFailure.into());
        assert!(matches!(judge.judge(&[b"another"]), Err(Error::General(_))));
        let handshake = dane_policy_rustls_handshake(judge);
        // SAFETY: NULL is allowed.
        let verification =
            unsafe { dane_policy_rustls_handshake_verification(Some(&handshake), null()) };
        assert!(verification.is_some());
    }
}
