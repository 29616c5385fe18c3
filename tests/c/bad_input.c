/*
 * What every function makes of NULL, of 0 and of numbers out of range: the table BAD INPUT of dane-policy(7), row by row.
 * Without a network.
 */
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "check.h"

/* What an out parameter holds before a call. */
#define DIRTY ((void *)&dirty)
#define MISUSE(call) CHECK((call) == DANE_POLICY_ERROR_MISUSE)
/* Misuse, after which the out parameter is NULL. */
#define GIVES_NONE(out, call)                                                  \
    do {                                                                       \
        out = DIRTY;                                                           \
        MISUSE(call);                                                          \
        CHECK(out == NULL);                                                    \
    } while (0)
#define IS(text, want) CHECK(strcmp((text), (want)) == 0)

static const char *const bad_argument = "NULL, or a number out of its range";

/* No value of any enum. */
static const int wild[] = {-1, 1000, INT_MIN, 0x7fffffff};
enum { WILD = sizeof wild / sizeof wild[0] };

static int dirty;
static dane_policy_context *context;
static dane_policy_destination *literal;
/* Of the destination: an address literal, which nobody is asked for. */
static const dane_policy_host *host;

static void prepare(void)
{
    CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
    CHECK(dane_policy_context_add_nameserver(context, "127.0.0.1:9") == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, 100) == DANE_POLICY_OK);
    CHECK(dane_policy_lookup(context, "[192.0.2.1]", 25, &literal) == DANE_POLICY_OK);
    host = dane_policy_destination_host(literal, 0);
    CHECK(host != NULL);
}

/* What sets something, of no context: there is nobody to say why. */
static void setters_of_null(void)
{
    dane_policy_context *none;

    MISUSE(dane_policy_context_new(NULL));
    MISUSE(dane_policy_context_set_level(NULL, DANE_POLICY_LEVEL_DANE));
    MISUSE(dane_policy_context_set_destination_level(NULL, "a.test", DANE_POLICY_LEVEL_DANE));
    MISUSE(dane_policy_context_set_audit(NULL, 1));
    MISUSE(dane_policy_context_set_dnssec(NULL, DANE_POLICY_DNSSEC_VALIDATE));
    MISUSE(dane_policy_context_add_nameserver(NULL, "192.0.2.1"));
    MISUSE(dane_policy_context_set_resolv_conf(NULL, "", 0));
    MISUSE(dane_policy_context_set_trust_anchors(NULL, "", 0));
    MISUSE(dane_policy_context_set_sha1(NULL, 1));
    MISUSE(dane_policy_context_set_timeout(NULL, 1));
    MISUSE(dane_policy_context_set_ehlo_name(NULL, "a.test"));
    MISUSE(dane_policy_context_set_time(NULL, 1));
    CHECK(dane_policy_context_error(NULL) == NULL);
    CHECK(dane_policy_context_new(&none) == DANE_POLICY_OK);
    IS(dane_policy_context_error(none), "");
    dane_policy_context_free(none);
}

#define REFUSED(call, why)                                                     \
    do {                                                                       \
        MISUSE(call);                                                          \
        IS(dane_policy_context_error(context), why);                           \
        CHECK(dane_policy_context_set_audit(context, 0) == DANE_POLICY_OK);    \
        IS(dane_policy_context_error(context), "");                            \
    } while (0)

