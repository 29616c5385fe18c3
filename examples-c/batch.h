/* Many domains: some of them in flight at once on one thread, results as they come. */
#ifndef BATCH_H
#define BATCH_H

#include <sys/resource.h>

#include <dane_policy.h>

#include "clock.h"
#include "input.h"
#include "output.h"
#include "progress.h"
#include "tool.h"

/* A domain that nobody answers for holds three sockets or four. */
enum { MAX_JOBS = 1000, SOCKETS = 4 };

struct job;

struct batch {
    struct input input;
    size_t jobs; /* domains in flight at once, at most */
    /* Starts the call for a domain. */
    int (*start)(dane_policy_multi *multi, const char *domain, void *tag);
    /* Prints what came of it; 1 if all is well, and -1 where it has started another call for the same job first. */
    int (*tell)(struct job *job, dane_policy_multi *multi, dane_policy_outcome *outcome, double elapsed);
};

/* A domain in flight: the tag of its call. */
struct job {
    double started; /* in milliseconds */
    void *kept;     /* by tell(), for its next call */
    char domain[];
};

/* Ends the program where the library cannot go on; what is known already is told first. */
static void must_go_on(int code)
{
    if (code == DANE_POLICY_OK)
        return;
    write_results(-1);
    fail(EXIT_FAULT, "%s", dane_policy_error_text(code));
}

/* Has sockets enough that no domain has to wait for those of others, as far as the system allows. */
static void want_sockets(dane_policy_multi *multi, size_t count)
{
    enum { DEFAULT = 256, OTHERS = 64 };
    struct rlimit limit;

    if (count <= DEFAULT || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (limit.rlim_cur < count + OTHERS) {
        limit.rlim_cur = limit.rlim_max < count + OTHERS ? limit.rlim_max : count + OTHERS;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= count + OTHERS)
        must_go_on(dane_policy_multi_set_sockets(multi, count));
}

/* Whether another domain may start: while results wait to be written, none does. */
static int has_room(const struct batch *batch, const dane_policy_multi *multi)
{
    return unwritten == NULL && dane_policy_multi_running(multi) < batch->jobs;
}

static void start_jobs(struct batch *batch, dane_policy_multi *multi)
{
    const char *domain;

    while (has_room(batch, multi) && (domain = next_domain(&batch->input)) != NULL) {
        size_t size = strlen(domain) + 1;
        struct job *job = allocate(NULL, sizeof *job + size);

        memcpy(job->domain, domain, size);
        job->started = milliseconds();
        job->kept = NULL;
        must_go_on(batch->start(multi, job->domain, job));
    }
}

/* Not in the middle of a result on a terminal, which is likely the same. */
static int may_show_progress(void)
{
    return unwritten == NULL || !isatty(STDOUT_FILENO);
}

/* Waits for any of input, library, output and progress, and lets the first two go on. */
static void wait_for_news(struct batch *batch, dane_policy_multi *multi)
{
    enum { LIBRARY, INPUT, OUTPUT, ALL };
    struct pollfd news[ALL] = {{-1, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLOUT, 0}};

    news[LIBRARY].fd = dane_policy_multi_descriptor(multi);
    if (has_room(batch, multi) && !batch->input.has_ended)
        news[INPUT].fd = batch->input.fd;
    if (unwritten != NULL)
        news[OUTPUT].fd = STDOUT_FILENO;
    if (poll(news, ALL, may_show_progress() ? progress_timeout() : -1) < 0) {
        if (errno != EINTR)
            fail(EXIT_FAULT, "poll: %s", strerror(errno));
        return;
    }
    if (news[INPUT].revents != 0)
        read_input(&batch->input);
    if (news[LIBRARY].revents != 0)
        must_go_on(dane_policy_multi_process(multi));
}

/* Tells what has come out; 1 if all of it is well. */
static int take_outcomes(const struct batch *batch, dane_policy_multi *multi)
{
    double now = milliseconds();
    int all = 1;

    while (1) {
        dane_policy_outcome *outcome;
        struct job *job;
        int is_good;

        must_go_on(dane_policy_multi_next(multi, &outcome));
        if (outcome == NULL)
            return all;
        must_go_on(dane_policy_outcome_error(outcome));
        job = dane_policy_outcome_tag(outcome);
        begin_result();
        is_good = batch->tell(job, multi, outcome, now - job->started);
        end_result();
        dane_policy_outcome_free(outcome);
        if (is_good < 0)
            continue;
        all &= is_good;
        free(job);
        count_progress();
        write_results(0);
    }
}

/* Checks all domains; returns the exit status. */
static int run_batch(struct batch *batch, const dane_policy_context *context)
{
    dane_policy_multi *multi = NULL;
    int all = 1;

    must_go_on(dane_policy_multi_new(context, &multi));
    want_sockets(multi, SOCKETS * batch->jobs);
    while (1) {
        start_jobs(batch, multi);
        if (dane_policy_multi_running(multi) == 0 && unwritten == NULL && batch->input.has_ended)
            break;
        if (may_show_progress())
            show_progress();
        wait_for_news(batch, multi);
        write_results(0);
        all &= take_outcomes(batch, multi);
    }
    dane_policy_multi_free(multi);
    end_progress();
    if (batch->input.error != 0)
        fail(EXIT_USAGE, "--input: %s: %s", batch->input.name, strerror(batch->input.error));
    return all ? 0 : 1;
}

#endif
