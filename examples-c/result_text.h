/* A result for people: a line for each step on the way to the certificate. */
#ifndef RESULT_TEXT_H
#define RESULT_TEXT_H

#include <time.h>

#include "advice.h"
#include "result.h"
#include "tool.h"

static int explains, colour;

static void paint(enum light light, const char *text)
{
    static const int colours[] = {[GREEN] = 32, [YELLOW] = 33, [RED] = 31};

    if (colour)
        fprintf(out, "\033[%dm%s\033[0m", colours[light], text);
    else
        fputs(text, out);
}

/* One step of the way; the one where it broke is marked. */
static void print_step(const char *name, const char *status, const char *facts, int is_broken)
{
    fprintf(out, "  %c %-12s ", is_broken ? '>' : ' ', name);
    if (facts == NULL || *facts == '\0')
        fprintf(out, "%s\n", status);
    else
        fprintf(out, "%-18s %s\n", status, facts);
}

/* A lookup; where it broke and has no text of its own, that of the decision. */
static void print_lookup(const char *name, dane_policy_status status, const char *text,
                         const dane_policy_decision *decision, int is_broken)
{
    const char *word = status_word(status);

    if (word == NULL)
        print_step(name, "-", "not looked up", is_broken);
    else
        print_step(name, word, is_broken && *text == '\0' ? text_behind_reason(decision) : text, is_broken);
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

/* The action, what it means, and why. */
static void print_decision(const dane_policy_decision *decision, enum fate fate, int of_host)
{
    const char *reason = short_reason(decision);

    paint(light_of(decision), dane_policy_action_name(dane_policy_decision_action(decision)));
    fprintf(out, " (%s)%s%s", meaning_of(fate, of_host), *reason == '\0' ? "" : ": ", reason);
}

static void print_advice(const dane_policy_decision *decision)
{
    const struct advice *advice = advice_on(dane_policy_decision_detail(decision));

    if (advice == NULL)
        return;
    print_step("to do", advice->brief, NULL, 0);
    if (explains)
        print_wrapped("        ", advice->full);
}

/* Whether the line of a record says what the verification found. */
static int is_said_by_record(const dane_policy_verification *verification)
{
    size_t i;

    for (i = 0; i < dane_policy_verification_record_count(verification); i++)
        if (dane_policy_verification_record_detail(verification, i) == dane_policy_verification_detail(verification))
            return 1;
    return dane_policy_verification_record_index(verification) >= 0;
}

/* Whether the records were compared with a certificate, and stand beside it. */
static int is_compared(const dane_policy_verification *verification)
{
    dane_policy_certificate certificate = dane_policy_verification_certificate(verification);

    return verification != NULL && (certificate == DANE_POLICY_CERTIFICATE_SUCCESSFUL ||
                                    certificate == DANE_POLICY_CERTIFICATE_UNSUCCESSFUL);
}

/* What the connection showed. */
static void print_connection(const dane_policy_verification *verification, const char *tls, enum step broken)
{
    const char *word = certificate_word(verification), *text = dane_policy_verification_text(verification);

    if (tls == NULL) {
        print_step("TLS", word, text, broken == TLS);
        return;
    }
    print_step("TLS", tls, "", broken == TLS);
    if (!is_compared(verification))
        text = "compared with nothing";
    else if (is_said_by_record(verification))
        text = "";
    print_step("certificate", word, text, broken == CERTIFICATE);
}

static void print_host(const struct result *result, size_t index)
{
    const dane_policy_host *host = dane_policy_destination_host(result->destination, index);
    const dane_policy_verification *verification = verification_of(result, index);
    const dane_policy_decision *decision = decision_of(result, index);
    const char *tls = dane_policy_report_tls_version(result->report, index);
    enum step broken = broken_step(decision, dane_policy_destination_mx_status(result->destination));
    size_t i;

    fprintf(out, "  %s, preference %u\n", dane_policy_host_name(host), dane_policy_host_preference(host));
    print_lookup("address", dane_policy_host_address_status(host), dane_policy_host_address_text(host), decision,
                 broken == ADDRESS);
    for (i = 0; i < dane_policy_host_address_count(host); i++)
        fprintf(out, "      %s\n", dane_policy_host_address(host, i));
    print_lookup("TLSA", dane_policy_host_tlsa_status(host), dane_policy_host_tlsa_text(host), decision,
                 broken == TLSA);
    if (!is_compared(verification))
        print_records(host, verification);
    if (verification != NULL)
        print_connection(verification, tls, broken);
    if (is_compared(verification))
        print_records(host, verification);
    if (dane_policy_destination_host_count(result->destination) > 1) {
        fprintf(out, "    %-12s ", "decision");
        if (is_untried(result, index))
            fputs(untried, out);
        else
            print_decision(decision, fate_of_host(result, index), 1);
        putc('\n', out);
    }
    /* What is to be done about MX stands there. */
    if (broken != MX)
        print_advice(decision);
}

/* Text that others wrote, and space to a column's end; at least one. */
static void print_column(const char *text, int width)
{
    int length = 0;

    print_escaped(out, text);
    for (; *text != '\0'; text++)
        length += *text < ' ' || *text > '~' ? 4 : 1;
    fprintf(out, " %*s", length < width ? width - length : 0, "");
}

/* One line, in columns; "" or NULL where there is nothing. */
static void print_columns(enum light light, const char *word, const char *domain, const char *reason, const char *host)
{
    enum { DOMAIN = 28, REASON = 30 };

    paint(light, word);
    fprintf(out, "%*s ", (int)(strlen("opportunistic") - strlen(word)), "");
    print_column(domain, DOMAIN);
    print_column(*reason == '\0' ? "-" : reason, REASON);
    fprintf(out, "%s\n", host == NULL ? "-" : host);
}

/* One line: action, domain, reason, host. */
static void print_brief(const struct result *result)
{
    const dane_policy_host *host = deciding_host(result);

    print_columns(light_of(result->decision), dane_policy_action_name(dane_policy_decision_action(result->decision)),
                  result->domain, short_reason(result->decision), host == NULL ? NULL : dane_policy_host_name(host));
}

static void print_text(const struct result *result)
{
    const dane_policy_decision *decision = result->decision;
    dane_policy_status mx = dane_policy_destination_mx_status(result->destination);
    size_t count = dane_policy_destination_host_count(result->destination), i;
    enum step broken = broken_step(decision, mx);

    print_escaped(out, result->domain);
    fputs(": ", out);
    print_decision(decision, fate_of_domain(result), 0);
    if (count > 1)
        fprintf(out, " at %s", dane_policy_host_name(deciding_host(result)));
    putc('\n', out);
    print_lookup("MX", mx, dane_policy_destination_mx_text(result->destination), decision, broken == MX);
    if (count == 0 || broken == MX)
        print_advice(decision);
    for (i = 0; i < count; i++)
        print_host(result, i);
    fprintf(out, "    level %s, %lu DNS queries, %.1f ms, %s\n", level_word(result->destination),
            (unsigned long)dane_policy_destination_queries(result->destination), result->elapsed, date_text(time(NULL)));
}

#endif
