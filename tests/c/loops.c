/*
 * Every kind of loop: poll(2) on the descriptor alone, with and without dane_policy_multi_timeout; epoll(7); libevent,
 * where WITH_LIBEVENT is defined; dane_policy_multi_wait. None of them hangs, and none is woken for nothing.
 * Runs as `world run -- loops`.
 */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/time.h>

#ifdef WITH_LIBEVENT
#include <event2/event.h>
#endif

#include "multi.h"
#include "server.h"

static const char *const domains[] = {"good.test",           "tlsa-none.test", "mx-bogus.test", "null.test",
                                      "absent.test",         "nsec3.test",     "dname.test",    "hundred.test",
                                      "unusable.unsigned.test"};
#define DOMAINS (sizeof domains / sizeof domains[0])

/* One loop's work: each domain's lookup, and what came of it. */
struct work {
    dane_policy_multi *multi;
    size_t done;
    unsigned long packets;
    int turns;
};

static struct work begin(void)
{
    struct work work = {NULL, 0, 0, 0};
    size_t i;

    work.multi = multi_alone();
    for (i = 0; i < DOMAINS; i++)
        start(work.multi, domains[i]);
    return work;
}

/* What a loop does when the descriptor is readable. */
static void go_on(struct work *work)
{
    dane_policy_outcome *outcome;

    work->turns++;
    CHECK(dane_policy_multi_process(work->multi) == DANE_POLICY_OK);
    while ((outcome = next(work->multi)) != NULL) {
        dane_policy_destination *destination = destination_of(outcome);

        work->packets += dane_policy_destination_queries(destination);
        work->done++;
        dane_policy_destination_free(destination);
    }
}

/* Each turn is for a packet, an outcome, or more computing than fits one turn. */
static void end(struct work *work, const char *loop)
{
    printf("%s: %d turns for %lu packets and %d lookups\n", loop, work->turns, work->packets, (int)work->done);
    CHECK(work->done == DOMAINS && (unsigned long)work->turns < 3 * work->packets + 3 * DOMAINS);
    check_idle(work->multi);
    dane_policy_multi_free(work->multi);
}

static void by_poll(void)
{
    struct work work = begin();

    while (dane_policy_multi_running(work.multi) > 0) {
        CHECK(is_readable(dane_policy_multi_descriptor(work.multi), -1));
        go_on(&work);
    }
    end(&work, "poll");
}

/* As a loop that keeps timers itself: the timeout is never short of what the descriptor says. */
static void by_timeout(void)
{
    struct work work = begin();

    while (dane_policy_multi_running(work.multi) > 0) {
        int timeout = dane_policy_multi_timeout(work.multi);

        CHECK(timeout >= 0);
        is_readable(dane_policy_multi_descriptor(work.multi), timeout);
        go_on(&work);
    }
    end(&work, "poll with multi_timeout");
}

/* The descriptor in another epoll, level-triggered. */
static void by_epoll(void)
{
    struct work work = begin();
    struct epoll_event event = {0};
    int loop = epoll_create1(EPOLL_CLOEXEC);

    event.events = EPOLLIN;
    event.data.ptr = &work;
    CHECK(loop >= 0);
    CHECK(epoll_ctl(loop, EPOLL_CTL_ADD, dane_policy_multi_descriptor(work.multi), &event) == 0);
    while (dane_policy_multi_running(work.multi) > 0) {
        CHECK(epoll_wait(loop, &event, 1, -1) == 1 && event.data.ptr == &work);
        go_on(&work);
    }
    CHECK(epoll_wait(loop, &event, 1, 0) == 0);
    close(loop);
    end(&work, "epoll");
}

#ifdef WITH_LIBEVENT
static void readable(evutil_socket_t descriptor, short what, void *argument)
{
    struct work *work = argument;

    (void)descriptor;
    (void)what;
    go_on(work);
}

static void by_libevent(void)
{
    struct work work = begin();
    struct event_base *base = event_base_new();
    struct event *event = event_new(base, dane_policy_multi_descriptor(work.multi), EV_READ | EV_PERSIST, readable, &work);

    CHECK(base != NULL && event != NULL && event_add(event, NULL) == 0);
    while (dane_policy_multi_running(work.multi) > 0)
        CHECK(event_base_loop(base, EVLOOP_ONCE) == 0);
    event_free(event);
    event_base_free(base);
    end(&work, "libevent");
}
#endif

