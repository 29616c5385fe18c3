/*
 * Descriptors 0 to 2, any of them closed: none of them is open after a call, and where they are a program's own connections
 * no octet goes to them, while each row is asked for in each way. Runs as `world run -- standard`.
 */
#define _DEFAULT_SOURCE

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "points.h"

enum { SUBSETS = 8 };

/* Those of a subset are closed, and stay so. */
static void closed(int subset)
{
    int i;

    for (i = 0; i < 3; i++)
        if (subset & 1 << i)
            close(i);
    ask_all(NULL, "descriptors 0 to 2");
    for (i = 0; i < 3; i++)
        if ((fcntl(i, F_GETFD) == -1) != ((subset & 1 << i) != 0))
            fail("a descriptor below 3 is another than before", NULL, NULL);
}

/* Those of a subset are connections, whose other ends hear nothing and are not closed. */
static void taken(int subset)
{
    int ends[2], i, others[3] = {-1, -1, -1};
    struct pollfd in = {0};

    for (i = 0; i < 3; i++)
        if (subset & 1 << i) {
            CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && dup2(ends[0], i) == i);
            others[i] = fcntl(ends[1], F_DUPFD_CLOEXEC, ABOVE);
            close(ends[0]);
            close(ends[1]);
        }
    ask_all(NULL, "descriptors 0 to 2");
    for (i = 0; i < 3; i++)
        if (others[i] >= 0) {
            in.fd = others[i];
            in.events = POLLIN;
            if (poll(&in, 1, 0) != 0)
                fail("something came to a connection that is not the library's", NULL, NULL);
        }
}

static void in_child(void (*function)(int), int subset)
{
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        alarm(PATIENCE);
        function(subset);
        _exit(0);
    }
    ends_well(child, shared->at[sample.me]);
}

int main(int argc, char **argv)
{
    int subset;

    (void)argc;
    prepare(1, argv);
    for (subset = 1; subset < SUBSETS; subset++) {
        in_child(closed, subset);
        in_child(taken, subset);
    }
    puts("standard: passed");
    return 0;
}