/* The context is as before, and says why until the next one. */
static void what_setters_refuse(void)
{
    dane_policy_destination *to;
    int i;

    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE_ONLY) == DANE_POLICY_OK);
    for (i = 0; i < WILD; i++) {
        REFUSED(dane_policy_context_set_level(context, wild[i]), bad_argument);
        REFUSED(dane_policy_context_set_destination_level(context, "192.0.2.9", wild[i]), bad_argument);
        REFUSED(dane_policy_context_set_dnssec(context, wild[i]), bad_argument);
    }
    REFUSED(dane_policy_context_set_level(context, 0), bad_argument);
    REFUSED(dane_policy_context_set_destination_level(context, "192.0.2.9", 0), bad_argument);
    REFUSED(dane_policy_context_set_dnssec(context, 0), bad_argument);
    CHECK(dane_policy_lookup(context, "192.0.2.9", 25, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_level(to) == DANE_POLICY_LEVEL_DANE_ONLY);
    dane_policy_destination_free(to);
    REFUSED(dane_policy_context_set_destination_level(context, NULL, DANE_POLICY_LEVEL_OFF), bad_argument);
    REFUSED(dane_policy_context_set_destination_level(context, "a..b", DANE_POLICY_LEVEL_OFF), "name has an empty label");
    REFUSED(dane_policy_context_add_nameserver(context, NULL), bad_argument);
    REFUSED(dane_policy_context_add_nameserver(context, ""), "not an IP address with an optional port");
    REFUSED(dane_policy_context_add_nameserver(context, "ns.test"), "not an IP address with an optional port");
    REFUSED(dane_policy_context_set_resolv_conf(context, NULL, 1), bad_argument);
    REFUSED(dane_policy_context_set_resolv_conf(context, "\377", 1), "resolv.conf is not text");
    REFUSED(dane_policy_context_set_trust_anchors(context, NULL, 1), bad_argument);
    REFUSED(dane_policy_context_set_trust_anchors(context, NULL, 0), "no DS or DNSKEY record");
    REFUSED(dane_policy_context_set_trust_anchors(context, "\n\njunk", 6),
            "line 3 is neither a DS nor a zone-signing DNSKEY record");
    REFUSED(dane_policy_context_set_ehlo_name(context, NULL), bad_argument);
    REFUSED(dane_policy_context_set_ehlo_name(context, ""), "neither a domain name nor an address literal");
    REFUSED(dane_policy_context_set_ehlo_name(context, "a\r\nMAIL FROM:<>"), "neither a domain name nor an address literal");
    /* Whatever number these are given. */
    CHECK(dane_policy_context_set_audit(context, INT_MIN) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_audit(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_sha1(context, INT_MIN) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_time(context, INT64_MIN) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, 0) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, UINT32_MAX) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_timeout(context, 100) == DANE_POLICY_OK);
    CHECK(dane_policy_context_set_level(context, DANE_POLICY_LEVEL_DANE) == DANE_POLICY_OK);
}

static void calls_refuse(void)
{
    dane_policy_destination *to;
    dane_policy_report *report;
    dane_policy_answer *answer;
    int i;

    GIVES_NONE(to, dane_policy_lookup(NULL, "a.test", 25, &to));
    GIVES_NONE(to, dane_policy_lookup(context, NULL, 25, &to));
    GIVES_NONE(to, dane_policy_lookup(context, "a.test", 0, &to));
    MISUSE(dane_policy_lookup(context, "a.test", 25, NULL));
    GIVES_NONE(to, dane_policy_lookup_host(NULL, "a.test", 25, NULL, DANE_POLICY_STATUS_CONFIGURED, &to));
    GIVES_NONE(to, dane_policy_lookup_host(context, NULL, 25, NULL, DANE_POLICY_STATUS_CONFIGURED, &to));
    GIVES_NONE(to, dane_policy_lookup_host(context, "a.test", 0, NULL, DANE_POLICY_STATUS_CONFIGURED, &to));
    GIVES_NONE(to, dane_policy_lookup_host(context, "a.test", 25, NULL, DANE_POLICY_STATUS_UNUSABLE, &to));
    for (i = 0; i < WILD; i++)
        GIVES_NONE(to, dane_policy_lookup_host(context, "a.test", 25, NULL, wild[i], &to));
    MISUSE(dane_policy_lookup_host(context, "a.test", 25, NULL, DANE_POLICY_STATUS_CONFIGURED, NULL));
    GIVES_NONE(report, dane_policy_check(NULL, "a.test", 25, &report));
    GIVES_NONE(report, dane_policy_check(context, NULL, 25, &report));
    GIVES_NONE(report, dane_policy_check(context, "a.test", 0, &report));
    MISUSE(dane_policy_check(context, "a.test", 25, NULL));
    GIVES_NONE(answer, dane_policy_query(NULL, "a.test", 15, &answer));
    GIVES_NONE(answer, dane_policy_query(context, NULL, 15, &answer));
    GIVES_NONE(answer, dane_policy_query(context, "a.test", 0, &answer));
    GIVES_NONE(answer, dane_policy_query(context, "a.test", 16, &answer));
    GIVES_NONE(answer, dane_policy_query(context, "a.test", 128, &answer));
    GIVES_NONE(answer, dane_policy_query(context, "a.test", UINT16_MAX, &answer));
    MISUSE(dane_policy_query(context, "a.test", 15, NULL));
    GIVES_NONE(answer, dane_policy_context_probe(NULL, &answer));
    MISUSE(dane_policy_context_probe(context, NULL));
}

