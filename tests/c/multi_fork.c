/*
 * A process forks with calls running: the parent goes on as if nothing were, whatever the child does, and in the child
 * nothing may be done with the multi but to free it. Runs as `world run -- multi_fork`.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>

#include <dane_policy_diagnosis.h>

#include "multi.h"
#include "server.h"

enum { MOST_TURNS = 20 };

static const struct {
    const char *domain;
    int action;
} lookups[] = {{"good.test", DANE_POLICY_ACTION_VERIFY},
               {"tlsa-none.test", DANE_POLICY_ACTION_OPPORTUNISTIC},
               {"mx-bogus.test", DANE_POLICY_ACTION_DEFER},
               {"null.test", DANE_POLICY_ACTION_FAIL},
               {"unusable.unsigned.test", DANE_POLICY_ACTION_ENCRYPT}};
#define LOOKUPS (sizeof lookups / sizeof lookups[0])

static void start_all(dane_policy_multi *multi)
{
    size_t i;

    for (i = 0; i < LOOKUPS; i++)
        CHECK(dane_policy_multi_lookup(multi, lookups[i].domain, world_port(), (void *)&lookups[i]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), NULL) == DANE_POLICY_OK);
}

/* Each comes out once and right; how many times the descriptor was readable. */
static int finish_all(dane_policy_multi *multi)
{
    int came[LOOKUPS] = {0}, turns = 0, reports = 0;

    while (dane_policy_multi_running(multi) > 0) {
        dane_policy_outcome *outcome;

        turn(multi);
        turns++;
        while ((outcome = next(multi)) != NULL) {
            dane_policy_report *report = dane_policy_outcome_take_report(outcome);

            if (report != NULL) {
                const dane_policy_decision *decision = dane_policy_report_decision(report);

                CHECK(dane_policy_decision_action(decision) == DANE_POLICY_ACTION_DELIVER && reports++ == 0);
                dane_policy_outcome_free(outcome);
            } else {
                size_t i = (size_t)(dane_policy_outcome_tag(outcome) == NULL ? LOOKUPS : 0);

                while (i < LOOKUPS && dane_policy_outcome_tag(outcome) != &lookups[i])
                    i++;
                CHECK(i < LOOKUPS && came[i]++ == 0 && action_of(outcome) == lookups[i].action);
            }
            dane_policy_report_free(report);
        }
    }
    check_idle(multi);
    return turns;
}

static void frees(void *multi)
{
    int before = open_descriptors();

    dane_policy_multi_free(multi);
    CHECK(open_descriptors() <= before - 2);
}

