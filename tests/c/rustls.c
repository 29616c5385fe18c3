/* What dane_policy_rustls.h promises, over real connections: `world run -- rustls`. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdint.h>
#include <time.h>

#include <dane_policy_rustls.h>

#include "../../examples-c/smtp.h"
#include "../../examples-c/world.h"
#include "check.h"

static dane_policy_context *context;

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

/* A TLS connection to a host, its handshake not begun. */
static rustls_connection *connection_to(const dane_policy_host *host, const rustls_client_config *config,
                                        struct smtp *smtp)
{
    rustls_connection *connection = NULL;
    struct sockaddr_storage address;
    socklen_t length;

    CHECK(dane_policy_host_sockaddr(host, 0, &address, &length) == DANE_POLICY_OK);
    CHECK(smtp_open(smtp, &address, length) == 0);
    CHECK(smtp_starttls(smtp) == 0);
    CHECK(rustls_client_connection_new(config, dane_policy_host_base_domain(host), &connection) == RUSTLS_RESULT_OK);
    return connection;
}

/* Sends what there is to send, reads once and goes on; the last result. */
static rustls_result advance(rustls_connection *connection, struct smtp *smtp)
{
    size_t count = 0;
    rustls_result result;

    while (rustls_connection_wants_write(connection))
        CHECK(rustls_connection_write_tls(connection, transmit, smtp, &count) == 0);
    CHECK(rustls_connection_read_tls(connection, receive, smtp, &count) == 0 && count > 0);
    result = rustls_connection_process_new_packets(connection);
    while (rustls_connection_wants_write(connection))
        CHECK(rustls_connection_write_tls(connection, transmit, smtp, &count) == 0);
    return result;
}

static rustls_result shake_hands(rustls_connection *connection, struct smtp *smtp)
{
    rustls_result result = RUSTLS_RESULT_OK;

    while (result == RUSTLS_RESULT_OK && rustls_connection_is_handshaking(connection))
        result = advance(connection, smtp);
    return result;
}

/* Says EHLO and reads a reply, with which the server's session tickets come. */
static void take_tickets(rustls_connection *connection, struct smtp *smtp)
{
    static const char command[] = "EHLO rustls.test\r\n";
    char reply[512];
    size_t count = 0;

    CHECK(rustls_connection_write(connection, (const uint8_t *)command, strlen(command), &count) == RUSTLS_RESULT_OK);
    while (rustls_connection_read(connection, (uint8_t *)reply, sizeof reply, &count) == RUSTLS_RESULT_PLAINTEXT_EMPTY)
        CHECK(advance(connection, smtp) == RUSTLS_RESULT_OK);
    CHECK(rustls_connection_get_tls13_tickets_received(connection) > 0);
}

static dane_policy_destination *lookup(const char *domain)
{
    dane_policy_destination *destination;

    CHECK(dane_policy_lookup(context, domain, world_port(), &destination) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_host(destination, 0) != NULL);
    return destination;
}

static const rustls_client_config *configuration(const dane_policy_host *host,
                                                 dane_policy_rustls_handshake **handshake)
{
    rustls_client_config_builder *builder = rustls_client_config_builder_new();
    rustls_server_cert_verifier *verifier = NULL;
    const rustls_client_config *config = NULL;

    CHECK(dane_policy_rustls_server_verifier(host, (int64_t)time(NULL), &verifier, handshake) == DANE_POLICY_OK);
    rustls_client_config_builder_set_server_verifier(builder, verifier);
    rustls_server_cert_verifier_free(verifier);
    CHECK(rustls_client_config_builder_build(builder, &config) == RUSTLS_RESULT_OK);
    return config;
}

static int action(const dane_policy_rustls_handshake *handshake, const rustls_connection *connection)
{
    return dane_policy_decision_action(
        dane_policy_verification_decision(dane_policy_rustls_handshake_verification(handshake, connection)));
}

static void finish(rustls_connection *connection, struct smtp *smtp)
{
    rustls_connection_free(connection);
    smtp_close(smtp);
}

