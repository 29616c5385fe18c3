/*
 * The call sequences of the header, copied as they stand, with a mail server that only remembers. Runs as
 * `world run -- sequences`; nothing there is published for port 25.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/world.h"
#include "call_sequences.h"
#include "check.h"

enum { S = DANE_POLICY_STATUS_SECURE };

struct session {
    int opened;
    int shows_nothing; /* no certificate in its handshake */
};

/* What the mail server was told last. */
static char noted[256], bounced[256];

int session_open(struct session *session, const struct sockaddr_storage *to, socklen_t length)
{
    (void)to;
    (void)length;
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

    CHECK(size > 0);
    if (session->shows_nothing)
        return 0;
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

static int spoken;

int speak(dane_policy_session *session)
{
    size_t length;

    spoken++;
    return dane_policy_session_write(session, "QUIT\r\n", 6, &length) == DANE_POLICY_OK;
}

void note_why_not(const dane_policy_decision *why)
{
    snprintf(noted, sizeof noted, "%s", dane_policy_decision_text(why));
}

void bounce(const dane_policy_decision *why)
{
    snprintf(bounced, sizeof bounced, "%s", dane_policy_decision_text(why));
}

/* A message whose delivery waits for a lookup. */
struct message {
    int resumed, delivers;
};

void resume(struct message *message, dane_policy_destination *destination)
{
    struct session session = {0, 0};
    size_t i;

    message->resumed++;
    for (i = 0; i < dane_policy_destination_host_count(destination); i++)
        message->delivers += try_host(&session, dane_policy_destination_host(destination, i));
    dane_policy_destination_free(destination);
}

static dane_policy_context *make_context(int level)
{
    dane_policy_context *context;

    CHECK(world_context(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, level) == DANE_POLICY_OK);
    return context;
}

static int begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Delivers to a domain; why it was bounced or kept is then noted. */
static int delivers(const dane_policy_context *context, const char *domain, int *opened)
{
    struct session session = {0, 0};
    int sent;

    *noted = *bounced = '\0';
    sent = deliver(context, &session, domain);
    *opened = session.opened;
    return sent;
}

static void check_deliver(void)
{
    dane_policy_context *dane = make_context(DANE_POLICY_LEVEL_DANE);
    dane_policy_context *dane_only = make_context(DANE_POLICY_LEVEL_DANE_ONLY);
    int opened;

    CHECK(delivers(dane, "tlsa-none.test", &opened) && opened == 1);
    /* Scope DOMAIN, and its host may be tried. */
    CHECK(delivers(dane, "[192.0.2.1]", &opened) && opened == 1);
    CHECK(!delivers(dane, "null.test", &opened) && opened == 0);
    CHECK(begins(bounced, "domain does not accept mail") && *noted == '\0');
    CHECK(!delivers(dane, "no-such-domain.unsigned.test", &opened) && opened == 0);
    CHECK(begins(bounced, "host or domain name not found") && *noted == '\0');
    CHECK(!delivers(dane_only, "no-such-domain.unsigned.test", &opened) && opened == 0 && *bounced == '\0');
    CHECK(begins(noted, "host or domain name not found"));
    CHECK(!delivers(dane_only, "nothing.test", &opened) && opened == 0);
    CHECK(begins(bounced, "host or domain name not found: nothing.test has neither MX nor address") && *noted == '\0');
    /* No host is tried: the destination's decision is the reason. */
    CHECK(!delivers(dane, "mx-bogus.test", &opened) && opened == 0 && *bounced == '\0');
    CHECK(begins(noted, "host or domain name not found"));
    CHECK(!delivers(dane_only, "[192.0.2.1]", &opened) && opened == 0);
    CHECK(begins(noted, "non-DNSSEC destination"));
    /* Of two hosts that are refused, the first. */
    CHECK(!delivers(dane_only, "mismatch-insecure.test", &opened) && opened == 0);
    CHECK(begins(noted, "no TLSA record"));
    dane_policy_context_free(dane);
    dane_policy_context_free(dane_only);
}

/* A server whose own resolver finds hosts of a domain that the library's does not find: mail waits. */
static void check_other_dns(void)
{
    static const char *const domains[] = {"no-such-domain.test", "nothing.test"};
    dane_policy_context *context = make_context(DANE_POLICY_LEVEL_DANE);
    struct session session = {0, 0};
    dane_policy_destination *to;
    size_t i;

    for (i = 0; i < sizeof domains / sizeof *domains; i++) {
        CHECK(dane_policy_lookup(context, domains[i], 25, &to) == DANE_POLICY_OK);
        CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_FAIL);
        *noted = *bounced = '\0';
        CHECK(!try_name(context, &session, to, "mx.inside.test", 0));
        CHECK(begins(noted, "host not in MX records"));
        CHECK(!try_name(context, &session, to, domains[i], 0));
        CHECK(*noted != '\0' && *bounced == '\0' && session.opened == 0);
        dane_policy_destination_free(to);
        CHECK(dane_policy_lookup_host(context, domains[i], 25, NULL, DANE_POLICY_STATUS_CONFIGURED, &to) == DANE_POLICY_OK);
        CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
        dane_policy_destination_free(to);
    }
    dane_policy_context_free(context);
}

