/* Many domains: from the command line and a file, by one process or several, results as they come. */
#ifndef BATCH_H
#define BATCH_H

#include <ctype.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

enum { MAX_JOBS = 64, MAX_LINE = 1024 };

struct batch {
    char **given; /* those of the command line, ended by NULL */
    FILE *input;  /* then one a line; or NULL */
    const char *input_name;
    unsigned long line;
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

/* The next domain, valid until the next call; NULL at the end. Empty lines and those that begin with # are none. */
static const char *next_domain(struct batch *batch)
{
    static char text[MAX_LINE];

    if (*batch->given != NULL) {
        if (strlen(*batch->given) >= sizeof text)
            fail(EXIT_USAGE, "a domain is too long");
        return *batch->given++;
    }
    while (batch->input != NULL && fgets(text, sizeof text, batch->input) != NULL) {
        char *start = text, *end = text + strlen(text);

        batch->line++;
        if (end == text || (end[-1] != '\n' && !feof(batch->input)))
            fail(EXIT_USAGE, "%s: line %lu is too long, or no text", batch->input_name, batch->line);
        while (isspace((unsigned char)*start))
            start++;
        while (end > start && isspace((unsigned char)end[-1]))
            *--end = '\0';
        if (*start != '\0' && *start != '#')
            return start;
    }
    if (batch->input != NULL && ferror(batch->input))
        fail(EXIT_USAGE, "%s: %s", batch->input_name, strerror(errno));
    return NULL;
}

/* One worker: a domain a message, until there are no more. Exit status 0 if all are well, 1 if not. */
static void work(int queue, int (*check)(const char *))
{
    char domain[MAX_LINE];
    ssize_t length;
    int all = 1;

    while ((length = recv(queue, domain, sizeof domain, 0)) != 0) {
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            fail(EXIT_FAULT, "queue: %s", strerror(errno));
        all &= check(domain);
    }
    /* exit() would move the place where the parent reads its input. */
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
                work(queue[0], check);
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
    return status;
}

#endif
