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