/*
 * System calls that fail, one by one: for each row and each way to ask for it the N-th call of each kind fails with each
 * error that it may have, once or from then on. The decision is the row's or a refusal for now, in time, without a
 * descriptor left or an octet written to 0 to 2; and the next call with the same context is the row's again.
 * Runs as `world run -- calls [EVERY [SEED]]`: one failure in so many, drawn by the seed (points.h).
 */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "points.h"
#include "../proc.h"

enum { ALWAYS = 1000000, CONTEXT_NEW = WAYS, ALL_WAYS = WAYS + 1 };

/* One failure. */
struct point {
    int row, way, error;
    enum call call;
    long at, count;
};

static long counts[ROWS][ALL_WAYS][CALLS];
static struct sockaddr_storage world;

/* glibc's, since 2.32. */
const char *strerrorname_np(int error);

static const char *error_name(int error)
{
    return error == PART ? "a part" : error == NOTHING ? "nothing" : strerrorname_np(error);
}

/* A context that has its name server of resolv.conf: making it is what is watched. */
static dane_policy_context *by_resolv_conf(const struct row *row)
{
    dane_policy_context *context;
    int code;

    watch_calls();
    code = dane_policy_context_new(&context);
    is_watched = 0;
    if (code != DANE_POLICY_OK)
        return NULL;
    set_anchor(context);
    return settle(context, row);
}

/* Makes a context, watched, and asks by what came of it; another one is as ever. */
static void make_watched(const struct row *row, const struct result *want)
{
    struct result found = nothing_found;
    dane_policy_context *context = by_resolv_conf(row);
    long begun = milliseconds();

    if (context != NULL)
        found = ask_alone(context, row, CHECK_ALL);
    judge(&found, want, begun);
    dane_policy_context_free(context);
    fault.call = CALLS;
    context = by_resolv_conf(row);
    found = ask_alone(context, row, CHECK_ALL);
    judge_again(&found, want);
    dane_policy_context_free(context);
}

/* Asks, watched, and ends what was there for it, watched too. Between that all is as ever. */
static void ask_watched(const struct row *row, enum way way, const struct result *want)
{
    dane_policy_context *context = context_of(row);
    dane_policy_multi *multi = NULL;
    long begun = milliseconds();
    struct result found;

    watch_calls();
    found = ask(context, &multi, row, way);
    is_watched = 0;
    judge(&found, want, begun);
    found = ask(context, &multi, row, way);
    judge_again(&found, want);
    is_watched = 1;
    dane_policy_multi_free(multi);
    is_watched = 0;
    dane_policy_context_free(context);
}

static void go_through(int row, int way)
{
    if (way == CONTEXT_NEW)
        make_watched(&rows[row], &shared->wants[row][CHECK_ALL]);
    else
        ask_watched(&rows[row], (enum way)way, &shared->wants[row][way]);
}

static void try_point(const struct point *point)
{
    const struct row *row = &rows[point->row];
    const int error = calls[point->call].errors[point->error], before = open_descriptors();

    begin_point("row %s (%s), %s, %s %ld%s: %s", row->name, row->domain,
                point->way == CONTEXT_NEW ? "context_new" : way_names[point->way], calls[point->call].name, point->at,
                point->count > 1 ? " and all after it" : "", error_name(error));
    fault.call = point->call;
    fault.at = point->at;
    fault.count = point->count;
    fault.error = error;
    injected = 0;
    go_through(point->row, point->way);
    fault.call = CALLS;
    if (open_descriptors() != before)
        fail("a descriptor is left open", NULL, NULL);
    check_standard(is_dane_only(row));
    if (is_below_3)
        fail("a descriptor below 3 was used", NULL, NULL);
    add(&shared->figures[point->call * MOST_ERRORS + point->error], injected > 0);
}

/* Once, and from the first on always. */
static void try_error(struct point *point)
{
    const int is_only_denied = calls[point->call].is_only_denied;

    for (point->at = 1; point->at <= counts[point->row][point->way][point->call]; point->at++) {
        point->count = 1;
        if (!is_only_denied && is_mine())
            try_point(point);
        point->count = ALWAYS;
        if (point->at == 1 && is_mine())
            try_point(point);
    }
}

/* At level dane-only descriptors 0 to 2 are closed. */
static void try_points(void)
{
    struct point point;

    for (point.row = 0; point.row < ROWS; point.row++) {
        stand_for_standard(is_dane_only(&rows[point.row]));
        for (point.way = 0; point.way < ALL_WAYS; point.way++)
            for (point.call = 0; point.call < CALLS; point.call++)
                for (point.error = 0; point.error < MOST_ERRORS && calls[point.call].errors[point.error] != 0; point.error++)
                    try_error(&point);
    }
}

/* How many calls of each kind there are to fail. */
static void count_calls(void)
{
    const int output = fcntl(1, F_DUPFD_CLOEXEC, ABOVE);
    int row, way, i;

    for (row = 0; row < ROWS; row++) {
        stand_for_standard(is_dane_only(&rows[row]));
        for (way = 0; way < ALL_WAYS; way++) {
            go_through(row, way);
            memcpy(counts[row][way], seen, sizeof seen);
        }
    }
    for (i = 0; i < 3; i++)
        dup2(i == 2 ? report : output, i);
    close(output);
}

static void find_world(void)
{
    struct sockaddr_in *address = (struct sockaddr_in *)&world;
    char text[64], *port;

    snprintf(text, sizeof text, "%s", getenv("DANE_WORLD_NAMESERVER"));
    port = strchr(text, ':');
    CHECK(port != NULL);
    *port = '\0';
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)atoi(port + 1));
    CHECK(inet_pton(AF_INET, text, &address->sin_addr) == 1);
    name_server = &world;
}

/* How many failed of each kind, and by which error. */
static void print_figures(void)
{
    int call, i;

    for (call = 0; call < CALLS; call++) {
        const long *figures = &shared->figures[call * MOST_ERRORS];
        long sum = 0;

        for (i = 0; i < MOST_ERRORS; i++)
            sum += figures[i];
        printf("%s: %ld =", calls[call].name, sum);
        for (i = 0; i < MOST_ERRORS && calls[call].errors[i] != 0; i++)
            printf("%s %ld %s", i == 0 ? "" : ",", figures[i], error_name(calls[call].errors[i]));
        puts("");
    }
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/resolv.conf.XXXXXX";
    const int file = mkstemp(path);

    CHECK(file >= 0 && dprintf(file, "nameserver 127.0.0.1\noptions edns0\n") > 0);
    close(file);
    resolv_conf = path;
    prepare(argc, argv);
    find_world();
    count_calls();
    try_in_parallel(try_points);
    unlink(path);
    print_figures();
    print_points("system calls that fail");
    puts("calls: passed");
    return 0;
}
