/* TLS through OpenSSL for client.h: openssl-client and delivery-loop share it. */
#ifndef OPENSSL_H
#define OPENSSL_H

#include <dane_policy_openssl.h>

#include "client.h"

struct openssl {
    SSL_CTX *context;
    SSL *ssl;
    dane_policy_verification *verification;
};

static long tls_read(struct smtp *smtp, void *data, size_t size)
{
    return SSL_read(((struct openssl *)smtp->tls)->ssl, data, (int)size);
}

static long tls_write(struct smtp *smtp, const void *data, size_t size)
{
    return SSL_write(((struct openssl *)smtp->tls)->ssl, data, (int)size);
}

/* Takes a raw public key too (RFC 7250), and before certificates, where the host's records allow it; 1 if all is well. */
static int offer_raw_key(SSL *ssl, const dane_policy_host *host)
{
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
    static const unsigned char types[] = {TLSEXT_cert_type_rpk, TLSEXT_cert_type_x509};

    if (dane_policy_host_raw_key_usable(host))
        return SSL_set1_server_cert_type(ssl, types, sizeof types) == 1;
#endif
    (void)ssl;
    (void)host;
    return 1;
}

static const dane_policy_verification *tls_start(struct smtp *smtp, const dane_policy_host *host,
                                                 const char *server_name)
{
    struct openssl *tls = smtp->tls = calloc(1, sizeof *tls);

    if (tls == NULL || (tls->context = SSL_CTX_new(TLS_client_method())) == NULL)
        return NULL;
    /* Any certificate completes the handshake; DANE judges it afterwards. */
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    if (client_only_tls12)
        SSL_CTX_set_max_proto_version(tls->context, TLS1_2_VERSION);
    tls->ssl = SSL_new(tls->context);
    if (tls->ssl == NULL || (server_name != NULL && SSL_set_tlsext_host_name(tls->ssl, server_name) != 1)
        || !offer_raw_key(tls->ssl, host) || SSL_set_fd(tls->ssl, smtp->fd) != 1 || SSL_connect(tls->ssl) != 1)
        return NULL;
    smtp->read = tls_read;
    smtp->write = tls_write;
    dane_policy_openssl_verify(host, tls->ssl, (int64_t)time(NULL), &tls->verification);
    return tls->verification;
}

static void tls_end(struct smtp *smtp)
{
    struct openssl *tls = smtp->tls;

    if (tls == NULL)
        return;
    dane_policy_verification_free(tls->verification);
    SSL_free(tls->ssl);
    SSL_CTX_free(tls->context);
    free(tls);
    smtp->tls = NULL;
}

#endif
