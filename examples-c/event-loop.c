/*
 * event-loop [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT]
 *
 * An event loop by poll(2) with two things in it: standard input, from which domains come, one a line, and the library,
 * which looks them up, many at once, on this one thread. What may be done with mail for a domain is printed when it is
 * known, in whatever order.
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
#include <unistd.h>

#include <dane_policy.h>

enum { MOST = 1000, MAX_LINE = 1024 };

static uint16_t port = 25;

/* What stands in the loop for one domain: the tag of its call. */
struct job {
    char domain[MAX_LINE];
};

static void stop(const char *what)
{
    fprintf(stderr, "event-loop: %s\n", what);
    exit(3);
}

static void start(dane_policy_multi *multi, const char *domain)
{
    struct job *job = malloc(sizeof *job);

    if (job == NULL)
        stop("out of memory");
    snprintf(job->domain, sizeof job->domain, "%s", domain);
    if (dane_policy_multi_lookup(multi, domain, port, job) != DANE_POLICY_OK)
        stop("cannot start");
}

/* Takes what has come of standard input, and starts a lookup for each line of it; 0 at its end. */
static int read_domains(dane_policy_multi *multi)
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
            start(multi, line);
        length -= (size_t)(next - line);
        line = next;
    }
    memmove(text, line, length + 1);
    return more != 0;
}

/* Prints what has come out. */
static void tell(dane_policy_multi *multi)
{
    dane_policy_outcome *outcome;

    while (dane_policy_multi_next(multi, &outcome) == DANE_POLICY_OK && outcome != NULL) {
        struct job *job = dane_policy_outcome_tag(outcome);
        /* NULL after an error, so is its decision, and that defers. */
        dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);
        const dane_policy_decision *decision = dane_policy_destination_decision(destination);

        printf("%s: %s: %s\n", job->domain, dane_policy_action_name(dane_policy_decision_action(decision)),
               dane_policy_decision_text(decision));
        dane_policy_destination_free(destination);
        dane_policy_outcome_free(outcome);
        free(job);
    }
    fflush(stdout);
}

static void loop(dane_policy_multi *multi)
{
    struct pollfd in[2];
    int has_input = 1;

    while (has_input || dane_policy_multi_running(multi) > 0) {
        int may_start = has_input && dane_policy_multi_running(multi) < MOST;

        in[0].fd = dane_policy_multi_descriptor(multi);
        in[0].events = POLLIN;
        in[1].fd = may_start ? STDIN_FILENO : -1;
        in[1].events = POLLIN;
        in[0].revents = in[1].revents = 0;
        /* No timeout: the descriptor is readable when a time has come, too. */
        if (poll(in, 2, -1) < 0 && errno != EINTR)
            stop("poll");
        if (in[1].revents != 0)
            has_input = read_domains(multi);
        if (in[0].revents != 0)
            dane_policy_multi_process(multi);
        tell(multi);
    }
}

/* The whole file of trust anchors. */
static void set_anchors(dane_policy_context *context, const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(text, 1, sizeof text, file) : 0;

    if (length == 0 || dane_policy_context_set_trust_anchors(context, text, length) != DANE_POLICY_OK)
        stop("no trust anchor");
    fclose(file);
}

int main(int argc, char **argv)
{
    dane_policy_context *context = NULL;
    dane_policy_multi *multi = NULL;
    int option;

    if (dane_policy_context_new(&context) != DANE_POLICY_OK)
        stop("no context");
    while ((option = getopt(argc, argv, "n:a:p:")) != -1) {
        if (option == 'n' && dane_policy_context_add_nameserver(context, optarg) == DANE_POLICY_OK)
            continue;
        if (option == 'a')
            set_anchors(context, optarg);
        else if (option == 'p')
            port = (uint16_t)strtoul(optarg, NULL, 10);
        else
            return 2;
    }
    if (dane_policy_multi_new(context, &multi) != DANE_POLICY_OK)
        stop("no multi");
    loop(multi);
    dane_policy_multi_free(multi);
    dane_policy_context_free(context);
    return 0;
}
