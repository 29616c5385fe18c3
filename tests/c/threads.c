/*
 * Eight threads share one context and what a lookup gave, eight more have a multi of that context each, all at once: every
 * call comes out as it does alone. ThreadSanitizer watches it in `make sanitize`. Runs as `world run -- threads [ROUNDS]`.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <dane_policy_diagnosis.h>

#include "multi.h"

enum { THREADS = 8, FEW_ROUNDS = 2 };

static const struct {
    const char *domain;
    int lookup, check;
} cases[] = {{"good.test", DANE_POLICY_ACTION_VERIFY, DANE_POLICY_ACTION_DELIVER},
             {"mismatch.test", DANE_POLICY_ACTION_VERIFY, DANE_POLICY_ACTION_DEFER},
             {"ta-cert.test", DANE_POLICY_ACTION_VERIFY, DANE_POLICY_ACTION_DELIVER},
             {"tlsa-none.test", DANE_POLICY_ACTION_OPPORTUNISTIC, DANE_POLICY_ACTION_OPPORTUNISTIC},
             {"mx-bogus.test", DANE_POLICY_ACTION_DEFER, DANE_POLICY_ACTION_DEFER},
             {"absent.test", DANE_POLICY_ACTION_FAIL, DANE_POLICY_ACTION_FAIL},
             {"null.test", DANE_POLICY_ACTION_FAIL, DANE_POLICY_ACTION_FAIL}};
#define CASES (sizeof cases / sizeof cases[0])

static const dane_policy_context *context;
static const dane_policy_destination *good;
static char good_text[256];
static int rounds = FEW_ROUNDS;
static pthread_barrier_t all_there;

/* Whoever reads what belongs to all finds it as it was. */
static void read_what_is_shared(void)
{
    const dane_policy_host *host = dane_policy_destination_host(good, 0);
    dane_policy_verification *failure;

    CHECK(strcmp(dane_policy_decision_text(dane_policy_destination_decision(good)), good_text) == 0);
    CHECK(strcmp(dane_policy_host_name(host), "mx.good.test") == 0);
    CHECK(dane_policy_host_address_count(host) > 0);
    CHECK(dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_NO_STARTTLS, &failure) == DANE_POLICY_OK);
    CHECK(dane_policy_decision_action(dane_policy_verification_decision(failure)) == DANE_POLICY_ACTION_DEFER);
    dane_policy_verification_free(failure);
}

static void *by_calls(void *number)
{
    int round;
    size_t i;

    pthread_barrier_wait(&all_there);
    for (round = 0; round < rounds; round++)
        for (i = 0; i < CASES; i++) {
            size_t turn = (i + *(size_t *)number) % CASES;
            dane_policy_destination *destination;
            dane_policy_report *report;

            CHECK(dane_policy_lookup(context, cases[turn].domain, world_port(), &destination) == DANE_POLICY_OK);
            CHECK((int)dane_policy_decision_action(dane_policy_destination_decision(destination)) == cases[turn].lookup);
            dane_policy_destination_free(destination);
            CHECK(dane_policy_check(context, cases[turn].domain, world_port(), &report) == DANE_POLICY_OK);
            CHECK((int)dane_policy_decision_action(dane_policy_report_decision(report)) == cases[turn].check);
            dane_policy_report_free(report);
            read_what_is_shared();
        }
    return NULL;
}

static void *by_a_multi(void *nothing)
{
    dane_policy_multi *multi = multi_of(context);
    dane_policy_outcome *outcome;
    int round;
    size_t i, done;

    pthread_barrier_wait(&all_there);
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < CASES; i++) {
            CHECK(dane_policy_multi_lookup(multi, cases[i].domain, world_port(), (void *)&cases[i].lookup) == DANE_POLICY_OK);
            CHECK(dane_policy_multi_check(multi, cases[i].domain, world_port(), (void *)&cases[i].check) == DANE_POLICY_OK);
        }
        for (done = 0; done < 2 * CASES; done++) {
            const int *want;
            dane_policy_report *report;

            outcome = wait_for_next(multi);
            want = dane_policy_outcome_tag(outcome);
            report = dane_policy_outcome_take_report(outcome);
            if (report == NULL) {
                CHECK(action_of(outcome) == *want);
            } else {
                CHECK((int)dane_policy_decision_action(dane_policy_report_decision(report)) == *want);
                dane_policy_report_free(report);
                dane_policy_outcome_free(outcome);
            }
        }
        read_what_is_shared();
    }
    check_idle(multi);
    dane_policy_multi_free(multi);
    return nothing;
}

int main(int argc, char **argv)
{
    dane_policy_context *own = validating();
    dane_policy_destination *destination;
    pthread_t threads[2 * THREADS];
    size_t numbers[THREADS], i;

    within_a_minute();
    if (argc > 1)
        rounds = atoi(argv[1]);
    CHECK(dane_policy_lookup(own, "good.test", world_port(), &destination) == DANE_POLICY_OK);
    snprintf(good_text, sizeof good_text, "%s", dane_policy_decision_text(dane_policy_destination_decision(destination)));
    dane_policy_context_free(own);
    /* Whose cache is empty, so that all of them fill it. */
    own = validating();
    /* A machine that is busy with all of them, under a sanitizer, is no reason to defer. */
    CHECK(dane_policy_context_set_timeout(own, 1000 * PATIENCE) == DANE_POLICY_OK);
    context = own;
    good = destination;
    CHECK(pthread_barrier_init(&all_there, NULL, 2 * THREADS) == 0);
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, by_calls, &numbers[i]) == 0);
        CHECK(pthread_create(&threads[THREADS + i], NULL, by_a_multi, NULL) == 0);
    }
    for (i = 0; i < 2 * THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    dane_policy_destination_free(destination);
    dane_policy_context_free(own);
    puts("threads: passed");
    return 0;
}
