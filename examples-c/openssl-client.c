/*
 * openssl-client [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2] DOMAIN
 *
 * Sends a greeting to the domain's postmaster where DANE allows it, with TLS by OpenSSL; -2 is for TLS 1.2 only. Prints
 * the decision; exit status 0 sent, 1 not sent, 2 wrong usage.
 *
 *     cc openssl-client.c $(pkg-config --cflags --libs dane-policy openssl)
 *
 * The handshake and the verification are in openssl.h, the way to a host in client.h.
 */
#define _POSIX_C_SOURCE 200809L

#include "openssl.h"

int main(int argc, char **argv)
{
    return client(argc, argv);
}
