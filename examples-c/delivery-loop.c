/*
 * delivery-loop [-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2] SENDER RECIPIENT...
 *
 * A mail server's delivery loop in miniature: sends a greeting to every recipient and prints what became of each, as a
 * mail server keeps it with the message:
 *
 *     sent     RECIPIENT  by which decision
 *     queued   RECIPIENT  STATUS  why; to be tried again later, and bounced only when it has grown old
 *     bounced  RECIPIENT  STATUS  why
 *
 * and before it, for each host that failed, what it would hand to libtlsrpt (RFC 8460), a policy string for each TLSA record:
 *
 *     tlsrpt   POLICY-DOMAIN  RESULT  its word  POLICY-STRING...
 *
 * Exit status 0 all sent, 1 some are queued or bounced, 2 wrong usage. TLS is by OpenSSL, in openssl.h; the way to one
 * host in client.h.
 *
 *     cc delivery-loop.c $(pkg-config --cflags --libs dane-policy openssl)
 */
#define _POSIX_C_SOURCE 200809L

#include "openssl.h"

/* Whether an address can stand between angle brackets in a command. */
static int is_address(const char *text)
{
    size_t length = 0;

    while (text[length] > ' ' && text[length] <= '~' && text[length] != '<' && text[length] != '>')
        length++;
    return text[length] == '\0' && length < 300;
}

static void print_report(const dane_policy_host *host, const struct outcome *outcome)
{
    const char *string;
    size_t i;

    if (outcome->tlsrpt == 0)
        return;
    printf("tlsrpt\t%s\t%d\t%s", dane_policy_host_tlsrpt_domain(host), outcome->tlsrpt, outcome->tlsrpt_word);
    for (i = 0; (string = dane_policy_host_tlsrpt_string(host, i)) != NULL; i++)
        printf("\t%s", string);
    putchar('\n');
}

/* Tries one host, if its decision says so, and tells how it failed: by that decision, or by the one after connecting. */
static void try_and_report(const dane_policy_host *host, const char *sender, const char *recipient,
                           struct outcome *outcome)
{
    report_by(outcome, dane_policy_host_decision(host));
    try_host(host, sender, recipient, outcome);
    print_report(host, outcome);
}

/* Tries a domain's hosts in order of preference until one takes the message. */
static void deliver(const dane_policy_context *context, const char *sender, const char *recipient,
                    struct outcome *outcome)
{
    const char *at = strrchr(recipient, '@');
    dane_policy_destination *destination = NULL;
    size_t i;

    dane_policy_lookup(context, at != NULL ? at + 1 : "", client_port, &destination);
    /* After an error there is no destination, the decision is NULL, and that defers. Stays where no host is tried. */
    outcome_by(outcome, dane_policy_destination_decision(destination));
    if (!outcome->bounced)
        for (i = 0; !outcome->sent && i < dane_policy_destination_host_count(destination); i++)
            try_and_report(dane_policy_destination_host(destination, i), sender, recipient, outcome);
    dane_policy_destination_free(destination);
}

int main(int argc, char **argv)
{
    dane_policy_context *context = client_context(argc, argv);
    struct outcome outcome;
    int all_sent = 1, i;

    for (i = optind; context != NULL && i < argc; i++)
        if (!is_address(argv[i])) {
            dane_policy_context_free(context);
            context = NULL;
        }
    if (context == NULL || optind > argc - 2) {
        fprintf(stderr, "usage: delivery-loop %s SENDER RECIPIENT...\n", client_options);
        dane_policy_context_free(context);
        return 2;
    }
    /* One context for all: it keeps what DNS has said and proven. */
    for (i = optind + 1; i < argc; i++) {
        deliver(context, argv[optind], argv[i], &outcome);
        if (outcome.sent)
            printf("sent\t%s\t%s\n", argv[i], outcome.reason);
        else
            printf("%s\t%s\t%s\t%s\n", outcome.bounced ? "bounced" : "queued", argv[i], outcome.status,
                   outcome.reason);
        all_sent = all_sent && outcome.sent;
    }
    dane_policy_context_free(context);
    return all_sent ? 0 : 1;
}
