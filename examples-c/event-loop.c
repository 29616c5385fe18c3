/*
 * event-loop [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-s SMART_HOST] [-t SECONDS]
 *
 * A mailer with an event loop by poll(2), and no TLS of its own: recipients come on standard input, one a line, and a
 * greeting goes to each, to many at once on this one thread. What became of each is printed when it is known:
 *
 *     sent     RECIPIENT  by which decision, and over which version of TLS, if any
 *     queued   RECIPIENT  why; to be tried again later
 *     bounced  RECIPIENT  why
 *
 * Exit status 0 when all is told, 2 wrong usage, 3 internal error.
 *
 *     cc event-loop.c $(pkg-config --cflags --libs dane-policy)
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <dane_policy.h>

enum { MOST = 200, MAX_LINE = 300, MAX_FILE = 1 << 16 };

/* What is said, and the reply that lets the message go on. %s is the recipient. */
static const struct step {
    int wanted;
    const char *words;
} steps[] = {
    {250, "EHLO [127.0.0.1]\r\n"},
    {250, "MAIL FROM:<>\r\n"},
    {250, "RCPT TO:<%s>\r\n"},
    {354, "DATA\r\n"},
    {250, "Subject: Good day\r\n\r\nThis came out of an event loop.\r\n.\r\n"},
    {221, "QUIT\r\n"},
};
enum { STEPS = sizeof steps / sizeof *steps, QUIT = STEPS - 1 };

/* A message on its way: the tag of its calls. */
struct job {
    struct job *next;
    char recipient[MAX_LINE];
    time_t until;
    dane_policy_destination *to;
    size_t host; /* of the destination, to be tried next */
    dane_policy_session *session;
    int step, sent;
    const char *version; /* of TLS, as long as the session */
    char words[2 * MAX_LINE];
    size_t unsent; /* from the end of the words */
    char code[4];
    size_t column;
    char why[256];
};

static struct job *jobs;
static size_t job_count;
static dane_policy_multi *multi;
static const char *smart_host;
static uint16_t port = 25;
static long seconds = 300;

static void stop(const char *what)
{
    fprintf(stderr, "event-loop: %s\n", what);
    exit(3);
}

static time_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* Tells what became of it, and forgets it. */
static void finish(struct job *job, const char *what)
{
    struct job **link = &jobs;

    printf("%s\t%s\t%s", what, job->recipient, job->why);
    if (job->sent)
        printf("\t%s", job->version != NULL ? job->version : "in the clear");
    putchar('\n');
    fflush(stdout);
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    job_count--;
    dane_policy_session_free(job->session);
    dane_policy_destination_free(job->to);
    free(job);
}

static void note(struct job *job, const dane_policy_decision *decision)
{
    snprintf(job->why, sizeof job->why, "%s", dane_policy_decision_text(decision));
}

static void start(const char *recipient)
{
    const char *at = strrchr(recipient, '@');
    struct job *job = calloc(1, sizeof *job);
    int code;

    if (job == NULL)
        stop("out of memory");
    snprintf(job->recipient, sizeof job->recipient, "%s", recipient);
    snprintf(job->why, sizeof job->why, "no time left");
    job->until = now() + seconds;
    job->next = jobs;
    jobs = job;
    job_count++;
    if (at == NULL || strpbrk(recipient, " <>\r") != NULL) {
        snprintf(job->why, sizeof job->why, "no address");
        finish(job, "bounced");
        return;
    }
    if (smart_host != NULL)
        code = dane_policy_multi_lookup_host(multi, smart_host, port, NULL, DANE_POLICY_STATUS_CONFIGURED, job);
    else
        code = dane_policy_multi_lookup(multi, at + 1, port, job);
    if (code != DANE_POLICY_OK)
        stop("cannot start");
}

