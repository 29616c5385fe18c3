/* dane-connect: an SMTP session over a connection that DANE allows, for programs that know nothing of TLS. */
#define _POSIX_C_SOURCE 200809L

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <dane_policy.h>

/* Of sysexits.h, as mail programs expect. */
enum { BOUNCE = 69, CUT = 74, WAIT = 75 };
#define EXIT_USAGE 64
#define EXIT_FAULT 70

#include "arguments.h"
#include "options.h"
#include "tool.h"

static const char usage[] =
    "usage: dane-connect [OPTION]... DOMAIN\n"
    "\n"
    "  --host HOST                   this host instead of the domain's MX hosts, as a smart host\n"
    "  --level dane|dane-only|off    what to demand (default dane)\n"
    "  --destination-level DOMAIN=dane|dane-only|off\n"
    "                                another level for one domain; may be repeated\n"
    "  --audit                       tell what would be deferred, and deliver\n"
    "  --nameserver ADDR[:PORT]      ask this resolver instead of resolv.conf's; may be repeated\n"
    "  --resolv-conf FILE            read the resolvers from FILE\n"
    "  --trust-anchor FILE           DS or DNSKEY lines instead of the root's anchors\n"
    "  --dnssec validate|trust-ad    validate here (default), or believe the resolver's AD bit\n"
    "  --sha1 on|off                 take zones that SHA-1 secures for secure (default), or for insecure\n"
    "  --ehlo NAME                   name to say in EHLO before TLS\n"
    "  --port N                      SMTP port (default 25)\n"
    "  --timeout SECONDS             for the lookup, and for each host (default 30)\n"
    "  --time UNIX                   validate as of this time\n"
    "  --help, --version             this text, or the version of the library\n"
    "\n"
    "Prints the server's greeting, then relays standard input and output. Say EHLO first.\n"
    "\n"
    "exit status: 0 relayed, 75 the mail must wait, 69 it must bounce, 74 the connection was cut,\n"
    "64 wrong usage, 70 internal error\n";

/* As much as a pipe takes without waiting where poll says that it can be written to: POSIX's least PIPE_BUF. */
enum { PORTION = 512, LANE = 16 * 1024, SILENCE = 600 * 1000 };

/* Octets on their way from one end to the other. */
struct lane {
    char octets[LANE];
    size_t begin, end;
    int is_over;
};

static size_t waiting(const struct lane *lane)
{
    return lane->end - lane->begin;
}

/* The reason for all: of the first host that was there, else of the first. */
static void keep_reason(char reason[256], const dane_policy_decision *decision, int *is_dead)
{
    if (!*is_dead)
        return;
    *is_dead = dane_policy_decision_reason(decision) == DANE_POLICY_REASON_CONNECTION_FAILED;
    if (*reason == '\0' || !*is_dead)
        snprintf(reason, 256, "%s", dane_policy_decision_text(decision));
}

static void say(const char *text)
{
    fprintf(stderr, "dane-connect: %s\n", text);
}

/* Connects host by host until one permits; NULL where none does, and the exit status. */
static dane_policy_session *connect_to(const dane_policy_destination *to, int *status)
{
    const dane_policy_decision *decision = dane_policy_destination_decision(to);
    char reason[256] = "";
    int is_dead = 1;
    size_t i;

    for (i = 0; i < dane_policy_destination_host_count(to); i++) {
        dane_policy_session *session;
        dane_policy_verification *why;

        must(dane_policy_connect_host(context, dane_policy_destination_host(to, i), &session, &why), "host", "");
        decision = dane_policy_verification_decision(why);
        if (session != NULL)
            say(dane_policy_decision_text(decision));
        else
            keep_reason(reason, decision, &is_dead);
        dane_policy_verification_free(why);
        if (session != NULL)
            return session;
    }
    decision = dane_policy_destination_decision(to);
    *status = dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL ? BOUNCE : WAIT;
    say(*reason != '\0' ? reason : dane_policy_decision_text(decision));
    return NULL;
}

/* Takes what can be taken without waiting; once the client has spoken, what is left of earlier octets goes out too. */
static void to_server(struct lane *lane, dane_policy_session *session)
{
    size_t length;
    dane_policy_error code;

    if (waiting(lane) == 0 && (lane->begin == 0 || (dane_policy_session_events(session) & POLLOUT) == 0))
        return;
    code = dane_policy_session_write(session, lane->octets + lane->begin, waiting(lane), &length);
    lane->begin += length;
    if (code != DANE_POLICY_OK && code != DANE_POLICY_ERROR_AGAIN) {
        /* What is wrong with the session is told by the next read, after all that the server said. */
        lane->begin = lane->end;
        lane->is_over = 1;
    }
}

