/*
 * rustls-client [-c] [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2] DOMAIN
 *
 * Sends a greeting to the domain's postmaster where DANE allows it, with TLS by rustls-ffi; -2 is for TLS 1.2 only. Prints
 * the decision; exit status 0 sent, 1 not sent, 2 wrong usage.
 *
 *     cc rustls-client.c $(pkg-config --cflags --libs dane-policy-rustls)
 *
 * The certificate is judged by the verifier of dane_policy_rustls_server_verifier, or with -c, for programs that have a
 * certificate callback of their own, in that; a callback cannot take every certificate (see dane_policy_rustls.h).
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>

#include <dane_policy_rustls.h>

#include "client.h"

static int by_callback;

struct rustls {
    const dane_policy_host *host;
    rustls_connection *connection;
    dane_policy_rustls_handshake *handshake;
    dane_policy_verification *verification; /* of the callback */
};

static rustls_io_result receive(void *userdata, uint8_t *data, size_t size, size_t *count)
{
    long got = smtp_plain_read(userdata, data, size);

    *count = got > 0 ? (size_t)got : 0;
    return got < 0 ? errno : 0;
}

static rustls_io_result transmit(void *userdata, const uint8_t *data, size_t size, size_t *count)
{
    long sent = smtp_plain_write(userdata, data, size);

    *count = sent > 0 ? (size_t)sent : 0;
    return sent < 0 ? errno : 0;
}

/* Sends what rustls has to send; 1 if it went. */
static int flush(struct smtp *smtp)
{
    rustls_connection *connection = ((struct rustls *)smtp->tls)->connection;
    size_t count;

    while (rustls_connection_wants_write(connection))
        if (rustls_connection_write_tls(connection, transmit, smtp, &count) != 0 || count == 0)
            return 0;
    return 1;
}

/* Reads once from the network, and answers what must be answered; 1 if the connection lives on. */
static int advance(struct smtp *smtp)
{
    rustls_connection *connection = ((struct rustls *)smtp->tls)->connection;
    size_t count = 0;
    int ok = rustls_connection_read_tls(connection, receive, smtp, &count) == 0 && count > 0
             && rustls_connection_process_new_packets(connection) == RUSTLS_RESULT_OK;

    /* Also where it failed: the alert tells the server why. */
    return flush(smtp) && ok;
}

static long tls_read(struct smtp *smtp, void *data, size_t size)
{
    rustls_connection *connection = ((struct rustls *)smtp->tls)->connection;
    rustls_result result;
    size_t count = 0;

    while ((result = rustls_connection_read(connection, data, size, &count)) == RUSTLS_RESULT_PLAINTEXT_EMPTY)
        if (!advance(smtp))
            return -1;
    return result == RUSTLS_RESULT_OK ? (long)count : -1;
}

static long tls_write(struct smtp *smtp, const void *data, size_t size)
{
    size_t count = 0;

    if (rustls_connection_write(((struct rustls *)smtp->tls)->connection, data, size, &count) != RUSTLS_RESULT_OK
        || !flush(smtp))
        return -1;
    return (long)count;
}

static int may_deliver(const dane_policy_verification *verification)
{
    return dane_policy_decision_may_deliver(dane_policy_verification_decision(verification));
}

static uint32_t judge(void *userdata, const rustls_verify_server_cert_params *params)
{
    struct rustls *tls = userdata;

    dane_policy_rustls_verify(tls->host, params, (int64_t)time(NULL), &tls->verification);
    return may_deliver(tls->verification) ? RUSTLS_RESULT_OK : RUSTLS_RESULT_CERT_APPLICATION_VERIFICATION_FAILURE;
}

/* A configuration of this connection's own: no session is in it that could be resumed. */
static const rustls_client_config *configure(struct rustls *tls)
{
    static const uint16_t tls12[] = {RUSTLS_TLS_VERSION_TLSV1_2};
    const rustls_crypto_provider *provider = rustls_ring_crypto_provider();
    rustls_client_config_builder *builder = NULL;
    rustls_server_cert_verifier *verifier = NULL;
    const rustls_client_config *config = NULL;

    rustls_client_config_builder_new_custom(provider, client_only_tls12 ? tls12 : RUSTLS_DEFAULT_VERSIONS,
                                            client_only_tls12 ? 1 : RUSTLS_DEFAULT_VERSIONS_LEN, &builder);
    rustls_crypto_provider_free(provider);
    if (by_callback) {
        rustls_client_config_builder_dangerous_set_certificate_verifier(builder, judge);
    } else {
        dane_policy_rustls_server_verifier(tls->host, (int64_t)time(NULL), &verifier, &tls->handshake);
        rustls_client_config_builder_set_server_verifier(builder, verifier);
        rustls_server_cert_verifier_free(verifier);
    }
    rustls_client_config_builder_build(builder, &config);
    return config;
}

static const dane_policy_verification *tls_start(struct smtp *smtp, const dane_policy_host *host,
                                                 const char *server_name)
{
    struct rustls *tls = smtp->tls = calloc(1, sizeof *tls);
    const rustls_client_config *config;
    int ok;

    if (tls == NULL)
        return NULL;
    tls->host = host;
    config = configure(tls);
    /* For an address rustls sends no SNI. */
    if (server_name == NULL)
        server_name = dane_policy_host_address(host, 0);
    ok = rustls_client_connection_new(config, server_name, &tls->connection) == RUSTLS_RESULT_OK;
    rustls_client_config_free(config);
    rustls_connection_set_userdata(tls->connection, tls);
    ok = ok && flush(smtp);
    while (ok && rustls_connection_is_handshaking(tls->connection))
        ok = advance(smtp);
    smtp->read = tls_read;
    smtp->write = tls_write;
    if (!by_callback)
        return dane_policy_rustls_handshake_verification(tls->handshake, tls->connection);
    /* A callback that let the certificate pass says nothing where the handshake failed afterwards. */
    return ok || !may_deliver(tls->verification) ? tls->verification : NULL;
}

static void tls_end(struct smtp *smtp)
{
    struct rustls *tls = smtp->tls;

    if (tls == NULL)
        return;
    rustls_connection_free(tls->connection);
    dane_policy_rustls_handshake_free(tls->handshake);
    dane_policy_verification_free(tls->verification);
    free(tls);
    smtp->tls = NULL;
}

int main(int argc, char **argv)
{
    by_callback = argc > 1 && strcmp(argv[1], "-c") == 0;
    if (by_callback)
        argv[1] = argv[0];
    return client(argc - by_callback, argv + by_callback);
}
