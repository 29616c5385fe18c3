/* A result for people: a line for each step on the way to the certificate. */
#ifndef RESULT_TEXT_H
#define RESULT_TEXT_H

#include <time.h>

#include "advice.h"
#include "result.h"
#include "tool.h"

static int explains, colour;

static void paint(int good, const char *text)
{
    if (colour)
        fprintf(out, "\033[%sm%s\033[0m", good ? "32" : "31", text);
    else
        fputs(text, out);
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

#endif
