/*
 * Calls to mail servers that do what they must not, each domain in a process of its own: prints a line for each call with the
 * domain, the call, its milliseconds, the KiB that the process grew by meanwhile, descriptors left, action, reason, text and
 * how a session ended. Runs as `world run -- hostile MILLISECONDS`.
 */
#define _POSIX_C_SOURCE 200809L

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/clock.h"
#include "../../examples-c/world.h"
#include "cases.h"
#include "memory_use.h"
#include "proc.h"

/* So few at once that a busy machine has time for each. */
enum { PATIENCE = 600, WORDS = 512, AT_ONCE = 16, MAX_ROWS = 400 };

/* What a call is measured by. */
struct meter {
    int descriptors;
    long kib;
    double begun;
};

static struct meter begin(void)
{
    struct meter meter;

    meter.descriptors = open_descriptors();
    meter.kib = reset_peak();
    meter.begun = milliseconds();
    return meter;
}

/* In one write, so that lines of others do not come in between. */
static void tell(const struct meter *meter, const char *domain, const char *call, const dane_policy_decision *decision,
                 int left, const char *end)
{
    double elapsed = milliseconds() - meter->begun;
    char line[2 * LINE];
    int length = snprintf(line, sizeof line, "%s\t%s\t%.1f\t%ld\t%d\t%s\t%s\t%s\t%s\n", domain, call, elapsed,
                          peak() - meter->kib, left - meter->descriptors,
                          dane_policy_action_name(dane_policy_decision_action(decision)),
                          dane_policy_decision_reason_text(decision), dane_policy_decision_text(decision), end);

    CHECK(length > 0 && length < (int)sizeof line && write(1, line, (size_t)length) == length);
}

static void check(const dane_policy_context *context, const char *domain, int is_told)
{
    struct meter meter = begin();
    dane_policy_report *report;
    int left;

    CHECK(dane_policy_check(context, domain, world_port(), &report) == DANE_POLICY_OK);
    left = open_descriptors();
    if (is_told)
        tell(&meter, domain, "check", dane_policy_report_decision(report), left, "-");
    dane_policy_report_free(report);
}

static void look_up(const dane_policy_context *context, const char *domain)
{
    dane_policy_destination *destination;

    CHECK(dane_policy_lookup(context, domain, world_port(), &destination) == DANE_POLICY_OK);
    dane_policy_destination_free(destination);
}

/* Hears what a server says to EHLO, until it ends. */
static void talk(dane_policy_session *session, uint32_t timeout)
{
    static const char hello[] = "EHLO client.test\r\nQUIT\r\n";
    char words[WORDS];
    size_t length;

    CHECK(dane_policy_session_set_timeout(session, timeout) == DANE_POLICY_OK);
    if (dane_policy_session_write(session, hello, sizeof hello - 1, &length) == DANE_POLICY_OK)
        while (dane_policy_session_read(session, words, sizeof words, &length) == DANE_POLICY_OK && length > 0)
            continue;
}

static void connect_host(const dane_policy_context *context, const char *domain, uint32_t timeout, int is_told)
{
    dane_policy_destination *destination;
    dane_policy_verification *why;
    dane_policy_session *session;
    const dane_policy_host *host;
    int before = open_descriptors(), left;
    struct meter meter;

    CHECK(dane_policy_lookup(context, domain, world_port(), &destination) == DANE_POLICY_OK);
    host = dane_policy_destination_host(destination, 0);
    CHECK(host != NULL);
    meter = begin();
    CHECK(dane_policy_connect_host(context, host, &session, &why) == DANE_POLICY_OK);
    left = open_descriptors() - (session != NULL);
    CHECK((session != NULL) == dane_policy_decision_may_deliver(dane_policy_verification_decision(why)));
    if (is_told)
        tell(&meter, domain, "connect_host", dane_policy_verification_decision(why), left, session == NULL ? "none" : "one");
    if (session != NULL) {
        meter = begin();
        talk(session, timeout);
        if (is_told)
            tell(&meter, domain, "session", dane_policy_verification_decision(why), open_descriptors(),
                 dane_policy_session_text(session));
    }
    dane_policy_session_free(session);
    dane_policy_verification_free(why);
    dane_policy_destination_free(destination);
    CHECK(open_descriptors() == before);
}

static void try_domain(const char *domain, uint32_t timeout)
{
    dane_policy_context *context;

    alarm(PATIENCE);
    CHECK(world_context(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "client.test") == DANE_POLICY_OK);
    /* What the first calls take for good, and the time for what they prove, is none of the server's. */
    check(context, "good.test", 0);
    connect_host(context, "good.test", timeout, 0);
    look_up(context, domain);
    CHECK(dane_policy_context_set_timeout(context, timeout) == DANE_POLICY_OK);
    check(context, domain, 1);
    connect_host(context, domain, timeout, 1);
    dane_policy_context_free(context);
}

/* Waits for a process; whether it failed, or -1 where there is none. */
static int wait_for_one(void)
{
    int status;

    if (wait(&status) < 0)
        return -1;
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int main(int argc, char **argv)
{
    static char lines[MAX_ROWS][LINE];
    static struct row rows[MAX_ROWS];
    FILE *file = fopen(getenv("DANE_WORLD_HOSTILE"), "r");
    int outcome, failed = 0, count = 0, i;

    CHECK(file != NULL && argc == 2);
    while (count < MAX_ROWS && fgets(lines[count], LINE, file) != NULL)
        count += split(lines[count], &rows[count]) && strcmp(rows[count].level, "dane") == 0;
    /* A child that ends would move the place at which it is read. */
    fclose(file);
    CHECK(count < MAX_ROWS);
    for (i = 0; i < count; i++) {
        if (i >= AT_ONCE)
            failed += wait_for_one();
        fflush(NULL);
        switch (fork()) {
        case -1: return 1;
        case 0: try_domain(rows[i].domain, (uint32_t)atoi(argv[1])); _exit(0);
        }
    }
    while ((outcome = wait_for_one()) >= 0)
        failed += outcome;
    fprintf(stderr, "%d domains, %d processes failed\n", count, failed);
    return failed > 0;
}
