/*
 * Allocations that fail, one by one: for each row and each way to ask for it the N-th of them, and all from the N-th on. A
 * decision is the row's or a refusal for now, or the code is DANE_POLICY_ERROR_NO_MEMORY; the next call is the row's again.
 * Only where nothing can be allocated any more the process ends, by SIGABRT and without a word.
 * Runs as `world run -- heap [EVERY [SEED]]` (points.h).
 */
#define _DEFAULT_SOURCE

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "points.h"
#include "../failing.h"
#include "../proc.h"

enum { ABORTED, REFUSED };

static long counts[ROWS][WAYS];

/* As the row says, or for want of memory. */
static void judge_memory(const struct result *found, const struct result *want, long begun)
{
    if (found->code != DANE_POLICY_OK && found->code != DANE_POLICY_ERROR_NO_MEMORY)
        fail("neither OK nor NO_MEMORY", found, want);
    add(&shared->figures[REFUSED], found->code == DANE_POLICY_ERROR_NO_MEMORY);
    judge(found, want, begun);
}

static void fail_once(const struct row *row, enum way way, const struct result *want, long at)
{
    const int before = open_descriptors();
    dane_policy_context *context = context_of(row);
    dane_policy_multi *multi = NULL;
    long begun = milliseconds();
    struct result found;

    allocations = 0;
    failures = 1;
    first_failure = at;
    found = ask(context, &multi, row, way);
    first_failure = 0;
    judge_memory(&found, want, begun);
    found = ask(context, &multi, row, way);
    judge_again(&found, want);
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
    if (open_descriptors() != before)
        fail("a descriptor is left open", NULL, NULL);
    check_standard(0);
}

static void fail_always(const struct row *row, enum way way, const struct result *want, long at)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        dane_policy_context *context = context_of(row);
        dane_policy_multi *multi = NULL;
        long begun = milliseconds();
        struct result found;

        alarm(PATIENCE);
        allocations = 0;
        failures = LONG_MAX - at;
        first_failure = at;
        found = ask(context, &multi, row, way);
        first_failure = 0;
        judge_memory(&found, want, begun);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT))
        fail("without any memory the process ends otherwise than by SIGABRT", NULL, NULL);
    add(&shared->figures[ABORTED], status != 0);
    check_standard(0);
}

static void try_points(void)
{
    int row, way;
    long at;

    stand_for_standard(0);
    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++)
            for (at = 1; at <= counts[row][way]; at++) {
                const char *name = rows[row].name, *domain = rows[row].domain;

                if (is_mine()) {
                    begin_point("row %s (%s), %s, allocation %ld", name, domain, way_names[way], at);
                    fail_once(&rows[row], (enum way)way, &shared->wants[row][way], at);
                }
                if (is_mine()) {
                    begin_point("row %s (%s), %s, allocation %ld and all after it", name, domain, way_names[way], at);
                    fail_always(&rows[row], (enum way)way, &shared->wants[row][way], at);
                }
            }
}

static void count_allocations(void)
{
    int row, way;

    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++) {
            dane_policy_context *context = context_of(&rows[row]);
            dane_policy_multi *multi = NULL;

            allocations = 0;
            ask(context, &multi, &rows[row], (enum way)way);
            counts[row][way] = allocations;
            dane_policy_multi_free(multi);
            dane_policy_context_free(context);
        }
}

int main(int argc, char **argv)
{
    prepare(argc, argv);
    count_allocations();
    try_in_parallel(try_points);
    print_points("allocations that fail");
    printf("%ld calls without memory, %ld processes ended\n", shared->figures[REFUSED], shared->figures[ABORTED]);
    CHECK(shared->figures[REFUSED] > 0);
    puts("heap: passed");
    return 0;
}