/* Nothing there listens at port 25, and what must not go is not tried. */
static void check_session(void)
{
    dane_policy_context *context = make_context(DANE_POLICY_LEVEL_DANE);

    *noted = *bounced = '\0';
    CHECK(!deliver_by_session(context, "tlsa-none.test") && begins(noted, "connection failed"));
    CHECK(!deliver_by_session(context, "mx-bogus.test") && begins(noted, "host or domain name not found"));
    CHECK(!deliver_by_session(NULL, "good.test") && begins(noted, "policy not available") && *bounced == '\0');
    *noted = '\0';
    CHECK(!deliver_by_session(context, "null.test") && *noted == '\0');
    CHECK(begins(bounced, "domain does not accept mail") && spoken == 0);
    dane_policy_context_free(context);
}

/* The action, or its negative where it does not permit. */
static int by_own_dns(struct session *session, int lookup_status, const dane_policy_tlsa *records, size_t count)
{
    static const char *const names[] = {"mx.example.org"};
    const dane_policy_decision *decision = own_dns(session, NULL, 0, S, S, lookup_status, records, count, names, 1);

    return dane_policy_decision_action(decision) * (dane_policy_decision_may_deliver(decision) ? 1 : -1);
}

/* A lookup that failed has no records, and so has a lookup that found none. */
static void check_own_dns(void)
{
    static const uint8_t digest[32] = {1};
    const dane_policy_tlsa record = {3, 1, 1, {digest, 32}}, unusable = {0, 1, 1, {digest, 32}};
    struct session session = {0, 0}, unseen = {0, 1};

    CHECK(by_own_dns(&session, DANE_POLICY_STATUS_BOGUS, NULL, 0) == -DANE_POLICY_ACTION_DEFER);
    CHECK(by_own_dns(&session, DANE_POLICY_STATUS_INDETERMINATE, NULL, 0) == -DANE_POLICY_ACTION_DEFER);
    CHECK(by_own_dns(&session, DANE_POLICY_STATUS_NOT_APPLICABLE, NULL, 0) == -DANE_POLICY_ACTION_DEFER);
    CHECK(by_own_dns(&session, 99, NULL, 0) == -DANE_POLICY_ACTION_DEFER);
    CHECK(session.opened == 0);
    CHECK(by_own_dns(&session, S, &record, 1) == -DANE_POLICY_ACTION_DEFER);
    CHECK(by_own_dns(&session, S, &unusable, 1) == DANE_POLICY_ACTION_ENCRYPT);
    CHECK(by_own_dns(&unseen, S, &unusable, 1) == -DANE_POLICY_ACTION_DEFER);
    CHECK(by_own_dns(&session, S, NULL, 0) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(by_own_dns(&session, DANE_POLICY_STATUS_NXDOMAIN, NULL, 0) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(by_own_dns(&session, DANE_POLICY_STATUS_INSECURE, &record, 1) == DANE_POLICY_ACTION_OPPORTUNISTIC);
}

/* TLS without a certificate is no TLS where it is required. */
static void check_encrypt(void)
{
    dane_policy_context *context = make_context(DANE_POLICY_LEVEL_DANE);
    struct session seen = {0, 0}, unseen = {0, 1};
    dane_policy_destination *to;
    const dane_policy_host *host;

    CHECK(dane_policy_lookup(context, "pkix-ta-only.test", world_port(), &to) == DANE_POLICY_OK);
    host = dane_policy_destination_host(to, 0);
    CHECK(dane_policy_decision_action(dane_policy_host_decision(host)) == DANE_POLICY_ACTION_ENCRYPT);
    CHECK(dane_policy_decision_may_deliver(dane_policy_host_decision(host)) == 0);
    CHECK(try_host(&seen, host) && seen.opened == 1);
    CHECK(!try_host(&unseen, host) && unseen.opened == 1);
    CHECK(begins(noted, "TLS handshake failed"));
    dane_policy_destination_free(to);
    dane_policy_context_free(context);
}

/* A monitor's connection is closed: whatever it found, nothing in its report permits. */
static void check_monitor(void)
{
    static const char *const domains[] = {"good.test", "pkix-ta-only.test", "tlsa-none.test", "plain-none.test"};
    dane_policy_context *context = make_context(DANE_POLICY_LEVEL_DANE);
    const dane_policy_destination *to;
    dane_policy_report *report;
    size_t i;

    for (i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        CHECK(dane_policy_check(context, domains[i], world_port(), &report) == DANE_POLICY_OK);
        to = dane_policy_report_destination(report);
        CHECK(dane_policy_decision_action(dane_policy_report_decision(report)) != DANE_POLICY_ACTION_DEFER);
        CHECK(dane_policy_decision_may_deliver(dane_policy_report_decision(report)) == 0);
        CHECK(dane_policy_decision_may_deliver(
                  dane_policy_verification_decision(dane_policy_report_verification(report, 0))) == 0);
        CHECK(dane_policy_decision_may_deliver(dane_policy_destination_decision(to)) == 0);
        CHECK(dane_policy_decision_may_deliver(dane_policy_host_decision(dane_policy_destination_host(to, 0))) == 0);
        dane_policy_report_free(report);
    }
    dane_policy_context_free(context);
}

/* What may go out goes on, a message that is gone is never heard of, and nothing else is watched than the descriptor. */
static void check_event_loop(void)
{
    dane_policy_context *context = make_context(DANE_POLICY_LEVEL_DANE);
    struct message sent = {0, 0}, kept = {0, 0}, gone = {0, 0};
    dane_policy_multi *multi;
    struct pollfd in;

    CHECK(dane_policy_multi_new(context, &multi) == DANE_POLICY_OK);
    dane_policy_context_free(context);
    CHECK(wants_policy(multi, &sent, "tlsa-none.test") == DANE_POLICY_OK);
    CHECK(wants_policy(multi, &kept, "mx-bogus.test") == DANE_POLICY_OK);
    CHECK(wants_policy(multi, &gone, "good.test") == DANE_POLICY_OK);
    forgets(multi, &gone);
    in.fd = dane_policy_multi_descriptor(multi);
    in.events = POLLIN;
    while (dane_policy_multi_running(multi) > 0) {
        CHECK(poll(&in, 1, 60000) == 1);
        is_readable(multi);
    }
    CHECK(sent.resumed == 1 && sent.delivers == 1);
    CHECK(kept.resumed == 1 && kept.delivers == 0);
    CHECK(gone.resumed == 0);
    dane_policy_multi_free(multi);
}

int main(void)
{
    check_own_dns();
    check_deliver();
    check_other_dns();
    check_encrypt();
    check_session();
    check_monitor();
    check_event_loop();
    puts("sequences: passed");
    return 0;
}
