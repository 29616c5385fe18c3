/* What the tests of dane_policy_multi_* have in common: a loop by poll(2), outcomes, descriptors, and patience. */
#ifndef MULTI_H
#define MULTI_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "proc.h"
#include "../../examples-c/world.h"

enum { PATIENCE = 60 };

/* Ends the process where it hangs; anew for each test, each child, and whatever came out of many. */
static inline void within_a_minute(void)
{
    alarm(PATIENCE);
}

static inline double seconds(void)
{
    struct timespec now;

    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whether poll(2) says so within so many milliseconds; -1 is as long as it takes. */
static inline int is_readable(int descriptor, int milliseconds)
{
    struct pollfd in = {0};
    int ready;

    in.fd = descriptor;
    in.events = POLLIN;
    do
        ready = poll(&in, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    CHECK(ready >= 0 && (in.revents & ~POLLIN) == 0);
    return ready;
}

static inline dane_policy_context *validating(void)
{
    dane_policy_context *context;

    CHECK(world_context(&context) == DANE_POLICY_OK);
    return context;
}

static inline dane_policy_multi *multi_of(const dane_policy_context *context)
{
    dane_policy_multi *multi;

    CHECK(dane_policy_multi_new(context, &multi) == DANE_POLICY_OK && multi != NULL);
    return multi;
}

/* A multi of a context that serves nothing else. */
static inline dane_policy_multi *multi_alone(void)
{
    dane_policy_context *context = validating();
    dane_policy_multi *multi = multi_of(context);

    dane_policy_context_free(context);
    return multi;
}

/* Starts a lookup in the world, with the name as its tag. */
static inline void start(dane_policy_multi *multi, const char *domain)
{
    CHECK(dane_policy_multi_lookup(multi, domain, world_port(), (void *)domain) == DANE_POLICY_OK);
}

/* One turn of a loop that has nothing but the descriptor to wait for. */
static inline void turn(dane_policy_multi *multi)
{
    CHECK(is_readable(dane_policy_multi_descriptor(multi), -1));
    CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
}

static inline dane_policy_outcome *next(dane_policy_multi *multi)
{
    dane_policy_outcome *outcome;

    CHECK(dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK);
    CHECK(outcome == NULL || dane_policy_outcome_error(outcome) == DANE_POLICY_OK);
    return outcome;
}

/* The next that is done, by a loop like that. */
static inline dane_policy_outcome *wait_for_next(dane_policy_multi *multi)
{
    dane_policy_outcome *outcome;

    while ((outcome = next(multi)) == NULL)
        turn(multi);
    return outcome;
}

/* Takes the destination of an outcome and frees the rest of it. */
static inline dane_policy_destination *destination_of(dane_policy_outcome *outcome)
{
    dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);

    CHECK(destination != NULL);
    dane_policy_outcome_free(outcome);
    return destination;
}

static inline int action_of(dane_policy_outcome *outcome)
{
    dane_policy_destination *destination = destination_of(outcome);
    int action = (int)dane_policy_decision_action(dane_policy_destination_decision(destination));

    dane_policy_destination_free(destination);
    return action;
}

/* Nothing runs, so there is nothing to wait for. */
static inline void check_idle(dane_policy_multi *multi)
{
    CHECK(dane_policy_multi_running(multi) == 0);
    CHECK(dane_policy_multi_timeout(multi) == -1);
    CHECK(!is_readable(dane_policy_multi_descriptor(multi), 0) && next(multi) == NULL);
}

/* A child does something and ends; its descriptors are copies of the parent's. */
static inline pid_t in_child(void (*function)(void *), void *argument)
{
    pid_t child;

    fflush(NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        within_a_minute();
        function(argument);
        fflush(NULL);
        _exit(0);
    }
    return child;
}

static inline void ends_well(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
