/* dane-check: may mail for these domains be delivered, and why? */
#define _POSIX_C_SOURCE 200809L

#include <time.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "advice.h"
#include "batch.h"
#include "clock.h"
#include "json.h"
#include "options.h"
#include "tool.h"

static const char usage[] =
    "usage: dane-check [OPTION]... DOMAIN...\n"
    "       dane-check [OPTION]... --query NAME TYPE     one answer: A, AAAA, CNAME, MX or TLSA\n"
    "       dane-check [OPTION]... --self-test           does the resolver serve this mode?\n"
    "\n"
    "  --level dane|dane-only|off    what to demand (default dane)\n"
    "  --destination-level DOMAIN=dane|dane-only|off\n"
    "                                another level for one domain; may be repeated\n"
    "  --audit                       tell what would be deferred, and deliver\n"
    "  --nameserver ADDR[:PORT]      ask this resolver instead of resolv.conf's; may be repeated\n"
    "  --resolv-conf FILE            read the resolvers from FILE\n"
    "  --trust-anchor FILE           DS or DNSKEY lines instead of the root's anchors\n"
    "  --dnssec validate|trust-ad    validate here (default), or believe the resolver's AD bit\n"
    "  --ehlo NAME                   name to say in EHLO\n"
    "  --port N                      SMTP port (default 25)\n"
    "  --timeout SECONDS             for each domain (default 30)\n"
    "  --time UNIX                   validate as of this time\n"
    "  --dns-only                    look up, do not connect\n"
    "  --input FILE                  more domains, one a line; - is standard input\n"
    "  --jobs N                      check N domains at once (up to 1000); results come as they are ready\n"
    "  --explain                     say at length what a failure means\n"
    "  --json                        one JSON object a line\n"
    "\n"
    "exit status: 0 all may be delivered to, 1 some are deferred or fail, 2 wrong usage, 3 internal error or lost output\n";

static int json, dns_only, explains, colour;

static const char *level_word(const dane_policy_destination *destination)
{
    return dane_policy_level_name(dane_policy_destination_level(destination));
}

/* A status as a word; NULL where nothing was looked up. */
static const char *status_word(dane_policy_status status)
{
    return status == DANE_POLICY_STATUS_NOT_APPLICABLE ? NULL : dane_policy_status_name(status);
}

/* What the connection showed as a word; NULL where there was none. */
static const char *certificate_word(const dane_policy_verification *verification)
{
    return verification == NULL ? NULL : dane_policy_certificate_name(dane_policy_verification_certificate(verification));
}

static const char *verification_word(const dane_policy_decision *decision)
{
    switch (dane_policy_decision_verification(decision)) {
    case DANE_POLICY_VERIFICATION_SUCCESSFUL: return "successful";
    case DANE_POLICY_VERIFICATION_PENDING: return "pending";
    default: return "unsuccessful";
    }
}

/* What became of one domain. `report` is NULL with --dns-only. */
struct result {
    const char *domain;
    const dane_policy_report *report;
    const dane_policy_destination *destination;
    const dane_policy_decision *decision;
    double elapsed;
};

static const dane_policy_verification *verification_of(const struct result *result, size_t index)
{
    return dane_policy_report_verification(result->report, index);
}

/* After connecting where there was a connection, else before. */
static const dane_policy_decision *decision_of(const struct result *result, size_t index)
{
    const dane_policy_verification *verification = verification_of(result, index);

    if (verification != NULL)
        return dane_policy_verification_decision(verification);
    return dane_policy_host_decision(dane_policy_destination_host(result->destination, index));
}

static void json_decision(const dane_policy_decision *decision)
{
    const char *name;
    size_t i;

    json_field("action", dane_policy_action_name(dane_policy_decision_action(decision)));
    putc(',', out);
    json_field("reason", dane_policy_decision_reason_text(decision));
    putc(',', out);
    json_field("detail", dane_policy_detail_name(dane_policy_decision_detail(decision)));
    putc(',', out);
    json_field("text", dane_policy_decision_text(decision));
    fprintf(out, ",\"cause\":{");
    for (i = 0; (name = dane_policy_decision_fact_name(decision, i)) != NULL; i++) {
        if (i > 0)
            putc(',', out);
        json_field(name, dane_policy_decision_fact(decision, i));
    }
    putc('}', out);
}

static void json_strings(const char *key, const dane_policy_host *host,
                         const char *(*at)(const dane_policy_host *, size_t), size_t count)
{
    size_t i;

    fprintf(out, "\"%s\":[", key);
    for (i = 0; i < count; i++) {
        fputs(i == 0 ? "" : ",", out);
        json_string(at(host, i));
    }
    putc(']', out);
}