/* The next host, or the end. */
static void try_next_host(struct job *job)
{
    const dane_policy_host *host;

    dane_policy_session_free(job->session);
    job->session = NULL;
    if (job->host == dane_policy_destination_host_count(job->to)) {
        finish(job, "queued");
        return;
    }
    host = dane_policy_destination_host(job->to, job->host++);
    if (dane_policy_multi_connect_host(multi, host, job) != DANE_POLICY_OK)
        stop("cannot start");
}

/* Has words for the server, which go out as it takes them. */
static void say(struct job *job, int step)
{
    job->step = step;
    snprintf(job->words, sizeof job->words, steps[step].words, job->recipient);
    job->unsent = strlen(job->words);
    job->column = 0;
}

/* The code of a reply that is whole, as its octets come; 0 where it is not. */
static int reply(struct job *job, char octet)
{
    int is_last = octet == '\n' && job->column > 3 && job->code[3] != '-';

    if (job->column < 4)
        job->code[job->column] = octet;
    job->column = octet == '\n' ? 0 : job->column + 1;
    return is_last ? atoi(job->code) : 0;
}

/* What the server said to the step: 1 if the session goes on. */
static int take_reply(struct job *job, int code)
{
    if (job->step == QUIT) {
        finish(job, "sent");
        return 0;
    }
    if (code == steps[job->step].wanted) {
        job->sent = job->step == QUIT - 1;
        say(job, job->step + 1);
        return 1;
    }
    snprintf(job->why, sizeof job->why, "the server says %d to %.4s", code, job->words);
    if (code >= 500)
        finish(job, "bounced");
    else
        try_next_host(job);
    return 0;
}

/* Writes and reads what goes without waiting. */
static void go_on(struct job *job)
{
    dane_policy_error code = DANE_POLICY_OK;
    size_t length;
    char octet;

    while (code == DANE_POLICY_OK) {
        if (job->unsent > 0) {
            const char *words = job->words + strlen(job->words) - job->unsent;

            code = dane_policy_session_write(job->session, words, job->unsent, &length);
            job->unsent -= length;
            continue;
        }
        code = dane_policy_session_read(job->session, &octet, 1, &length);
        if (code == DANE_POLICY_OK && length == 0)
            code = DANE_POLICY_ERROR_CONNECTION;
        if (code == DANE_POLICY_OK) {
            int whole = reply(job, octet);

            if (whole != 0 && !take_reply(job, whole))
                return;
        }
    }
    if (code == DANE_POLICY_ERROR_AGAIN)
        return;
    if (job->sent) {
        /* The reply to the message was read; that to QUIT changes nothing. */
        finish(job, "sent");
        return;
    }
    snprintf(job->why, sizeof job->why, "%s", dane_policy_session_text(job->session));
    try_next_host(job);
}

static void take_destination(struct job *job, dane_policy_destination *to)
{
    /* NULL after an error, so is its decision, and that defers. */
    const dane_policy_decision *decision = dane_policy_destination_decision(to);

    job->to = to;
    note(job, decision);
    if (dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL)
        finish(job, "bounced");
    else
        try_next_host(job);
}

static void take_session(struct job *job, dane_policy_session *session, dane_policy_verification *why)
{
    note(job, dane_policy_verification_decision(why));
    dane_policy_verification_free(why);
    job->session = session;
    job->version = dane_policy_session_tls_version(session);
    if (session == NULL) {
        try_next_host(job);
        return;
    }
    say(job, 0);
    /* Nothing comes before something was said. */
    go_on(job);
}

static void take_outcomes(void)
{
    dane_policy_outcome *outcome;

    while (dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK && outcome != NULL) {
        struct job *job = dane_policy_outcome_tag(outcome);

        if (job->to == NULL)
            take_destination(job, dane_policy_outcome_take_destination(outcome));
        else
            take_session(job, dane_policy_outcome_take_session(outcome), dane_policy_outcome_take_verification(outcome));
        dane_policy_outcome_free(outcome);
    }
}

