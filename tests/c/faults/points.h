/*
 * Points at which something goes wrong, tried by many processes at once, for most are waited for: one in so many, drawn by a
 * seed. Whoever fails says at which point.
 */
#ifndef POINTS_H
#define POINTS_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "rows.h"
#include "../random.h"

enum { PROCESSES = 32, PATIENCE = 120, FIGURES = 512, ABOVE = 100, TEXT = 160 };

/* What the processes have in common: what is to be found, where each is, in words, and what they have counted. */
static struct shared {
    struct result wants[ROWS][WAYS];
    char at[PROCESSES][TEXT];
    long points, refusals, longest, figures[FIGURES];
} *shared;

static struct {
    long every, seed, number, drawn;
    int me;
} sample = {1, 0, 0, 0, 0};

/* Where to write, and a file that descriptors 0 to 2 may be. */
static int report = 2, sink;

static inline void add(long *figure, long count)
{
    __atomic_fetch_add(figure, count, __ATOMIC_RELAXED);
}

/* Whether the next point is drawn, and for this process. */
static inline int is_mine(void)
{
    const uint64_t random = mixed((uint64_t)sample.seed * RANDOM_STEP + (uint64_t)++sample.number);

    return random % (uint64_t)sample.every == 0 && sample.drawn++ % PROCESSES == sample.me;
}

/* The point is tried now. */
__attribute__((format(printf, 1, 2))) static inline void begin_point(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(shared->at[sample.me], TEXT, format, arguments);
    va_end(arguments);
    add(&shared->points, 1);
    alarm(PATIENCE);
}

static inline void fail(const char *why, const struct result *found, const struct result *want)
{
    dprintf(report, "%s: %s\n", shared->at[sample.me], why);
    if (found != NULL) {
        print_result(report, "found", found);
        print_result(report, "wanted", want);
    }
    _exit(1);
}

/* What was found since a time, while something went wrong. */
static inline void judge(const struct result *found, const struct result *want, long begun)
{
    const long took = milliseconds() - begun;

    if (took > shared->longest)
        shared->longest = took;
    if (took > TIMEOUT_MS + SLACK_MS)
        fail("not in time", found, want);
    if (!is_no_worse(found, want))
        fail("wrong", found, want);
    add(&shared->refusals, !is_same(found, want));
}

/* Nothing goes wrong any more. */
static inline void judge_again(const struct result *found, const struct result *want)
{
    if (!is_same(found, want))
        fail("not as ever afterwards", found, want);
}

/* Nothing goes wrong in any row, asked for in each way; before each something else is done. */
static inline void ask_all(void (*before)(void), const char *what)
{
    int row, way;

    for (row = 0; row < ROWS; row++) {
        dane_policy_context *context = context_of(&rows[row]);
        dane_policy_multi *multi = NULL;

        for (way = 0; way < WAYS; way++) {
            struct result found;

            snprintf(shared->at[sample.me], TEXT, "row %s (%s), %s, %s", rows[row].name, rows[row].domain, way_names[way], what);
            if (before != NULL)
                before();
            found = ask(context, &multi, &rows[row], (enum way)way);
            judge_again(&found, &shared->wants[row][way]);
        }
        dane_policy_multi_free(multi);
        dane_policy_context_free(context);
    }
}

/* Descriptors 0 to 2 are closed, or are a file that stays empty. */
static inline void stand_for_standard(int are_closed)
{
    int i;

    for (i = 0; i < 3; i++)
        if (are_closed)
            close(i);
        else
            dup2(sink, i);
}

static inline void check_standard(int are_closed)
{
    struct stat file;
    int i;

    for (i = 0; i < 3; i++)
        if (are_closed && fcntl(i, F_GETFD) != -1)
            fail("a descriptor below 3 is open", NULL, NULL);
    if (fstat(sink, &file) != 0 || file.st_size != 0)
        fail("something was written to a descriptor below 3", NULL, NULL);
}

/* In a child, so that here no call was made yet. */
static inline void find_wants(void)
{
    pid_t child = fork();

    if (child == 0) {
        want_all(shared->wants);
        _exit(0);
    }
    ends_well(child, "without a failure");
}

/* Reads the rows, and one in how many points by which seed: PROGRAM [EVERY [SEED]]. */
static inline void prepare(int argc, char **argv)
{
    FILE *file = tmpfile();

    sample.every = argc > 1 ? atol(argv[1]) : 1;
    sample.seed = argc > 2 ? atol(argv[2]) : 0;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(sample.every > 0 && sample.seed >= 0 && shared != MAP_FAILED && file != NULL);
    report = fcntl(2, F_DUPFD_CLOEXEC, ABOVE);
    sink = fcntl(fileno(file), F_DUPFD_CLOEXEC, ABOVE);
    fclose(file);
    CHECK(report >= ABOVE && sink >= ABOVE);
    read_rows();
    find_wants();
    printf("one point in %ld, seed %ld\n", sample.every, sample.seed);
}

/* Has every process go through the points. */
static inline void try_in_parallel(void (*try_points)(void))
{
    pid_t children[PROCESSES];
    int failed = 0, status, i;

    fflush(NULL);
    shared->points = shared->refusals = shared->longest = 0;
    for (i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        CHECK(children[i] >= 0);
        if (children[i] == 0) {
            sample.me = i;
            sample.number = sample.drawn = 0;
            try_points();
            _exit(0);
        }
    }
    for (i = 0; i < PROCESSES; i++) {
        CHECK(waitpid(children[i], &status, 0) == children[i]);
        if (status != 0)
            fprintf(stderr, "%s: ended with status %#x\n", shared->at[i], (unsigned)status);
        failed += status != 0;
    }
    CHECK(failed == 0);
}

static inline void print_points(const char *what)
{
    printf("%s: %ld points, %ld refusals for now, %ld ms at most\n", what, shared->points, shared->refusals, shared->longest);
    CHECK(shared->points > 0);
}

#endif
