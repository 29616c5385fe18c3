/*
 * What a verification takes from the heap: with DANE-EE its result and nothing else, so nothing is freed or moved
 * before dane_policy_verification_free. Runs as `world run -- allocations`.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "../../examples-c/world.h"

static void die(const char *why)
{
    fprintf(stderr, "allocations: %s\n", why);
    exit(1);
}

static const dane_policy_destination *look_up(const char *domain)
{
    dane_policy_destination *destination = NULL;
    dane_policy_context *context;

    if (world_context(&context) != DANE_POLICY_OK ||
        dane_policy_lookup(context, domain, world_port(), &destination) != DANE_POLICY_OK)
        die("no destination");
    dane_policy_context_free(context);
    return destination;
}

static void count(const char *domain)
{
    const dane_policy_host *host = dane_policy_destination_host(look_up(domain), 0);
    dane_policy_verification *verification;
    dane_policy_tlsa record;

    if (dane_policy_host_tlsa(host, 0, &record) != DANE_POLICY_OK)
        die("no record");
    count_allocations();
    if (dane_policy_verify(host, &record.data, 1, 1767225600, &verification) != DANE_POLICY_OK)
        die("not verified");
    counting = 0;
    printf("%s: %d allocations, %d moved, %d freed on the way\n", domain, taken, moved, freed);
    if (dane_policy_verification_result(verification) != DANE_POLICY_RESULT_MATCHED)
        die("not matched");
    if (taken == 0 || moved != 0 || freed != 0)
        die("more than the result was allocated");
    counting = 1;
    dane_policy_verification_free(verification);
    counting = 0;
    if (freed != taken)
        die("the result was not freed whole");
}

int main(void)
{
    count("ee-full.test");
    puts("allocations: passed");
    return 0;
}