static void json_records(const dane_policy_host *host, const dane_policy_verification *verification)
{
    size_t i, j;

    fputs("\"records\":[", out);
    for (i = 0; i < dane_policy_host_tlsa_count(host); i++) {
        dane_policy_tlsa tlsa;

        dane_policy_host_tlsa(host, i, &tlsa);
        fprintf(out, "%s{\"usage\":%u,\"selector\":%u,\"matching_type\":%u,\"data\":\"", i == 0 ? "" : ",",
               tlsa.usage, tlsa.selector, tlsa.matching_type);
        for (j = 0; j < tlsa.data.length; j++)
            fprintf(out, "%02x", tlsa.data.data[j]);
        fprintf(out, "\",\"usable\":%s,\"matched\":%s}", json_bool(dane_policy_host_tlsa_usable(host, i)),
               verification == NULL
                   ? "null"
                   : json_bool(dane_policy_verification_record_index(verification) == (int)i));
    }
    putc(']', out);
}

static void json_host(const struct result *result, size_t index)
{
    const dane_policy_host *host = dane_policy_destination_host(result->destination, index);
    const dane_policy_verification *verification = verification_of(result, index);
    const dane_policy_decision *decision = decision_of(result, index);
    const char *tlsrpt = dane_policy_decision_tlsrpt_result_type(decision);

    putc('{', out);
    json_field("name", dane_policy_host_name(host));
    fprintf(out, ",\"preference\":%u,", dane_policy_host_preference(host));
    json_field("address", status_word(dane_policy_host_address_status(host)));
    putc(',', out);
    json_strings("addresses", host, dane_policy_host_address, dane_policy_host_address_count(host));
    putc(',', out);
    json_field("tlsa", status_word(dane_policy_host_tlsa_status(host)));
    putc(',', out);
    json_field("base_domain", dane_policy_host_base_domain(host));
    putc(',', out);
    json_strings("reference_names", host, dane_policy_host_reference_name,
                 dane_policy_host_reference_name_count(host));
    putc(',', out);
    json_records(host, verification);
    putc(',', out);
    json_field("certificate", certificate_word(verification));
    putc(',', out);
    json_index("depth", dane_policy_verification_depth(verification));
    putc(',', out);
    json_field("tls", dane_policy_report_tls_version(result->report, index));
    putc(',', out);
    json_decision(decision);
    putc(',', out);
    json_field("tlsrpt", *tlsrpt == '\0' ? NULL : tlsrpt);
    putc('}', out);
}

static void print_json(const struct result *result)
{
    const dane_policy_decision *decision = result->decision;
    int via = dane_policy_report_via(result->report);
    const dane_policy_host *host =
        via < 0 ? NULL : dane_policy_destination_host(result->destination, (size_t)via);
    size_t i;

    putc('{', out);
    json_field("domain", result->domain);
    putc(',', out);
    json_field("level", level_word(result->destination));
    putc(',', out);
    json_decision(decision);
    putc(',', out);
    json_field("enhanced_status", dane_policy_decision_enhanced_status(decision));
    putc(',', out);
    json_field("verification", verification_word(decision));
    putc(',', out);
    json_field("scope", dane_policy_scope_name(dane_policy_decision_scope(decision)));
    putc(',', out);
    json_field("mx", status_word(dane_policy_destination_mx_status(result->destination)));
    putc(',', out);
    json_field("via", dane_policy_host_name(host));
    fputs(",\"hosts\":[", out);
    for (i = 0; i < dane_policy_destination_host_count(result->destination); i++) {
        fputs(i == 0 ? "" : ",", out);
        json_host(result, i);
    }
    fprintf(out, "],\"queries\":%lu,\"elapsed_ms\":%.1f}\n",
           (unsigned long)dane_policy_destination_queries(result->destination), result->elapsed);
}

static void paint(int good, const char *text)
{
    if (colour)
        fprintf(out, "\033[%sm%s\033[0m", good ? "32" : "31", text);
    else
        fputs(text, out);
}

/* The steps on the way from the domain to the certificate. */
enum step { MX, ADDRESS, TLSA, TLS, CERTIFICATE, NONE };