static void verifying_refuses(void)
{
    static const char *const names[] = {"mx.test", NULL};
    static const uint8_t octet[] = {0};
    const dane_policy_bytes chain = {octet, 1}, no_chain = {NULL, 1};
    const dane_policy_tlsa record = {3, 1, 1, {octet, 1}}, no_record = {3, 1, 1, {NULL, 1}};
    dane_policy_verification *v;
    int i;

    GIVES_NONE(v, dane_policy_verify(NULL, &chain, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify(host, NULL, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify(host, &no_chain, 1, 0, &v));
    MISUSE(dane_policy_verify(host, &chain, 1, 0, NULL));
    GIVES_NONE(v, dane_policy_verify_raw_key(NULL, chain, 0, &v));
    GIVES_NONE(v, dane_policy_verify_raw_key(host, no_chain, 0, &v));
    MISUSE(dane_policy_verify_raw_key(host, chain, 0, NULL));
    GIVES_NONE(v, dane_policy_verify_failure(NULL, DANE_POLICY_CERTIFICATE_NO_STARTTLS, &v));
    GIVES_NONE(v, dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_NOT_APPLICABLE, &v));
    GIVES_NONE(v, dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_SUCCESSFUL, &v));
    GIVES_NONE(v, dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_UNSUCCESSFUL, &v));
    GIVES_NONE(v, dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_ESTABLISHED, &v));
    for (i = 0; i < WILD; i++)
        GIVES_NONE(v, dane_policy_verify_failure(host, wild[i], &v));
    MISUSE(dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_NO_STARTTLS, NULL));
    GIVES_NONE(v, dane_policy_verify_records(NULL, 1, &chain, 1, names, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify_records(&no_record, 1, &chain, 1, names, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify_records(&record, 1, NULL, 1, names, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify_records(&record, 1, &no_chain, 1, names, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify_records(&record, 1, &chain, 1, NULL, 1, 0, &v));
    GIVES_NONE(v, dane_policy_verify_records(&record, 1, &chain, 1, names, 2, 0, &v));
    MISUSE(dane_policy_verify_records(&record, 1, &chain, 1, names, 1, 0, NULL));
    CHECK(dane_policy_tlsa_status(DANE_POLICY_STATUS_SECURE, NULL, 1) == DANE_POLICY_STATUS_BOGUS);
    CHECK(dane_policy_tlsa_status(DANE_POLICY_STATUS_SECURE, &no_record, 1) == DANE_POLICY_STATUS_BOGUS);
    for (i = 0; i < WILD; i++) {
        CHECK(dane_policy_tlsa_status(wild[i], &record, 1) == DANE_POLICY_STATUS_BOGUS);
        CHECK(dane_policy_decide(wild[i], 1, 1, 1, 1) == NULL && dane_policy_decide(1, wild[i], 1, 1, 1) == NULL);
        CHECK(dane_policy_decide(1, 1, wild[i], 1, 1) == NULL && dane_policy_decide(1, 1, 1, wild[i], 1) == NULL);
        CHECK(dane_policy_decide(1, 1, 1, 1, wild[i]) == NULL);
    }
    CHECK(dane_policy_decide(DANE_POLICY_LEVEL_OFF, 1, 1, 1, 1) == NULL && dane_policy_decide(0, 1, 1, 1, 1) == NULL);
}

static void data_refuses(void)
{
    static const uint8_t octet[] = {0};
    const dane_policy_bytes junk = {octet, 1}, none = {NULL, 1};
    uint8_t data[64];
    size_t length;
    int i;

#define NO_DATA(call)                                                          \
    do {                                                                       \
        length = 9;                                                            \
        MISUSE(call);                                                          \
        CHECK(length == 0);                                                    \
    } while (0)
    NO_DATA(dane_policy_tlsa_data(NULL, 1, 1, data, sizeof data, &length));
    NO_DATA(dane_policy_tlsa_data(&none, 1, 1, data, sizeof data, &length));
    NO_DATA(dane_policy_tlsa_data(&junk, 1, 1, NULL, sizeof data, &length));
    MISUSE(dane_policy_tlsa_data(&junk, 1, 1, data, sizeof data, NULL));
    NO_DATA(dane_policy_tlsa_data(&junk, 2, 1, data, sizeof data, &length));
    NO_DATA(dane_policy_tlsa_data(&junk, 1, 3, data, sizeof data, &length));
    NO_DATA(dane_policy_tlsa_data(&junk, 256, 257, data, sizeof data, &length));
    for (i = 0; i < WILD; i++) {
        NO_DATA(dane_policy_tlsa_data(&junk, wild[i], 1, data, sizeof data, &length));
        NO_DATA(dane_policy_tlsa_data(&junk, 1, wild[i], data, sizeof data, &length));
    }
    /* No certificate: strangers can send that. */
    length = 9;
    CHECK(dane_policy_tlsa_data(&junk, 1, 1, data, sizeof data, &length) == DANE_POLICY_OK && length == 0);
}

/* What strangers can send, or a lookup can end with, is decided. */
static void what_is_no_misuse(void)
{
    static const char *const names[] = {"", ".", "a..b", "b\303\274cher.test", "\377", "a b"};
    static const uint8_t octet[] = {0};
    const dane_policy_bytes junk = {octet, 1}, nothing = {NULL, 0};
    const dane_policy_tlsa record = {9, 9, 9, {NULL, 0}};
    dane_policy_destination *to;
    dane_policy_verification *v;
    dane_policy_answer *answer;
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(dane_policy_lookup(context, names[i], 25, &to) == DANE_POLICY_OK);
        CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
        dane_policy_destination_free(to);
        CHECK(dane_policy_lookup_host(context, names[i], 25, names[i], DANE_POLICY_STATUS_SECURE, &to) == DANE_POLICY_OK);
        CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
        dane_policy_destination_free(to);
        CHECK(dane_policy_query(context, names[i], 15, &answer) == DANE_POLICY_OK);
        CHECK(dane_policy_answer_status(answer) == DANE_POLICY_STATUS_INDETERMINATE);
        dane_policy_answer_free(answer);
    }
    CHECK(dane_policy_lookup_host(context, "a.test", 25, NULL, DANE_POLICY_STATUS_NOT_APPLICABLE, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_mx_status(to) == DANE_POLICY_STATUS_NOT_APPLICABLE);
    CHECK(dane_policy_decision_action(dane_policy_destination_decision(to)) == DANE_POLICY_ACTION_DEFER);
    dane_policy_destination_free(to);
    CHECK(dane_policy_lookup_host(context, "a.test", 25, NULL, DANE_POLICY_STATUS_INDETERMINATE, &to) == DANE_POLICY_OK);
    CHECK(dane_policy_destination_mx_status(to) == DANE_POLICY_STATUS_BOGUS);
    dane_policy_destination_free(to);
    CHECK(dane_policy_verify(host, NULL, 0, INT64_MIN, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_decision(v) != NULL);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify(host, &junk, 1, INT64_MAX, &v) == DANE_POLICY_OK);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_raw_key(host, junk, INT64_MIN, &v) == DANE_POLICY_OK);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_raw_key(host, nothing, INT64_MAX, &v) == DANE_POLICY_OK);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(&record, 1, &junk, 1, names, 6, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_result(v) == DANE_POLICY_RESULT_NO_USABLE_RECORDS);
    dane_policy_verification_free(v);
    CHECK(dane_policy_verify_records(NULL, 0, NULL, 0, NULL, 0, 0, &v) == DANE_POLICY_OK);
    CHECK(dane_policy_verification_decision(v) == NULL);
    dane_policy_verification_free(v);
}

static void decision_of_null(void)
{
    CHECK(dane_policy_decision_action(NULL) == DANE_POLICY_ACTION_DEFER);
    CHECK(dane_policy_decision_verification(NULL) == DANE_POLICY_VERIFICATION_UNSUCCESSFUL);
    CHECK(dane_policy_decision_reason(NULL) == DANE_POLICY_REASON_UNAVAILABLE);
    CHECK(dane_policy_decision_detail(NULL) == DANE_POLICY_DETAIL_POLICY_UNAVAILABLE);
    CHECK(dane_policy_decision_scope(NULL) == DANE_POLICY_SCOPE_HOST);
    CHECK(dane_policy_decision_tls_required(NULL) == 1);
    CHECK(dane_policy_decision_may_deliver(NULL) == 0);
    CHECK(dane_policy_decision_tlsrpt_result(NULL) == 0);
    IS(dane_policy_decision_tlsrpt_result_type(NULL), "");
    IS(dane_policy_decision_reason_text(NULL), "policy not available");
    IS(dane_policy_decision_text(NULL), "policy not available");
    IS(dane_policy_decision_enhanced_status(NULL), "4.3.0");
    CHECK(dane_policy_decision_fact_name(NULL, 0) == NULL && dane_policy_decision_fact(NULL, 0) == NULL);
    CHECK(dane_policy_decision_fact_name(dane_policy_host_decision(host), SIZE_MAX) == NULL);
    CHECK(dane_policy_decision_fact(dane_policy_host_decision(host), SIZE_MAX) == NULL);
}

static void destination_of_null(void)
{
    CHECK(dane_policy_destination_mx_status(NULL) == DANE_POLICY_STATUS_BOGUS);
    CHECK(dane_policy_destination_mx_text(NULL) == NULL);
    CHECK(dane_policy_destination_level(NULL) == DANE_POLICY_LEVEL_DANE_ONLY);
    CHECK(dane_policy_destination_queries(NULL) == 0);
    CHECK(dane_policy_destination_decision(NULL) == NULL);
    CHECK(dane_policy_destination_host_count(NULL) == 0);
    CHECK(dane_policy_destination_host(NULL, 0) == NULL && dane_policy_destination_host(literal, SIZE_MAX) == NULL);
    CHECK(dane_policy_destination_find_host(NULL, "a.test") == NULL);
    CHECK(dane_policy_destination_find_host(literal, NULL) == NULL);
    CHECK(dane_policy_destination_host_decision(NULL, "a.test") == NULL);
    IS(dane_policy_decision_reason_text(dane_policy_destination_host_decision(literal, NULL)), "host not in MX records");
}

static void host_of_null(void)
{
    static const struct sockaddr_storage nothing;
    struct sockaddr_storage address;
    socklen_t length = 9;
    dane_policy_tlsa tlsa = {9, 9, 9, {NULL, 9}};

    CHECK(dane_policy_host_name(NULL) == NULL);
    CHECK(dane_policy_host_preference(NULL) == 0);
    CHECK(dane_policy_host_port(NULL) == 0);
    CHECK(dane_policy_host_address_status(NULL) == DANE_POLICY_STATUS_BOGUS);
    CHECK(dane_policy_host_tlsa_status(NULL) == DANE_POLICY_STATUS_BOGUS);
    CHECK(dane_policy_host_address_text(NULL) == NULL && dane_policy_host_tlsa_text(NULL) == NULL);
    CHECK(dane_policy_host_alias(NULL, 0) == NULL && dane_policy_host_alias(host, SIZE_MAX) == NULL);
    CHECK(dane_policy_host_ttl(NULL, 1) == -1 && dane_policy_host_ttl(host, 1) == -1);
    CHECK(dane_policy_host_ttl(host, 5) == -1 && dane_policy_host_ttl(host, 0) == -1 && dane_policy_host_ttl(host, UINT16_MAX) == -1);
    CHECK(dane_policy_host_signed_since(NULL, 1) == -1 && dane_policy_host_signed_since(host, UINT16_MAX) == -1);
    CHECK(dane_policy_host_signed_until(NULL, 1) == -1 && dane_policy_host_signed_until(host, UINT16_MAX) == -1);
    CHECK(dane_policy_host_base_domain(NULL) == NULL && dane_policy_host_server_name(NULL) == NULL);
    CHECK(dane_policy_host_address_count(NULL) == 0);
    CHECK(dane_policy_host_address(NULL, 0) == NULL && dane_policy_host_address(host, SIZE_MAX) == NULL);
    memset(&address, 9, sizeof address);
    MISUSE(dane_policy_host_sockaddr(NULL, 0, &address, &length));
    CHECK(length == 0 && memcmp(&address, &nothing, sizeof address) == 0);
    length = 9;
    MISUSE(dane_policy_host_sockaddr(host, SIZE_MAX, &address, &length));
    CHECK(length == 0);
    length = 9;
    MISUSE(dane_policy_host_sockaddr(host, 0, NULL, &length));
    CHECK(length == 0);
    memset(&address, 9, sizeof address);
    MISUSE(dane_policy_host_sockaddr(host, 0, &address, NULL));
    CHECK(memcmp(&address, &nothing, sizeof address) == 0);
    CHECK(dane_policy_host_reference_name_count(NULL) == 0);
    CHECK(dane_policy_host_reference_name(NULL, 0) == NULL && dane_policy_host_reference_name(host, SIZE_MAX) == NULL);
    CHECK(dane_policy_host_tlsa_count(NULL) == 0);
    CHECK(dane_policy_host_raw_key_usable(NULL) == 0);
    CHECK(dane_policy_host_tlsa_usable(NULL, 0) == 0 && dane_policy_host_tlsa_usable(host, SIZE_MAX) == 0);
    MISUSE(dane_policy_host_tlsa(NULL, 0, &tlsa));
    CHECK(tlsa.usage == 0 && tlsa.data.data == NULL && tlsa.data.length == 0);
    MISUSE(dane_policy_host_tlsa(host, SIZE_MAX, &tlsa));
    MISUSE(dane_policy_host_tlsa(host, 0, NULL));
    CHECK(dane_policy_host_tlsrpt_domain(NULL) == NULL);
    CHECK(dane_policy_host_tlsrpt_string(NULL, 0) == NULL && dane_policy_host_tlsrpt_string(host, SIZE_MAX) == NULL);
    CHECK(dane_policy_host_policy_key(NULL) == NULL);
    CHECK(dane_policy_host_decision(NULL) == NULL);
}

static void verification_of_null(void)
{
    CHECK(dane_policy_verification_result(NULL) == DANE_POLICY_RESULT_MISMATCHED);
    CHECK(dane_policy_verification_certificate(NULL) == DANE_POLICY_CERTIFICATE_UNSUCCESSFUL);
    CHECK(dane_policy_verification_detail(NULL) == DANE_POLICY_DETAIL_NO_MATCH);
    CHECK(dane_policy_verification_depth(NULL) == -1 && dane_policy_verification_record_index(NULL) == -1);
    CHECK(dane_policy_verification_name(NULL) == NULL && dane_policy_verification_text(NULL) == NULL);
    CHECK(dane_policy_verification_record_count(NULL) == 0);
    CHECK(dane_policy_verification_record_detail(NULL, 0) == DANE_POLICY_DETAIL_NONE);
    CHECK(dane_policy_verification_record_expires(NULL, 0) == -1);
    CHECK(dane_policy_verification_record_text(NULL, 0) == NULL);
    CHECK(dane_policy_verification_decision(NULL) == NULL);
}

static void diagnosis_of_null(void)
{
    CHECK(dane_policy_report_decision(NULL) == NULL && dane_policy_report_destination(NULL) == NULL);
    CHECK(dane_policy_report_via(NULL) == -1 && dane_policy_report_verification(NULL, 0) == NULL);
    CHECK(dane_policy_report_tls_version(NULL, 0) == NULL);
    CHECK(dane_policy_answer_status(NULL) == DANE_POLICY_STATUS_BOGUS && dane_policy_answer_rcode(NULL) == 0);
    CHECK(dane_policy_answer_detail(NULL) == DANE_POLICY_DETAIL_NONE && dane_policy_answer_fact(NULL, 0) == NULL);
    CHECK(dane_policy_answer_fact_name(NULL, 0) == NULL);
    CHECK(dane_policy_answer_exists(NULL) == 0 && dane_policy_answer_text(NULL) == NULL);
    CHECK(dane_policy_answer_record_count(NULL) == 0 && dane_policy_answer_record(NULL, 0) == NULL);
    CHECK(dane_policy_answer_warning_count(NULL) == 0 && dane_policy_answer_warning(NULL, 0) == NULL);
    CHECK(dane_policy_answer_alias_count(NULL) == 0 && dane_policy_answer_alias(NULL, 0) == NULL);
    CHECK(dane_policy_answer_alias_status(NULL, 0) == DANE_POLICY_STATUS_BOGUS && dane_policy_answer_queries(NULL) == 0);
}

static void session_of_null(void)
{
    dane_policy_session *session;
    dane_policy_verification *why;
    char octet;
    size_t length = 9;

    session = DIRTY;
    GIVES_NONE(why, dane_policy_connect_host(NULL, host, &session, &why));
    CHECK(session == NULL);
    GIVES_NONE(why, dane_policy_connect_host(context, NULL, &session, &why));
    GIVES_NONE(why, dane_policy_connect_host(context, host, NULL, &why));
    GIVES_NONE(session, dane_policy_connect_host(context, host, &session, NULL));
    CHECK(dane_policy_session_greeting(NULL) == NULL && dane_policy_session_tls_version(NULL) == NULL);
    CHECK(dane_policy_session_text(NULL) == NULL);
    MISUSE(dane_policy_session_set_timeout(NULL, 1));
    MISUSE(dane_policy_session_set_blocking(NULL, 1));
    MISUSE(dane_policy_session_read(NULL, &octet, 1, &length));
    CHECK(length == 0);
    length = 9;
    MISUSE(dane_policy_session_write(NULL, "", 0, &length));
    CHECK(length == 0);
    CHECK(dane_policy_session_descriptor(NULL) == -1);
    CHECK(dane_policy_session_events(NULL) == 0 && dane_policy_session_pending(NULL) == 0);
}

static void outcome_of_null(void)
{
    CHECK(dane_policy_outcome_take_session(NULL) == NULL && dane_policy_outcome_take_verification(NULL) == NULL);
    CHECK(dane_policy_outcome_tag(NULL) == NULL);
    CHECK(dane_policy_outcome_error(NULL) == DANE_POLICY_ERROR_INTERNAL);
    CHECK(dane_policy_outcome_take_destination(NULL) == NULL);
    CHECK(dane_policy_outcome_take_report(NULL) == NULL && dane_policy_outcome_take_answer(NULL) == NULL);
}

/* Of NULL, and in a process that did not make it, all is misuse. */
static void refuses_all(dane_policy_multi *multi)
{
    dane_policy_outcome *outcome;

    MISUSE(dane_policy_multi_set_level(multi, DANE_POLICY_LEVEL_DANE));
    MISUSE(dane_policy_multi_set_audit(multi, 1));
    MISUSE(dane_policy_multi_set_sockets(multi, 1));
    MISUSE(dane_policy_multi_set_memory(multi, 1));
    MISUSE(dane_policy_multi_lookup(multi, "a.test", 25, &dirty));
    MISUSE(dane_policy_multi_lookup_host(multi, "a.test", 25, NULL, DANE_POLICY_STATUS_CONFIGURED, &dirty));
    MISUSE(dane_policy_multi_query(multi, "a.test", 15, &dirty));
    MISUSE(dane_policy_multi_check(multi, "a.test", 25, &dirty));
    MISUSE(dane_policy_multi_connect_host(multi, host, &dirty));
    MISUSE(dane_policy_multi_process(multi));
    MISUSE(dane_policy_multi_wait(multi, 0));
    GIVES_NONE(outcome, dane_policy_multi_next(multi, &outcome));
    MISUSE(dane_policy_multi_cancel(multi, &dirty));
    CHECK(dane_policy_multi_descriptor(multi) == -1);
    CHECK(dane_policy_multi_timeout(multi) == -1);
    CHECK(dane_policy_multi_running(multi) == 0);
}

static void multi_refuses(void)
{
    dane_policy_multi *multi;
    int status, i;
    pid_t child;

    GIVES_NONE(multi, dane_policy_multi_new(NULL, &multi));
    MISUSE(dane_policy_multi_new(context, NULL));
    refuses_all(NULL);
    CHECK(dane_policy_multi_new(context, &multi) == DANE_POLICY_OK);
    MISUSE(dane_policy_multi_set_level(multi, 0));
    MISUSE(dane_policy_multi_set_sockets(multi, 0));
    MISUSE(dane_policy_multi_set_memory(multi, 0));
    MISUSE(dane_policy_multi_lookup(multi, NULL, 25, &dirty));
    MISUSE(dane_policy_multi_lookup(multi, "a.test", 0, &dirty));
    MISUSE(dane_policy_multi_lookup_host(multi, NULL, 25, NULL, DANE_POLICY_STATUS_CONFIGURED, &dirty));
    MISUSE(dane_policy_multi_lookup_host(multi, "a.test", 0, NULL, DANE_POLICY_STATUS_CONFIGURED, &dirty));
    MISUSE(dane_policy_multi_lookup_host(multi, "a.test", 25, NULL, DANE_POLICY_STATUS_UNUSABLE, &dirty));
    for (i = 0; i < WILD; i++) {
        MISUSE(dane_policy_multi_set_level(multi, wild[i]));
        MISUSE(dane_policy_multi_lookup_host(multi, "a.test", 25, NULL, wild[i], &dirty));
    }
    MISUSE(dane_policy_multi_query(multi, NULL, 15, &dirty));
    MISUSE(dane_policy_multi_query(multi, "a.test", 16, &dirty));
    MISUSE(dane_policy_multi_check(multi, NULL, 25, &dirty));
    MISUSE(dane_policy_multi_check(multi, "a.test", 0, &dirty));
    MISUSE(dane_policy_multi_connect_host(multi, NULL, &dirty));
    MISUSE(dane_policy_multi_next(multi, NULL));
    MISUSE(dane_policy_multi_cancel(multi, NULL));
    CHECK(dane_policy_multi_cancel(multi, &dirty) == DANE_POLICY_OK);
    CHECK(dane_policy_multi_running(multi) == 0 && dane_policy_multi_timeout(multi) == -1);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        refuses_all(multi);
        dane_policy_multi_free(multi);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(dane_policy_multi_process(multi) == DANE_POLICY_OK);
    dane_policy_multi_free(multi);
}

static void words_of_no_number(void)
{
    int i;

    for (i = 0; i < WILD; i++) {
        IS(dane_policy_action_name(wild[i]), "unknown");
        IS(dane_policy_detail_name(wild[i]), "unknown");
        IS(dane_policy_status_name(wild[i]), "unknown");
        IS(dane_policy_certificate_name(wild[i]), "unknown");
        IS(dane_policy_scope_name(wild[i]), "unknown");
        IS(dane_policy_level_name(wild[i]), "unknown");
        IS(dane_policy_dnssec_name(wild[i]), "unknown");
        IS(dane_policy_error_text(wild[i]), "unknown code");
    }
    CHECK(*dane_policy_version() != '\0' && dane_policy_version_number() != 0);
}

static void freeing_null(void)
{
    dane_policy_context_free(NULL);
    dane_policy_destination_free(NULL);
    dane_policy_verification_free(NULL);
    dane_policy_report_free(NULL);
    dane_policy_answer_free(NULL);
    dane_policy_multi_free(NULL);
    dane_policy_outcome_free(NULL);
    dane_policy_session_free(NULL);
}

int main(void)
{
    prepare();
    setters_of_null();
    what_setters_refuse();
    calls_refuse();
    verifying_refuses();
    data_refuses();
    what_is_no_misuse();
    decision_of_null();
    destination_of_null();
    host_of_null();
    verification_of_null();
    diagnosis_of_null();
    session_of_null();
    outcome_of_null();
    multi_refuses();
    words_of_no_number();
    freeing_null();
    dane_policy_destination_free(literal);
    dane_policy_context_free(context);
    puts("bad_input: passed");
    return 0;
}
