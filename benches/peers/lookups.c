/* Domains by libdane-policy:  lookups NAMESERVER ANCHOR DOMAINS COUNT validate|trust-ad IN-FLIGHT [threads]
 *
 * 0 in flight is one after another by dane_policy_lookup, else as many at once by dane_policy_multi_lookup; with "threads" by
 * as many threads that share the context. */
#define _POSIX_C_SOURCE 200809L

#include <dane_policy.h>
#include <pthread.h>

#include "peer.h"

static void check(dane_policy_error code)
{
    if (code != DANE_POLICY_OK)
        fail(dane_policy_error_text(code));
}

static void finish(size_t domain, dane_policy_destination *destination)
{
    const dane_policy_host *host = dane_policy_destination_host(destination, 0);

    ends(domain);
    if (dane_policy_decision_action(dane_policy_host_decision(host)) != DANE_POLICY_ACTION_VERIFY)
        fail(dane_policy_decision_text(dane_policy_destination_decision(destination)));
    dane_policy_destination_free(destination);
}

static pthread_mutex_t all = PTHREAD_MUTEX_INITIALIZER;
static size_t next_domain;

static void *one_after_the_next(void *context)
{
    dane_policy_destination *destination;
    size_t i;

    for (;;) {
        pthread_mutex_lock(&all);
        i = next_domain++;
        pthread_mutex_unlock(&all);
        if (i >= domain_count)
            return NULL;
        begins(i);
        check(dane_policy_lookup(context, domains[i], 25, &destination));
        pthread_mutex_lock(&all);
        finish(i, destination);
        pthread_mutex_unlock(&all);
    }
}

static void by_threads(dane_policy_context *context, size_t count)
{
    pthread_t *threads = allocate(count, sizeof *threads);
    size_t i;

    for (i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, one_after_the_next, context) != 0)
            fail("no thread");
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

static void one_after_another(const dane_policy_context *context)
{
    dane_policy_destination *destination;
    size_t i;

    for (i = 0; i < domain_count; i++) {
        begins(i);
        check(dane_policy_lookup(context, domains[i], 25, &destination));
        finish(i, destination);
    }
}

static void at_once(const dane_policy_context *context, size_t in_flight)
{
    dane_policy_outcome *outcome;
    dane_policy_multi *multi;
    size_t next = 0;

    check(dane_policy_multi_new(context, &multi));
    while (next < domain_count || dane_policy_multi_running(multi) > 0) {
        for (; next < domain_count && dane_policy_multi_running(multi) < in_flight; next++) {
            begins(next);
            check(dane_policy_multi_lookup(multi, domains[next], 25, &started[next]));
        }
        check(dane_policy_multi_wait(multi, -1));
        while (dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK && outcome != NULL) {
            finish((size_t)((double *)dane_policy_outcome_tag(outcome) - started),
                   dane_policy_outcome_take_destination(outcome));
            dane_policy_outcome_free(outcome);
        }
    }
    dane_policy_multi_free(multi);
}

int main(int argc, char **argv)
{
    dane_policy_context *context;
    char anchor[LONGEST];
    FILE *file;
    size_t length, in_flight;

    program = argv[0];
    if (argc != 7 && argc != 8)
        fail("six arguments or seven");
    read_domains(argv[3], argv[4]);
    check(dane_policy_context_new(&context));
    check(dane_policy_context_add_nameserver(context, argv[1]));
    file = fopen(argv[2], "r");
    if (file == NULL)
        fail("no anchor");
    length = fread(anchor, 1, sizeof anchor, file);
    fclose(file);
    check(dane_policy_context_set_trust_anchors(context, anchor, length));
    if (strcmp(argv[5], "trust-ad") == 0)
        check(dane_policy_context_set_dnssec(context, DANE_POLICY_DNSSEC_TRUST_AD));
    in_flight = strtoul(argv[6], NULL, 10);
    if (argc == 8)
        by_threads(context, in_flight);
    else if (in_flight == 0)
        one_after_another(context);
    else
        at_once(context, in_flight);
    dane_policy_context_free(context);
    return tell();
}
