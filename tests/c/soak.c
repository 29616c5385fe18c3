/*
 * Calls by chance to every domain of the world, hostile ones too: one after another and many at once, by contexts that are kept
 * and renewed, cancelled, and with too little time. Each decision is the one that is due, or where time was short none; what the
 * process has in use stays as it is. A seed decides about a round of calls, and runs it again. Runs as `world run -- soak SEED CALLS`.
 */
#define _POSIX_C_SOURCE 200809L

#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/clock.h"
#include "../../examples-c/world.h"
#include "cases.h"
#include "memory_use.h"
#include "proc.h"
#include "random.h"

enum {
    MAX_ROWS = 800,
    MAX_HOSTS = 100,
    AT_ONCE = 128,
    IN_A_ROUND = 200,
    IN_A_ROW = 32,
    PATIENCE = 900,
    LONG_MS = 60000,
    SHORT_MS = 400,
    TALK_MS = 200,
    MODES = 2,
    /* From the first fifth to the end: the places of what contexts remember among pages that are free otherwise. */
    TOLERANCE_KIB = 2048
};

static struct row rows[MAX_ROWS];
static char lines[MAX_ROWS][LINE];
static size_t row_count;

/* By level, mode, and whether its time is short. */
static dane_policy_context *contexts[2][MODES][2];

static char again[128];
static unsigned long begun, cancelled, otherwise, sessions;

static uint64_t state;

/* A number below the bound. */
static size_t below(size_t bound)
{
    return (size_t)(mixed(state += RANDOM_STEP) % bound);
}

static int one_in(size_t times)
{
    return below(times) == 0;
}

/* Ends a round that hangs, and says how to run it again. */
static void hangs(int signal)
{
    ssize_t written = write(2, again, strlen(again));

    (void)signal;
    _exit(written < 0 ? 3 : 2);
}

static void wrong(const struct row *row, const char *what, const dane_policy_decision *decision)
{
    fprintf(stderr, "%s%s at %s: %s, not %s (%s): %s\n", again, row->domain, row->level, what, row->action, row->reason,
            dane_policy_decision_text(decision));
    exit(1);
}

static void read_rows(const char *variable)
{
    FILE *file = fopen(getenv(variable), "r");

    CHECK(file != NULL);
    while (row_count < MAX_ROWS && fgets(lines[row_count], LINE, file) != NULL)
        row_count += (size_t)split(lines[row_count], &rows[row_count]);
    fclose(file);
    CHECK(row_count < MAX_ROWS);
}

/* One way of calling: its context, and the domains that it has time for. */
struct way {
    int is_dane_only, mode, is_short;
    const dane_policy_context *context;
};

static const struct row *any_row(const struct way *way)
{
    const struct row *row;

    do
        row = &rows[below(row_count)];
    while (is_dane_only(row) != way->is_dane_only || (row->slow && !way->is_short));
    return row;
}

static dane_policy_context *new_context(int is_dane_only, int mode, int is_short)
{
    dane_policy_context *context;

    CHECK(world_context(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "client.test") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, is_dane_only ? DANE_POLICY_LEVEL_DANE_ONLY : DANE_POLICY_LEVEL_DANE) ==
          DANE_POLICY_OK);
    CHECK(dane_policy_context_set_dnssec(context, mode ? DANE_POLICY_DNSSEC_TRUST_AD : DANE_POLICY_DNSSEC_VALIDATE) ==
          DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, is_short ? SHORT_MS : LONG_MS) == DANE_POLICY_OK);
    return context;
}

/* One context in sixteen is a new one. */
static struct way any_way(void)
{
    dane_policy_context **context;
    struct way way;

    way.mode = (int)below(MODES);
    way.is_dane_only = (int)below(2);
    way.is_short = one_in(4);
    context = &contexts[way.is_dane_only][way.mode][way.is_short];
    if (*context != NULL && one_in(16)) {
        dane_policy_context_free(*context);
        *context = NULL;
    }
    if (*context == NULL)
        *context = new_context(way.is_dane_only, way.mode, way.is_short);
    way.context = *context;
    return way;
}

static int wants_connection(const dane_policy_decision *decision)
{
    switch (dane_policy_decision_action(decision)) {
    case DANE_POLICY_ACTION_VERIFY:
    case DANE_POLICY_ACTION_ENCRYPT:
    case DANE_POLICY_ACTION_OPPORTUNISTIC: return 1;
    default: return 0;
    }
}