static void from_server(struct lane *lane, dane_policy_session *session, int *status)
{
    dane_policy_error code;
    size_t length;

    if (waiting(lane) > 0 || lane->is_over)
        return;
    code = dane_policy_session_read(session, lane->octets, PORTION, &length);
    lane->begin = 0;
    lane->end = length;
    if (code == DANE_POLICY_ERROR_AGAIN)
        return;
    if (code != DANE_POLICY_OK) {
        say(dane_policy_session_text(session));
        *status = CUT;
    }
    lane->is_over = length == 0;
}

static void from_client(struct lane *lane)
{
    ssize_t length = read(STDIN_FILENO, lane->octets, LANE);

    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    lane->is_over = length <= 0;
    if (length > 0) {
        lane->begin = 0;
        lane->end = (size_t)length;
    }
}

/* The next portion of the greeting; gives what is left. */
static const char *greet(struct lane *lane, const char *greeting)
{
    size_t length = strlen(greeting);

    length = length < PORTION ? length : PORTION;
    memcpy(lane->octets, greeting, length);
    lane->begin = 0;
    lane->end = length;
    return greeting + length;
}

/* 0 where standard output takes no more. */
static int to_client(struct lane *lane)
{
    ssize_t written = write(STDOUT_FILENO, lane->octets + lane->begin, waiting(lane));

    if (written < 0)
        return errno == EINTR || errno == EAGAIN;
    lane->begin += (size_t)written;
    return 1;
}

/* Relays until the server closes or the client is gone; the end of standard input alone closes nothing. */
static int relay(dane_policy_session *session)
{
    enum { CLIENT_IN, CLIENT_OUT, SERVER, ALL };
    static struct lane up, down;
    const char *greeting = dane_policy_session_greeting(session);
    int status = 0, is_gone = 0;

    must(dane_policy_session_set_blocking(session, 0), "session", "");
    while (!down.is_over || waiting(&down) > 0) {
        struct pollfd news[ALL] = {{-1, POLLIN, 0}, {-1, 0, 0}, {-1, 0, 0}};
        int patience = SILENCE;

        if (waiting(&down) == 0 && *greeting != '\0')
            greeting = greet(&down, greeting);
        if (!up.is_over && waiting(&up) == 0)
            news[CLIENT_IN].fd = STDIN_FILENO;
        if (!is_gone)
            news[CLIENT_OUT].fd = STDOUT_FILENO;
        if (waiting(&down) > 0)
            news[CLIENT_OUT].events = POLLOUT;
        else if (dane_policy_session_pending(session))
            patience = 0;
        news[SERVER].events = (short)dane_policy_session_events(session);
        /* What is not to be read now is not waited for. */
        if (waiting(&up) == 0 && waiting(&down) > 0)
            news[SERVER].events &= POLLOUT;
        if (news[SERVER].events != 0)
            news[SERVER].fd = dane_policy_session_descriptor(session);
        switch (poll(news, ALL, patience)) {
        case 0:
            if (patience == 0)
                break;
            say("nothing from either side in ten minutes");
            return CUT;
        case -1:
            if (errno != EINTR)
                fail(EXIT_FAULT, "poll: %s", strerror(errno));
            continue;
        default:
            break;
        }
        if (news[CLIENT_IN].revents != 0)
            from_client(&up);
        if (waiting(&down) > 0 && news[CLIENT_OUT].revents != 0)
            is_gone = !to_client(&down);
        else if (news[CLIENT_OUT].revents != 0)
            is_gone = 1;
        to_server(&up, session);
        if (*greeting == '\0')
            from_server(&down, session, &status);
        /* Who is gone may have said something still, QUIT perhaps. */
        if (is_gone && (waiting(&down) > 0 || *greeting != '\0' || (up.is_over && waiting(&up) == 0))) {
            say("standard output is closed");
            return CUT;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    dane_policy_destination *to = NULL;
    dane_policy_session *session;
    const char *host = NULL, *domain;
    struct arguments arguments;
    int status = 0;

    begin_tool("dane-connect");
    must(dane_policy_context_new(&context), "context", "");
    arguments = begin_arguments(argc, argv, usage);
    while (next_option(&arguments)) {
        if (with_value(&arguments, "--host"))
            host = arguments.value;
        else if (!set_option(&arguments))
            fail_unknown(&arguments);
    }
    if (arguments.count != 1)
        fail_usage(&arguments, arguments.count == 0 ? "no domain is given" : "more than one domain is given");
    domain = arguments.operands[0];
    if (host != NULL)
        must(dane_policy_lookup_host(context, host, port, domain, DANE_POLICY_STATUS_CONFIGURED, &to), "--host", host);
    else
        must(dane_policy_lookup(context, domain, port, &to), "DOMAIN", domain);
    session = connect_to(to, &status);
    dane_policy_destination_free(to);
    if (session != NULL) {
        status = relay(session);
        dane_policy_session_free(session);
    }
    dane_policy_context_free(context);
    return status;
}
