/*
 * A thousand calls in flight on one thread, fewer on slow machines: each comes out once, as dane_policy_lookup decides; a
 * resolver that is silent ends each by its deadline and takes no more sockets than there are. And every case of the world,
 * in flight at once. Runs as `world run -- crowd`.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <dane_policy_diagnosis.h>

#include "cases.h"
#include "multi.h"
#include "server.h"

enum { CALLS = 1000, MAX_ROWS = 600, MAX_NAME = 256, SILENT_MS = 2500, SLOW_MS = 6000, EPOLL_AND_TIMER = 2 };
/* For all calls together, on machines that compute each signature in a tenth of a second; and what else waits less. */
enum { UNHURRIED_MS = 600 * 1000, COMPUTED_IN_S = 10 };

/* One call; its address is its tag. */
static struct call {
    char domain[MAX_NAME];
    dane_policy_destination *want;
    int came;
} calls[CALLS];

static struct row rows[MAX_ROWS];
static size_t row_count;

static void read_cases(void)
{
    static char lines[MAX_ROWS][LINE];
    FILE *file = fopen(getenv("DANE_WORLD_CASES"), "r");

    CHECK(file != NULL);
    while (row_count < MAX_ROWS && fgets(lines[row_count], LINE, file) != NULL)
        row_count += (size_t)split(lines[row_count], &rows[row_count]);
    fclose(file);
    CHECK(row_count >= 30 && row_count < MAX_ROWS);
}