/* What a host of a domain deserves, where there is time. */
static int action_in_calm(const struct way *way, const struct row *row, size_t host)
{
    dane_policy_context *context = new_context(way->is_dane_only, way->mode, 0);
    dane_policy_destination *destination;
    dane_policy_verification *why;
    dane_policy_session *session;
    int action;

    CHECK(dane_policy_lookup(context, row->domain, world_port(), &destination) == DANE_POLICY_OK);
    CHECK(dane_policy_connect_host(context, dane_policy_destination_host(destination, host), &session, &why) ==
          DANE_POLICY_OK);
    action = (int)dane_policy_decision_action(dane_policy_verification_decision(why));
    dane_policy_session_free(session);
    dane_policy_verification_free(why);
    dane_policy_destination_free(destination);
    dane_policy_context_free(context);
    return action;
}

/*
 * The last decision for a domain, from so many of its hosts: the one that is due. Where time was short, or the machine too busy
 * for the world to answer, DEFER will do, and what another host deserves if there was no time for those before it.
 */
static void judge(const struct way *way, const struct row *row, const dane_policy_decision *decision, size_t hosts)
{
    int action = (int)dane_policy_decision_action(decision);
    int is_unanswered = dane_policy_decision_detail(decision) == DANE_POLICY_DETAIL_TIMEOUT;

    if (strcmp(dane_policy_action_name(action), row->action) == 0)
        return;
    otherwise++;
    if (is_unanswered && action == DANE_POLICY_ACTION_DEFER)
        return;
    if (way->is_short && (action == DANE_POLICY_ACTION_DEFER || (hosts > 1 && action == action_in_calm(way, row, hosts - 1))))
        return;
    wrong(row, dane_policy_action_name(action), decision);
}

/* A session is there where its decision permits it; half of them are spoken to. */
static void judge_session(const struct row *row, dane_policy_session *session, const dane_policy_decision *decision)
{
    char words[LINE];
    size_t length;

    if ((session != NULL) != dane_policy_decision_may_deliver(decision))
        wrong(row, session != NULL ? "a session" : "no session", decision);
    if (session == NULL)
        return;
    sessions++;
    if (one_in(2)) {
        CHECK(dane_policy_session_set_blocking(session, 1) == DANE_POLICY_OK);
        CHECK(dane_policy_session_set_timeout(session, TALK_MS) == DANE_POLICY_OK);
        if (dane_policy_session_write(session, "EHLO client.test\r\n", 18, &length) == DANE_POLICY_OK)
            (void)dane_policy_session_read(session, words, sizeof words, &length);
    }
    dane_policy_session_free(session);
}

/* One call at a time. */
static void alone(const struct way *way)
{
    const struct row *row = any_row(way);
    dane_policy_report *report;
    size_t hosts = 0, i;

    begun++;
    CHECK(dane_policy_check(way->context, row->domain, world_port(), &report) == DANE_POLICY_OK);
    for (i = 0; i < MAX_HOSTS; i++)
        if (dane_policy_report_verification(report, i) != NULL)
            hosts = i + 1;
    judge(way, row, dane_policy_report_decision(report), hosts);
    if (dane_policy_decision_may_deliver(dane_policy_report_decision(report)))
        wrong(row, "a permission of a report", dane_policy_report_decision(report));
    dane_policy_report_free(report);
}

/* A domain under way: looked up, then its hosts are tried in order. Its address is its tag. */
struct delivery {
    const struct row *row;
    dane_policy_destination *destination;
    size_t next_host;
};

static void finish(struct delivery *delivery)
{
    dane_policy_destination_free(delivery->destination);
    delivery->destination = NULL;
    delivery->row = NULL;
}

static void start(dane_policy_multi *multi, const struct way *way, struct delivery *delivery)
{
    delivery->row = any_row(way);
    delivery->next_host = 0;
    begun++;
    CHECK(dane_policy_multi_lookup(multi, delivery->row->domain, world_port(), delivery) == DANE_POLICY_OK);
}

/* Tries the next host that is to be connected to; 0 where there is none. */
static int try_next(dane_policy_multi *multi, struct delivery *delivery)
{
    const dane_policy_host *host;

    while ((host = dane_policy_destination_host(delivery->destination, delivery->next_host)) != NULL) {
        delivery->next_host++;
        if (wants_connection(dane_policy_host_decision(host))) {
            begun++;
            CHECK(dane_policy_multi_connect_host(multi, host, delivery) == DANE_POLICY_OK);
            return 1;
        }
    }
    return 0;
}