/* Permission is for the connection that was judged, once its handshake is complete, and for no other. */
static void permission_is_for_one_connection(void)
{
    dane_policy_destination *good = lookup("good.test"), *other = lookup("tls13.test");
    const dane_policy_host *host = dane_policy_destination_host(good, 0);
    const dane_policy_host *other_host = dane_policy_destination_host(other, 0);
    dane_policy_rustls_handshake *handshake, *other_handshake;
    const rustls_client_config *config = configuration(host, &handshake);
    const rustls_client_config *other_config = configuration(other_host, &other_handshake);
    struct smtp smtp, again, elsewhere;
    rustls_connection *first = connection_to(host, config, &smtp), *second, *stranger;

    CHECK(dane_policy_rustls_handshake_verification(handshake, first) == NULL);
    CHECK(action(handshake, first) == DANE_POLICY_ACTION_DEFER);
    CHECK(shake_hands(first, &smtp) == RUSTLS_RESULT_OK);
    CHECK(action(handshake, first) == DANE_POLICY_ACTION_DELIVER);
    CHECK(dane_policy_rustls_handshake_verification(handshake, NULL) == NULL);
    CHECK(dane_policy_rustls_handshake_verification(NULL, first) == NULL);
    take_tickets(first, &smtp);

    /* A session that is resumed shows no certificate. */
    second = connection_to(host, config, &again);
    CHECK(shake_hands(second, &again) == RUSTLS_RESULT_OK);
    CHECK(rustls_connection_handshake_kind(second) == RUSTLS_HANDSHAKE_KIND_RESUMED);
    CHECK(dane_policy_rustls_handshake_verification(handshake, second) == NULL);
    finish(second, &again);

    /* Another host's connection is not this one's, nor the other way round. */
    stranger = connection_to(other_host, other_config, &elsewhere);
    CHECK(shake_hands(stranger, &elsewhere) == RUSTLS_RESULT_OK);
    CHECK(action(other_handshake, stranger) == DANE_POLICY_ACTION_DELIVER);
    CHECK(dane_policy_rustls_handshake_verification(handshake, stranger) == NULL);
    CHECK(dane_policy_rustls_handshake_verification(other_handshake, first) == NULL);
    finish(stranger, &elsewhere);

    /* A second full handshake with the verifier fails. */
    stranger = connection_to(other_host, config, &elsewhere);
    CHECK(shake_hands(stranger, &elsewhere) == RUSTLS_RESULT_GENERAL);
    CHECK(dane_policy_rustls_handshake_verification(handshake, stranger) == NULL);
    finish(stranger, &elsewhere);

    CHECK(action(handshake, first) == DANE_POLICY_ACTION_DELIVER);
    finish(first, &smtp);
    rustls_client_config_free(config);
    rustls_client_config_free(other_config);
    dane_policy_rustls_handshake_free(handshake);
    dane_policy_rustls_handshake_free(other_handshake);
    dane_policy_destination_free(good);
    dane_policy_destination_free(other);
}

/* A certificate that DANE refuses, or one without its key: no handshake completes. */
static void refused(const char *domain, rustls_result result, dane_policy_certificate certificate, const char *reason)
{
    dane_policy_destination *destination = lookup(domain);
    const dane_policy_host *host = dane_policy_destination_host(destination, 0);
    dane_policy_rustls_handshake *handshake;
    const rustls_client_config *config = configuration(host, &handshake);
    struct smtp smtp;
    rustls_connection *connection = connection_to(host, config, &smtp);
    const dane_policy_verification *verification;

    dane_policy_destination_free(destination);
    CHECK(shake_hands(connection, &smtp) == result);
    CHECK(rustls_connection_is_handshaking(connection));
    verification = dane_policy_rustls_handshake_verification(handshake, connection);
    CHECK((verification != NULL) == (reason != NULL));
    CHECK(dane_policy_verification_certificate(verification) == certificate);
    CHECK(action(handshake, connection) == DANE_POLICY_ACTION_DEFER);
    if (reason != NULL) {
        CHECK(dane_policy_rustls_handshake_verification(handshake, NULL) == verification);
        CHECK(strcmp(dane_policy_decision_reason_text(dane_policy_verification_decision(verification)), reason) == 0);
    }
    finish(connection, &smtp);
    rustls_client_config_free(config);
    dane_policy_rustls_handshake_free(handshake);
}

int main(void)
{
    CHECK(world_context(&context) == DANE_POLICY_OK);
    permission_is_for_one_connection();
    refused("mismatch.test", RUSTLS_RESULT_CERT_APPLICATION_VERIFICATION_FAILURE,
            DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, "server certificate not trusted");
    refused("impostor12.test", RUSTLS_RESULT_CERT_BAD_SIGNATURE, DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, NULL);
    refused("impostor13.test", RUSTLS_RESULT_CERT_BAD_SIGNATURE, DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, NULL);
    dane_policy_context_free(context);
    puts("rustls: passed");
    return 0;
}
