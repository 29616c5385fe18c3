/* dane-verify: does a certificate chain match TLSA records? No network. */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <time.h>

#include "arguments.h"
#include "chain.h"
#include "json.h"
#include "rehearsal.h"
#include "rollover.h"
#include "tool.h"

static const char usage[] =
    "usage: dane-verify [OPTION]... --tlsa 'U S M HEX' [--tlsa ...] CHAIN.pem\n"
    "       dane-verify [OPTION]... --next NEW.pem [--tlsa ...] CHAIN.pem\n"
    "\n"
    "  --tlsa 'U S M HEX'            a TLSA record; may be repeated\n"
    "  --name NAME                   a name that the certificate may have; may be repeated, and the\n"
    "                                first is the TLSA base domain\n"
    "  --time UNIX                   verify as of this time\n"
    "  --next NEW.pem                say which records to publish before these certificates are\n"
    "                                installed, and when the old ones may go\n"
    "  --ttl SECONDS                 with --next: TTL of the records published today\n"
    "  --propagation SECONDS         with --next: until every name server of the zone has a change\n"
    "  --rehearse                    with --next: walk it through, and each step too early\n"
    "  --json                        one JSON object\n"
    "  --help, --version             this text, or the version of the library\n"
    "\n"
    "CHAIN.pem holds the certificates as the server sent them.\n"
    "\n"
    "exit status: 0 matched, or with --next a plan, 1 mismatched, 2 wrong usage or unreadable input,\n"
    "             3 internal error or lost output, 4 no usable record\n";

enum { EXIT_UNUSABLE = 4 };

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

    return at == NULL ? -1 : (int)(at - digits);
}

static void parse_tlsa(const char *text, dane_policy_tlsa *tlsa)
{
    uint8_t *fields[3], *data = allocate(NULL, strlen(text) / 2 + 1);
    int count = 0, field, digit;
    const char *p = text;
    size_t length = 0;

    fields[0] = &tlsa->usage;
    fields[1] = &tlsa->selector;
    fields[2] = &tlsa->matching_type;
    for (field = 0; field < 3; field++) {
        long long value;

        while (isspace((unsigned char)*p))
            p++;
        value = digits(&p, UINT8_MAX);
        if (value < 0 || (*p != '\0' && !isspace((unsigned char)*p)))
            fail(EXIT_USAGE, "--tlsa: '%s' is not 'USAGE SELECTOR MATCHING-TYPE HEX'", text);
        *fields[field] = (uint8_t)value;
    }
    for (; *p != '\0'; p++) {
        if (isspace((unsigned char)*p))
            continue;
        digit = hex_digit(*p);
        if (digit < 0)
            fail(EXIT_USAGE, "--tlsa: '%c' is not a hexadecimal digit", *p);
        if (count++ % 2 == 0)
            data[length] = (uint8_t)(digit << 4);
        else
            data[length++] |= (uint8_t)digit;
    }
    if (count % 2 != 0)
        fail(EXIT_USAGE, "--tlsa: odd number of hexadecimal digits");
    tlsa->data.data = data;
    tlsa->data.length = length;
}

static const char *result_word(dane_policy_result result)
{
    switch (result) {
    case DANE_POLICY_RESULT_MATCHED: return "matched";
    case DANE_POLICY_RESULT_NO_USABLE_RECORDS: return "no-usable-records";
    default: return "mismatched";
    }
}