/* Every function, with everything else as it should be; out parameters are NULL afterwards. */
static void tries_everything(void *multi)
{
    static int tag;
    dane_policy_outcome *outcome = (dane_policy_outcome *)&tag;

    CHECK(dane_policy_multi_set_level(multi, DANE_POLICY_LEVEL_DANE) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_audit(multi, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_sockets(multi, 9) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_memory(multi, 1 << 20) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup(multi, "good.test", 25, &tag) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup_host(multi, "mx.good.test", 25, NULL, DANE_POLICY_STATUS_SECURE, &tag) ==
          DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_query(multi, "good.test", 15, &tag) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_check(multi, "good.test", 25, &tag) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_cancel(multi, (void *)&lookups[0]) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_process(multi) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_wait(multi, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_next(multi, &outcome) == DANE_POLICY_ERROR_MISUSE && outcome == NULL);
    CHECK(dane_policy_multi_descriptor(multi) == -1);
    CHECK(dane_policy_multi_timeout(multi) == -1);
    CHECK(dane_policy_multi_running(multi) == 0);
    frees(multi);
}

/* At any moment: the child does so and ends, then the parent goes on. */
static void the_parent_goes_on(void (*child)(void *))
{
    int count, i;

    for (count = 0; count < MOST_TURNS; count++) {
        dane_policy_multi *multi = multi_alone();

        start_all(multi);
        for (i = 0; i < count; i++)
            turn(multi);
        ends_well(in_child(child, multi));
        finish_all(multi);
        dane_policy_multi_free(multi);
    }
}

/*
 * What the child's free must not reach: a socket of the parent's is still watched, its timer still runs. The question was
 * sent before the fork and is answered after it; were it not watched, it would be asked again, for no answer came in time.
 */
static void sockets_and_timers_stay(void)
{
    char address[32];
    int server = make_server(address, sizeof address), is_in_time = 0;
    dane_policy_context *context = context_for(address, 2500);

    while (!is_in_time) {
        dane_policy_multi *multi = multi_of(context);
        dane_policy_outcome *outcome;
        double begun = seconds();

        CHECK(dane_policy_multi_query(multi, "absent.test", 15, NULL) == DANE_POLICY_OK);
        while (!is_readable(server, 0))
            turn(multi);
        ends_well(in_child(frees, multi));
        while (is_readable(server, 0))
            deny(server);
        /* A machine that was busy for so long has asked again by itself. */
        is_in_time = seconds() - begun < 1;
        outcome = wait_for_next(multi);
        while (is_readable(server, 0)) {
            CHECK(!is_in_time);
            deny(server);
        }
        dane_policy_outcome_free(outcome);
        check_idle(multi);

        /* Nobody answers: the timer ends it. */
        CHECK(dane_policy_multi_query(multi, "silent.test", 15, NULL) == DANE_POLICY_OK);
        while (!is_readable(server, 0))
            turn(multi);
        ends_well(in_child(frees, multi));
        dane_policy_outcome_free(wait_for_next(multi));
        while (is_readable(server, 0))
            deny(server);
        dane_policy_multi_free(multi);
    }
    dane_policy_context_free(context);
    close(server);
}

struct shared {
    dane_policy_context *context;
    dane_policy_multi *multi;
    int ends[2];
};

/* Waits until the parent says so, or is gone. */
static void wait_for_parent(struct shared *shared)
{
    char octet;

    close(shared->ends[1]);
    CHECK(read(shared->ends[0], &octet, 1) >= 0);
}

static void makes_its_own(void *argument)
{
    struct shared *shared = argument;
    dane_policy_multi *own;

    wait_for_parent(shared);
    own = multi_of(shared->context);
    start_all(own);
    finish_all(own);
    dane_policy_multi_free(shared->multi);
    start_all(own);
    finish_all(own);
    dane_policy_multi_free(own);
    dane_policy_context_free(shared->context);
}

/* The parent's is gone, and its descriptors still open in the child, which works with its own. */
static void the_child_goes_on(void)
{
    struct shared shared;
    pid_t child;
    int i;

    CHECK(pipe(shared.ends) == 0);
    shared.context = validating();
    shared.multi = multi_of(shared.context);
    start_all(shared.multi);
    for (i = 0; i < 5; i++)
        turn(shared.multi);
    child = in_child(makes_its_own, &shared);
    dane_policy_multi_free(shared.multi);
    close(shared.ends[1]);
    ends_well(child);
    close(shared.ends[0]);
    dane_policy_context_free(shared.context);
}

static void holds_on(void *argument)
{
    wait_for_parent(argument);
}

/* How many turns all calls take when a child holds every descriptor that is open after so many, or without a child. */
static int turns_beside_a_child(int count, int has_child)
{
    struct shared shared;
    pid_t child = -1;
    int turns, i;

    CHECK(pipe(shared.ends) == 0);
    shared.multi = multi_alone();
    start_all(shared.multi);
    for (i = 0; i < count; i++)
        turn(shared.multi);
    if (has_child)
        child = in_child(holds_on, &shared);
    turns = finish_all(shared.multi);
    CHECK(!is_readable(dane_policy_multi_descriptor(shared.multi), 50));
    /* And with new calls, whose sockets have the same numbers. */
    start_all(shared.multi);
    turns += finish_all(shared.multi);
    dane_policy_multi_free(shared.multi);
    close(shared.ends[1]);
    if (has_child)
        ends_well(child);
    close(shared.ends[0]);
    return turns;
}

/* Sockets that the parent closed are open in the child: they are not reported for ever. */
static void a_child_holds_on(void)
{
    int count, alone, most = 0;

    alone = turns_beside_a_child(0, 0);
    for (count = 0; count < MOST_TURNS; count++) {
        int turns = turns_beside_a_child(count, 1);

        most = turns > most ? turns : most;
    }
    printf("beside a child that holds on: %d turns at most, without one %d\n", most, alone);
    CHECK(most < 4 * alone + 20);
}

int main(void)
{
    within_a_minute();
    the_parent_goes_on(frees);
    the_parent_goes_on(tries_everything);
    within_a_minute();
    sockets_and_timers_stay();
    the_child_goes_on();
    within_a_minute();
    a_child_holds_on();
    puts("multi_fork: passed");
    return 0;
}