/* Where the way broke, or DANE ended. */
static enum step broken_step(const dane_policy_decision *decision, dane_policy_status mx_status)
{
    switch (dane_policy_decision_reason(decision)) {
    case DANE_POLICY_REASON_NOT_TRUSTED: return CERTIFICATE;
    case DANE_POLICY_REASON_TLS_NOT_OFFERED:
    case DANE_POLICY_REASON_HANDSHAKE_FAILED:
    case DANE_POLICY_REASON_CONNECTION_FAILED: return TLS;
    case DANE_POLICY_REASON_NO_TLSA:
    case DANE_POLICY_REASON_NO_USABLE_TLSA:
    case DANE_POLICY_REASON_TLSA_LOOKUP: return TLSA;
    case DANE_POLICY_REASON_NO_MAIL: return MX;
    case DANE_POLICY_REASON_NOT_FOUND:
        if (dane_policy_decision_detail(decision) == DANE_POLICY_DETAIL_MX_NONE)
            return MX;
        return mx_status == DANE_POLICY_STATUS_BOGUS || mx_status == DANE_POLICY_STATUS_NXDOMAIN ? MX : ADDRESS;
    default: break;
    }
    switch (dane_policy_decision_detail(decision)) {
    case DANE_POLICY_DETAIL_MX_INSECURE: return MX;
    case DANE_POLICY_DETAIL_ADDRESS_LITERAL:
    case DANE_POLICY_DETAIL_ADDRESS_INSECURE: return ADDRESS;
    case DANE_POLICY_DETAIL_TLSA_INSECURE:
    case DANE_POLICY_DETAIL_TLSA_NONE:
    case DANE_POLICY_DETAIL_TLSA_UNUSABLE: return TLSA;
    default: return NONE;
    }
}

/* One step of the way; the one where it broke is marked. */
static void print_step(const char *name, const char *status, const char *facts, int is_broken)
{
    fprintf(out, "  %c %-12s %-18s %s\n", is_broken ? '>' : ' ', name, status == NULL ? "-" : status,
           facts == NULL ? "" : facts);
}

static void print_records(const dane_policy_host *host, const dane_policy_verification *verification)
{
    size_t i;

    for (i = 0; i < dane_policy_host_tlsa_count(host); i++) {
        const char *fate = dane_policy_verification_record_text(verification, i);
        const char *record = dane_policy_host_tlsrpt_string(host, i);
        int shown = (int)strlen(record) < 26 ? (int)strlen(record) : 18;

        if (fate == NULL)
            fate = dane_policy_host_tlsa_usable(host, i) ? "usable" : "unusable";
        fprintf(out, "      %.*s%-8s %s\n", shown, record, record[shown] == '\0' ? "" : "...", fate);
    }
}

/* The action, and the text, which may begin with the same word. */
static void print_decision(const dane_policy_decision *decision, int good)
{
    const char *action = dane_policy_action_name(dane_policy_decision_action(decision));
    const char *text = dane_policy_decision_text(decision);

    paint(good, action);
    if (strncmp(text, action, strlen(action)) == 0)
        fprintf(out, "%s\n", text + strlen(action));
    else
        fprintf(out, ": %s\n", text);
}

static void print_advice(const dane_policy_decision *decision)
{
    const struct advice *advice = advice_for(decision);

    if (advice == NULL)
        return;
    fprintf(out, "    %-12s %s\n", "to do", advice->brief);
    if (explains)
        print_wrapped("        ", advice->full);
}

static void print_host(const struct result *result, size_t index)
{
    const dane_policy_host *host = dane_policy_destination_host(result->destination, index);
    const dane_policy_verification *verification = verification_of(result, index);
    const dane_policy_decision *decision = decision_of(result, index);
    const char *tls = dane_policy_report_tls_version(result->report, index);
    const char *certificate = certificate_word(verification);
    enum step broken = broken_step(decision, dane_policy_destination_mx_status(result->destination));
    size_t i;

    fprintf(out, "  %s, preference %u\n", dane_policy_host_name(host), dane_policy_host_preference(host));
    print_step("address", status_word(dane_policy_host_address_status(host)), dane_policy_host_address_text(host),
               broken == ADDRESS);
    for (i = 0; i < dane_policy_host_address_count(host); i++)
        fprintf(out, "      %s\n", dane_policy_host_address(host, i));
    print_step("TLSA", status_word(dane_policy_host_tlsa_status(host)), dane_policy_host_tlsa_text(host),
               broken == TLSA);
    print_records(host, verification);
    if (verification != NULL) {
        print_step("TLS", tls != NULL ? tls : certificate, tls != NULL ? "" : dane_policy_verification_text(verification),
                   broken == TLS);
        if (tls != NULL && certificate != NULL)
            print_step("certificate", certificate, dane_policy_verification_text(verification), broken == CERTIFICATE);
    }
    fprintf(out, "    %-12s ", "decision");
    print_decision(decision, dane_policy_decision_action(decision) != DANE_POLICY_ACTION_DEFER);
    print_advice(decision);
}

