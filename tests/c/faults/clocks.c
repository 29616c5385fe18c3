/*
 * Clocks that jump at any moment of a call: the wall clock by hours and by years, back and forth, the other one forth. For
 * each row and each way to ask for it, the decision is the row's or a refusal for now, in time; the next call, by the true
 * time, is the row's again. Runs as `world run -- clocks [EVERY [SEED]]` (points.h).
 */
#define _DEFAULT_SOURCE

#include <stdio.h>

#include "calls.h"
#include "points.h"
#include "../proc.h"

#define HOUR 3600L
#define YEAR (365 * 24 * HOUR)

/* Seconds that CLOCK_REALTIME and CLOCK_MONOTONIC jump. */
static const long jumps[][2] = {{2 * HOUR, 0},   {-2 * HOUR, 0}, {20 * YEAR, 0}, {-20 * YEAR, 0},  {-100 * YEAR, 0},
                                {500 * YEAR, 0}, {0, 1},         {0, HOUR},      {0, 100 * YEAR}, {-HOUR, HOUR}};
#define JUMPS (sizeof jumps / sizeof jumps[0])

static long counts[ROWS][WAYS];

static void ask_watched(const struct row *row, enum way way, const struct result *want)
{
    const int before = open_descriptors();
    dane_policy_context *context = context_of(row);
    dane_policy_multi *multi = NULL;
    long begun = milliseconds();
    struct result found;

    watch_calls();
    found = ask(context, &multi, row, way);
    is_watched = 0;
    judge(&found, want, begun);
    dane_policy_multi_free(multi);
    multi = NULL;
    found = ask(context, &multi, row, way);
    judge_again(&found, want);
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
    if (open_descriptors() != before)
        fail("a descriptor is left open", NULL, NULL);
}

static void try_points(void)
{
    int row, way;
    size_t i;

    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++)
            for (i = 0; i < JUMPS; i++)
                for (jump.at = 1; jump.at <= counts[row][way]; jump.at++)
                    if (is_mine()) {
                        begin_point("row %s (%s), %s, a jump of %ld and %ld seconds at %ld", rows[row].name,
                                    rows[row].domain, way_names[way], jumps[i][0], jumps[i][1], jump.at);
                        jump.seconds[0] = jumps[i][0];
                        jump.seconds[1] = jumps[i][1];
                        ask_watched(&rows[row], (enum way)way, &shared->wants[row][way]);
                    }
}

int main(int argc, char **argv)
{
    int row, way;

    prepare(argc, argv);
    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++) {
            ask_watched(&rows[row], (enum way)way, &shared->wants[row][way]);
            counts[row][way] = seen[CALL_CLOCK_GETTIME];
        }
    try_in_parallel(try_points);
    print_points("clocks that jump");
    puts("clocks: passed");
    return 0;
}