static void go_on(dane_policy_multi *multi, const struct way *way, dane_policy_outcome *outcome)
{
    struct delivery *delivery = dane_policy_outcome_tag(outcome);
    const struct row *row = delivery->row;
    dane_policy_verification *why;
    const dane_policy_decision *decision;

    CHECK(row != NULL && dane_policy_outcome_error(outcome) == DANE_POLICY_OK);
    if (delivery->destination == NULL) {
        delivery->destination = dane_policy_outcome_take_destination(outcome);
        CHECK(delivery->destination != NULL);
        decision = dane_policy_destination_decision(delivery->destination);
        if (dane_policy_decision_may_deliver(decision))
            wrong(row, "a permission before connecting", decision);
        if (!try_next(multi, delivery)) {
            judge(way, row, decision, 0);
            finish(delivery);
        }
        return;
    }
    why = dane_policy_outcome_take_verification(outcome);
    decision = dane_policy_verification_decision(why);
    judge_session(row, dane_policy_outcome_take_session(outcome), decision);
    if (dane_policy_decision_action(decision) != DANE_POLICY_ACTION_DEFER || !try_next(multi, delivery)) {
        judge(way, row, decision, delivery->next_host);
        finish(delivery);
    }
    dane_policy_verification_free(why);
}

static dane_policy_outcome *next_of(dane_policy_multi *multi)
{
    dane_policy_outcome *outcome;

    CHECK(dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK);
    return outcome;
}

/* Many at once. */
static void together(const struct way *way)
{
    static struct delivery deliveries[AT_ONCE];
    size_t at_once = 1 + below(one_in(2) ? 8 : AT_ONCE), left = IN_A_ROUND, i;
    dane_policy_multi *multi;
    dane_policy_outcome *outcome;

    CHECK(dane_policy_multi_new(way->context, &multi) == DANE_POLICY_OK);
    for (;;) {
        for (i = 0; i < at_once && left > 0; i++)
            if (deliveries[i].row == NULL) {
                start(multi, way, &deliveries[i]);
                left--;
            }
        if (dane_policy_multi_running(multi) == 0)
            break;
        i = below(at_once);
        if (deliveries[i].row != NULL && one_in(64)) {
            CHECK(dane_policy_multi_cancel(multi, &deliveries[i]) == DANE_POLICY_OK);
            finish(&deliveries[i]);
            cancelled++;
        }
        CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
        while ((outcome = next_of(multi)) != NULL) {
            go_on(multi, way, outcome);
            dane_policy_outcome_free(outcome);
        }
    }
    /* Now and then everything is cancelled at once. */
    if (one_in(4)) {
        for (i = 0; i < at_once; i++)
            start(multi, way, &deliveries[i]);
        if (one_in(2))
            CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
        cancelled += at_once;
    }
    dane_policy_multi_free(multi);
    for (i = 0; i < at_once; i++)
        finish(&deliveries[i]);
}

/* In use, but for what the allocator keeps of what is free. */
static long settled(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    return in_use();
}

static void one_round(unsigned long seed)
{
    struct way way;
    size_t count;

    snprintf(again, sizeof again, "DANE_POLICY_SEED=%lu DANE_POLICY_CALLS=1: ", seed);
    state = (uint64_t)seed << 32;
    alarm(PATIENCE);
    way = any_way();
    if (one_in(4))
        for (count = 1 + below(IN_A_ROW); count > 0; count--)
            alone(&way);
    else
        together(&way);
    alarm(0);
}

int main(int argc, char **argv)
{
    unsigned long seed, calls, next, first;
    struct sigaction action;
    double since;
    long kib = 0;
    int descriptors;

    CHECK(argc == 3);
    first = seed = strtoul(argv[1], NULL, 10);
    calls = strtoul(argv[2], NULL, 10);
    next = calls / 20;
    memset(&action, 0, sizeof action);
    action.sa_handler = hangs;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    read_rows("DANE_WORLD_CASES");
    read_rows("DANE_WORLD_HOSTILE");
    descriptors = open_descriptors();
    since = milliseconds();
    for (; begun < calls; seed++) {
        one_round(seed);
        if (open_descriptors() != descriptors) {
            fprintf(stderr, "%s%d descriptors, not %d\n", again, open_descriptors(), descriptors);
            return 1;
        }
        if (kib == 0 && begun >= calls / 5)
            kib = settled();
        if (begun < next)
            continue;
        printf("%lu calls, %.0f s, %ld KiB, %d descriptors\n", begun, (milliseconds() - since) / 1e3, settled(), descriptors);
        fflush(stdout);
        next += calls / 20;
    }
    printf("soak: %lu calls in %.0f s, seeds %lu to %lu: %lu cancelled, %lu sessions, %lu short of time; %ld KiB, after a fifth %ld KiB\n",
           begun, (milliseconds() - since) / 1e3, first, seed - 1, cancelled, sessions, otherwise, settled(), kib);
    /* Who answers nothing would have no decision wrong. */
    if (otherwise > begun / 10 + AT_ONCE) {
        fprintf(stderr, "too few had time\n");
        return 1;
    }
    if (settled() > kib + TOLERANCE_KIB) {
        fprintf(stderr, "it grew\n");
        return 1;
    }
    return 0;
}
