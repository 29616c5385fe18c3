/*
 * A process with threads in calls: other threads fork, and each child makes a call of its own, with the context of all,
 * and ends; another vforks and executes a program, which has no descriptor of the library's. The threads in calls go on.
 * Runs as `world run -- forks [FORKS [SECONDS]]`: so many children, in so many seconds.
 */
#define _DEFAULT_SOURCE

#include <pthread.h>
#include <stdio.h>

#include "rows.h"
#include "../proc.h"

enum { CALLERS = 4, FORKERS = 2, UNHURRIED_MS = 60000, PATIENCE = 120, VFORKS_IN = 4 };

static struct result wants[ROWS][WAYS];
/* One for each level, of all threads and children. */
static dane_policy_context *contexts[2];
static long forks = 400, calls;
static volatile int is_over;

static void die(const struct row *row, int way, const struct result *found, const char *who)
{
    dprintf(2, "row %s (%s), %s, in %s\n", row->name, row->domain, way_names[way], who);
    print_result(2, "found", found);
    _exit(1);
}

static void ask_by(unsigned number, dane_policy_multi **multi, const char *who)
{
    const unsigned row = number % ROWS, way = number / ROWS % WAYS;
    const int level = is_dane_only(&rows[row]);
    struct result found = ask(contexts[level], &multi[level], &rows[row], (enum way)way);

    if (!is_same(&found, &wants[row][way]))
        die(&rows[row], (int)way, &found, who);
}

static void *call(void *number)
{
    dane_policy_multi *multi[2] = {NULL, NULL};
    unsigned at;

    for (at = *(unsigned *)number * 17; !is_over; at++) {
        ask_by(at, multi, "a thread");
        __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    }
    dane_policy_multi_free(multi[0]);
    dane_policy_multi_free(multi[1]);
    return NULL;
}

static void *fork_often(void *number)
{
    long i;

    for (i = *(unsigned *)number; i < forks; i += FORKERS) {
        pid_t child = fork();

        if (child == 0) {
            dane_policy_multi *multi[2] = {NULL, NULL};

            alarm(PATIENCE);
            ask_by((unsigned)i, multi, "a child");
            dane_policy_multi_free(multi[0]);
            dane_policy_multi_free(multi[1]);
            _exit(0);
        }
        ends_well(child, "forks: a child");
    }
    return NULL;
}

static void vfork_and_execute(const char *program, const char *count)
{
    pid_t child = vfork();

    if (child == 0) {
        execl(program, program, "descriptors", count, (char *)NULL);
        _exit(99);
    }
    ends_well(child, "forks: a program");
}

int main(int argc, char **argv)
{
    pthread_t callers[CALLERS], forkers[FORKERS];
    unsigned numbers[CALLERS], i;
    char count[16];
    int row;

    if (argc > 2 && strcmp(argv[1], "descriptors") == 0)
        return open_descriptors() != atoi(argv[2]);
    forks = argc > 1 ? atol(argv[1]) : forks;
    /* The whole of it; a child has its own. */
    alarm(argc > 2 ? (unsigned)atol(argv[2]) : PATIENCE);
    snprintf(count, sizeof count, "%d", open_descriptors());
    read_rows();
    want_all(wants);
    for (row = 0; row < ROWS; row++)
        if (contexts[is_dane_only(&rows[row])] == NULL)
            contexts[is_dane_only(&rows[row])] = context_of(&rows[row]);
    /* Whoever runs beside many others is not in a hurry. */
    for (i = 0; i < 2; i++)
        CHECK(dane_policy_context_set_timeout(contexts[i], UNHURRIED_MS) == DANE_POLICY_OK);
    for (i = 0; i < CALLERS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&callers[i], NULL, call, &numbers[i]) == 0);
    }
    for (i = 0; i < FORKERS; i++)
        CHECK(pthread_create(&forkers[i], NULL, fork_often, &numbers[i]) == 0);
    for (i = 0; i < (unsigned)forks / VFORKS_IN; i++)
        vfork_and_execute(argv[0], count);
    for (i = 0; i < FORKERS; i++)
        CHECK(pthread_join(forkers[i], NULL) == 0);
    is_over = 1;
    for (i = 0; i < CALLERS; i++)
        CHECK(pthread_join(callers[i], NULL) == 0);
    dane_policy_context_free(contexts[0]);
    dane_policy_context_free(contexts[1]);
    printf("%ld children and %ld programs while %ld calls ran\n", forks, forks / VFORKS_IN, calls);
    CHECK(open_descriptors() == atoi(count));
    puts("forks: passed");
    return 0;
}
