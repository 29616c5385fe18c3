/* The embedded world, by the variables that it gives to a program. */
#ifndef WORLD_H
#define WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dane_policy.h>

static inline uint16_t world_port(void)
{
    return (uint16_t)atoi(getenv("DANE_WORLD_PORT"));
}

/* A context that asks its name server and has its trust anchor, in a DNSSEC mode; NULL if there is none. */
static inline dane_policy_context *world_context(int mode)
{
    dane_policy_context *context = NULL;
    char anchors[1024];
    FILE *file = fopen(getenv("DANE_WORLD_ANCHOR"), "r");
    int ok = file != NULL && fgets(anchors, sizeof anchors, file) != NULL;

    if (file != NULL)
        fclose(file);
    if (!ok || dane_policy_context_new(&context) != DANE_POLICY_OK)
        return NULL;
    if (dane_policy_context_add_nameserver(context, getenv("DANE_WORLD_NAMESERVER")) != DANE_POLICY_OK ||
        dane_policy_context_set_trust_anchors(context, anchors, strlen(anchors)) != DANE_POLICY_OK ||
        dane_policy_context_set_dnssec(context, mode) != DANE_POLICY_OK) {
        dane_policy_context_free(context);
        return NULL;
    }
    return context;
}

#endif
