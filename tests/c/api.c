/* The whole C face without a network: every constant, settings, the 30 rows, ownership. NULL and such is in bad_input.c. */
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dane_policy_diagnosis.h>

static int checks;

#define CHECK(condition)                                                       \
    do {                                                                       \
        checks++;                                                              \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

#define IS(text, want) CHECK(strcmp((text), (want)) == 0)

#define NA DANE_POLICY_STATUS_NOT_APPLICABLE
#define S DANE_POLICY_STATUS_SECURE
#define I DANE_POLICY_STATUS_INSECURE
#define NX DANE_POLICY_STATUS_NXDOMAIN
#define B DANE_POLICY_STATUS_BOGUS
#define U DANE_POLICY_STATUS_UNUSABLE
#define CONFIGURED DANE_POLICY_STATUS_CONFIGURED
#define INDETERMINATE DANE_POLICY_STATUS_INDETERMINATE

static const struct {
    int mx, address, tlsa, certificate;
    const char *dane_only, *dane; /* the reason of a deferral, else the action in capitals */
} rows[] = {
    {S, S, S, DANE_POLICY_CERTIFICATE_SUCCESSFUL, "DELIVER", "DELIVER"},
    {S, S, S, DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, "server certificate not trusted", "server certificate not trusted"},
    {S, S, I, NA, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {S, S, NX, NA, "no TLSA record", "OPPORTUNISTIC"},
    {S, S, B, NA, "TLSA lookup error", "TLSA lookup error"},
    {S, I, NA, NA, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {S, B, NA, NA, "host or domain name not found", "host or domain name not found"},
    {I, S, S, DANE_POLICY_CERTIFICATE_SUCCESSFUL, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {I, S, S, DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, "non-DNSSEC destination", "server certificate not trusted"},
    {I, S, I, NA, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {I, S, NX, NA, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {I, S, B, NA, "non-DNSSEC destination", "TLSA lookup error"},
    {I, I, NA, NA, "non-DNSSEC destination", "OPPORTUNISTIC"},
    {I, B, NA, NA, "host or domain name not found", "host or domain name not found"},
    {B, NA, NA, NA, "host or domain name not found", "host or domain name not found"},
};

static void check_row(size_t i, int level, const char *want)
{
    const dane_policy_decision *d =
        dane_policy_decide(level, rows[i].mx, rows[i].address, rows[i].tlsa, rows[i].certificate);
    int action = dane_policy_decision_action(d);

    if (strcmp(want, "DELIVER") == 0) {
        CHECK(action == DANE_POLICY_ACTION_DELIVER);
        CHECK(dane_policy_decision_verification(d) == DANE_POLICY_VERIFICATION_SUCCESSFUL);
        CHECK(dane_policy_decision_may_deliver(d) == 1);
        CHECK(dane_policy_decision_tls_required(d) == 1);
        IS(dane_policy_decision_reason_text(d), "");
    } else if (strcmp(want, "OPPORTUNISTIC") == 0) {
        CHECK(action == DANE_POLICY_ACTION_OPPORTUNISTIC);
        CHECK(dane_policy_decision_verification(d) == DANE_POLICY_VERIFICATION_UNSUCCESSFUL);
        /* Only about a connection. */
        CHECK(dane_policy_decision_may_deliver(d) == (rows[i].certificate != NA));
        /* Row 23 may go on over the verified session only. */
        CHECK(dane_policy_decision_tls_required(d) ==
              (rows[i].certificate == DANE_POLICY_CERTIFICATE_SUCCESSFUL));
        IS(dane_policy_decision_reason_text(d), "");
    } else {
        CHECK(action == DANE_POLICY_ACTION_DEFER);
        CHECK(dane_policy_decision_may_deliver(d) == 0);
        CHECK(dane_policy_decision_tls_required(d) == 1);
        IS(dane_policy_decision_reason_text(d), want);
    }
    CHECK(*dane_policy_decision_text(d) != '\0');
}

static void check_decide(void)
{
    size_t i;
    int n;

    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_row(i, DANE_POLICY_LEVEL_DANE_ONLY, rows[i].dane_only);
        check_row(i, DANE_POLICY_LEVEL_DANE, rows[i].dane);
    }
    for (n = -3; n < 12; n++) {
        CHECK((dane_policy_decide(n, S, S, S, 0) != NULL) == (n == 1 || n == 2));
        CHECK((dane_policy_decide(1, n, S, S, 0) != NULL) == (n >= 0 && n <= 7 && n != U));
        CHECK((dane_policy_decide(1, S, n, S, 0) != NULL) == (n >= 0 && n <= 7 && n != U && n != CONFIGURED));
        CHECK((dane_policy_decide(1, S, S, n, 0) != NULL) == (n >= 0 && n <= 7 && n != CONFIGURED));
        CHECK((dane_policy_decide(1, S, S, S, n) != NULL) == (n >= 0 && n <= 6));
    }
    CHECK(DANE_POLICY_CERTIFICATE_ESTABLISHED == 6);
    CHECK(dane_policy_decision_action(dane_policy_decide(1, S, S, U, 6)) == DANE_POLICY_ACTION_ENCRYPT);
    IS(dane_policy_decision_reason_text(dane_policy_decide(1, S, S, S, 6)), "server certificate not trusted");
    CHECK(dane_policy_decision_action(dane_policy_decide(1, S, S, NX, 6)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(dane_policy_decide(1, INDETERMINATE, S, S, 0) == dane_policy_decide(1, B, S, S, 0));
    CHECK(dane_policy_decision_action(dane_policy_decide(1, NA, S, S, 1)) == DANE_POLICY_ACTION_DEFER);
    CHECK(dane_policy_decision_action(dane_policy_decide(1, CONFIGURED, S, S, 1)) == DANE_POLICY_ACTION_DELIVER);
    CHECK(dane_policy_decision_action(dane_policy_decide(1, S, S, S, 0)) == DANE_POLICY_ACTION_VERIFY);
    CHECK(dane_policy_decision_verification(dane_policy_decide(1, S, S, S, 0)) == DANE_POLICY_VERIFICATION_PENDING);
    CHECK(dane_policy_decision_action(dane_policy_decide(1, S, S, U, 0)) == DANE_POLICY_ACTION_ENCRYPT);
    CHECK(dane_policy_decision_tlsrpt_result(dane_policy_decide(1, S, S, U, 0)) == 304);
    IS(dane_policy_decision_tlsrpt_result_type(dane_policy_decide(1, S, S, U, 0)), "tlsa-invalid");
    IS(dane_policy_decision_enhanced_status(dane_policy_decide(1, S, S, S, 2)), "4.7.5");
    CHECK(dane_policy_decision_scope(dane_policy_decide(2, I, S, S, 0)) == DANE_POLICY_SCOPE_DOMAIN);
    CHECK(dane_policy_decision_scope(dane_policy_decide(2, S, I, NA, 0)) == DANE_POLICY_SCOPE_HOST);
    CHECK(dane_policy_decision_detail(dane_policy_decide(2, S, I, NA, 0)) == DANE_POLICY_DETAIL_ADDRESS_INSECURE);
}

static void check_context(void)
{
    static const char anchor[] = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
    dane_policy_context *context;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE_ONLY) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_OFF) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, 4) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_dnssec(context, DANE_POLICY_DNSSEC_TRUST_AD) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_dnssec(context, DANE_POLICY_DNSSEC_VALIDATE) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_dnssec(context, 3) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_add_nameserver(context, "[2001:db8::1]:53") == DANE_POLICY_OK);
    CHECK(dane_policy_context_add_nameserver(context, "192.0.2.1:5353") == DANE_POLICY_OK);
    CHECK(dane_policy_context_add_nameserver(context, "ns.example.org") == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_add_nameserver(context, NULL) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_resolv_conf(context, "nameserver 192.0.2.1\n", 21) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_resolv_conf(context, NULL, 1) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_trust_anchors(context, anchor, sizeof anchor - 1) == DANE_POLICY_OK);
    IS(dane_policy_context_error(context), "");
    CHECK(dane_policy_context_set_trust_anchors(context, "junk", 4) == DANE_POLICY_ERROR_MISUSE);
    IS(dane_policy_context_error(context), "line 1 is neither a DS nor a zone-signing DNSKEY record");
    CHECK(dane_policy_context_set_trust_anchors(context, ". DS 1 13 2 ab", 14) == DANE_POLICY_ERROR_MISUSE);
    IS(dane_policy_context_error(context), "line 1 has a digest of another length (1) than digest type 2 makes");
    CHECK(dane_policy_context_set_level(context, 9) == DANE_POLICY_ERROR_MISUSE);
    IS(dane_policy_context_error(context), "NULL, or a number out of its range");
    CHECK(dane_policy_context_set_audit(context, 0) == DANE_POLICY_OK);
    IS(dane_policy_context_error(context), "");
    CHECK(dane_policy_context_error(NULL) == NULL);
    CHECK(dane_policy_context_set_trust_anchors(context, NULL, 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_timeout(context, 1000) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "client.example.org") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "a\r\nMAIL FROM:<>") == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_ehlo_name(context, "") == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_ehlo_name(context, ".") == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_ehlo_name(context, "192.0.2.1") == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_ehlo_name(context, "[192.0.2.1]") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_ehlo_name(context, "[IPv6:2001:db8::1]") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_sha1(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_sha1(context, 1) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_time(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_audit(context, 1) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_audit(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_destination_level(context, "a.test", DANE_POLICY_LEVEL_OFF) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_destination_level(context, "[192.0.2.1]", DANE_POLICY_LEVEL_DANE) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_destination_level(context, "a.test", 0) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_destination_level(context, "a.test", 4) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_destination_level(context, "a..test", 1) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_context_set_destination_level(context, NULL, 1) == DANE_POLICY_ERROR_MISUSE);
    dane_policy_context_free(context);
}

/* Exceptions of the administrator, as far as they show without a network. */
static void check_exceptions(void)
{
    dane_policy_context *context;
    dane_policy_destination *to;
    dane_policy_verification *v;
    const dane_policy_decision *d;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE_ONLY) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_destination_level(context, "192.0.2.1", DANE_POLICY_LEVEL_OFF) == DANE_POLICY_OK);
    CHECK(dane_policy_lookup(context, "192.0.2.1", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_level(to) == DANE_POLICY_LEVEL_OFF);
    IS(dane_policy_destination_mx_text(to), "");
    IS(dane_policy_host_tlsrpt_domain(dane_policy_destination_host(to, 0)), "192.0.2.1");
    IS(dane_policy_host_address_text(dane_policy_destination_host(to, 0)), "an IP address has no TLSA record");
    IS(dane_policy_host_tlsa_text(dane_policy_destination_host(to, 0)), "");
    CHECK(dane_policy_host_alias(dane_policy_destination_host(to, 0), 0) == NULL);
    CHECK(dane_policy_host_ttl(dane_policy_destination_host(to, 0), 1) == -1);
    CHECK(dane_policy_host_signed_until(dane_policy_destination_host(to, 0), 1) == -1);
    CHECK(dane_policy_host_signed_since(dane_policy_destination_host(to, 0), 1) == -1);
    d = dane_policy_destination_decision(to);
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(dane_policy_decision_detail(d) == DANE_POLICY_DETAIL_DANE_OFF);
    CHECK(dane_policy_decision_fact_name(d, 0) == NULL && dane_policy_decision_fact(d, 0) == NULL);
    IS(dane_policy_detail_name(DANE_POLICY_DETAIL_DANE_OFF), "dane-off");
    dane_policy_destination_free(to);
    CHECK(dane_policy_lookup(context, "192.0.2.2", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_level(to) == DANE_POLICY_LEVEL_DANE_ONLY);
    CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
    dane_policy_destination_free(to);
    CHECK(dane_policy_context_set_audit(context, 1) == DANE_POLICY_OK);
    CHECK(dane_policy_lookup(context, "192.0.2.2", 25, &to) == DANE_POLICY_OK);
    d = dane_policy_destination_decision(to);
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(dane_policy_decision_tls_required(d) == 0 && dane_policy_decision_may_deliver(d) == 0);
    CHECK(dane_policy_decision_verification(d) == DANE_POLICY_VERIFICATION_UNSUCCESSFUL);
    IS(dane_policy_decision_reason_text(d), "non-DNSSEC destination");
    CHECK(strncmp(dane_policy_decision_text(d), "non-DNSSEC destination", 22) == 0);
    /* What is only told permits after a connection as any other OPPORTUNISTIC. */
    CHECK(dane_policy_verify(dane_policy_destination_host(to, 0), NULL, 0, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_decision_may_deliver(dane_policy_verification_decision(v)) == 1);
    IS(dane_policy_decision_reason_text(dane_policy_verification_decision(v)), "non-DNSSEC destination");
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_failure(dane_policy_destination_host(to, 0), DANE_POLICY_CERTIFICATE_CONNECTION_FAILED,
                                     &v) == DANE_POLICY_OK);
    IS(dane_policy_decision_reason_text(dane_policy_verification_decision(v)), "connection failed");
    CHECK(dane_policy_decision_may_deliver(dane_policy_verification_decision(v)) == 0);
    dane_policy_verification_free(v);
    /* Not of DANE's making: still deferred. */
    d = dane_policy_destination_host_decision(to, "mx.elsewhere.test");
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_DEFER);
    dane_policy_destination_free(to);
    CHECK(dane_policy_lookup(context, "a..b", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
    dane_policy_destination_free(to);
    /* Off for all. */
    CHECK(dane_policy_context_set_audit(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_OFF) == DANE_POLICY_OK);
    CHECK(dane_policy_lookup(context, "192.0.2.2", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_level(to) == DANE_POLICY_LEVEL_OFF);
    d = dane_policy_destination_decision(to);
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(dane_policy_decision_detail(d) == DANE_POLICY_DETAIL_DANE_OFF);
    dane_policy_destination_free(to);
    dane_policy_context_free(context);
}

/* Names are data: a stranger's domain is decided, without a packet. */
static void check_names(void)
{
    static const char *const invalid[] = {"", ".", "a..b", "b\303\274cher.example", "\377", "a b", "a\nb",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"};
    dane_policy_context *context;
    dane_policy_destination *to;
    const dane_policy_decision *d;
    const dane_policy_bytes no_key = {NULL, 0};
    const dane_policy_host *host;
    dane_policy_verification *v;
    size_t i;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_add_nameserver(context, "127.0.0.1:9") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, 100) == DANE_POLICY_OK);
    for (i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        CHECK(dane_policy_lookup(context, invalid[i], 25, &to) == DANE_POLICY_OK);
        d = dane_policy_destination_decision(to);
        CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_DEFER);
        CHECK(dane_policy_decision_detail(d) == DANE_POLICY_DETAIL_NAME_INVALID);
        CHECK(dane_policy_decision_scope(d) == DANE_POLICY_SCOPE_DOMAIN);
        IS(dane_policy_decision_reason_text(d), "host or domain name not found");
        CHECK(dane_policy_destination_queries(to) == 0);
        dane_policy_destination_free(to);
    }
    CHECK(dane_policy_lookup(context, "[192.0.2.1]", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_mx_status(to) == CONFIGURED);
    host = dane_policy_destination_host(to, 0);
    CHECK(dane_policy_host_address_status(host) == I);
    IS(dane_policy_host_address(host, 0), "192.0.2.1");
    CHECK(dane_policy_host_server_name(host) == NULL);
    CHECK(dane_policy_decision_action(dane_policy_host_decision(host)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(strlen(dane_policy_host_policy_key(host)) == 64);
    CHECK(dane_policy_destination_host(to, 1) == NULL);
    /* Before a connection nothing permits, whoever is asked. */
    CHECK(dane_policy_decision_may_deliver(dane_policy_host_decision(host)) == 0);
    CHECK(dane_policy_decision_may_deliver(dane_policy_destination_decision(to)) == 0);
    CHECK(dane_policy_decision_may_deliver(dane_policy_destination_host_decision(to, "[192.0.2.1]")) == 0);
    d = dane_policy_destination_host_decision(to, "mx.elsewhere.test");
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_DEFER);
    IS(dane_policy_decision_reason_text(d), "host not in MX records");
    IS(dane_policy_decision_text(d), "host not in MX records ([192.0.2.1])");
    /* OPPORTUNISTIC never becomes DELIVER, and only a dead connection defers. */
    CHECK(dane_policy_verify(host, NULL, 0, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_decision_action(dane_policy_verification_decision(v)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    CHECK(dane_policy_decision_may_deliver(dane_policy_verification_decision(v)) == 1);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify(host, NULL, 1, 0, &v) == DANE_POLICY_ERROR_MISUSE);
    /* A raw public key is decided on alike, and not to be asked for. */
    CHECK(dane_policy_host_raw_key_usable(host) == 0);
    CHECK(dane_policy_verify_raw_key(host, no_key, 0, &v) == DANE_POLICY_OK);
    IS(dane_policy_verification_text(v), "the server sent no raw public key");
    CHECK(dane_policy_decision_action(dane_policy_verification_decision(v)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_NO_STARTTLS, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_NONE);
    CHECK(dane_policy_verification_certificate(v) == DANE_POLICY_CERTIFICATE_NO_STARTTLS);
    CHECK(dane_policy_decision_may_deliver(dane_policy_verification_decision(v)) == 1);
    CHECK(dane_policy_decision_action(dane_policy_verification_decision(v)) == DANE_POLICY_ACTION_OPPORTUNISTIC);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_CONNECTION_FAILED, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_decision_reason(dane_policy_verification_decision(v)) == DANE_POLICY_REASON_CONNECTION_FAILED);
    dane_policy_destination_free(to);
    /* A verification outlives its host. */
    IS(dane_policy_decision_reason_text(dane_policy_verification_decision(v)), "connection failed");
    dane_policy_verification_free(v);
    /* Nobody answers: known to be unknown. */
    CHECK(dane_policy_lookup(context, "example.test.", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_mx_status(to) == B);
    d = dane_policy_destination_decision(to);
    CHECK(dane_policy_decision_action(d) == DANE_POLICY_ACTION_DEFER);
    CHECK(dane_policy_decision_tlsrpt_result(d) == 0);
    dane_policy_destination_free(to);
    /* What is no name is shown, and goes no further. */
    CHECK(dane_policy_lookup_host(context, "MX\r\n\033.test.", 25, NULL, CONFIGURED, &to) == DANE_POLICY_OK);
    host = dane_policy_destination_host(to, 0);
    IS(dane_policy_host_name(host), "mx\\x0d\\x0a\\x1b.test");
    IS(dane_policy_host_tlsrpt_domain(host), "mx\\x0d\\x0a\\x1b.test");
    CHECK(dane_policy_host_server_name(host) == NULL && dane_policy_host_base_domain(host) == NULL);
    CHECK(dane_policy_host_address_count(host) == 0 && dane_policy_destination_queries(to) == 0);
    CHECK(dane_policy_decision_detail(dane_policy_host_decision(host)) == DANE_POLICY_DETAIL_NAME_INVALID);
    IS(dane_policy_decision_text(dane_policy_host_decision(host)), "host or domain name not found "
       "(mx\\x0d\\x0a\\x1b.test): name has characters outside printable ASCII (use A-labels)");
    d = dane_policy_destination_host_decision(to, "elsewhere.test");
    IS(dane_policy_decision_text(d), "host not in MX records (mx\\x0d\\x0a\\x1b.test)");
    dane_policy_destination_free(to);
    CHECK(dane_policy_lookup_host(context, "mx.test", 25, NULL, NA, &to) == DANE_POLICY_OK);
    IS(dane_policy_decision_fact_name(dane_policy_destination_decision(to), 0), "name");
    IS(dane_policy_decision_fact(dane_policy_destination_decision(to), 0), "mx.test");
    CHECK(dane_policy_decision_fact_name(dane_policy_destination_decision(to), 1) == NULL);
    CHECK(dane_policy_decision_fact(dane_policy_destination_decision(to), 1) == NULL);
    CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
    dane_policy_destination_free(to);
    dane_policy_context_free(context);
}

/* An address of the host as text and as connect(2) takes it are the same, port included. */
static void check_sockaddr(void)
{
    static const char *const literals[] = {"192.0.2.1", "[IPv6:2001:db8::1]"};
    static const struct sockaddr_storage nothing;
    dane_policy_context *context;
    dane_policy_destination *to;
    const dane_policy_host *host;
    struct sockaddr_storage out;
    char text[INET6_ADDRSTRLEN] = "";
    socklen_t length = 9;
    size_t i;

    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    for (i = 0; i < 2; i++) {
        memset(&out, 9, sizeof out);
        CHECK(dane_policy_lookup(context, literals[i], 2525, &to) == DANE_POLICY_OK);
        host = dane_policy_destination_host(to, 0);
        CHECK(dane_policy_host_sockaddr(host, 0, &out, &length) == DANE_POLICY_OK);
        if (i == 0) {
            const struct sockaddr_in *in = (const struct sockaddr_in *)&out;

            CHECK(length == sizeof *in && in->sin_family == AF_INET && in->sin_port == htons(2525));
            CHECK(inet_ntop(AF_INET, &in->sin_addr, text, sizeof text) != NULL);
        } else {
            const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&out;

            CHECK(length == sizeof *in6 && in6->sin6_family == AF_INET6 && in6->sin6_port == htons(2525));
            CHECK(in6->sin6_scope_id == 0 && in6->sin6_flowinfo == 0);
            CHECK(inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text) != NULL);
        }
        IS(text, dane_policy_host_address(host, 0));
        CHECK(dane_policy_host_sockaddr(host, 1, &out, &length) == DANE_POLICY_ERROR_MISUSE);
        CHECK(length == 0 && memcmp(&out, &nothing, sizeof out) == 0);
        length = 9;
        CHECK(dane_policy_host_sockaddr(host, 0, NULL, &length) == DANE_POLICY_ERROR_MISUSE && length == 0);
        memset(&out, 9, sizeof out);
        CHECK(dane_policy_host_sockaddr(host, 0, &out, NULL) == DANE_POLICY_ERROR_MISUSE);
        CHECK(memcmp(&out, &nothing, sizeof out) == 0);
        dane_policy_destination_free(to);
    }
    memset(&out, 9, sizeof out);
    length = 9;
    CHECK(dane_policy_host_sockaddr(NULL, 0, &out, &length) == DANE_POLICY_ERROR_MISUSE);
    CHECK(length == 0 && memcmp(&out, &nothing, sizeof out) == 0);
    CHECK(dane_policy_host_sockaddr(NULL, 0, NULL, NULL) == DANE_POLICY_ERROR_MISUSE);
    dane_policy_context_free(context);
}

/* The status of the TLSA lookup cannot be forgotten: only of a secure one do the records speak. */
static void check_tlsa_status(void)
{
    static const uint8_t digest[32] = {1};
    const dane_policy_tlsa records[2] = {{3, 1, 1, {digest, 32}}, {0, 1, 1, {digest, 32}}};
    const dane_policy_tlsa torn = {3, 1, 1, {NULL, 32}};
    int n, count;

    CHECK(dane_policy_tlsa_status(S, records, 2) == S);
    CHECK(dane_policy_tlsa_status(S, records + 1, 1) == U);
    CHECK(dane_policy_tlsa_status(S, NULL, 0) == NX);
    CHECK(dane_policy_tlsa_status(S, records, 0) == NX);
    CHECK(dane_policy_tlsa_status(S, NULL, 1) == B);
    CHECK(dane_policy_tlsa_status(S, &torn, 1) == B);
    for (n = NA; n <= INDETERMINATE; n++)
        for (count = 0; n != S && count <= 2; count++) {
            CHECK(dane_policy_tlsa_status(n, records, (size_t)count) == n);
            CHECK(dane_policy_tlsa_status(n, NULL, (size_t)count) == n);
        }
    for (count = 0; count <= 2; count++) {
        CHECK(dane_policy_tlsa_status(-1, records, (size_t)count) == B);
        CHECK(dane_policy_tlsa_status(INDETERMINATE + 1, records, (size_t)count) == B);
        CHECK(dane_policy_tlsa_status(INT_MIN, records, (size_t)count) == B);
        CHECK(dane_policy_tlsa_status(INT_MAX, records, (size_t)count) == B);
    }
}

static void check_verify(void)
{
    static const uint8_t digest[32] = {1};
    dane_policy_tlsa records[2] = {{3, 1, 1, {digest, 32}}, {0, 1, 1, {digest, 32}}};
    dane_policy_bytes junk = {digest, 3};
    const char *names[2] = {"mx.example.org", NULL};
    dane_policy_verification *v;

    CHECK(dane_policy_verify_records(records, 2, NULL, 0, names, 1, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_MISMATCHED);
    CHECK(dane_policy_verification_record_count(v) == 2);
    CHECK(dane_policy_verification_record_detail(v, 1) == DANE_POLICY_DETAIL_USAGE_UNSUPPORTED);
    CHECK(dane_policy_verification_record_expires(v, 0) == -1 && dane_policy_verification_record_expires(v, 2) == -1);
    CHECK(*dane_policy_verification_record_text(v, 1) != '\0' && dane_policy_verification_record_text(v, 2) == NULL);
    CHECK(dane_policy_verification_decision(v) == NULL);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(records, 1, &junk, 1, names, 1, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_certificate(v) == DANE_POLICY_CERTIFICATE_UNSUCCESSFUL);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(records + 1, 1, &junk, 1, names, 1, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_NO_USABLE_RECORDS);
    CHECK(dane_policy_verification_certificate(v) == DANE_POLICY_CERTIFICATE_ESTABLISHED);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(records + 1, 1, NULL, 0, names, 1, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_NO_USABLE_RECORDS);
    CHECK(dane_policy_verification_certificate(v) == DANE_POLICY_CERTIFICATE_UNSUCCESSFUL);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(records, 1, &junk, 1, names, 2, 0, &v) == DANE_POLICY_ERROR_MISUSE && v == NULL);
    CHECK(dane_policy_verify_records(NULL, 1, &junk, 1, names, 1, 0, &v) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_verify_records(records, 1, NULL, 1, names, 1, 0, &v) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_verify_records(records, 1, &junk, 1, NULL, 1, 0, &v) == DANE_POLICY_ERROR_MISUSE);
    CHECK(dane_policy_verify_records(records, 1, &junk, 1, names, 1, 0, NULL) == DANE_POLICY_ERROR_MISUSE);
}

/* What the library gives for a certificate it takes for that certificate. */
static void check_tlsa_data(void)
{
    /* As much of a certificate as the key needs: serial number, four empty fields, the key. */
    static const uint8_t der[] = {0x30, 17, 0x30, 15, 2, 1, 1, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0, 0x30, 2, 5, 0};
    const dane_policy_bytes certificate = {der, sizeof der};
    const uint8_t *key = der + sizeof der - 4;
    dane_policy_tlsa record = {3, 0, 1, {NULL, 0}};
    dane_policy_verification *v;
    uint8_t data[64];

    record.data.data = data;
    for (record.selector = 0; record.selector <= 1; record.selector++)
        for (record.matching_type = 1; record.matching_type <= 2; record.matching_type++) {
            CHECK(dane_policy_tlsa_data(&certificate, record.selector, record.matching_type, data, sizeof data,
                                        &record.data.length) == DANE_POLICY_OK);
            CHECK(record.data.length == 32u * record.matching_type);
            CHECK(dane_policy_verify_records(&record, 1, &certificate, 1, NULL, 0, 0, &v) == DANE_POLICY_OK);
            CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_MATCHED);
            dane_policy_verification_free(v);
        }
    CHECK(dane_policy_tlsa_data(&certificate, 0, 0, data, sizeof data, &record.data.length) == DANE_POLICY_OK);
    CHECK(record.data.length == sizeof der && memcmp(data, der, sizeof der) == 0);
    CHECK(dane_policy_tlsa_data(&certificate, 1, 0, data, 4, &record.data.length) == DANE_POLICY_OK);
    CHECK(record.data.length == 4 && memcmp(data, key, 4) == 0);
    CHECK(dane_policy_tlsa_data(&certificate, 1, 0, data, 3, &record.data.length) == DANE_POLICY_ERROR_MISUSE);
    CHECK(record.data.length == 0);
}

static void check_words(void)
{
    char version[32];

    IS(dane_policy_action_name(DANE_POLICY_ACTION_DELIVER), "deliver");
    IS(dane_policy_action_name(DANE_POLICY_ACTION_DEFER), "defer");
    IS(dane_policy_action_name(DANE_POLICY_ACTION_OPPORTUNISTIC), "opportunistic");
    IS(dane_policy_action_name(DANE_POLICY_ACTION_ENCRYPT), "encrypt");
    IS(dane_policy_action_name(DANE_POLICY_ACTION_VERIFY), "verify");
    IS(dane_policy_action_name(DANE_POLICY_ACTION_FAIL), "fail");
    IS(dane_policy_action_name(0), "unknown");
    IS(dane_policy_detail_name(DANE_POLICY_DETAIL_RESOLVER_STRIPS_DNSSEC), "resolver-strips-dnssec");
    IS(dane_policy_detail_name(1000), "unknown");
    IS(dane_policy_status_name(CONFIGURED), "configured");
    IS(dane_policy_status_name(8), "unknown");
    IS(dane_policy_level_name(DANE_POLICY_LEVEL_DANE), "dane");
    IS(dane_policy_level_name(DANE_POLICY_LEVEL_DANE_ONLY), "dane-only");
    IS(dane_policy_level_name(DANE_POLICY_LEVEL_OFF), "off");
    IS(dane_policy_level_name(0), "unknown");
    IS(dane_policy_scope_name(DANE_POLICY_SCOPE_HOST), "host");
    IS(dane_policy_scope_name(DANE_POLICY_SCOPE_DOMAIN), "domain");
    IS(dane_policy_scope_name(3), "unknown");
    IS(dane_policy_dnssec_name(DANE_POLICY_DNSSEC_VALIDATE), "validate");
    IS(dane_policy_dnssec_name(DANE_POLICY_DNSSEC_TRUST_AD), "trust-ad");
    IS(dane_policy_dnssec_name(-1), "unknown");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_NOT_APPLICABLE), "not-applicable");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_SUCCESSFUL), "successful");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_UNSUCCESSFUL), "unsuccessful");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_NO_STARTTLS), "no-starttls");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_HANDSHAKE_FAILED), "handshake-failed");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_CONNECTION_FAILED), "connection-failed");
    IS(dane_policy_certificate_name(DANE_POLICY_CERTIFICATE_ESTABLISHED), "established");
    IS(dane_policy_certificate_name(7), "unknown");
    CHECK(*dane_policy_error_text(DANE_POLICY_ERROR_NO_MEMORY) != '\0');
    CHECK(*dane_policy_error_text(DANE_POLICY_ERROR_INTERNAL) != '\0' && *dane_policy_error_text(77) != '\0');
    sprintf(version, "%d.%d.%d", DANE_POLICY_VERSION_MAJOR, DANE_POLICY_VERSION_MINOR, DANE_POLICY_VERSION_PATCH);
    IS(dane_policy_version(), version);
    CHECK(dane_policy_version_number() == DANE_POLICY_VERSION_NUMBER);
    CHECK(DANE_POLICY_VERSION_NUMBER == (DANE_POLICY_VERSION_MAJOR << 16 | DANE_POLICY_VERSION_MINOR << 8 |
                                         DANE_POLICY_VERSION_PATCH));
    /* Frozen at 1.0. */
    CHECK(sizeof(dane_policy_bytes) == 2 * sizeof(void *));
    CHECK(sizeof(dane_policy_tlsa) == 3 * sizeof(void *));
    CHECK(sizeof(enum dane_policy_action) == sizeof(int) && sizeof(enum dane_policy_certificate) == sizeof(int));
    CHECK(sizeof(enum dane_policy_detail) == sizeof(int) && sizeof(enum dane_policy_dnssec) == sizeof(int));
    CHECK(sizeof(enum dane_policy_error) == sizeof(int) && sizeof(enum dane_policy_level) == sizeof(int));
    CHECK(sizeof(enum dane_policy_reason) == sizeof(int) && sizeof(enum dane_policy_result) == sizeof(int));
    CHECK(sizeof(enum dane_policy_scope) == sizeof(int) && sizeof(enum dane_policy_status) == sizeof(int));
    CHECK(sizeof(enum dane_policy_verification_outcome) == sizeof(int));
}

int main(void)
{
    check_words();
    check_decide();
    check_context();
    check_exceptions();
    check_names();
    check_sockaddr();
    check_tlsa_status();
    check_verify();
    check_tlsa_data();
    printf("api: %d checks passed\n", checks);
    return 0;
}
