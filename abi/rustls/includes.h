
/* rustls-ffi's own header, which declares only the providers that it is told of, and is C and no C++. */
#ifndef DEFINE_RING
#define DEFINE_RING
#endif
#include <dane_policy_rustls/rustls.h>

/* One certificate more than verification looks at, so that it sees a chain that is too long. */
#define DANE_POLICY_RUSTLS_CERTIFICATES 33

/*
 * For the callback of rustls_client_config_builder_dangerous_set_certificate_verifier: verifies what it was given as
 * dane_policy_verify does, and returns as it does. The callback then answers RUSTLS_RESULT_OK, or where the decision
 * does not let mail go RUSTLS_RESULT_CERT_APPLICATION_VERIFICATION_FAILURE.
 *
 * After such a callback rustls-ffi has webpki read the certificate to check the handshake's signature, and webpki reads
 * no X.509 v1, no broken or repeated extension, and no critical one that it does not know: where a DANE-EE record matches
 * such a certificate, the handshake fails all the same, and mail waits. The verifier of dane_policy_rustls_server_verifier
 * takes them.
 */
static inline dane_policy_error dane_policy_rustls_verify(const dane_policy_host *host,
                                                          const rustls_verify_server_cert_params *params, int64_t now,
                                                          dane_policy_verification **out)
{
    dane_policy_bytes chain[DANE_POLICY_RUSTLS_CERTIFICATES];
    size_t behind = rustls_slice_slice_bytes_len(params->intermediate_certs_der), length = 1, i;

    chain[0].data = params->end_entity_cert_der.data;
    chain[0].length = params->end_entity_cert_der.len;
    for (i = 0; i < behind && length < DANE_POLICY_RUSTLS_CERTIFICATES; i++, length++) {
        rustls_slice_bytes certificate = rustls_slice_slice_bytes_get(params->intermediate_certs_der, i);

        chain[length].data = certificate.data;
        chain[length].length = certificate.len;
    }
    return dane_policy_verify(host, chain, length, now, out);
}
