/*
 * Every string that the C face gives, for names that strangers choose: one line of printable ASCII of bounded length.
 * Runs as `world run -- strings SERVER.der CA.der`; prints each function that gave one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/world.h"

enum { LONG = 1 << 16, TEXT = 200, NAME = 255, RECORD = 4 * LONG };

static dane_policy_context *context;
static uint16_t port;

/* Looks at the value of a call, of at most that many octets, and prints the function's name. */
static void see(const char *call, const char *text, size_t most)
{
    const char *octet;

    if (text == NULL)
        return;
    for (octet = text; *octet != '\0'; octet++)
        if (*octet < ' ' || *octet > '~') {
            fprintf(stderr, "strings: %s: octet %02x\n", call, (unsigned char)*octet);
            exit(1);
        }
    if ((size_t)(octet - text) > most) {
        fprintf(stderr, "strings: %s: %lu octets: %s\n", call, (unsigned long)(octet - text), text);
        exit(1);
    }
    printf("%.*s\n", (int)strcspn(call, "("), call);
}

#define SEE(most, call) see(#call, call, most)

static void must(int code)
{
    if (code != DANE_POLICY_OK) {
        fprintf(stderr, "strings: %s\n", dane_policy_error_text(code));
        exit(3);
    }
}

static void see_words(void)
{
    int number;

    for (number = -1; number < 1000; number++) {
        SEE(TEXT, dane_policy_action_name(number));
        SEE(TEXT, dane_policy_detail_name(number));
        SEE(TEXT, dane_policy_status_name(number));
        SEE(TEXT, dane_policy_certificate_name(number));
        SEE(TEXT, dane_policy_scope_name(number));
        SEE(TEXT, dane_policy_level_name(number));
        SEE(TEXT, dane_policy_dnssec_name(number));
        SEE(TEXT, dane_policy_error_text(number));
    }
    SEE(TEXT, dane_policy_version());
}

static void see_decision(const dane_policy_decision *decision)
{
    size_t i;

    SEE(TEXT, dane_policy_decision_reason_text(decision));
    SEE(TEXT, dane_policy_decision_text(decision));
    SEE(TEXT, dane_policy_decision_enhanced_status(decision));
    SEE(TEXT, dane_policy_decision_tlsrpt_result_type(decision));
    for (i = 0; dane_policy_decision_fact_name(decision, i) != NULL; i++) {
        SEE(TEXT, dane_policy_decision_fact_name(decision, i));
        SEE(NAME, dane_policy_decision_fact(decision, i));
    }
}

static void see_verification(const dane_policy_verification *verification)
{
    size_t i;

    SEE(NAME, dane_policy_verification_name(verification));
    SEE(TEXT, dane_policy_verification_text(verification));
    for (i = 0; i < dane_policy_verification_record_count(verification); i++)
        SEE(TEXT, dane_policy_verification_record_text(verification, i));
    see_decision(dane_policy_verification_decision(verification));
}

static void see_host(const dane_policy_host *host)
{
    static const uint8_t sequence[] = {0x30, 0};
    const dane_policy_bytes key = {sequence, sizeof sequence};
    dane_policy_verification *verification;
    size_t i;

    SEE(NAME, dane_policy_host_name(host));
    SEE(NAME, dane_policy_host_base_domain(host));
    SEE(NAME, dane_policy_host_server_name(host));
    SEE(NAME, dane_policy_host_tlsrpt_domain(host));
    SEE(TEXT, dane_policy_host_address_text(host));
    SEE(TEXT, dane_policy_host_tlsa_text(host));
    SEE(TEXT, dane_policy_host_policy_key(host));
    for (i = 0; i < dane_policy_host_address_count(host); i++)
        SEE(TEXT, dane_policy_host_address(host, i));
    for (i = 0; i < dane_policy_host_reference_name_count(host); i++)
        SEE(NAME, dane_policy_host_reference_name(host, i));
    for (i = 0; i < dane_policy_host_tlsa_count(host); i++)
        SEE(RECORD, dane_policy_host_tlsrpt_string(host, i));
    for (i = 0; dane_policy_host_alias(host, i) != NULL; i++)
        SEE(NAME, dane_policy_host_alias(host, i));
    see_decision(dane_policy_host_decision(host));
    must(dane_policy_verify_failure(host, DANE_POLICY_CERTIFICATE_CONNECTION_FAILED, &verification));
    see_verification(verification);
    dane_policy_verification_free(verification);
    must(dane_policy_verify(host, NULL, 0, 0, &verification));
    see_verification(verification);
    dane_policy_verification_free(verification);
    must(dane_policy_verify_raw_key(host, key, 0, &verification));
    see_verification(verification);
    dane_policy_verification_free(verification);
}

