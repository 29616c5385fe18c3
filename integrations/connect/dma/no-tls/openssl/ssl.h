/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What dma asks of OpenSSL, for a dma without it: there is no TLS, so none of this is ever reached. */
#ifndef NO_TLS_SSL_H
#define NO_TLS_SSL_H

/* dma gets these from OpenSSL's. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SHA256_DIGEST_LENGTH 32
#define SSL_ERROR_WANT_READ 2
#define SSL_ERROR_WANT_WRITE 3

typedef struct ssl SSL;

static inline int SSL_write(SSL *ssl, const void *data, int length)
{
    (void)ssl, (void)data, (void)length;
    return -1;
}

static inline int SSL_read(SSL *ssl, void *buffer, int length)
{
    (void)ssl, (void)buffer, (void)length;
    return -1;
}

static inline int SSL_get_error(const SSL *ssl, int outcome)
{
    (void)ssl, (void)outcome;
    return 1;
}

static inline int SSL_shutdown(SSL *ssl)
{
    (void)ssl;
    return 0;
}

static inline void SSL_free(SSL *ssl)
{
    (void)ssl;
}

#endif
