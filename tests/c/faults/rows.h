/* The rows of the decision table in the world, ways to ask for them, and what may become of a row where the system fails. */
#ifndef ROWS_H
#define ROWS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "../cases.h"
#include "../check.h"
#include "../../../examples-c/world.h"

/* A call ends by its timeout; a machine that is busy takes longer. */
enum { ROWS = 30, TIMEOUT_MS = 5000, SLACK_MS = 25000 };

/* How a row is asked for: in one call or in two, each alone or in a multi. */
enum way { CHECK_ALL, LOOK_UP_AND_CONNECT, MULTI_CHECK, MULTI_CONNECT, WAYS };

static const char *const way_names[WAYS] = {"check", "lookup and connect_host", "multi_check", "multi_connect_host"};

/* What came of it: of all hosts before connecting, and of the first host afterwards, where there was a connection. */
struct result {
    int code, before, after, reason, tls_required, may_deliver;
};

/* What it is before anything was found out: a refusal for now. */
static const struct result nothing_found = {0, DANE_POLICY_ACTION_DEFER, DANE_POLICY_ACTION_DEFER, 0, 1, 0};

static struct row rows[ROWS];

static inline void read_rows(void)
{
    static char lines[ROWS][LINE];
    FILE *file = fopen(getenv("DANE_WORLD_CASES"), "r");
    int count = 0;

    CHECK(file != NULL);
    while (count < ROWS && fgets(lines[count], LINE, file) != NULL)
        if (split(lines[count], &rows[count]) && *rows[count].columns[0] != '\0')
            count++;
    fclose(file);
    CHECK(count == ROWS);
}

/* The world's trust anchor, for who can read no file any more. */
static inline void set_anchor(dane_policy_context *context)
{
    static char anchor[1024];
    static size_t length;

    if (length == 0) {
        FILE *file = fopen(getenv("DANE_WORLD_ANCHOR"), "r");

        CHECK(file != NULL);
        length = fread(anchor, 1, sizeof anchor, file);
        fclose(file);
    }
    if (context != NULL)
        CHECK(dane_policy_context_set_trust_anchors(context, anchor, length) == DANE_POLICY_OK);
}

/* The settings that every row is asked with. */
static inline dane_policy_context *settle(dane_policy_context *context, const struct row *row)
{
    CHECK(dane_policy_context_set_level(context, is_dane_only(row) ? DANE_POLICY_LEVEL_DANE_ONLY : DANE_POLICY_LEVEL_DANE) ==
          DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, TIMEOUT_MS) == DANE_POLICY_OK);
    return context;
}

static inline dane_policy_context *context_of(const struct row *row)
{
    dane_policy_context *context;

    CHECK(world_context(&context) == DANE_POLICY_OK);
    return settle(context, row);
}

/* By a function that is the library's nowhere, so that no program that changes the library's changes this. */
static inline long milliseconds(void)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    return now.tv_sec * 1000L + now.tv_usec / 1000;
}

/* Waits for a descriptor, in the same way. */
static inline void wait_for(int descriptor, long patience)
{
    struct timeval left;
    fd_set in;

    left.tv_sec = patience / 1000;
    left.tv_usec = patience % 1000 * 1000;
    FD_ZERO(&in);
    FD_SET(descriptor, &in);
    select(descriptor + 1, &in, NULL, NULL, &left);
}

/* A call of a multi is this. */
static int its_tag;

/* One that does not come out in time is an error that the library never gives. */
enum { HANGS = -1 };

/*
 * The next outcome of a multi, by a loop with nothing but the descriptor. NULL with a code where it does not come: in time,
 * or because no turn can begin for want of memory, and the caller gives up.
 */