/* `name` may be of a host that is not in it. */
static void see_destination(const dane_policy_destination *destination, const char *name)
{
    size_t i;

    SEE(TEXT, dane_policy_destination_mx_text(destination));
    see_decision(dane_policy_destination_decision(destination));
    see_decision(dane_policy_destination_host_decision(destination, name));
    see_decision(dane_policy_destination_host_decision(destination, "elsewhere.test"));
    for (i = 0; i < dane_policy_destination_host_count(destination); i++)
        see_host(dane_policy_destination_host(destination, i));
}

/* Frees it, too. */
static void see_what_came(dane_policy_answer *answer)
{
    size_t i;

    SEE(TEXT, dane_policy_answer_text(answer));
    for (i = 0; i < dane_policy_answer_record_count(answer); i++)
        SEE(RECORD, dane_policy_answer_record(answer, i));
    for (i = 0; i < dane_policy_answer_alias_count(answer); i++)
        SEE(NAME, dane_policy_answer_alias(answer, i));
    for (i = 0; dane_policy_answer_fact_name(answer, i) != NULL; i++) {
        SEE(TEXT, dane_policy_answer_fact_name(answer, i));
        SEE(NAME, dane_policy_answer_fact(answer, i));
    }
    for (i = 0; i < dane_policy_answer_warning_count(answer); i++)
        SEE(TEXT, dane_policy_answer_warning(answer, i));
    dane_policy_answer_free(answer);
}

static void see_answer(const char *name, uint16_t type)
{
    dane_policy_answer *answer;

    must(dane_policy_query(context, name, type, &answer));
    see_what_came(answer);
}

/* With the anchors of another root. */
static void see_probe(void)
{
    static const char anchors[] = ". DS 1 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    dane_policy_answer *answer;

    must(dane_policy_context_set_trust_anchors(context, anchors, strlen(anchors)));
    must(dane_policy_context_probe(context, &answer));
    see_what_came(answer);
}

static void see_report(const char *domain)
{
    dane_policy_report *report;
    const dane_policy_destination *destination;
    size_t i;

    must(dane_policy_check(context, domain, port, &report));
    destination = dane_policy_report_destination(report);
    see_decision(dane_policy_report_decision(report));
    see_destination(destination, domain);
    for (i = 0; i < dane_policy_destination_host_count(destination); i++) {
        see_verification(dane_policy_report_verification(report, i));
        SEE(TEXT, dane_policy_report_tls_version(report, i));
    }
    dane_policy_report_free(report);
}

/* The greeting alone has lines. */
static void see_greeting(const char *greeting)
{
    char line[4096];

    while (*greeting != '\0') {
        size_t length = strcspn(greeting, "\r");

        if (length >= sizeof line || strncmp(greeting + length, "\r\n", 2) != 0)
            exit(1);
        memcpy(line, greeting, length);
        line[length] = '\0';
        see("dane_policy_session_greeting", line, sizeof line);
        greeting += length + 2;
    }
}

static void see_session(const char *domain)
{
    dane_policy_destination *destination;
    dane_policy_session *session;
    dane_policy_verification *why;
    char octet;
    size_t length;

    must(dane_policy_lookup(context, domain, port, &destination));
    must(dane_policy_connect_host(context, dane_policy_destination_host(destination, 0), &session, &why));
    see_verification(why);
    see_greeting(dane_policy_session_greeting(session));
    SEE(TEXT, dane_policy_session_tls_version(session));
    SEE(TEXT, dane_policy_session_text(session));
    must(dane_policy_session_set_timeout(session, 1));
    (void)dane_policy_session_read(session, &octet, 1, &length);
    SEE(TEXT, dane_policy_session_text(session));
    dane_policy_session_free(session);
    dane_policy_verification_free(why);
    dane_policy_destination_free(destination);
}

/* Settings that are refused, and why. */
static void see_refusals(const char *name)
{
    (void)dane_policy_context_set_ehlo_name(context, name);
    SEE(TEXT, dane_policy_context_error(context));
    (void)dane_policy_context_set_trust_anchors(context, name, strlen(name));
    SEE(TEXT, dane_policy_context_error(context));
    (void)dane_policy_context_set_destination_level(context, name, 99);
    SEE(TEXT, dane_policy_context_error(context));
}

