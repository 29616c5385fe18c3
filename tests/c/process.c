/*
 * How the library behaves inside a mail server: a context made before a fork works in four children at once, no
 * descriptor is left behind, and SIGPIPE kills nobody.
 * Runs as `world run -- process`.
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "proc.h"
#include "../../examples-c/world.h"

enum { CHILDREN = 4, ROUNDS = 5 };

static uint16_t port;

static void die(const char *why)
{
    dprintf(2, "process: %s\n", why);
    _exit(1);
}

static dane_policy_context *make_context(void)
{
    dane_policy_context *context;

    if (world_context(&context) != DANE_POLICY_OK)
        die("no context");
    return context;
}

static int action(const dane_policy_context *context, const char *domain)
{
    dane_policy_report *report;
    int result;

    if (dane_policy_check(context, domain, port, &report) != DANE_POLICY_OK)
        return -1;
    result = dane_policy_decision_action(dane_policy_report_decision(report));
    dane_policy_report_free(report);
    return result;
}

static void expect(const dane_policy_context *context, const char *domain, int want)
{
    int before = open_descriptors(), found = action(context, domain);

    if (found != want) {
        dprintf(2, "process: %s: action %d, expected %d\n", domain, found, want);
        _exit(1);
    }
    if (open_descriptors() != before)
        die("a descriptor is left open");
}

static void every_kind(const dane_policy_context *context)
{
    expect(context, "good.test", DANE_POLICY_ACTION_DELIVER);
    expect(context, "mismatch.test", DANE_POLICY_ACTION_DEFER);
    expect(context, "tlsa-none.test", DANE_POLICY_ACTION_OPPORTUNISTIC);
    expect(context, "closes.test", DANE_POLICY_ACTION_OPPORTUNISTIC);
    expect(context, "old-tls.test", DANE_POLICY_ACTION_DEFER);
    expect(context, "null.test", DANE_POLICY_ACTION_FAIL);
}

static void wait_for(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die("a child failed");
}

int main(void)
{
    dane_policy_context *context;
    pid_t children[CHILDREN];
    int i, round;

    signal(SIGPIPE, SIG_DFL);
    port = world_port();
    context = make_context();
    every_kind(context);
    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            for (round = 0; round < ROUNDS; round++)
                every_kind(context);
            dane_policy_context_free(context);
            _exit(0);
        }
    }
    every_kind(context);
    for (i = 0; i < CHILDREN; i++)
        wait_for(children[i]);
    dane_policy_context_free(context);
    printf("process: passed\n");
    return 0;
}
