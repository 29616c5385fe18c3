/* SPDX-License-Identifier: MIT OR Apache-2.0
 * dma by DANE: the connection is a dane-connect(1) on the other end of a socket pair. */
#include "dfcompat.h"

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>
#include <sysexits.h>
#include <unistd.h>

#include "dma.h"

enum { MAX_WORDS = 64 };

static pid_t child = -1;

/* The words of DANE_CONNECT, then where to; NULL where there are too many, or memory is short. */
static char **command(const char *domain, char port[12])
{
    char **words = calloc(MAX_WORDS + 8, sizeof *words), *text = strdup(config.dane_connect), *word;
    size_t count = 0;

    if (words == NULL || text == NULL)
        return NULL;
    while ((word = strsep(&text, " \t")) != NULL) {
        if (*word == '\0')
            continue;
        if (count == MAX_WORDS)
            return NULL;
        words[count++] = word;
    }
    if (count == 0)
        return NULL;
    if (config.smarthost != NULL) {
        snprintf(port, 12, "%d", config.port);
        words[count++] = "--port";
        words[count++] = port;
        words[count++] = "--host";
        words[count++] = (char *)domain;
    }
    words[count++] = "--";
    words[count++] = (char *)domain;
    return words;
}

static void start(char **words, int session, int reasons)
{
    if (dup2(session, STDIN_FILENO) >= 0 && dup2(session, STDOUT_FILENO) >= 0 && dup2(reasons, STDERR_FILENO) >= 0)
        execv(words[0], words);
    _exit(EX_OSERR);
}

/* What dane-connect said so far, without waiting. */
static void read_reason(int reasons, char *reason, size_t size)
{
    ssize_t length = read(reasons, reason, size - 1);

    reason[length > 0 ? length : 0] = '\0';
    reason[strcspn(reason, "\n")] = '\0';
}

/* A session with the server, whose greeting has come; -1: the mail must wait, -2: it must bounce. */
int dane_connect_open(const char *domain)
{
    char port[12], reason[512], octet;
    char **words = command(domain, port);
    int session[2], reasons[2], status = 0;
    ssize_t length;

    if (words == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, session) < 0)
        goto broken;
    if (pipe2(reasons, O_CLOEXEC | O_NONBLOCK) < 0) {
        close(session[0]);
        close(session[1]);
        goto broken;
    }
    /* dma ignores the first, and would not learn how a child ended; the second would end it where the server is gone. */
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    child = fork();
    if (child == 0)
        start(words, session[1], reasons[1]);
    close(session[1]);
    close(reasons[1]);
    while ((length = child < 0 ? -1 : recv(session[0], &octet, 1, MSG_PEEK)) < 0 && child > 0 && errno == EINTR)
        continue;
    read_reason(reasons[0], reason, sizeof reason);
    close(reasons[0]);
    if (length == 1) {
        syslog(LOG_INFO, "%s: %s", domain, reason);
        return session[0];
    }
    close(session[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    length = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == EX_UNAVAILABLE ? -2 : -1;
    child = -1;
    syslog(LOG_NOTICE, "remote delivery %s: %s: %s", length == -2 ? "failed" : "deferred", domain, reason);
    snprintf(errmsg, sizeof errmsg, "%s: %s", domain, reason);
    return (int)length;
broken:
    syslog(LOG_ERR, "remote delivery deferred: DANE_CONNECT cannot be started: %m");
    return -1;
}

/* After the session was closed, which ends dane-connect. */
void dane_connect_close(void)
{
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    child = -1;
}

/* The domain as the only host: dane-connect goes from one MX host to the next itself. */
struct mx_hostentry *dane_connect_hosts(const char *domain)
{
    struct mx_hostentry *hosts = calloc(2, sizeof *hosts);

    if (hosts != NULL) {
        strlcpy(hosts[0].host, domain, sizeof hosts[0].host);
        strlcpy(hosts[0].addr, "DANE", sizeof hosts[0].addr);
    }
    return hosts;
}
