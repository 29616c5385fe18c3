/*
 * gnutls-client [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2] DOMAIN
 *
 * Sends a greeting to the domain's postmaster where DANE allows it, with TLS by GnuTLS; -2 is for TLS 1.2 only. Prints
 * the decision; exit status 0 sent, 1 not sent, 2 wrong usage.
 *
 *     cc gnutls-client.c $(pkg-config --cflags --libs dane-policy gnutls)
 */
#define _POSIX_C_SOURCE 200809L

#include <dane_policy_gnutls.h>

#include "client.h"

struct gnutls {
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    dane_policy_verification *verification;
};

/* GNUTLS_E_AGAIN is a TLS 1.3 ticket that came, or time that ran out. */
static int goes_on(ssize_t count, time_t until)
{
    return count < 0 && !gnutls_error_is_fatal((int)count) && time(NULL) < until;
}

static long tls_read(struct smtp *smtp, void *data, size_t size)
{
    const time_t until = time(NULL) + SMTP_SECONDS;
    ssize_t count;

    do
        count = gnutls_record_recv(((struct gnutls *)smtp->tls)->session, data, size);
    while (goes_on(count, until));
    return (long)count;
}

static long tls_write(struct smtp *smtp, const void *data, size_t size)
{
    const time_t until = time(NULL) + SMTP_SECONDS;
    ssize_t count;

    do
        count = gnutls_record_send(((struct gnutls *)smtp->tls)->session, data, size);
    while (goes_on(count, until));
    return (long)count;
}

/* A raw public key too (RFC 7250), and before certificates, where the host's records allow it. */
#if GNUTLS_VERSION_NUMBER >= 0x030606
#define RAW_KEY_FLAG GNUTLS_ENABLE_RAWPK
#define RAW_KEY_TYPES ":-CTYPE-SRV-ALL:+CTYPE-SRV-RAWPK:+CTYPE-SRV-X509"
#else
#define RAW_KEY_FLAG 0
#define RAW_KEY_TYPES ""
#endif

static const dane_policy_verification *tls_start(struct smtp *smtp, const dane_policy_host *host,
                                                 const char *server_name)
{
    const int takes_raw_key = dane_policy_host_raw_key_usable(host);
    const unsigned flags = GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | (takes_raw_key ? RAW_KEY_FLAG : 0);
    char priorities[128];
    struct gnutls *tls = smtp->tls = calloc(1, sizeof *tls);
    int result;

    snprintf(priorities, sizeof priorities, "NORMAL:-VERS-ALL%s:+VERS-TLS1.2%s", client_only_tls12 ? "" : ":+VERS-TLS1.3",
             takes_raw_key ? RAW_KEY_TYPES : "");
    /* Credentials without a verification function take any certificate; DANE judges it afterwards. */
    if (tls == NULL || gnutls_certificate_allocate_credentials(&tls->credentials) < 0
        || gnutls_init(&tls->session, flags) < 0
        || gnutls_priority_set_direct(tls->session, priorities, NULL) < 0
        || gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials) < 0
        || (server_name != NULL
            && gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, server_name, strlen(server_name)) < 0))
        return NULL;
    gnutls_transport_set_int(tls->session, smtp->fd);
    gnutls_handshake_set_timeout(tls->session, SMTP_SECONDS * 1000);
    do
        result = gnutls_handshake(tls->session);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result < 0)
        return NULL;
    smtp->read = tls_read;
    smtp->write = tls_write;
    dane_policy_gnutls_verify(host, tls->session, (int64_t)time(NULL), &tls->verification);
    return tls->verification;
}

static void tls_end(struct smtp *smtp)
{
    struct gnutls *tls = smtp->tls;

    if (tls == NULL)
        return;
    dane_policy_verification_free(tls->verification);
    if (tls->session != NULL)
        gnutls_deinit(tls->session);
    if (tls->credentials != NULL)
        gnutls_certificate_free_credentials(tls->credentials);
    free(tls);
    smtp->tls = NULL;
}

int main(int argc, char **argv)
{
    return client(argc, argv);
}
