/*
 * The rules of a multi: misuse, kinds of call and of what comes out, settings of the calls that start later, a multi that
 * moves between threads, closed standard descriptors, chroot(2). Runs as `world run -- multi`.
 */
#define _DEFAULT_SOURCE

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <dane_policy_diagnosis.h>

#include "multi.h"

enum { MX = 15, A = 1 };

static const int out_of_range[] = {-1, 8, 99, 0x7fffffff};

/* What is refused starts nothing. */
static void check_arguments(void)
{
    dane_policy_multi *multi = multi_alone();
    size_t i;

    CHECK(dane_policy_multi_lookup(multi, NULL, 25, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup(multi, "a.test", 0, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_check(multi, NULL, 25, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_check(multi, "a.test", 0, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_query(multi, NULL, MX, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_query(multi, "a.test", 0, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_query(multi, "a.test", 16, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_query(multi, "a.test", 0xffff, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup_host(multi, NULL, 25, NULL, DANE_POLICY_STATUS_SECURE, NULL) ==
          DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup_host(multi, "a.test", 0, NULL, DANE_POLICY_STATUS_SECURE, NULL) ==
          DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_lookup_host(multi, "a.test", 25, NULL, DANE_POLICY_STATUS_UNUSABLE, NULL) ==
          DANE_POLICY_ERROR_MISUSE);
    for (i = 0; i < sizeof out_of_range / sizeof out_of_range[0]; i++) {
        CHECK(dane_policy_multi_lookup_host(multi, "a.test", 25, NULL, out_of_range[i], NULL) ==
              DANE_POLICY_ERROR_MISUSE);
        CHECK(dane_policy_multi_set_level(multi, out_of_range[i]) == DANE_POLICY_ERROR_MISUSE);
    }
    CHECK(dane_policy_multi_set_level(multi, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_level(multi, 4) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_sockets(multi, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_memory(multi, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_cancel(multi, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_next(multi, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_set_sockets(multi, (size_t)-1) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_set_memory(multi, (size_t)-1) == DANE_POLICY_OK);
    check_idle(multi);
    /* A domain that is no name is a decision. */
    start(multi, "a..b");
    CHECK(action_of(wait_for_next(multi)) == DANE_POLICY_ACTION_DEFER);
    check_idle(multi);
    dane_policy_multi_free(multi);
}

/* Each kind of call has its own kind of outcome, to be taken once. */
static void check_kinds(void)
{
    enum { LOOKUP, HOST, QUERY, CHECKED, KINDS };
    dane_policy_multi *multi = multi_alone();
    int kinds[KINDS] = {0}, i;

    CHECK(dane_policy_multi_lookup(multi, "good.test", world_port(), &kinds[LOOKUP]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_lookup_host(multi, "mx.good.test", world_port(), "good.test", DANE_POLICY_STATUS_SECURE,
                                        &kinds[HOST]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_query(multi, "good.test", MX, &kinds[QUERY]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), &kinds[CHECKED]) == DANE_POLICY_OK);
    for (i = 0; i < KINDS; i++) {
        dane_policy_outcome *outcome = wait_for_next(multi);
        long kind = (int *)dane_policy_outcome_tag(outcome) - kinds;
        dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);
        dane_policy_report *report = dane_policy_outcome_take_report(outcome);
        dane_policy_answer *answer = dane_policy_outcome_take_answer(outcome);
        const dane_policy_decision *decision = dane_policy_destination_decision(destination);

        CHECK(kinds[kind]++ == 0);
        CHECK((destination != NULL) == (kind == LOOKUP || kind == HOST));
        CHECK((report != NULL) == (kind == CHECKED));
        CHECK((answer != NULL) == (kind == QUERY));
        CHECK(destination == NULL || dane_policy_decision_action(decision) == DANE_POLICY_ACTION_VERIFY);
        CHECK(report == NULL || dane_policy_report_via(report) == 0);
        CHECK(answer == NULL || dane_policy_answer_status(answer) == DANE_POLICY_STATUS_SECURE);
        CHECK(dane_policy_outcome_take_destination(outcome) == NULL);
        CHECK(dane_policy_outcome_take_report(outcome) == NULL);
        CHECK(dane_policy_outcome_take_answer(outcome) == NULL);
        dane_policy_outcome_free(outcome);
        dane_policy_destination_free(destination);
        dane_policy_report_free(report);
        dane_policy_answer_free(answer);
    }
    /* Nobody takes these. */
    start(multi, "good.test");
    CHECK(dane_policy_multi_query(multi, "good.test", MX, NULL) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), NULL) == DANE_POLICY_OK);
    for (i = 0; i < 3; i++)
        dane_policy_outcome_free(wait_for_next(multi));
    check_idle(multi);
    dane_policy_multi_free(multi);
}

/* Level and audit are those of the moment in which a call starts. */
static void settings_are_for_later_calls(void)
{
    static const struct {
        const char *domain;
        int level, audit, action;
    } calls[] = {{"tlsa-none.test", DANE_POLICY_LEVEL_DANE, 0, DANE_POLICY_ACTION_OPPORTUNISTIC},
                 {"tlsa-none.test", DANE_POLICY_LEVEL_DANE_ONLY, 0, DANE_POLICY_ACTION_DEFER},
                 {"tlsa-bogus.test", DANE_POLICY_LEVEL_DANE, 0, DANE_POLICY_ACTION_DEFER},
                 {"tlsa-bogus.test", DANE_POLICY_LEVEL_DANE, 1, DANE_POLICY_ACTION_OPPORTUNISTIC},
                 {"tlsa-bogus.test", DANE_POLICY_LEVEL_DANE_ONLY, 0, DANE_POLICY_ACTION_DEFER},
                 {"tlsa-bogus.test", DANE_POLICY_LEVEL_OFF, 0, DANE_POLICY_ACTION_OPPORTUNISTIC}};
    enum { CALLS = sizeof calls / sizeof calls[0] };
    dane_policy_multi *multi = multi_alone();
    size_t i;

    for (i = 0; i < CALLS; i++) {
        CHECK(dane_policy_multi_set_level(multi, calls[i].level) == DANE_POLICY_OK);
        CHECK(dane_policy_multi_set_audit(multi, calls[i].audit) == DANE_POLICY_OK);
        CHECK(dane_policy_multi_lookup(multi, calls[i].domain, world_port(), (void *)&calls[i].action) == DANE_POLICY_OK);
    }
    for (i = 0; i < CALLS; i++) {
        dane_policy_outcome *outcome = wait_for_next(multi);
        const int *want = dane_policy_outcome_tag(outcome);

        CHECK(action_of(outcome) == *want);
    }
    check_idle(multi);
    dane_policy_multi_free(multi);
}

/* A context changes after the multi was made, and goes: the multi has its settings as they were. */
static void a_context_may_go(void)
{
    dane_policy_context *context = validating();
    dane_policy_multi *multi = multi_of(context);

    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE_ONLY) == DANE_POLICY_OK);
    start(multi, "tlsa-none.test");
    dane_policy_context_free(context);
    CHECK(action_of(wait_for_next(multi)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    dane_policy_multi_free(multi);
}

static void *finish(void *multi)
{
    int i;

    for (i = 0; i < 2; i++) {
        dane_policy_outcome *outcome = wait_for_next(multi);
        const char *domain = dane_policy_outcome_tag(outcome);
        int is_good = strcmp(domain, "good.test") == 0;

        CHECK(action_of(outcome) == (is_good ? DANE_POLICY_ACTION_VERIFY : DANE_POLICY_ACTION_FAIL));
    }
    check_idle(multi);
    return NULL;
}

static void *finish_and_free(void *multi)
{
    start(multi, "good.test");
    start(multi, "null.test");
    finish(multi);
    start(multi, "good.test");
    turn(multi);
    dane_policy_multi_free(multi);
    return NULL;
}

/* Started in one thread, done in the next, freed in a third; one at a time. */
static void it_moves_between_threads(void)
{
    dane_policy_multi *multi = multi_alone();
    pthread_t thread;

    start(multi, "good.test");
    start(multi, "null.test");
    turn(multi);
    CHECK(pthread_create(&thread, NULL, finish, multi) == 0 && pthread_join(thread, NULL) == 0);
    start(multi, "good.test");
    start(multi, "null.test");
    finish(multi);
    CHECK(pthread_create(&thread, NULL, finish_and_free, multi) == 0 && pthread_join(thread, NULL) == 0);
}

static void is_the_librarys(int descriptor)
{
    if (descriptor >= 3)
        CHECK((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
}

/* Standard descriptors are closed: whatever is opened stays above them; and nothing is left to a program that is run. */
static void without_standard_descriptors(void *nothing)
{
    dane_policy_multi *multi;
    int i;

    (void)nothing;
    /* Where a check fails there is no word of it, only the status. */
    for (i = 0; i < 64; i++)
        close(i);
    multi = multi_alone();
    CHECK(dane_policy_multi_descriptor(multi) >= 3);
    start(multi, "good.test");
    start(multi, "null.test");
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), NULL) == DANE_POLICY_OK);
    while (dane_policy_multi_running(multi) > 0) {
        turn(multi);
        for (i = 0; i < 3; i++)
            CHECK(fcntl(i, F_GETFD) == -1);
        for (i = 3; i < 64; i++)
            if (fcntl(i, F_GETFD) != -1)
                is_the_librarys(i);
        dane_policy_outcome_free(next(multi));
    }
    dane_policy_multi_free(multi);
    for (i = 0; i < 64; i++)
        CHECK(fcntl(i, F_GETFD) == -1);
}

/* An empty root, entered when the multi is made and before it did anything. */
static void in_an_empty_root(void *folder)
{
    dane_policy_multi *multi = multi_alone();
    int i;

    start(multi, "good.test");
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), NULL) == DANE_POLICY_OK);
    CHECK(chroot(folder) == 0 && chdir("/") == 0 && setgid(65534) == 0 && setuid(65534) == 0);
    for (i = 0; i < 2; i++) {
        dane_policy_outcome *outcome = wait_for_next(multi);
        dane_policy_report *report = dane_policy_outcome_take_report(outcome);

        if (report != NULL) {
            CHECK(dane_policy_decision_action(dane_policy_report_decision(report)) == DANE_POLICY_ACTION_DELIVER);
            dane_policy_report_free(report);
            dane_policy_outcome_free(outcome);
        } else
            CHECK(action_of(outcome) == DANE_POLICY_ACTION_VERIFY);
    }
    dane_policy_multi_free(multi);
}

static void with_nothing_but_sockets(void)
{
    char folder[] = "/tmp/dane-policy-XXXXXX";

    if (geteuid() != 0) {
        puts("skipped: chroot wants root");
        return;
    }
    CHECK(mkdtemp(folder) != NULL);
    ends_well(in_child(in_an_empty_root, folder));
    CHECK(rmdir(folder) == 0);
}

int main(void)
{
    within_a_minute();
    check_arguments();
    check_kinds();
    settings_are_for_later_calls();
    a_context_may_go();
    it_moves_between_threads();
    ends_well(in_child(without_standard_descriptors, NULL));
    with_nothing_but_sockets();
    puts("multi: passed");
    return 0;
}