static long peak_memory(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[LINE];
    long kib = 0;

    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

static void same(const char *one, const char *other)
{
    CHECK((one == NULL) == (other == NULL));
    CHECK(one == NULL || strcmp(one, other) == 0);
}

/* Everything that both say of a domain, but how many packets it took. */
static void compare(const char *domain, const dane_policy_destination *found, const dane_policy_destination *want)
{
    const dane_policy_decision *decision = dane_policy_destination_decision(found);
    const dane_policy_decision *wanted = dane_policy_destination_decision(want);
    size_t i;

    if (strcmp(dane_policy_decision_text(decision), dane_policy_decision_text(wanted)) != 0)
        fprintf(stderr, "%s: %s\n  instead of %s\n", domain, dane_policy_decision_text(decision),
                dane_policy_decision_text(wanted));
    same(dane_policy_decision_text(decision), dane_policy_decision_text(wanted));
    CHECK(dane_policy_decision_action(decision) == dane_policy_decision_action(wanted));
    CHECK(dane_policy_decision_reason(decision) == dane_policy_decision_reason(wanted));
    CHECK(dane_policy_decision_detail(decision) == dane_policy_decision_detail(wanted));
    CHECK(dane_policy_destination_mx_status(found) == dane_policy_destination_mx_status(want));
    CHECK(dane_policy_destination_host_count(found) == dane_policy_destination_host_count(want));
    for (i = 0; i < dane_policy_destination_host_count(found); i++) {
        const dane_policy_host *host = dane_policy_destination_host(found, i);
        const dane_policy_host *other = dane_policy_destination_host(want, i);

        same(dane_policy_host_name(host), dane_policy_host_name(other));
        same(dane_policy_host_policy_key(host), dane_policy_host_policy_key(other));
        CHECK(dane_policy_host_address_count(host) == dane_policy_host_address_count(other));
        CHECK(dane_policy_decision_action(dane_policy_host_decision(host)) ==
              dane_policy_decision_action(dane_policy_host_decision(other)));
    }
}

/* The world's domains in turn, and between them names that do not exist; later ones are repeated. */
static void name_calls(void)
{
    size_t i, row = 0;

    for (i = 0; i < CALLS; i++) {
        do
            row = (row + 1) % row_count;
        while (rows[row].slow);
        if (i % 4 == 3)
            snprintf(calls[i].domain, MAX_NAME, "absent%d.test", (int)i);
        else
            snprintf(calls[i].domain, MAX_NAME, "%s", rows[row].domain);
    }
}

static dane_policy_context *with_timeout(uint32_t milliseconds)
{
    dane_policy_context *context = validating();

    CHECK(dane_policy_context_set_timeout(context, milliseconds) == DANE_POLICY_OK);
    return context;
}

/* How many this machine computes before a call gives up the other family of an address. */
static size_t look_up_one_by_one(void)
{
    dane_policy_context *context = validating();
    double begun = seconds(), fitting;
    size_t i;

    for (i = 0; i < CALLS; i++) {
        within_a_minute();
        CHECK(dane_policy_lookup(context, calls[i].domain, world_port(), &calls[i].want) == DANE_POLICY_OK);
        calls[i].came = 0;
    }
    dane_policy_context_free(context);
    fitting = COMPUTED_IN_S * CALLS / (seconds() - begun);
    return fitting < CALLS ? (size_t)fitting : CALLS;
}

static void a_thousand_lookups(void)
{
    int before, running = threads();
    unsigned long packets = 0, turns = 0;
    dane_policy_context *context;
    dane_policy_multi *multi;
    dane_policy_outcome *outcome;
    double begun;
    long memory;
    size_t i, at_once = look_up_one_by_one(), done = 0;

    before = open_descriptors();
    memory = peak_memory();
    begun = seconds();
    context = with_timeout(UNHURRIED_MS);
    multi = multi_of(context);
    dane_policy_context_free(context);
    for (i = 0; i < at_once; i++)
        CHECK(dane_policy_multi_lookup(multi, calls[i].domain, world_port(), &calls[i]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_running(multi) == at_once);
    for (; dane_policy_multi_running(multi) > 0; turns++) {
        turn(multi);
        CHECK(threads() == running);
        while ((outcome = next(multi)) != NULL) {
            struct call *call = dane_policy_outcome_tag(outcome);
            dane_policy_destination *destination = destination_of(outcome);

            within_a_minute();
            CHECK(call >= calls && call < calls + at_once && call->came++ == 0);
            compare(call->domain, destination, call->want);
            packets += dane_policy_destination_queries(destination);
            dane_policy_destination_free(destination);
            done++;
        }
    }
    CHECK(done == at_once);
    check_idle(multi);
    CHECK(open_descriptors() == before + EPOLL_AND_TIMER);
    dane_policy_multi_free(multi);
    CHECK(open_descriptors() == before);
    printf("%d lookups: %.2f s, %lu packets, %lu turns, peak of %ld KiB, before %ld KiB\n", (int)at_once,
           seconds() - begun, packets, turns, peak_memory(), memory);
    CHECK(turns <= 3 * packets + 3 * at_once);
    for (i = 0; i < CALLS; i++)
        dane_policy_destination_free(calls[i].want);
}

static void limit_descriptors(rlim_t count)
{
    struct rlimit limit;

    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = count;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* Each call ends by its deadline, and says that the resolver is silent, or that it never had a socket. */
static void nobody_answers(int limit, size_t sockets, int most)
{
    int before, seen = 0, turns = 0, unsent = 0, done = 0;
    dane_policy_context *context;
    dane_policy_multi *multi;
    dane_policy_outcome *outcome;
    char address[32];
    double begun;
    int server = make_server(address, sizeof address);
    size_t i;

    limit_descriptors((rlim_t)limit);
    context = context_for(address, SILENT_MS);
    before = open_descriptors();
    multi = multi_of(context);
    if (sockets > 0)
        CHECK(dane_policy_multi_set_sockets(multi, sockets) == DANE_POLICY_OK);
    begun = seconds();
    for (i = 0; i < CALLS; i++) {
        snprintf(calls[i].domain, MAX_NAME, "absent%d.test", (int)i);
        CHECK(dane_policy_multi_lookup(multi, calls[i].domain, 25, &calls[i]) == DANE_POLICY_OK);
        calls[i].came = 0;
    }
    for (; dane_policy_multi_running(multi) > 0; turns++) {
        int open;

        turn(multi);
        open = open_descriptors() - before - EPOLL_AND_TIMER;
        seen = open > seen ? open : seen;
        while ((outcome = next(multi)) != NULL) {
            struct call *call = dane_policy_outcome_tag(outcome);
            dane_policy_destination *destination = destination_of(outcome);
            const dane_policy_decision *decision = dane_policy_destination_decision(destination);
            int is_unsent = strstr(dane_policy_decision_text(decision), "no socket was free in time to ask for ") != NULL;

            CHECK(call->came++ == 0 && dane_policy_decision_action(decision) == DANE_POLICY_ACTION_DEFER);
            CHECK(is_unsent || strstr(dane_policy_decision_text(decision), " did not answer for ") != NULL);
            unsent += is_unsent;
            done++;
            dane_policy_destination_free(destination);
        }
    }
    CHECK(done == CALLS);
    printf("%d descriptors at most: %d calls end after %.2f s of %.1f s, %d of them never sent, %d sockets, %d turns\n", limit,
           done, seconds() - begun, SILENT_MS / 1e3, unsent, seen, turns);
    CHECK(seen <= most && seen > 0);
    /* In this time a socket serves two calls: one is given up after 1.5 seconds. */
    CHECK(done - unsent <= 2 * most);
    /* What is computed at the end is no waiting; the machine may be busy. */
    CHECK(seconds() - begun >= SILENT_MS / 1e3 && seconds() - begun < SILENT_MS / 1e3 + 5);
    CHECK(turns < 3 * CALLS);
    check_idle(multi);
    CHECK(open_descriptors() == before + EPOLL_AND_TIMER);
    dane_policy_multi_free(multi);
    CHECK(open_descriptors() == before);
    dane_policy_context_free(context);
    close(server);
}

static void silence_with_1024_descriptors(void *nothing)
{
    (void)nothing;
    nobody_answers(1024, 0, 256);
}

/* Half of what is left: fewer than 32. */
static void silence_with_64_descriptors(void *nothing)
{
    (void)nothing;
    nobody_answers(64, 0, 32);
}

static void silence_with_two_sockets(void *nothing)
{
    (void)nothing;
    nobody_answers(1024, 2, 2);
}

/* Whose questions are answered comes out among others whose are not, with two sockets for all. */
static void nobody_is_starved(void *nothing)
{
    static const char *const silent[] = {"silent0.test", "silent1.test", "silent2.test", "silent3.test"};
    char address[32];
    int server = make_server(address, sizeof address), i, asked = 0, is_done = 0;
    dane_policy_context *context = context_for(address, 20000);
    dane_policy_multi *multi = multi_of(context);
    dane_policy_outcome *outcome = NULL;

    (void)nothing;
    CHECK(dane_policy_multi_set_sockets(multi, 2) == DANE_POLICY_OK);
    for (i = 0; i < 4; i++)
        CHECK(dane_policy_multi_query(multi, silent[i], 15, (void *)silent[i]) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_query(multi, "honest.test", 15, &is_done) == DANE_POLICY_OK);
    while ((outcome = next(multi)) == NULL) {
        struct pollfd in[2] = {{0}, {0}};
        unsigned char message[512];

        in[0].fd = server;
        in[1].fd = dane_policy_multi_descriptor(multi);
        in[0].events = in[1].events = POLLIN;
        CHECK(poll(in, 2, -1) > 0);
        if (in[0].revents != 0) {
            CHECK(recv(server, message, sizeof message, MSG_PEEK) > 18);
            asked++;
            if (memcmp(message + 13, "silent", 6) != 0)
                deny(server);
            else
                CHECK(recv(server, message, sizeof message, 0) > 12);
        }
        if (in[1].revents != 0)
            CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
    }
    CHECK(dane_policy_outcome_tag(outcome) == &is_done);
    dane_policy_outcome_free(outcome);
    printf("two sockets: the honest call is done after %d packets\n", asked);
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
    close(server);
}

/* Where the system has no descriptor left calls wait for one as for their turn (EMFILE), and come out right. */
static void descriptors_come_later(void *nothing)
{
    dane_policy_multi *multi = multi_alone();
    static const char *const domains[] = {"good.test", "tlsa-none.test", "mx-bogus.test"};
    static const int want[] = {DANE_POLICY_ACTION_VERIFY, DANE_POLICY_ACTION_OPPORTUNISTIC, DANE_POLICY_ACTION_DEFER};
    dane_policy_outcome *outcome;
    int i, turns, done = 0;

    (void)nothing;
    /* Above the standard ones none is given. */
    limit_descriptors(3);
    for (i = 0; i < 3; i++)
        CHECK(dane_policy_multi_lookup(multi, domains[i], world_port(), (void *)&want[i]) == DANE_POLICY_OK);
    for (turns = 0; turns < 5; turns++) {
        turn(multi);
        CHECK(next(multi) == NULL);
    }
    limit_descriptors(1024);
    for (; done < 3; done++) {
        const int *wanted;

        outcome = wait_for_next(multi);
        wanted = dane_policy_outcome_tag(outcome);
        CHECK(action_of(outcome) == *wanted);
    }
    check_idle(multi);
    dane_policy_multi_free(multi);
}

static const char *status(int number)
{
    return number == DANE_POLICY_STATUS_NOT_APPLICABLE ? "-" : dane_policy_status_name(number);
}

/* 1 if a report is what a row of the world wants; a certificate only where there was a connection. */
static int is_as_expected(const struct row *row, const dane_policy_report *report)
{
    const dane_policy_destination *to = dane_policy_report_destination(report);
    const dane_policy_host *host = dane_policy_destination_host(to, 0);
    const dane_policy_decision *decision = dane_policy_report_decision(report);
    const char *found[3] = {"-", "-", "-"};
    int ok, i;

    ok = strcmp(dane_policy_action_name(dane_policy_decision_action(decision)), row->action) == 0;
    ok = ok && strcmp(dane_policy_decision_reason_text(decision), row->reason) == 0;
    found[0] = status(dane_policy_destination_mx_status(to));
    if (host != NULL) {
        found[1] = status(dane_policy_host_address_status(host));
        found[2] = status(dane_policy_host_tlsa_status(host));
    }
    for (i = 0; i < 3; i++)
        ok = ok && (*row->columns[i] == '\0' || strcmp(row->columns[i], found[i]) == 0);
    if (!ok)
        fprintf(stderr, "%s, %s: expected %s (%s), got %s\n", row->domain, row->level, row->action, row->reason,
                dane_policy_decision_text(decision));
    return ok;
}

static int process_if_readable(dane_policy_multi *multi, short revents)
{
    return revents == 0 || dane_policy_multi_process(multi) == DANE_POLICY_OK;
}

/* Every case at its level, by dane_policy_multi_check; those that end by their deadline in a multi of their own. */
static void every_case_at_once(void)
{
    static int came[MAX_ROWS];
    dane_policy_multi *multis[2];
    dane_policy_outcome *outcome;
    size_t i, done = 0, failed = 0;
    double begun = seconds();
    int slow;

    within_a_minute();
    for (slow = 0; slow < 2; slow++) {
        dane_policy_context *context = with_timeout(slow ? SLOW_MS : UNHURRIED_MS);

        multis[slow] = multi_of(context);
        dane_policy_context_free(context);
    }
    for (i = 0; i < row_count; i++) {
        dane_policy_multi *multi = multis[rows[i].slow];
        int level = strcmp(rows[i].level, "dane-only") == 0 ? DANE_POLICY_LEVEL_DANE_ONLY : DANE_POLICY_LEVEL_DANE;

        CHECK(dane_policy_multi_set_level(multi, level) == DANE_POLICY_OK);
        CHECK(dane_policy_multi_check(multi, rows[i].domain, world_port(), &rows[i]) == DANE_POLICY_OK);
    }
    while (dane_policy_multi_running(multis[0]) + dane_policy_multi_running(multis[1]) > 0) {
        struct pollfd in[2] = {{0}, {0}};

        for (i = 0; i < 2; i++) {
            in[i].fd = dane_policy_multi_descriptor(multis[i]);
            in[i].events = POLLIN;
        }
        CHECK(poll(in, 2, -1) > 0);
        for (i = 0; i < 2; i++) {
            CHECK(process_if_readable(multis[i], in[i].revents));
            while ((outcome = next(multis[i])) != NULL) {
                struct row *row = dane_policy_outcome_tag(outcome);
                dane_policy_report *report = dane_policy_outcome_take_report(outcome);

                within_a_minute();
                CHECK(report != NULL && came[row - rows]++ == 0);
                failed += !is_as_expected(row, report);
                done++;
                dane_policy_report_free(report);
                dane_policy_outcome_free(outcome);
            }
        }
    }
    printf("every case at once: %d cases in %.2f s, %d wrong\n", (int)done, seconds() - begun, (int)failed);
    CHECK(done == row_count && failed == 0);
    for (i = 0; i < 2; i++) {
        check_idle(multis[i]);
        dane_policy_multi_free(multis[i]);
    }
}

int main(void)
{
    static void (*const alone[])(void *) = {silence_with_1024_descriptors, silence_with_64_descriptors,
                                            silence_with_two_sockets, nobody_is_starved, descriptors_come_later};
    pid_t children[sizeof alone / sizeof alone[0]];
    size_t i;

    within_a_minute();
    read_cases();
    name_calls();
    a_thousand_lookups();
    fflush(stdout);
    /* Each has limits of its own, and they wait most of the time. */
    for (i = 0; i < sizeof alone / sizeof alone[0]; i++)
        children[i] = in_child(alone[i], NULL);
    every_case_at_once();
    for (i = 0; i < sizeof alone / sizeof alone[0]; i++)
        ends_well(children[i]);
    puts("crowd: passed");
    return 0;
}
