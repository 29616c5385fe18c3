/*
 * What the example clients share: their options, and the way to one host. TLS is the including program's; it defines
 * tls_start and tls_end.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "smtp.h"

/*
 * Shakes hands over the connection, never by a resumed session, and verifies what the server shows; without SNI where
 * server_name is NULL. What it returns lives until tls_end; NULL if the handshake failed. Where the decision lets mail
 * go, smtp's functions go through TLS.
 */
static const dane_policy_verification *tls_start(struct smtp *smtp, const dane_policy_host *host,
                                                 const char *server_name);

/* Frees what tls_start made. */
static void tls_end(struct smtp *smtp);

static const char client_options[] = "[-n NAMESERVER] [-a TRUST_ANCHOR_FILE] [-p PORT] [-2]";

static const char client_message[] = "Subject: Good day\r\n\r\nThis is libdane-policy's example.\r\n";

static uint16_t client_port = 25;

/* -2: TLS 1.2 and nothing newer. */
static int client_only_tls12;

/* The options and a context by them; NULL if they are wrong. optind is then the first argument. */
static inline dane_policy_context *client_context(int argc, char **argv)
{
    dane_policy_context *context = NULL;
    int option, ok = dane_policy_context_new(&context) == DANE_POLICY_OK;
    char anchors[4096], *end;
    long port;
    size_t length;
    FILE *file;

    /* OpenSSL writes as if nobody ever hung up. */
    signal(SIGPIPE, SIG_IGN);
    while (ok && (option = getopt(argc, argv, "n:a:p:2")) != -1)
        switch (option) {
        case 'n':
            ok = dane_policy_context_add_nameserver(context, optarg) == DANE_POLICY_OK;
            break;
        case 'a':
            file = fopen(optarg, "r");
            length = file != NULL ? fread(anchors, 1, sizeof anchors, file) : 0;
            if (file != NULL)
                fclose(file);
            ok = dane_policy_context_set_trust_anchors(context, anchors, length) == DANE_POLICY_OK;
            break;
        case 'p':
            port = strtol(optarg, &end, 10);
            ok = end != optarg && *end == '\0' && port > 0 && port <= UINT16_MAX;
            client_port = (uint16_t)port;
            break;
        case '2':
            client_only_tls12 = 1;
            break;
        default:
            ok = 0;
        }
    if (!ok) {
        dane_policy_context_free(context);
        context = NULL;
    }
    return context;
}

/* What became of a message at a host or domain. */
struct outcome {
    int sent, bounced;
    char status[16]; /* RFC 3463 */
    char reason[256];
    int tlsrpt; /* what to report of it (RFC 8460 section 4.3), as libtlsrpt's number and as a word; 0 is nothing */
    char tlsrpt_word[32];
};

static inline void report_by(struct outcome *outcome, const dane_policy_decision *decision)
{
    outcome->tlsrpt = dane_policy_decision_tlsrpt_result(decision);
    snprintf(outcome->tlsrpt_word, sizeof outcome->tlsrpt_word, "%s", dane_policy_decision_tlsrpt_result_type(decision));
}

static inline void outcome_by(struct outcome *outcome, const dane_policy_decision *decision)
{
    report_by(outcome, decision);
    outcome->sent = 0;
    outcome->bounced = dane_policy_decision_action(decision) == DANE_POLICY_ACTION_FAIL;
    snprintf(outcome->status, sizeof outcome->status, "%s", dane_policy_decision_enhanced_status(decision));
    snprintf(outcome->reason, sizeof outcome->reason, "%s", dane_policy_decision_text(decision));
}

/* Tries one address of a host: connect, STARTTLS, verify, decide, and send where the decision allows it. */
static inline void try_address(const dane_policy_host *host, size_t index, const char *sender, const char *recipient,
                               struct outcome *outcome)
{
    const int tls_required = dane_policy_decision_tls_required(dane_policy_host_decision(host));
    const dane_policy_verification *verification = NULL;
    const dane_policy_decision *decision;
    dane_policy_verification *unseen = NULL;
    struct sockaddr_storage address;
    socklen_t length;
    struct smtp smtp;
    int failure;

    dane_policy_host_sockaddr(host, index, &address, &length);
    failure = smtp_open(&smtp, &address, length);
    if (failure == 0)
        failure = smtp_starttls(&smtp);
    if (failure == 0) {
        verification = tls_start(&smtp, host, dane_policy_host_server_name(host));
        if (verification == NULL)
            failure = DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED;
    }
    if (failure != 0) {
        dane_policy_verify_failure(host, failure, &unseen);
        verification = unseen;
    }
    decision = dane_policy_verification_decision(verification);
    outcome_by(outcome, decision);
    if (dane_policy_decision_may_deliver(decision) && (failure == 0 || !tls_required)) {
        /* Opportunistic TLS that failed leaves a connection nobody can use: once more, in the clear. */
        if (failure == DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED) {
            tls_end(&smtp);
            smtp_close(&smtp);
            failure = smtp_open(&smtp, &address, length);
        }
        outcome->sent = failure != DANE_POLICY_CERTIFICATE_CONNECTION_FAILED
                        && smtp_send(&smtp, sender, recipient, client_message);
        if (!outcome->sent) {
            snprintf(outcome->status, sizeof outcome->status, "4.0.0");
            snprintf(outcome->reason, sizeof outcome->reason, "%s did not take the message",
                     dane_policy_host_name(host));
        }
    }
    tls_end(&smtp);
    smtp_close(&smtp);
    dane_policy_verification_free(unseen);
}

/* Tries one host, address by address, where its decision says so. */
static inline void try_host(const dane_policy_host *host, const char *sender, const char *recipient,
                            struct outcome *outcome)
{
    size_t i;

    switch (dane_policy_decision_action(dane_policy_host_decision(host))) {
    case DANE_POLICY_ACTION_VERIFY:
    case DANE_POLICY_ACTION_ENCRYPT:
    case DANE_POLICY_ACTION_OPPORTUNISTIC:
        for (i = 0; !outcome->sent && i < dane_policy_host_address_count(host); i++)
            try_address(host, i, sender, recipient, outcome);
        break;
    default:
        break;
    }
}

/* Sends a greeting to a domain's postmaster, by the first host that may have it; 0 if it was sent. */
static inline int client(int argc, char **argv)
{
    dane_policy_context *context = client_context(argc, argv);
    dane_policy_destination *destination = NULL;
    struct outcome outcome;
    char recipient[300];
    size_t i;

    if (context == NULL || optind != argc - 1) {
        fprintf(stderr, "usage: %s %s DOMAIN\n", argv[0], client_options);
        dane_policy_context_free(context);
        return 2;
    }
    snprintf(recipient, sizeof recipient, "postmaster@%s", argv[optind]);
    dane_policy_lookup(context, argv[optind], client_port, &destination);
    outcome_by(&outcome, dane_policy_destination_decision(destination));
    for (i = 0; !outcome.sent && i < dane_policy_destination_host_count(destination); i++)
        try_host(dane_policy_destination_host(destination, i), "", recipient, &outcome);
    printf("%s: %s\n", outcome.sent ? "sent" : "not sent", outcome.reason);
    dane_policy_destination_free(destination);
    dane_policy_context_free(context);
    return outcome.sent ? 0 : 1;
}

#endif
