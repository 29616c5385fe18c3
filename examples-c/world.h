/*
 * The test world, for a program that is tried in it: `world run -- PROGRAM` sets the variables, and `world` prints lines that
 * set them. Without them it is the real world. Not for a program that ships: who sets them says what is true.
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdio.h>
#include <stdlib.h>

#include <dane_policy.h>

/* In place of dane_policy_context_new: asks the world's name server, and has its trust anchor. */
static inline dane_policy_error world_context(dane_policy_context **out)
{
    const char *name_server = getenv("DANE_WORLD_NAMESERVER"), *path = getenv("DANE_WORLD_ANCHOR");
    dane_policy_error code = dane_policy_context_new(out);
    char anchor[1024];
    size_t length = 0;
    FILE *file;

    if (code != DANE_POLICY_OK || name_server == NULL)
        return code;
    file = path != NULL ? fopen(path, "r") : NULL;
    if (file != NULL) {
        length = fread(anchor, 1, sizeof anchor, file);
        fclose(file);
    }
    code = dane_policy_context_add_nameserver(*out, name_server);
    if (code == DANE_POLICY_OK)
        code = dane_policy_context_set_trust_anchors(*out, anchor, length);
    if (code != DANE_POLICY_OK) {
        dane_policy_context_free(*out);
        *out = NULL;
    }
    return code;
}

/* In place of 25: the port of the world's mail servers. */
static inline uint16_t world_port(void)
{
    const char *port = getenv("DANE_WORLD_PORT");

    return port != NULL ? (uint16_t)atoi(port) : 25;
}

#endif