static void print_json(const dane_policy_verification *v, const dane_policy_tlsa *records)
{
    size_t i;

    putchar('{');
    json_field("result", result_word(dane_policy_verification_result(v)));
    putchar(',');
    json_index("record", dane_policy_verification_record_index(v));
    putchar(',');
    json_index("depth", dane_policy_verification_depth(v));
    putchar(',');
    json_field("name", dane_policy_verification_name(v));
    putchar(',');
    json_field("detail", dane_policy_detail_name(dane_policy_verification_detail(v)));
    fputs(",\"records\":[", stdout);
    for (i = 0; i < dane_policy_verification_record_count(v); i++) {
        int usable = dane_policy_tlsa_status(DANE_POLICY_STATUS_SECURE, &records[i], 1) == DANE_POLICY_STATUS_SECURE;

        printf("%s{\"usage\":%u,\"selector\":%u,\"matching_type\":%u,\"usable\":%s,", i == 0 ? "" : ",",
               records[i].usage, records[i].selector, records[i].matching_type, json_bool(usable));
        json_field("detail", dane_policy_detail_name(dane_policy_verification_record_detail(v, i)));
        putchar(',');
        json_field("reason", dane_policy_verification_record_text(v, i));
        putchar('}');
    }
    puts("]}");
}

static void print_text(const dane_policy_verification *v, const dane_policy_tlsa *records)
{
    size_t i;

    printf("%s: %s\n", result_word(dane_policy_verification_result(v)), dane_policy_verification_text(v));
    for (i = 0; i < dane_policy_verification_record_count(v); i++) {
        printf("  %u %u %u ", records[i].usage, records[i].selector, records[i].matching_type);
        print_hex(&records[i].data, SHOWN);
        printf("  %s\n", dane_policy_verification_record_text(v, i));
    }
}

static int verify(const struct rollover *given, const dane_policy_tlsa *records, size_t count, int json)
{
    dane_policy_verification *v = judged(given, records, count, CURRENT, 0);
    dane_policy_result result = dane_policy_verification_result(v);

    if (json)
        print_json(v, records);
    else
        print_text(v, records);
    dane_policy_verification_free(v);
    if (result == DANE_POLICY_RESULT_NO_USABLE_RECORDS)
        return EXIT_UNUSABLE;
    return result == DANE_POLICY_RESULT_MATCHED ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char **names = allocate(NULL, (size_t)argc * sizeof *names);
    dane_policy_tlsa *records = allocate(NULL, (size_t)argc * sizeof *records);
    struct rollover given = {.names = names, .now = (long long)time(NULL), .ttl = -1, .propagation = -1};
    size_t record_count = 0, i;
    struct arguments arguments;
    int json = 0, status;

    begin_tool("dane-verify");
    arguments = begin_arguments(argc, argv, usage);
    while (next_option(&arguments)) {
        if (is_option(&arguments, "--json"))
            json = 1;
        else if (is_option(&arguments, "--rehearse"))
            given.is_rehearsal = 1;
        else if (with_value(&arguments, "--name"))
            names[given.name_count++] = arguments.value;
        else if (with_value(&arguments, "--time"))
            given.now = number("--time", arguments.value, 0, INT64_MAX);
        else if (with_value(&arguments, "--tlsa"))
            parse_tlsa(arguments.value, &records[record_count++]);
        else if (with_value(&arguments, "--next"))
            given.next = arguments.value;
        else if (with_value(&arguments, "--ttl"))
            given.ttl = number("--ttl", arguments.value, 0, INT32_MAX);
        else if (with_value(&arguments, "--propagation"))
            given.propagation = number("--propagation", arguments.value, 0, INT32_MAX);
        else
            fail_unknown(&arguments);
    }
    check_options(&given);
    if (arguments.count == 0)
        fail_usage(&arguments, "no CHAIN.pem is given");
    if (arguments.count > 1)
        fail_usage(&arguments, "more than one CHAIN.pem is given");
    if (record_count == 0 && given.next == NULL)
        fail_usage(&arguments, "no record is given by --tlsa");
    read_chain("", arguments.operands[0], &given.chains[CURRENT]);
    status = given.next == NULL ? verify(&given, records, record_count, json)
                                : roll_over(&given, records, record_count, json);
    finish_output();
    for (i = 0; i < record_count; i++)
        free((void *)(uintptr_t)records[i].data.data);
    free_rollover(&given);
    free(records);
    free(names);
    return status;
}
