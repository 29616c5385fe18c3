/*
 * For programs that speak TLS through OpenSSL: what the server showed to dane_policy_verify or dane_policy_verify_raw_key.
 * Opt-in, inline; libdane_policy itself knows no OpenSSL.
 */
#ifndef DANE_POLICY_OPENSSL_H
#define DANE_POLICY_OPENSSL_H

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <dane_policy.h>

/* One certificate more than verification looks at, so that it sees a chain that is too long. */
#define DANE_POLICY_OPENSSL_CERTIFICATES 33

/*
 * Verifies what the server showed in a completed client handshake, as dane_policy_verify does, and returns as it does; where
 * that is a raw public key, as dane_policy_verify_raw_key. Without a chain, or without memory for a copy of it, nothing
 * matches. The session must not be a resumed one.
 */
static inline dane_policy_error dane_policy_openssl_verify(const dane_policy_host *host, const SSL *ssl, int64_t now,
                                                           dane_policy_verification **out)
{
    /* Of a client, the server's own certificate is the first of them. */
    STACK_OF(X509) *certificates = SSL_get_peer_cert_chain(ssl);
    int count = certificates == NULL ? 0 : sk_X509_num(certificates), i;
    dane_policy_bytes chain[DANE_POLICY_OPENSSL_CERTIFICATES];
    dane_policy_error result;
    size_t length = 0;

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
    if (SSL_get_negotiated_server_cert_type(ssl) == TLSEXT_cert_type_rpk) {
        /* OpenSSL keeps no octets of it, and this is encoded anew: a key of an odd encoding may not match. */
        unsigned char *der = NULL;
        int size = i2d_PUBKEY(SSL_get0_peer_rpk(ssl), &der);
        dane_policy_bytes spki;

        spki.data = der;
        spki.length = size > 0 ? (size_t)size : 0;
        result = dane_policy_verify_raw_key(host, spki, now, out);
        OPENSSL_free(der);
        return result;
    }
#endif
    for (i = 0; i < count && length < DANE_POLICY_OPENSSL_CERTIFICATES; i++) {
        unsigned char *der = NULL;
        int size = i2d_X509(sk_X509_value(certificates, i), &der);

        if (size <= 0)
            break;
        chain[length].data = der;
        chain[length++].length = (size_t)size;
    }
    result = dane_policy_verify(host, chain, length, now, out);
    while (length > 0)
        OPENSSL_free((void *)(uintptr_t)chain[--length].data);
    return result;
}

#endif
