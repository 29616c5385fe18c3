/* Many domains: from the command line and a file, by one process or several, results as they come. */
#ifndef BATCH_H
#define BATCH_H

#include <ctype.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "tool.h"

enum { MAX_JOBS = 64, MAX_LINE = 1024 };

struct batch {
    char **given; /* those of the command line, ended by NULL */
    FILE *input;  /* then one a line; or NULL */
    const char *input_name;
    int error; /* that ended the input, else 0 */
};

/* Whole results and counts of several processes take turns by a lock on this file; NULL with one process. */
static FILE *turn;
static int shows_progress;
static unsigned long finished;

static void lock(short kind)
{
    struct flock whole = {0};

    if (turn == NULL)
        return;
    whole.l_type = kind;
    whole.l_whence = SEEK_SET;
    while (fcntl(fileno(turn), F_SETLKW, &whole) != 0)
        if (errno != EINTR)
            fail(EXIT_FAULT, "cannot lock: %s", strerror(errno));
}

/* Between these two a process has the output for itself. */
static void begin_output(void)
{
    lock(F_WRLCK);
    if (shows_progress)
        fputs("\r\033[K", stderr);
}

static void end_output(void)
{
    finish_output();
    if (turn != NULL && pread(fileno(turn), &finished, sizeof finished, 0) < 0)
        fail(EXIT_FAULT, "cannot count: %s", strerror(errno));
    finished++;
    if (turn != NULL && pwrite(fileno(turn), &finished, sizeof finished, 0) != (ssize_t)sizeof finished)
        fail(EXIT_FAULT, "cannot count: %s", strerror(errno));
    if (shows_progress)
        fprintf(stderr, "%lu done", finished);
    lock(F_UNLCK);
}

/* Reads a line without the space around it, of a longer one than any domain the beginning; 0 at the end. */
static int read_line(FILE *input, char text[MAX_LINE])
{
    size_t length = 0, end = 0;
    int c = getc(input);

    if (c == EOF)
        return 0;
    for (; c != EOF && c != '\n'; c = getc(input)) {
        if (isspace(c) && length == 0)
            continue;
        /* A NUL would end the text; this is as little a domain. */
        if (length < MAX_LINE - 1)
            text[length] = c == '\0' ? '\377' : (char)c;
        length++;
        if (!isspace(c))
            end = length;
    }
    text[end < MAX_LINE ? end : MAX_LINE - 1] = '\0';
    return 1;
}

/* The next domain, valid until the next call; NULL at the end. Empty lines and those that begin with # are none. */
static const char *next_domain(struct batch *batch)
{
    static char text[MAX_LINE];

    if (*batch->given != NULL) {
        snprintf(text, sizeof text, "%s", *batch->given++);
        return text;
    }
    while (batch->input != NULL && read_line(batch->input, text))
        if (*text != '\0' && *text != '#')
            return text;
    if (batch->input != NULL && ferror(batch->input))
        batch->error = errno;
    return NULL;
}

/* The queue that a worker takes domains from. */
static int work_queue;

/* Ends a worker that failed, and with it the work of all: nothing more comes into the queue, and nothing is left there. */
static void stop_work(int status)
{
    char domain[MAX_LINE];

    shutdown(work_queue, SHUT_RDWR);
    while (recv(work_queue, domain, sizeof domain, MSG_DONTWAIT) > 0)
        ;
    _exit(status);
}

/* One worker: a domain a message, until there are no more. Exit status 0 if all are well, 1 if not. */
static void work(int (*check)(const char *))
{
    char domain[MAX_LINE];
    ssize_t length;
    int all = 1;

    /* exit() would move the place where the parent reads its input. */
    leave = stop_work;
    while ((length = recv(work_queue, domain, sizeof domain, 0)) != 0) {
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            fail(EXIT_FAULT, "queue: %s", strerror(errno));
        all &= check(domain);
    }
    _exit(all ? 0 : 1);
}

/* The worst exit status of `count` workers. */
static int wait_for(int count)
{
    int worst = 0, status;

    while (count > 0) {
        if (wait(&status) < 0) {
            if (errno == EINTR)
                continue;
            fail(EXIT_FAULT, "wait: %s", strerror(errno));
        }
        count--;
        status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAULT;
        worst = status > worst ? status : worst;
    }
    return worst;
}

/* Checks all domains; returns the exit status. */
static int run_batch(struct batch *batch, int jobs, int (*check)(const char *))
{
    const char *domain;
    int queue[2], status = 0, broken = 0, i;

    if (jobs == 1) {
        while ((domain = next_domain(batch)) != NULL)
            status |= !check(domain);
    } else {
        turn = tmpfile();
        if (turn == NULL || pwrite(fileno(turn), &finished, sizeof finished, 0) != (ssize_t)sizeof finished ||
            socketpair(AF_UNIX, SOCK_SEQPACKET, 0, queue) != 0)
            fail(EXIT_FAULT, "cannot start jobs: %s", strerror(errno));
        for (i = 0; i < jobs; i++) {
            pid_t child = fork();

            if (child < 0)
                fail(EXIT_FAULT, "fork: %s", strerror(errno));
            if (child == 0) {
                close(queue[1]);
                work_queue = queue[0];
                work(check);
            }
        }
        close(queue[0]);
        while (!broken && (domain = next_domain(batch)) != NULL)
            while (send(queue[1], domain, strlen(domain) + 1, MSG_NOSIGNAL) < 0 && !broken)
                broken = errno != EINTR;
        close(queue[1]);
        status = wait_for(jobs);
        if (broken)
            status = EXIT_FAULT;
        fclose(turn);
        turn = NULL;
    }
    if (shows_progress)
        fputs("\r\033[K", stderr);
    if (batch->error != 0)
        fail(EXIT_USAGE, "%s: %s", batch->input_name, strerror(batch->error));
    return status;
}

#endif