static void print_text(const struct result *result, int goes_out)
{
    const dane_policy_decision *decision = result->decision;
    dane_policy_status mx = dane_policy_destination_mx_status(result->destination);
    size_t count = dane_policy_destination_host_count(result->destination), i;
    time_t now = time(NULL);
    char date[32] = "";

    print_escaped(out, result->domain);
    fprintf(out, " at level %s: ", level_word(result->destination));
    print_decision(decision, goes_out);
    print_step("MX", status_word(mx), dane_policy_destination_mx_text(result->destination),
               broken_step(decision, mx) == MX);
    if (count == 0)
        print_advice(decision);
    for (i = 0; i < count; i++)
        print_host(result, i);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", gmtime(&now));
    fprintf(out, "    %lu DNS queries, %.1f ms, %s\n",
           (unsigned long)dane_policy_destination_queries(result->destination), result->elapsed, date);
}

static int start_check(dane_policy_multi *multi, const char *domain, void *tag)
{
    return dns_only ? dane_policy_multi_lookup(multi, domain, port, tag)
                    : dane_policy_multi_check(multi, domain, port, tag);
}

/* 1 if mail for the domain would go out. */
static int tell(const char *domain, dane_policy_outcome *outcome, double elapsed)
{
    dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);
    dane_policy_report *report = dane_policy_outcome_take_report(outcome);
    struct result result = {domain, report, destination, NULL, elapsed};
    int goes_out;

    if (dns_only) {
        result.decision = dane_policy_destination_decision(destination);
    } else {
        result.destination = dane_policy_report_destination(report);
        result.decision = dane_policy_report_decision(report);
    }
    switch (dane_policy_decision_action(result.decision)) {
    case DANE_POLICY_ACTION_DELIVER:
    case DANE_POLICY_ACTION_ENCRYPT:
    case DANE_POLICY_ACTION_OPPORTUNISTIC: goes_out = 1; break;
    case DANE_POLICY_ACTION_VERIFY: goes_out = dns_only; break;
    default: goes_out = 0;
    }
    if (json)
        print_json(&result);
    else
        print_text(&result, goes_out);
    dane_policy_report_free(report);
    dane_policy_destination_free(destination);
    return goes_out;
}

