/* Certificate chains from PEM files. */
#ifndef CHAIN_H
#define CHAIN_H

#include <dane_policy_pem.h>

#include "tool.h"

/* Certificates as a server sends them, and the octets that they are in. */
struct chain {
    const char *path;
    dane_policy_bytes certificates[DANE_POLICY_PEM_CERTIFICATES];
    size_t length;
    uint8_t *octets;
};

/* Of a file, which an option names, or with "" an operand. */
static void read_chain(const char *option, const char *path, struct chain *chain)
{
    size_t length;
    char *text = read_file(option, path, &length);
    const char *wrong;

    chain->path = path;
    chain->octets = allocate(NULL, length);
    wrong = dane_policy_pem_chain(text, length, chain->octets, chain->certificates, &chain->length);
    if (wrong != NULL)
        fail(EXIT_USAGE, "%s%s%s: %s", option, *option == '\0' ? "" : ": ", path, wrong);
    free(text);
}

#endif
