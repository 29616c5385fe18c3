/*
 * For programs that speak TLS through GnuTLS: what the server showed to dane_policy_verify or dane_policy_verify_raw_key.
 * Opt-in, inline; libdane_policy itself knows no GnuTLS.
 */
#ifndef DANE_POLICY_GNUTLS_H
#define DANE_POLICY_GNUTLS_H

#include <gnutls/gnutls.h>

#include <dane_policy.h>

/* One certificate more than verification looks at, so that it sees a chain that is too long. */
#define DANE_POLICY_GNUTLS_CERTIFICATES 33

/*
 * Verifies what the server showed in a completed client handshake, as dane_policy_verify does, and returns as it does; where
 * that is a raw public key, as dane_policy_verify_raw_key. Without either nothing matches. The session must not be a resumed
 * one.
 */
static inline dane_policy_error dane_policy_gnutls_verify(const dane_policy_host *host, gnutls_session_t session,
                                                          int64_t now, dane_policy_verification **out)
{
    unsigned int count = 0;
    const gnutls_certificate_type_t type = gnutls_certificate_type_get2(session, GNUTLS_CTYPE_SERVER);
    const gnutls_datum_t *certificates = gnutls_certificate_get_peers(session, &count);
    dane_policy_bytes chain[DANE_POLICY_GNUTLS_CERTIFICATES];
    size_t length = 0;

    for (; certificates != NULL && length < count && length < DANE_POLICY_GNUTLS_CERTIFICATES; length++) {
        chain[length].data = certificates[length].data;
        chain[length].length = certificates[length].size;
    }
#if GNUTLS_VERSION_NUMBER >= 0x030606
    if (type == GNUTLS_CRT_RAWPK && length == 1)
        return dane_policy_verify_raw_key(host, chain[0], now, out);
#endif
    return dane_policy_verify(host, chain, type == GNUTLS_CRT_X509 ? length : 0, now, out);
}

#endif