/* Who has no time left waits for another day; its calls are not heard of again. */
static void give_up_the_late(void)
{
    struct job *job, *next;

    for (job = jobs; job != NULL; job = next) {
        next = job->next;
        if (now() < job->until)
            continue;
        dane_policy_multi_cancel(multi, job);
        finish(job, job->sent ? "sent" : "queued");
    }
}

/* Takes what has come of standard input, and starts a message for each line of it; 0 at its end. */
static int read_recipients(void)
{
    static char text[MAX_LINE];
    static size_t length;
    ssize_t more = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
    char *end, *line = text;

    if (more < 0)
        return errno == EINTR || errno == EAGAIN;
    length += (size_t)more;
    text[length] = '\0';
    while ((end = strchr(line, '\n')) != NULL || (*line != '\0' && (more == 0 || length == sizeof text - 1))) {
        char *next = end != NULL ? end + 1 : line + strlen(line);

        if (end != NULL)
            *end = '\0';
        if (*line != '\0')
            start(line);
        length -= (size_t)(next - line);
        line = next;
    }
    memmove(text, line, length + 1);
    return more != 0;
}

/* One turn: waits for standard input, the library, and the sessions, and goes on with those that there is news for. */
static int turn(int has_input)
{
    enum { INPUT, LIBRARY, SESSIONS };
    struct pollfd news[SESSIONS + MOST];
    struct job *of[SESSIONS + MOST], *job;
    nfds_t count = SESSIONS, i;
    int patience = job_count > 0 ? 1000 : -1;

    memset(news, 0, sizeof news);
    news[INPUT].fd = has_input && job_count < MOST / 2 ? STDIN_FILENO : -1;
    news[LIBRARY].fd = dane_policy_multi_descriptor(multi);
    news[INPUT].events = news[LIBRARY].events = POLLIN;
    for (job = jobs; job != NULL && count < SESSIONS + MOST; job = job->next) {
        if (job->session == NULL)
            continue;
        if (dane_policy_session_pending(job->session))
            patience = 0;
        news[count].fd = dane_policy_session_descriptor(job->session);
        news[count].events = (short)dane_policy_session_events(job->session);
        of[count++] = job;
    }
    /* The library needs no time of its own: its descriptor is readable when one has come, too. */
    if (poll(news, count, patience) < 0 && errno != EINTR)
        stop("poll");
    for (i = SESSIONS; i < count; i++)
        if (news[i].revents != 0 || dane_policy_session_pending(of[i]->session))
            go_on(of[i]);
    if (news[LIBRARY].revents != 0)
        dane_policy_multi_process(multi);
    take_outcomes();
    give_up_the_late();
    return news[INPUT].revents != 0 ? read_recipients() : has_input;
}

/* The whole file of trust anchors. */
static void set_anchors(dane_policy_context *context, const char *path)
{
    static char text[MAX_FILE];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(text, 1, sizeof text, file) : 0;

    if (length == 0 || dane_policy_context_set_trust_anchors(context, text, length) != DANE_POLICY_OK)
        stop("no trust anchor");
    fclose(file);
}

int main(int argc, char **argv)
{
    dane_policy_context *context = NULL;
    int option, has_input = 1;

    if (dane_policy_context_new(&context) != DANE_POLICY_OK)
        stop("no context");
    while ((option = getopt(argc, argv, "n:a:p:s:t:")) != -1) {
        if (option == 'n' && dane_policy_context_add_nameserver(context, optarg) == DANE_POLICY_OK)
            continue;
        if (option == 'a')
            set_anchors(context, optarg);
        else if (option == 'p')
            port = (uint16_t)strtoul(optarg, NULL, 10);
        else if (option == 's')
            smart_host = optarg;
        else if (option == 't')
            seconds = strtol(optarg, NULL, 10);
        else
            return 2;
    }
    if (dane_policy_multi_new(context, &multi) != DANE_POLICY_OK)
        stop("no multi");
    dane_policy_context_free(context);
    while (has_input || job_count > 0)
        has_input = turn(has_input);
    dane_policy_multi_free(multi);
    return 0;
}
