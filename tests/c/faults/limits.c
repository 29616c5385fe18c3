/*
 * Limits of the system: for each row and each way to ask for it every small number of descriptors (RLIMIT_NOFILE), and
 * little or no more address space (RLIMIT_AS). The decision is the row's or a refusal for now, or memory ran out; the next
 * call, without the limit, is the row's again. Runs as `world run -- limits [EVERY [SEED]]` (points.h).
 */
#define _DEFAULT_SOURCE

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "points.h"
#include "../proc.h"

enum { DESCRIPTORS = 20, ROOMS = 7 };

static const long rooms[ROOMS] = {0, 1 << 12, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18};

static void limit(int resource, rlim_t most)
{
    struct rlimit limits;

    CHECK(getrlimit(resource, &limits) == 0);
    limits.rlim_cur = most < limits.rlim_max ? most : limits.rlim_max;
    CHECK(setrlimit(resource, &limits) == 0);
}

static rlim_t address_space(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    CHECK(file != NULL && fscanf(file, "%ld", &pages) == 1);
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* What the program has taken of a heap that cannot grow, so that the library finds no more than it is to have. */
struct taken {
    struct taken *next;
    char rest[496];
};

static void give_back(struct taken **all, long count)
{
    for (; *all != NULL && count > 0; count -= (long)sizeof **all) {
        struct taken *next = (*all)->next;

        free(*all);
        *all = next;
    }
}

/* All but so many octets. */
static struct taken *take_all_but(long count)
{
    struct taken *all = NULL, *one;

    limit(RLIMIT_AS, address_space());
    while ((one = malloc(sizeof *one)) != NULL) {
        one->next = all;
        all = one;
    }
    give_back(&all, count);
    return all;
}

/* So many descriptors, or octets of the heap. */
static void ask_limited(const struct row *row, enum way way, const struct result *want, int resource, long count)
{
    dane_policy_context *context = context_of(row), *other;
    const int before = open_descriptors();
    dane_policy_multi *multi = NULL;
    struct taken *taken = NULL;
    struct result found;
    long begun;

    begun = milliseconds();
    if (resource == RLIMIT_AS)
        taken = take_all_but(count);
    else
        limit(resource, (rlim_t)count);
    found = ask(context, &multi, row, way);
    /* Whatever is found in it, reading a file must end well. */
    if (dane_policy_context_new(&other) == DANE_POLICY_OK)
        dane_policy_context_free(other);
    limit(resource, RLIM_INFINITY);
    give_back(&taken, LONG_MAX);
    judge(&found, want, begun);
    found = ask(context, &multi, row, way);
    judge_again(&found, want);
    dane_policy_multi_free(multi);
    if (open_descriptors() != before)
        fail("a descriptor is left open", NULL, NULL);
    check_standard(0);
    dane_policy_context_free(context);
}

static void few_descriptors(void)
{
    int row, way, most;

    stand_for_standard(0);
    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++)
            for (most = 0; most < DESCRIPTORS; most++)
                if (is_mine()) {
                    begin_point("row %s (%s), %s, %d descriptors", rows[row].name, rows[row].domain, way_names[way], most);
                    ask_limited(&rows[row], (enum way)way, &shared->wants[row][way], RLIMIT_NOFILE, most);
                }
}

/* In a process for each: what one has taken from the system another would have. */
static void little_memory(void)
{
    int row, way, room, status;

    stand_for_standard(0);
    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++)
            for (room = 0; room < ROOMS; room++)
                if (is_mine()) {
                    pid_t child;

                    begin_point("row %s (%s), %s, %ld octets", rows[row].name, rows[row].domain, way_names[way], rooms[room]);
                    child = fork();
                    if (child == 0) {
                        alarm(PATIENCE);
                        ask_limited(&rows[row], (enum way)way, &shared->wants[row][way], RLIMIT_AS, rooms[room]);
                        _exit(0);
                    }
                    CHECK(child > 0 && waitpid(child, &status, 0) == child);
                    if (status != 0)
                        fail("a call without memory ends the process", NULL, NULL);
                }
}

int main(int argc, char **argv)
{
    prepare(argc, argv);
    /* While the heap is small. */
    try_in_parallel(little_memory);
    print_points("little memory");
    try_in_parallel(few_descriptors);
    print_points("few descriptors");
    puts("limits: passed");
    return 0;
}