static inline dane_policy_outcome *outcome_in_time(dane_policy_multi *multi, int *code)
{
    const long until = milliseconds() + TIMEOUT_MS + SLACK_MS;
    dane_policy_outcome *outcome = NULL;
    long left;

    for (;;) {
        *code = dane_policy_multi_next(multi, &outcome);
        if (outcome != NULL)
            *code = dane_policy_outcome_error(outcome);
        if (outcome != NULL || *code == DANE_POLICY_ERROR_NO_MEMORY)
            return outcome;
        left = until - milliseconds();
        if (left <= 0)
            break;
        wait_for(dane_policy_multi_descriptor(multi), left);
        /* Any other error of this is no end: calls still end by their deadlines. */
        if (dane_policy_multi_process(multi) == DANE_POLICY_ERROR_NO_MEMORY) {
            *code = DANE_POLICY_ERROR_NO_MEMORY;
            return NULL;
        }
    }
    *code = HANGS;
    return NULL;
}

/* Says a line to a mail server and reads its reply, as far as the connection carries; then it is over. */
static inline void use(dane_policy_session *session)
{
    static const char line[] = "QUIT\r\n";
    char reply[512];
    size_t length;

    if (session == NULL)
        return;
    dane_policy_session_set_blocking(session, 1);
    dane_policy_session_set_timeout(session, TIMEOUT_MS);
    if (dane_policy_session_write(session, line, sizeof line - 1, &length) == DANE_POLICY_OK &&
        dane_policy_session_read(session, reply, sizeof reply, &length) == DANE_POLICY_OK)
        CHECK(length > 0);
    dane_policy_session_free(session);
}

static inline void note_after(struct result *result, const dane_policy_decision *decision)
{
    result->after = dane_policy_decision_action(decision);
    result->reason = dane_policy_decision_reason(decision);
    result->tls_required = dane_policy_decision_tls_required(decision);
    result->may_deliver = dane_policy_decision_may_deliver(decision);
}

static inline void note_before(struct result *result, const dane_policy_decision *decision)
{
    note_after(result, decision);
    result->before = result->after;
}

static inline void note_report(struct result *result, dane_policy_report *report)
{
    note_before(result, dane_policy_destination_decision(dane_policy_report_destination(report)));
    note_after(result, dane_policy_report_decision(report));
    dane_policy_report_free(report);
}

/* Permission comes with a session and with nothing else. */
static inline void note_session(struct result *result, dane_policy_session *session, dane_policy_verification *why)
{
    const dane_policy_decision *decision = dane_policy_verification_decision(why);

    note_after(result, decision);
    CHECK(result->code != DANE_POLICY_OK || dane_policy_decision_may_deliver(decision) == (session != NULL));
    dane_policy_verification_free(why);
    use(session);
}

static inline struct result ask_alone(const dane_policy_context *context, const struct row *row, enum way way)
{
    struct result result = nothing_found;
    dane_policy_destination *destination;
    const dane_policy_host *host;
    dane_policy_report *report;

    if (way == CHECK_ALL) {
        result.code = dane_policy_check(context, row->domain, world_port(), &report);
        note_report(&result, report);
        return result;
    }
    result.code = dane_policy_lookup(context, row->domain, world_port(), &destination);
    note_before(&result, dane_policy_destination_decision(destination));
    host = dane_policy_destination_host(destination, 0);
    if (host != NULL) {
        dane_policy_session *session;
        dane_policy_verification *why;

        result.code = dane_policy_connect_host(context, host, &session, &why);
        note_session(&result, session, why);
    }
    dane_policy_destination_free(destination);
    return result;
}

