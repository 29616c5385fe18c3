/*
 * libdane-policy for programs that speak TLS through rustls-ffi.
 *
 * libdane_policy_rustls has both faces, dane_policy_... and rustls_..., over one copy of rustls. A program links it instead
 * of libdane_policy and librustls, never beside one of them: no pointer may cross from one library to another. Its name
 * carries the version of rustls-ffi, as in libdane_policy_rustls-0.15.7.so.1, since that promises no stable ABI: with a new
 * version programs are compiled again, while nothing of dane_policy_... changes. rustls.h comes along; do not mix it with another.
 *
 *     cc program.c $(pkg-config --cflags --libs dane-policy-rustls)
 *
 * A handshake that DANE judges, between connecting and sending, of a host whose decision says VERIFY, ENCRYPT or
 * OPPORTUNISTIC:
 *
 *     static int shake_hands(const dane_policy_host *host, rustls_connection **connection,
 *                            dane_policy_rustls_handshake **handshake)
 *     {
 *         const char *server_name = dane_policy_host_server_name(host);
 *         rustls_client_config_builder *builder = rustls_client_config_builder_new();
 *         rustls_server_cert_verifier *verifier;
 *         const rustls_client_config *config = NULL;
 *
 *         // An address, for which rustls sends no SNI.
 *         if (server_name == NULL)
 *             server_name = dane_policy_host_address(host, 0);
 *         dane_policy_rustls_server_verifier(host, (int64_t) time(NULL), &verifier, handshake);
 *         rustls_client_config_builder_set_server_verifier(builder, verifier);
 *         rustls_server_cert_verifier_free(verifier);
 *         if (rustls_client_config_builder_build(builder, &config) != RUSTLS_RESULT_OK)
 *             return 0;
 *         rustls_client_connection_new(config, server_name, connection);
 *         rustls_client_config_free(config);
 *         // ... read_tls, process_new_packets and write_tls until it is no longer handshaking.
 *         return *connection != NULL;
 *     }
 *
 * and then:
 *
 *     static int may_send(const dane_policy_rustls_handshake *handshake,
 *                         const rustls_connection *connection)
 *     {
 *         const dane_policy_verification *verification =
 *             dane_policy_rustls_handshake_verification(handshake, connection);
 *
 *         return dane_policy_decision_may_deliver(dane_policy_verification_decision(verification));
 *     }
 *
 * An error on the way needs no branch of its own: without a verifier no configuration is built, and without a completed
 * handshake the verification is NULL, which defers.
 *
 * The rules of dane_policy.h hold. Make a configuration for each connection: one that serves several would resume
 * sessions, and a resumed session shows no certificate.
 */

#ifndef DANE_POLICY_RUSTLS_H
#define DANE_POLICY_RUSTLS_H

/* Generated from src/ffi by `make header`; do not edit. */

#include <dane_policy.h>

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

/**
 * The handshake of one connection, and how the server's certificate was judged in it.
 */
typedef struct dane_policy_rustls_handshake dane_policy_rustls_handshake;

/**
 * Makes a verifier for rustls_client_config_builder_set_server_verifier that judges by the host's TLSA records, and
 * the handshake in which it will. `now` is in seconds since 1970.
 *
 * For one connection: a second handshake with the same verifier fails. A certificate that the decision does not let
 * mail go to is refused with RUSTLS_RESULT_CERT_APPLICATION_VERIFICATION_FAILURE; at ENCRYPT and OPPORTUNISTIC any
 * passes. The server must always prove that it has the certificate's key, and nothing else about a certificate matters
 * that does not to dane_policy_verify: expired, nameless and X.509 v1 ones pass where a DANE-EE record matches.
 *
 * The verifier is freed by rustls_server_cert_verifier_free, as soon as the builder has it if you like; the handshake
 * by dane_policy_rustls_handshake_free, in any order. Both are NULL on failure.
 */
dane_policy_error dane_policy_rustls_server_verifier(const dane_policy_host *host,
                                                     int64_t now,
                                                     rustls_server_cert_verifier **verifier,
                                                     struct dane_policy_rustls_handshake **handshake);

/**
 * Frees a handshake with its verification. NULL is allowed.
 */
void dane_policy_rustls_handshake_free(struct dane_policy_rustls_handshake *handshake);

/**
 * What the server showed; lives as long as the handshake.
 *
 * A refusal is there as soon as the handshake has failed. Anything else only where the connection has completed a full
 * handshake with the certificate that was judged: NULL before, for a resumed session, for another connection, and where
 * the handshake failed for a reason of its own; then use dane_policy_verify_failure. NULL defers.
 */
const dane_policy_verification *dane_policy_rustls_handshake_verification(const struct dane_policy_rustls_handshake *handshake,
                                                                          const rustls_connection *connection);

#endif  /* DANE_POLICY_RUSTLS_H */
