/* What a call across the border costs, in nanoseconds: decide, a getter, and the floor, in turn. */
#define _GNU_SOURCE

#include <pthread.h>
#include <sched.h>

#include <dane_policy.h>

#include "empty.h"
#include "figures.h"

enum { ROUNDS = 21, CALLS = 100000, TUPLES = 4096 };

/* Levels, statuses and certificates as they are numbered. */
static int tuples[TUPLES][5];
static volatile size_t sink;
static pthread_barrier_t barrier;

static size_t decides(int mask)
{
    size_t made = 0;
    int i;

    for (i = 0; i < CALLS; i++) {
        const int *it = tuples[i & mask];

        made += dane_policy_decide(it[0], it[1], it[2], it[3], it[4]) != NULL;
    }
    return made;
}

static size_t decides_at_random(void)
{
    return decides(TUPLES - 1);
}

static size_t decides_the_same(void)
{
    return decides(0);
}

static size_t calls_empty(void)
{
    size_t made = 0;
    int i;

    for (i = 0; i < CALLS; i++) {
        const int *it = tuples[i & (TUPLES - 1)];

        made += (size_t)empty(it[0], it[1], it[2], it[3], it[4]);
    }
    return made;
}

static size_t asks_getter(void)
{
    const dane_policy_decision *decision = dane_policy_decide(tuples[0][0], tuples[0][1], tuples[0][2], tuples[0][3],
                                                              tuples[0][4]);
    size_t made = 0;
    int i;

    for (i = 0; i < CALLS; i++)
        made += (size_t)dane_policy_decision_tls_required(decision);
    return made;
}

/* By the clock of this thread, so that other programs do not count. */
static double nanoseconds(size_t (*work)(void))
{
    double start = milliseconds(CLOCK_THREAD_CPUTIME_ID);

    sink += work();
    return (milliseconds(CLOCK_THREAD_CPUTIME_ID) - start) * 1e6 / CALLS;
}

/* On a processor of its own where there are two, and fifty times as long as alone, so that both run at once. */
static double asks_on(int processor)
{
    double sum = 0;
    cpu_set_t set;
    int i;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);

    pthread_barrier_wait(&barrier);
    for (i = 0; i < 50; i++)
        sum += nanoseconds(asks_getter);
    return sum / 50;
}

static void *asks_on_the_other(void *figure)
{
    *(double *)figure = asks_on(1);
    return NULL;
}

static double two_threads(void)
{
    double own, other;
    pthread_t thread;

    if (pthread_create(&thread, NULL, asks_on_the_other, &other) != 0)
        fail("no thread");
    own = asks_on(0);
    pthread_join(thread, NULL);
    return (own + other) / 2;
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"empty", "random", "constant", "getter", "threads"};
    static double figures[5][ROUNDS];
    unsigned seed = 1;
    int i, k;

    program = argv[0];
    (void)argc;
    for (i = 0; i < TUPLES; i++)
        for (k = 0; k < 5; k++) {
            seed = seed * 1103515245 + 12345;
            tuples[i][k] = k == 0 ? 1 + (int)(seed >> 16) % 3 : (int)(seed >> 16) % 7;
        }
    pthread_barrier_init(&barrier, NULL, 2);
    for (i = 0; i < ROUNDS; i++) {
        figures[0][i] = nanoseconds(calls_empty);
        figures[1][i] = nanoseconds(decides_at_random);
        figures[2][i] = nanoseconds(decides_the_same);
        figures[3][i] = nanoseconds(asks_getter);
        figures[4][i] = two_threads();
    }
    for (i = 0; i < 5; i++) {
        qsort(figures[i], ROUNDS, sizeof(double), compare);
        printf("%s %.4f\n", names[i], figures[i][ROUNDS / 2]);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
