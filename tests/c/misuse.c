/*
 * Faults on purpose, which show that a sanitizer is there and watches the library's own code: misuse freed|leaked|raced.
 * Nothing else runs it but `make sanitize`.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <dane_policy.h>

#include "check.h"

static dane_policy_context *make(void)
{
    dane_policy_context *context;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    return context;
}

static void *set(void *context)
{
    CHECK(dane_policy_context_set_timeout(context, 1000) == DANE_POLICY_OK);
    return NULL;
}

int main(int argc, char **argv)
{
    const char *fault = argc == 2 ? argv[1] : "";
    dane_policy_context *context = make();

    if (strcmp(fault, "freed") == 0) {
        dane_policy_context_free(context);
        set(context);
    } else if (strcmp(fault, "leaked") == 0) {
        context = NULL;
    } else if (strcmp(fault, "raced") == 0) {
        pthread_t other;

        CHECK(pthread_create(&other, NULL, set, context) == 0);
        set(context);
        CHECK(pthread_join(other, NULL) == 0);
        dane_policy_context_free(context);
    } else {
        fprintf(stderr, "usage: misuse freed|leaked|raced\n");
        return 2;
    }
    puts("misuse: nobody saw it");
    return 0;
}
