/*
 * Signals of the caller's, while each row is asked for in each way: SIGALRM every millisecond, with and without SA_RESTART,
 * and a SIGCHLD handler that reaps every child there is. Neither changes a decision, and none is lost.
 * Runs as `world run -- signals`.
 */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "points.h"

enum { CHILDREN = 4 };

static volatile sig_atomic_t alarms, reaped;

static void count_alarm(int signal)
{
    (void)signal;
    alarms++;
}

static void reap(int signal)
{
    const int error = errno;

    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        reaped++;
    errno = error;
}

static void handle(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {0};

    action.sa_handler = handler;
    action.sa_flags = flags;
    CHECK(sigaction(signal, &action, NULL) == 0);
}

/* Children that end while something else is done. */
static void begin_children(void)
{
    int i;

    for (i = 0; i < CHILDREN; i++) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0) {
            usleep((useconds_t)i * 1000);
            _exit(0);
        }
    }
}

int main(int argc, char **argv)
{
    const struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    const int flags[] = {0, SA_RESTART};
    int i;

    (void)argc;
    prepare(1, argv);
    for (i = 0; i < 2; i++) {
        alarms = 0;
        handle(SIGALRM, count_alarm, flags[i]);
        CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
        ask_all(NULL, "SIGALRM");
        CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
        printf("%d alarms in %d calls%s\n", (int)alarms, ROWS * WAYS, flags[i] == SA_RESTART ? ", with SA_RESTART" : "");
        CHECK(alarms > ROWS);
    }
    handle(SIGALRM, SIG_DFL, 0);
    handle(SIGCHLD, reap, 0);
    ask_all(begin_children, "SIGCHLD");
    while (reaped < ROWS * WAYS * CHILDREN)
        usleep(1000);
    printf("%d children reaped\n", (int)reaped);
    puts("signals: passed");
    return 0;
}