static uint16_t type_of(const char *name)
{
    static const struct { const char *name; uint16_t type; } types[] = {
        {"A", 1}, {"CNAME", 5}, {"MX", 15}, {"AAAA", 28}, {"TLSA", 52}};
    size_t i;

    for (i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    fail(EXIT_USAGE, "--query: type '%s' is not one of A, AAAA, CNAME, MX, TLSA", name);
    return 0;
}

static const char *rcode_name(int rcode)
{
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

    return rcode >= 0 && rcode < 6 ? names[rcode] : "other";
}

static int query(const char *name, const char *type)
{
    dane_policy_answer *answer;
    double start = milliseconds(), elapsed;
    dane_policy_status status;
    size_t i;

    must(dane_policy_query(context, name, type_of(type), &answer), "--query", name);
    elapsed = milliseconds() - start;
    status = dane_policy_answer_status(answer);
    if (json) {
        putc('{', out);
        json_field("name", name);
        putc(',', out);
        json_field("type", type);
        putc(',', out);
        json_field("status", dane_policy_status_name(status));
        putc(',', out);
        json_field("rcode", rcode_name(dane_policy_answer_rcode(answer)));
        fprintf(out, ",\"exists\":%s,\"records\":[", json_bool(dane_policy_answer_exists(answer)));
        for (i = 0; i < dane_policy_answer_record_count(answer); i++) {
            fputs(i == 0 ? "" : ",", out);
            json_string(dane_policy_answer_record(answer, i));
        }
        fputs("],\"aliases\":[", out);
        for (i = 0; i < dane_policy_answer_alias_count(answer); i++) {
            fputs(i == 0 ? "{" : ",{", out);
            json_field("name", dane_policy_answer_alias(answer, i));
            putc(',', out);
            json_field("status", dane_policy_status_name(dane_policy_answer_alias_status(answer, i)));
            putc('}', out);
        }
        fprintf(out, "],\"queries\":%lu,\"elapsed_ms\":%.1f,",
               (unsigned long)dane_policy_answer_queries(answer), elapsed);
        json_field("text", dane_policy_answer_text(answer));
        fputs("}\n", out);
    } else {
        /* Without a usable answer, rcode 0 only means that there was no reply. */
        int rcode = dane_policy_answer_rcode(answer), replied = rcode != 0 || status != DANE_POLICY_STATUS_INDETERMINATE;

        print_escaped(out, name);
        fprintf(out, " %s: %s%s%s: %s\n", type, dane_policy_status_name(status), replied ? ", " : "",
               replied ? rcode_name(rcode) : "", dane_policy_answer_text(answer));
        for (i = 0; i < dane_policy_answer_alias_count(answer); i++)
            fprintf(out, "  alias  %s (%s)\n", dane_policy_answer_alias(answer, i),
                   dane_policy_status_name(dane_policy_answer_alias_status(answer, i)));
        for (i = 0; i < dane_policy_answer_record_count(answer); i++)
            fprintf(out, "  record %s\n", dane_policy_answer_record(answer, i));
        fprintf(out, "  %lu DNS queries, %.1f ms\n", (unsigned long)dane_policy_answer_queries(answer), elapsed);
    }
    dane_policy_answer_free(answer);
    return status == DANE_POLICY_STATUS_SECURE || status == DANE_POLICY_STATUS_INSECURE;
}

static int self_test(void)
{
    dane_policy_answer *answer;
    int good;

    must(dane_policy_context_probe(context, &answer), "--self-test", "");
    good = dane_policy_answer_status(answer) == DANE_POLICY_STATUS_SECURE;
    if (json) {
        putc('{', out);
        json_field("status", dane_policy_status_name(dane_policy_answer_status(answer)));
        putc(',', out);
        json_field("text", dane_policy_answer_text(answer));
        fputs("}\n", out);
    } else {
        paint(good, good ? "good" : "bad");
        fprintf(out, ": %s\n", dane_policy_answer_text(answer));
    }
    dane_policy_answer_free(answer);
    return good;
}

/* Of the library that runs, and where this program was made with the header of another, of that. */
static void print_version(void)
{
    printf("dane-check %s", dane_policy_version());
    if (dane_policy_version_number() != DANE_POLICY_VERSION_NUMBER)
        printf(", compiled with the header of %d.%d.%d", DANE_POLICY_VERSION_MAJOR, DANE_POLICY_VERSION_MINOR,
               DANE_POLICY_VERSION_PATCH);
    putchar('\n');
}

/* For several domains, on a terminal that they are not typed on. */
static int wants_progress(const struct input *input, int given)
{
    if (!isatty(STDERR_FILENO))
        return 0;
    return input->name == NULL ? given > 1 : !isatty(input->fd);
}

int main(int argc, char **argv)
{
    struct batch batch = {.jobs = 1, .start = start_check, .tell = tell};
    int testing = 0, asking = 0, status, i;

    begin_tool("dane-check");
    must(dane_policy_context_new(&context), "context", "");
    for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        } else if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            finish_output();
            dane_policy_context_free(context);
            return 0;
        } else if (strcmp(argv[i], "--version") == 0) {
            print_version();
            finish_output();
            dane_policy_context_free(context);
            return 0;
        } else if (strcmp(argv[i], "--json") == 0) {
            json = 1;
        } else if (strcmp(argv[i], "--dns-only") == 0) {
            dns_only = 1;
        } else if (strcmp(argv[i], "--explain") == 0) {
            explains = 1;
        } else if (strcmp(argv[i], "--audit") == 0) {
            must(dane_policy_context_set_audit(context, 1), argv[i], "");
        } else if (strcmp(argv[i], "--self-test") == 0) {
            testing = 1;
        } else if (strcmp(argv[i], "--query") == 0) {
            asking = 1;
        } else if (value != NULL && strcmp(argv[i], "--jobs") == 0) {
            batch.jobs = (size_t)number(argv[i++], value, 1, MAX_JOBS);
        } else if (value != NULL && strcmp(argv[i], "--input") == 0) {
            batch.input.name = argv[++i];
        } else if (value != NULL && set_option(argv[i], value)) {
            i++;
        } else {
            fail(EXIT_USAGE, "%s: unknown option, or its value is missing; see --help", argv[i]);
        }
    }
    argv += i;
    argc -= i;
    if (testing + asking > 1 || (testing && argc != 0) || (asking && argc != 2) ||
        ((testing || asking) && batch.input.name != NULL) ||
        (!testing && !asking && argc == 0 && batch.input.name == NULL)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    batch.input.given = argv;
    open_input(&batch.input);
    colour = !json && isatty(STDOUT_FILENO);
    if (testing) {
        status = !self_test();
    } else if (asking) {
        status = !query(argv[0], argv[1]);
    } else {
        if (wants_progress(&batch.input, argc))
            begin_progress(count_domains(&batch.input));
        status = run_batch(&batch, context);
    }
    finish_output();
    close_input(&batch.input);
    dane_policy_context_free(context);
    return status;
}
