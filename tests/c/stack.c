/* Every call on threads with stacks of 64 KiB, or of what the system gives at least. Runs as `world run -- stack [KIB]`. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/world.h"

static dane_policy_context *contexts[2];

static void die(const char *why)
{
    fprintf(stderr, "stack: %s\n", why);
    exit(1);
}

static dane_policy_context *context_for(int mode)
{
    dane_policy_context *context;

    if (world_context(&context) != DANE_POLICY_OK || dane_policy_context_set_dnssec(context, mode) != DANE_POLICY_OK)
        die("no context");
    return context;
}

/* The same calls at once. */
static void work_at_once(const dane_policy_context *context, const char *domain, uint16_t port)
{
    dane_policy_multi *multi;
    dane_policy_outcome *outcome;
    int done = 0;

    if (dane_policy_multi_new(context, &multi) != DANE_POLICY_OK ||
        dane_policy_multi_lookup(multi, domain, port, NULL) != DANE_POLICY_OK ||
        dane_policy_multi_check(multi, domain, port, NULL) != DANE_POLICY_OK ||
        dane_policy_multi_query(multi, domain, 15, NULL) != DANE_POLICY_OK)
        die("no multi");
    while (dane_policy_multi_running(multi) > 0) {
        if (dane_policy_multi_wait(multi, -1) != DANE_POLICY_OK ||
            dane_policy_multi_next(multi, &outcome) != DANE_POLICY_OK)
            die("no outcome");
        if (outcome != NULL && dane_policy_outcome_error(outcome) != DANE_POLICY_OK)
            die(domain);
        done += outcome != NULL;
        dane_policy_outcome_free(outcome);
    }
    if (done != 3)
        die("a call did not come out");
    dane_policy_multi_free(multi);
}

/* A session with the first host, if there is one that may have mail. */
static void talk(const dane_policy_context *context, const dane_policy_host *host)
{
    dane_policy_session *session;
    dane_policy_verification *why;
    char reply[64];
    size_t length;

    if (host == NULL)
        return;
    if (dane_policy_connect_host(context, host, &session, &why) != DANE_POLICY_OK)
        die("no connection");
    if (session != NULL
        && (dane_policy_session_write(session, "QUIT\r\n", 6, &length) != DANE_POLICY_OK
            || dane_policy_session_read(session, reply, sizeof reply, &length) != DANE_POLICY_OK))
        die("no session");
    dane_policy_session_free(session);
    dane_policy_verification_free(why);
}

/* Everything that computes, on this thread. */
static void *work(void *domain)
{
    const uint16_t port = world_port();
    int mode;

    for (mode = 0; mode < 2; mode++) {
        dane_policy_destination *destination;
        dane_policy_report *report = NULL;
        dane_policy_answer *answer = NULL;

        if (dane_policy_lookup(contexts[mode], domain, port, &destination) != DANE_POLICY_OK ||
            dane_policy_check(contexts[mode], domain, port, &report) != DANE_POLICY_OK ||
            dane_policy_query(contexts[mode], domain, 15, &answer) != DANE_POLICY_OK)
            die(domain);
        talk(contexts[mode], dane_policy_destination_host(destination, 0));
        dane_policy_destination_free(destination);
        dane_policy_report_free(report);
        dane_policy_answer_free(answer);
        if (dane_policy_context_probe(contexts[mode], &answer) != DANE_POLICY_OK)
            die("no probe");
        dane_policy_answer_free(answer);
        work_at_once(contexts[mode], domain, port);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    /* DANE-EE, DANE-TA, NSEC3, a chain of aliases, and what takes most to prove. */
    static char domains[][40] = {"good.test",   "ta-next-hop.test",       "nsec3.test",
                                 "dname.test",  "checks.c100.hostile.test", "hashes.c1.hostile.test",
                                 "records.c1.hostile.test"};
    const long wanted = (argc > 1 ? atol(argv[1]) : 64) * 1024, least = sysconf(_SC_THREAD_STACK_MIN);
    const size_t size = (size_t)(wanted > least ? wanted : least);
    size_t i;

    contexts[0] = context_for(DANE_POLICY_DNSSEC_VALIDATE);
    contexts[1] = context_for(DANE_POLICY_DNSSEC_TRUST_AD);
    for (i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        pthread_attr_t attributes;
        pthread_t thread;

        if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, size) != 0 ||
            pthread_create(&thread, &attributes, work, domains[i]) != 0 || pthread_join(thread, NULL) != 0)
            die("no thread");
        pthread_attr_destroy(&attributes);
    }
    dane_policy_context_free(contexts[0]);
    dane_policy_context_free(contexts[1]);
    puts("stack: passed");
    return 0;
}
