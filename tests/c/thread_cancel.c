/*
 * pthread_cancel reaches a thread inside a call: the call ends as if nothing were, what it gave is there to be freed, and the
 * thread ends behind it. A name server that never answers keeps the calls inside.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>

#include "server.h"

enum { MILLISECONDS = 300 };

static dane_policy_context *context;
static int came_back;

static void *by_a_lookup(void *nothing)
{
    dane_policy_destination *destination;

    CHECK(dane_policy_lookup(context, "example.org", 25, &destination) == DANE_POLICY_OK);
    came_back = (int)dane_policy_decision_action(dane_policy_destination_decision(destination));
    dane_policy_destination_free(destination);
    pthread_testcancel();
    return nothing;
}

static void *by_a_multi(void *nothing)
{
    dane_policy_multi *multi = multi_of(context);
    dane_policy_outcome *outcome;

    CHECK(dane_policy_multi_lookup(multi, "example.org", 25, NULL) == DANE_POLICY_OK);
    /* With musl, a cancellation is a signal, which ends a wait. */
    do {
        CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
        CHECK(dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK);
    } while (outcome == NULL);
    came_back = action_of(outcome);
    dane_policy_multi_free(multi);
    pthread_testcancel();
    return nothing;
}

int main(void)
{
    static void *(*const bodies[])(void *) = {by_a_lookup, by_a_multi};
    char address[64], query[512];
    int name_server = make_server(address, sizeof address);
    size_t i;

    within_a_minute();
    context = context_for(address, MILLISECONDS);
    for (i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        pthread_t thread;
        void *end;

        came_back = 0;
        CHECK(pthread_create(&thread, NULL, bodies[i], NULL) == 0);
        CHECK(recv(name_server, query, sizeof query, 0) > 0);
        CHECK(pthread_cancel(thread) == 0);
        CHECK(pthread_join(thread, &end) == 0 && end == PTHREAD_CANCELED);
        CHECK(came_back == DANE_POLICY_ACTION_DEFER);
        while (recv(name_server, query, sizeof query, MSG_DONTWAIT) > 0)
            continue;
    }
    dane_policy_context_free(context);
    puts("thread_cancel: passed");
    return 0;
}
