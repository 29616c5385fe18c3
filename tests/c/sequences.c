/* The call sequences of the header, copied as they stand, with a mail server that only remembers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dane_policy.h>

#include "call_sequences.h"

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

enum { S = DANE_POLICY_STATUS_SECURE };

struct session {
    int opened;
};

int session_open(struct session *session, const char *address, uint16_t port)
{
    (void)address;
    (void)port;
    session->opened++;
    return 0;
}

int session_starttls(struct session *session, const char *server_name)
{
    (void)session;
    (void)server_name;
    return 0;
}

size_t session_chain(struct session *session, dane_policy_bytes *chain, size_t size)
{
    static const uint8_t octets[] = {0x30, 0};

    (void)session;
    CHECK(size > 0);
    chain[0].data = octets;
    chain[0].length = sizeof octets;
    return 1;
}

int session_send(struct session *session, int tls_required)
{
    (void)session;
    (void)tls_required;
    return 1;
}

void note_why_not(const dane_policy_decision *why)
{
    (void)why;
}

void bounce(const dane_policy_decision *why)
{
    (void)why;
}

static int own_dns_action(struct session *session, int lookup_status, const dane_policy_tlsa *records, size_t count)
{
    static const char *const names[] = {"mx.example.org"};

    return dane_policy_decision_action(own_dns(session, S, S, lookup_status, records, count, names, 1));
}

/* A lookup that failed has no records, and so has a lookup that found none. */
static void check_own_dns(void)
{
    static const uint8_t digest[32] = {1};
    const dane_policy_tlsa record = {3, 1, 1, {digest, 32}};
    struct session session = {0};

    CHECK(own_dns_action(&session, DANE_POLICY_STATUS_BOGUS, NULL, 0) == DANE_POLICY_ACTION_DEFER);
    CHECK(own_dns_action(&session, DANE_POLICY_STATUS_INDETERMINATE, NULL, 0) == DANE_POLICY_ACTION_DEFER);
    CHECK(own_dns_action(&session, DANE_POLICY_STATUS_NOT_APPLICABLE, NULL, 0) == DANE_POLICY_ACTION_DEFER);
    CHECK(own_dns_action(&session, 99, NULL, 0) == DANE_POLICY_ACTION_DEFER);
    CHECK(own_dns_action(&session, S, &record, 1) == DANE_POLICY_ACTION_DEFER);
    CHECK(own_dns_action(&session, S, NULL, 0) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(own_dns_action(&session, DANE_POLICY_STATUS_NXDOMAIN, NULL, 0) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(own_dns_action(&session, DANE_POLICY_STATUS_INSECURE, &record, 1) == DANE_POLICY_ACTION_OPPORTUNISTIC);
}

int main(void)
{
    check_own_dns();
    puts("sequences: passed");
    return 0;
}