static inline struct result ask_multi(dane_policy_multi *multi, const struct row *row, enum way way)
{
    struct result result = nothing_found;
    dane_policy_destination *destination;
    dane_policy_outcome *outcome;
    const dane_policy_host *host;

    /* What was given up for want of memory is there until it is cancelled. */
    if (dane_policy_multi_running(multi) > 0 && dane_policy_multi_cancel(multi, &its_tag) != DANE_POLICY_OK)
        return result;
    result.code = way == MULTI_CHECK ? (int)dane_policy_multi_check(multi, row->domain, world_port(), &its_tag)
                                     : (int)dane_policy_multi_lookup(multi, row->domain, world_port(), &its_tag);
    if (result.code != DANE_POLICY_OK)
        return result;
    outcome = outcome_in_time(multi, &result.code);
    if (way == MULTI_CHECK) {
        note_report(&result, dane_policy_outcome_take_report(outcome));
        dane_policy_outcome_free(outcome);
        return result;
    }
    destination = dane_policy_outcome_take_destination(outcome);
    dane_policy_outcome_free(outcome);
    note_before(&result, dane_policy_destination_decision(destination));
    host = dane_policy_destination_host(destination, 0);
    if (host != NULL) {
        result.code = dane_policy_multi_connect_host(multi, host, &its_tag);
        outcome = result.code == DANE_POLICY_OK ? outcome_in_time(multi, &result.code) : NULL;
        note_session(&result, dane_policy_outcome_take_session(outcome), dane_policy_outcome_take_verification(outcome));
        dane_policy_outcome_free(outcome);
    }
    dane_policy_destination_free(destination);
    return result;
}

/* Asks for a row with a context, or with a multi of it that is NULL at first and lives on. */
static inline struct result ask(const dane_policy_context *context, dane_policy_multi **multi, const struct row *row,
                                enum way way)
{
    struct result result = nothing_found;

    if (way < MULTI_CHECK)
        return ask_alone(context, row, way);
    if (*multi == NULL)
        result.code = dane_policy_multi_new(context, multi);
    return result.code == DANE_POLICY_OK ? ask_multi(*multi, row, way) : result;
}

/* The result of a row where nothing fails: what the table says, by every way. */
static inline struct result want_of(const struct row *row, enum way way)
{
    dane_policy_context *context = context_of(row);
    dane_policy_multi *multi = NULL;
    struct result result = ask(context, &multi, row, way);

    CHECK(result.code == DANE_POLICY_OK);
    CHECK(strcmp(dane_policy_action_name(result.after), row->action) == 0);
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
    return result;
}

static inline void want_all(struct result wants[ROWS][WAYS])
{
    int row, way;

    for (row = 0; row < ROWS; row++)
        for (way = 0; way < WAYS; way++)
            wants[row][way] = want_of(&rows[row], (enum way)way);
}

/* Waits for a child that is to end well, at what it did. */
static inline void ends_well(pid_t child, const char *what)
{
    int status;

    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (status == 0)
        return;
    dprintf(2, "%s: ended with status %#x\n", what, (unsigned)status);
    _exit(1);
}

static inline int is_same(const struct result *found, const struct result *want)
{
    return found->code == want->code && found->before == want->before && found->after == want->after &&
           found->reason == want->reason && found->tls_required == want->tls_required &&
           found->may_deliver == want->may_deliver;
}

/* The row's own, or a refusal for now; an error code is one, and comes without permission. */
static inline int is_no_worse(const struct result *found, const struct result *want)
{
    const int defer = DANE_POLICY_ACTION_DEFER;

    if (found->code == HANGS || found->may_deliver > want->may_deliver)
        return 0;
    if (found->code != DANE_POLICY_OK)
        return !found->may_deliver && (found->before == want->before || found->before == defer) &&
               (found->after == defer || found->after == found->before);
    return (found->before == want->before || found->before == defer) &&
           (found->after == want->after || found->after == defer) && (found->after == defer || found->tls_required >= want->tls_required);
}

static inline void print_result(int descriptor, const char *name, const struct result *result)
{
    dprintf(descriptor, "  %s: code %d, %s, then %s (reason %d), TLS %srequired, %s\n", name, result->code,
            dane_policy_action_name(result->before), dane_policy_action_name(result->after), result->reason,
            result->tls_required ? "" : "not ", result->may_deliver ? "may deliver" : "may not deliver");
}

#endif
