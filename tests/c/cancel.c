/*
 * Calls that are cancelled at any moment, done ones too, never come out, and the others come out as if nothing were; a
 * multi that is freed at any moment leaves nothing behind, and what was fetched lives on. Runs as `world run -- cancel`.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>

#include <dane_policy_diagnosis.h>

#include "multi.h"

enum { MOST_TURNS = 40 };

static int kept_tag, cancelled_tag;

static void begin(dane_policy_multi *multi, const char *domain, void *tag)
{
    CHECK(dane_policy_multi_lookup(multi, domain, world_port(), tag) == DANE_POLICY_OK);
}

/* So many turns, while there is anything to do. */
static void turns(dane_policy_multi *multi, int count)
{
    for (; count > 0 && dane_policy_multi_timeout(multi) != -1; count--)
        turn(multi);
}

/* Three calls with one tag are cancelled after so many turns; two others, one of which has no tag, come out. */
static void cancelled_after(int count)
{
    static const int want[] = {DANE_POLICY_ACTION_VERIFY, DANE_POLICY_ACTION_FAIL};
    dane_policy_multi *multi = multi_alone();
    int came[2] = {0, 0}, i;

    begin(multi, "mismatch.test", &cancelled_tag);
    begin(multi, "good.test", &kept_tag);
    /* Shares its questions with one that stays. */
    begin(multi, "good.test", &cancelled_tag);
    begin(multi, "null.test", NULL);
    CHECK(dane_policy_multi_check(multi, "tlsa-none.test", world_port(), &cancelled_tag) == DANE_POLICY_OK);
    turns(multi, count);
    CHECK(dane_policy_multi_cancel(multi, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_multi_cancel(multi, multi) == DANE_POLICY_OK && dane_policy_multi_running(multi) == 5);
    CHECK(dane_policy_multi_cancel(multi, &cancelled_tag) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_running(multi) == 2);
    CHECK(dane_policy_multi_cancel(multi, &cancelled_tag) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_running(multi) == 2);
    for (i = 0; i < 2; i++) {
        dane_policy_outcome *outcome = wait_for_next(multi);
        int is_untagged = dane_policy_outcome_tag(outcome) == NULL;

        CHECK(is_untagged || dane_policy_outcome_tag(outcome) == &kept_tag);
        CHECK(action_of(outcome) == want[is_untagged] && came[is_untagged]++ == 0);
    }
    check_idle(multi);
    /* A tag is free for new calls. */
    begin(multi, "null.test", &cancelled_tag);
    CHECK(action_of(wait_for_next(multi)) == DANE_POLICY_ACTION_FAIL);
    dane_policy_multi_free(multi);
}

/* The only calls, running or done. */
static void all_are_cancelled_after(int count)
{
    int before = open_descriptors();
    dane_policy_multi *multi = multi_alone();

    begin(multi, "good.test", &cancelled_tag);
    begin(multi, "absent.test", &cancelled_tag);
    turns(multi, count);
    CHECK(dane_policy_multi_cancel(multi, &cancelled_tag) == DANE_POLICY_OK);
    check_idle(multi);
    CHECK(open_descriptors() == before + 2);
    dane_policy_multi_free(multi);
    CHECK(open_descriptors() == before);
}

/* Some calls are done and not fetched, one is fetched and outlives the multi, others run. */
static void freed_after(int count)
{
    int before = open_descriptors();
    dane_policy_multi *multi = multi_alone();
    dane_policy_outcome *outcome;

    begin(multi, "good.test", NULL);
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), NULL) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_query(multi, "mx.good.test", 1, NULL) == DANE_POLICY_OK);
    begin(multi, "mx-silent.test", NULL);
    turns(multi, count);
    outcome = next(multi);
    dane_policy_multi_free(multi);
    CHECK(open_descriptors() == before);
    if (outcome != NULL) {
        dane_policy_answer *answer = dane_policy_outcome_take_answer(outcome);
        dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);

        CHECK(answer != NULL || destination != NULL || dane_policy_outcome_take_report(outcome) == NULL);
        CHECK(answer == NULL || dane_policy_answer_exists(answer));
        CHECK(destination == NULL || dane_policy_destination_host_count(destination) == 1);
        dane_policy_answer_free(answer);
        dane_policy_destination_free(destination);
    }
    dane_policy_outcome_free(outcome);
}

/* Fetched, and neither taken nor freed before the multi; of each kind. */
static void outcomes_live_on(void)
{
    dane_policy_multi *multi = multi_alone();
    dane_policy_outcome *outcomes[3];
    dane_policy_report *report = NULL;
    int i;

    begin(multi, "good.test", NULL);
    CHECK(dane_policy_multi_check(multi, "good.test", world_port(), &report) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_query(multi, "mx.good.test", 1, NULL) == DANE_POLICY_OK);
    for (i = 0; i < 3; i++)
        outcomes[i] = wait_for_next(multi);
    dane_policy_multi_free(multi);
    for (i = 0; i < 3; i++) {
        if (dane_policy_outcome_tag(outcomes[i]) == &report) {
            report = dane_policy_outcome_take_report(outcomes[i]);
            CHECK(dane_policy_decision_action(dane_policy_report_decision(report)) == DANE_POLICY_ACTION_DELIVER);
        }
        dane_policy_outcome_free(outcomes[i]);
    }
    CHECK(report != NULL);
    dane_policy_report_free(report);
}

/* Everything is done and nothing fetched. */
static void done_ones_too(void)
{
    int before = open_descriptors(), is_freed;

    for (is_freed = 0; is_freed < 2; is_freed++) {
        dane_policy_multi *multi = multi_alone();
        int rounds;

        begin(multi, "null.test", &cancelled_tag);
        CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK && dane_policy_multi_timeout(multi) == 0);
        begin(multi, "good.test", &cancelled_tag);
        begin(multi, "mx-bogus.test", &cancelled_tag);
        /* The descriptor is readable for the one that is done, so the time of the others is waited for. */
        for (rounds = 0; open_descriptors() > before + 2 || rounds < 10; rounds++) {
            poll(NULL, 0, 1);
            CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
        }
        CHECK(is_readable(dane_policy_multi_descriptor(multi), 0) && dane_policy_multi_running(multi) == 3);
        if (!is_freed) {
            CHECK(dane_policy_multi_cancel(multi, &cancelled_tag) == DANE_POLICY_OK);
            check_idle(multi);
        }
        dane_policy_multi_free(multi);
        CHECK(open_descriptors() == before);
    }
}

int main(void)
{
    int count;

    within_a_minute();
    for (count = 0; count < MOST_TURNS; count++) {
        cancelled_after(count);
        all_are_cancelled_after(count);
        freed_after(count);
    }
    done_ones_too();
    outcomes_live_on();
    puts("cancel: passed");
    return 0;
}