static void by_wait(void)
{
    struct work work = begin();

    while (dane_policy_multi_running(work.multi) > 0) {
        CHECK(dane_policy_multi_wait(work.multi, -1) == DANE_POLICY_OK);
        /* Nothing else ends it. */
        CHECK(dane_policy_multi_timeout(work.multi) == 0);
        go_on(&work);
    }
    end(&work, "wait");
}

/* The first outcome is not fetched for a while: it is reported again, and again. */
static void outcomes_keep_it_readable(void)
{
    dane_policy_multi *multi = multi_alone();
    int i;

    start(multi, "null.test");
    CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
    for (i = 0; i < 3; i++) {
        CHECK(is_readable(dane_policy_multi_descriptor(multi), 0) && dane_policy_multi_timeout(multi) == 0);
        CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
    }
    CHECK(action_of(next(multi)) == DANE_POLICY_ACTION_FAIL);
    check_idle(multi);
    dane_policy_multi_free(multi);
}

/* Several calls of which none is answered: a turn for each time that is over, and no other. */
static void silence(const dane_policy_context *context, int is_by_timeout)
{
    dane_policy_multi *multi = multi_of(context);
    dane_policy_outcome *outcome;
    int turns = 0, done = 0, timeout;
    size_t i;

    for (i = 0; i < DOMAINS; i++)
        start(multi, domains[i]);
    while (dane_policy_multi_running(multi) > 0) {
        timeout = dane_policy_multi_timeout(multi);
        if (is_by_timeout) {
            CHECK(timeout >= 0);
            /* Nothing else can happen. */
            poll(NULL, 0, timeout);
        } else
            CHECK(is_readable(dane_policy_multi_descriptor(multi), -1));
        CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
        turns++;
        for (; (outcome = next(multi)) != NULL; done++)
            CHECK(action_of(outcome) == DANE_POLICY_ACTION_DEFER);
    }
    printf("silence%s: %d turns for %d lookups\n", is_by_timeout ? " by multi_timeout" : "", turns, done);
    /* Two patiences and the deadline, for each at most; rounded up, a time has come when a loop comes. */
    CHECK(done == (int)DOMAINS && turns <= 4 * (int)DOMAINS);
    check_idle(multi);
    dane_policy_multi_free(multi);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int signal)
{
    (void)signal;
    alarms++;
}

/* Over when nothing runs, the time is up, or a signal came, whatever handles it. */
static void waits_end(const dane_policy_context *context, int server)
{
    const struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    dane_policy_multi *multi = multi_of(context);
    struct sigaction action = {0};
    double begun;

    CHECK(dane_policy_multi_wait(multi, 0) == DANE_POLICY_OK && dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
    start(multi, "silent.test");
    /* Time is up at once, and what could go on did. */
    while (!is_readable(server, 0))
        CHECK(dane_policy_multi_wait(multi, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_running(multi) == 1 && next(multi) == NULL);
    begun = seconds();
    CHECK(dane_policy_multi_wait(multi, 50) == DANE_POLICY_OK && next(multi) == NULL);
    CHECK(seconds() - begun >= 0.05);
    action.sa_handler = count_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &often, NULL) == 0);
    CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    signal(SIGALRM, SIG_DFL);
    within_a_minute();
    CHECK(alarms > 0 && dane_policy_multi_running(multi) == 1);
    CHECK(next(multi) == NULL);
    CHECK(dane_policy_multi_wait(multi, -1) == DANE_POLICY_OK);
    CHECK(action_of(next(multi)) == DANE_POLICY_ACTION_DEFER);
    check_idle(multi);
    dane_policy_multi_free(multi);
}

int main(void)
{
    char address[32];
    int server = make_server(address, sizeof address);
    dane_policy_context *context = context_for(address, 4000), *hasty = context_for(address, 2000);

    within_a_minute();
    by_poll();
    by_timeout();
    by_epoll();
#ifdef WITH_LIBEVENT
    by_libevent();
#endif
    by_wait();
    outcomes_keep_it_readable();
    silence(context, 0);
    silence(hasty, 1);
    while (is_readable(server, 0))
        deny(server);
    waits_end(hasty, server);
    dane_policy_context_free(context);
    dane_policy_context_free(hasty);
    close(server);
    puts("loops: passed");
    return 0;
}
