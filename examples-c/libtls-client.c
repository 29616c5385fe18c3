/*
 * libtls-client [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2] DOMAIN
 *
 * Sends a greeting to the domain's postmaster where DANE allows it, with TLS by libtls; -2 is for TLS 1.2 only. Prints
 * the decision; exit status 0 sent, 1 not sent, 2 wrong usage.
 *
 *     cc libtls-client.c $(pkg-config --cflags --libs dane-policy libtls)
 */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>

#include <dane_policy_pem.h>
#include <tls.h>

#include "client.h"

struct libtls {
    struct tls *session;
    dane_policy_verification *verification;
};

/* Waits for what libtls wants before the same call once more; 0 if it wants nothing, or in vain. */
static int tls_wait(const struct smtp *smtp, ssize_t result)
{
    struct pollfd wanted;

    wanted.fd = smtp->fd;
    wanted.events = result == TLS_WANT_POLLIN ? POLLIN : POLLOUT;
    return (result == TLS_WANT_POLLIN || result == TLS_WANT_POLLOUT) && poll(&wanted, 1, SMTP_SECONDS * 1000) > 0;
}

static long tls_receive(struct smtp *smtp, void *data, size_t size)
{
    ssize_t count;

    do
        count = tls_read(((struct libtls *)smtp->tls)->session, data, size);
    while (tls_wait(smtp, count));
    return (long)count;
}

static long tls_send(struct smtp *smtp, const void *data, size_t size)
{
    ssize_t count;

    do
        count = tls_write(((struct libtls *)smtp->tls)->session, data, size);
    while (tls_wait(smtp, count));
    return (long)count;
}

/* A session that takes any certificate; DANE judges it afterwards. NULL without memory. */
static struct tls *new_session(void)
{
    struct tls_config *config = tls_config_new();
    struct tls *session = tls_client();
    int ok = config != NULL && session != NULL;

    if (ok) {
        tls_config_insecure_noverifycert(config);
        tls_config_insecure_noverifyname(config);
        /* The default of LibreSSL speaks to no server that has CBC modes or RSA key exchange alone. */
        ok = tls_config_set_ciphers(config, "compat") == 0
             && (!client_only_tls12 || tls_config_set_protocols(config, TLS_PROTOCOL_TLSv1_2) == 0)
             && tls_configure(session, config) == 0;
    }
    tls_config_free(config);
    if (!ok) {
        tls_free(session);
        session = NULL;
    }
    return session;
}

static const dane_policy_verification *tls_start(struct smtp *smtp, const dane_policy_host *host,
                                                 const char *server_name)
{
    struct libtls *tls = smtp->tls = calloc(1, sizeof *tls);
    const uint8_t *pem;
    size_t length = 0;
    int result;

    if (tls == NULL || (tls->session = new_session()) == NULL
        || tls_connect_socket(tls->session, smtp->fd, server_name) != 0)
        return NULL;
    do
        result = tls_handshake(tls->session);
    while (tls_wait(smtp, result));
    if (result != 0)
        return NULL;
    smtp->read = tls_receive;
    smtp->write = tls_send;
    pem = tls_peer_cert_chain_pem(tls->session, &length);
    dane_policy_pem_verify(host, pem, length, (int64_t)time(NULL), &tls->verification);
    return tls->verification;
}

static void tls_end(struct smtp *smtp)
{
    struct libtls *tls = smtp->tls;

    if (tls == NULL)
        return;
    dane_policy_verification_free(tls->verification);
    tls_free(tls->session);
    free(tls);
    smtp->tls = NULL;
}

int main(int argc, char **argv)
{
    return client(argc, argv);
}