/* A name wherever the interface takes one. */
static void see_all_of(const char *name)
{
    static const int statuses[] = {DANE_POLICY_STATUS_NOT_APPLICABLE, DANE_POLICY_STATUS_SECURE,
                                   DANE_POLICY_STATUS_INSECURE, DANE_POLICY_STATUS_NXDOMAIN,
                                   DANE_POLICY_STATUS_BOGUS, DANE_POLICY_STATUS_CONFIGURED};
    dane_policy_destination *destination;
    size_t i;

    see_refusals(name);
    see_report(name);
    see_answer(name, 15);
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        must(dane_policy_lookup_host(context, name, port, NULL, statuses[i], &destination));
        see_destination(destination, name);
        dane_policy_destination_free(destination);
        must(dane_policy_lookup_host(context, "mx.good.test", port, name, statuses[i], &destination));
        see_destination(destination, name);
        dane_policy_destination_free(destination);
    }
}

static void see_names(void)
{
    static const char *const odd[] = {"", ".", "a..b", "a\r\nMAIL FROM:<x@y>", "\033]0;title\007.test", "\033[31m.test",
        "b\303\274cher.test", "\377\200", "\"quoted\".test", "back\\slash.test", "\\000.test", "%s%n.test", "a b.test",
        "\177.test", "[192.0.2.1]", "[\r\n]"};
    static char text[LONG + 1];
    size_t i;

    for (i = 0; i < sizeof odd / sizeof odd[0]; i++)
        see_all_of(odd[i]);
    /* As long as a name can be, and longer than any. */
    for (i = 0; i < 253; i++)
        text[i] = i % 64 == 63 ? '.' : 'x';
    see_all_of(text);
    for (i = 0; i < LONG; i++)
        text[i] = i % 64 == 63 ? '.' : 'x';
    see_all_of(text);
    memset(text, '\033', LONG);
    see_all_of(text);
}

static dane_policy_bytes read_file(const char *path)
{
    uint8_t *data = malloc(LONG);
    dane_policy_bytes bytes = {data, 0};
    FILE *file = fopen(path, "rb");

    if (data == NULL || file == NULL)
        exit(3);
    bytes.length = fread(data, 1, LONG, file);
    fclose(file);
    return bytes;
}

/* The names in the certificates are odd, too. */
static void see_certificates(const char *server, const char *ca)
{
    static const char *const names[] = {"a\r\nb", "mx.example.org.", "\033[31m"};
    dane_policy_bytes chain[2];
    dane_policy_tlsa records[3] = {{2, 0, 0, {NULL, 0}}, {3, 0, 0, {NULL, 0}}, {9, 9, 9, {NULL, 0}}};
    dane_policy_verification *verification;
    size_t i;

    chain[0] = read_file(server);
    chain[1] = read_file(ca);
    records[0].data = records[1].data = chain[1];
    for (i = 0; i < 3; i++) {
        must(dane_policy_verify_records(records, i + 1, chain, 2, names, i + 1, 1577880000, &verification));
        see_verification(verification);
        dane_policy_verification_free(verification);
    }
    free((void *)(uintptr_t)chain[0].data);
    free((void *)(uintptr_t)chain[1].data);
}

/* What the world's zones have to say, its servers aside. */
static void see_world(void)
{
    FILE *file = fopen(getenv("DANE_WORLD_CASES"), "r");
    dane_policy_destination *destination;
    char line[1024], domain[512];

    if (file == NULL)
        exit(3);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%*[^\t]\tdane\t%511[^\t]", domain) == 1 && line[strlen(line) - 2] == '0') {
            must(dane_policy_lookup(context, domain, port, &destination));
            see_destination(destination, "\r\n");
            dane_policy_destination_free(destination);
        }
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 3 || world_context(&context) != DANE_POLICY_OK)
        return 2;
    port = world_port();
    see_words();
    see_names();
    see_certificates(argv[1], argv[2]);
    see_world();
    see_report("good.test");
    see_report("ta-name.test");
    see_session("good.test");
    see_answer("mx.alias-both.test", 1);
    see_answer("_25._tcp.mx.good.test", 52);
    see_probe();
    dane_policy_context_free(context);
    return 0;
}
