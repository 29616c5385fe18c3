/*
 * Runs the decision table against the embedded world: real DNS packets, DNSSEC validation from the world's own
 * root, real STARTTLS handshakes. `world run -- demo` shows the 30 rows, `world run -- demo --all` every case.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dane_policy_diagnosis.h>

#include "../../examples-c/world.h"
#include "cases.h"

enum { SLOW_MS = 4000 };

static const char *const column_names[4] = {"MX", "address", "TLSA", "certificate"};

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL) {
        fprintf(stderr, "demo: %s is not set: run it as `world run -- demo`\n", name);
        exit(2);
    }
    return value;
}

static void must(int code)
{
    if (code != DANE_POLICY_OK) {
        fprintf(stderr, "demo: %s\n", dane_policy_error_text(code));
        exit(3);
    }
}

/* SMTP connections that the world has accepted so far. */
static long connections(void)
{
    FILE *file = fopen(environment("DANE_WORLD_CONNECTIONS"), "r");
    long count = 0;
    int c;

    if (file == NULL)
        exit(3);
    while ((c = getc(file)) != EOF)
        count += c == '\n';
    fclose(file);
    return count;
}

static dane_policy_report *check(const struct row *row, int level)
{
    dane_policy_context *context;
    dane_policy_report *report;

    must(world_context(&context));
    must(dane_policy_context_set_level(context, level));
    must(dane_policy_context_set_ehlo_name(context, "demo.test"));
    if (row->slow)
        must(dane_policy_context_set_timeout(context, SLOW_MS));
    must(dane_policy_check(context, row->domain, world_port(), &report));
    dane_policy_context_free(context);
    return report;
}

static const char *status(int number)
{
    return number == DANE_POLICY_STATUS_NOT_APPLICABLE ? "-" : dane_policy_status_name(number);
}

static const char *certificate(int number)
{
    switch (number) {
    /* TLS, and no record to match: the table does not look at the certificate. */
    case DANE_POLICY_CERTIFICATE_ESTABLISHED:
    case DANE_POLICY_CERTIFICATE_NOT_APPLICABLE: return "-";
    case DANE_POLICY_CERTIFICATE_SUCCESSFUL: return "successful";
    default: return "unsuccessful";
    }
}

/*
 * Rows 8 and 9 end before a connection. Connects all the same, as level DANE does, and lets the table
 * decide again with the certificate that was seen.
 */
static const dane_policy_decision *complete(const struct row *row, const char **seen)
{
    dane_policy_report *report = check(row, DANE_POLICY_LEVEL_DANE);
    const dane_policy_destination *to = dane_policy_report_destination(report);
    const dane_policy_host *host = dane_policy_destination_host(to, 0);
    int number = dane_policy_verification_certificate(dane_policy_report_verification(report, 0));
    const dane_policy_decision *decision = dane_policy_decide(
        DANE_POLICY_LEVEL_DANE_ONLY, dane_policy_destination_mx_status(to),
        dane_policy_host_address_status(host), dane_policy_host_tlsa_status(host), number);

    *seen = certificate(number);
    dane_policy_report_free(report);
    return decision;
}

/* Runs one case and prints its line; 1 if everything is as expected. */
static int run(const struct row *row)
{
    int level = is_dane_only(row) ? DANE_POLICY_LEVEL_DANE_ONLY : DANE_POLICY_LEVEL_DANE;
    long before = connections();
    dane_policy_report *report = check(row, level);
    const dane_policy_destination *to = dane_policy_report_destination(report);
    const dane_policy_host *host = dane_policy_destination_host(to, 0);
    const dane_policy_verification *verification = dane_policy_report_verification(report, 0);
    const dane_policy_decision *decision = dane_policy_report_decision(report);
    const char *action = dane_policy_action_name(dane_policy_decision_action(decision));
    const char *reason = dane_policy_decision_reason_text(decision);
    const char *found[4] = {"-", "-", "-", "-"};
    char mismatch[LINE] = "";
    int ok = strcmp(action, row->action) == 0 && strcmp(reason, row->reason) == 0, i;

    found[0] = status(dane_policy_destination_mx_status(to));
    if (host != NULL) {
        found[1] = status(dane_policy_host_address_status(host));
        found[2] = status(dane_policy_host_tlsa_status(host));
    }
    if (verification != NULL)
        found[3] = certificate(dane_policy_verification_certificate(verification));
    if (*row->columns[3] != '\0' && *row->columns[3] != '-' && verification == NULL) {
        if (connections() != before) {
            ok = 0;
            strcat(mismatch, " check connected;");
        }
        decision = complete(row, &found[3]);
        ok = ok && strcmp(dane_policy_decision_reason_text(decision), row->reason) == 0;
    }
    for (i = 0; i < 4; i++)
        if (*row->columns[i] != '\0' && strcmp(row->columns[i], found[i]) != 0) {
            ok = 0;
            sprintf(mismatch + strlen(mismatch), " %s should be %s;", column_names[i], row->columns[i]);
        }
    if (*row->columns[0] != '\0')
        printf("%3s  %-9s  %-8s  %-8s  %-8s  %-12s  %-13s  %-30s  %-13s  %s%s\n", row->name, row->level,
               found[0], found[1], found[2], found[3], action, reason, row->action, ok ? "ok" : "WRONG",
               mismatch);
    else
        printf("%-58s  %-9s  %-13s  %-30s  %s\n", row->name, row->level, action, reason,
               ok ? "ok" : "WRONG");
    if (!ok)
        printf("     expected %s (%s) for %s; text: %s\n", row->action, row->reason, row->domain,
               dane_policy_decision_text(dane_policy_report_decision(report)));
    dane_policy_report_free(report);
    fflush(stdout);
    return ok;
}

int main(int argc, char **argv)
{
    int all = argc > 1 && strcmp(argv[1], "--all") == 0, passed = 0, failed = 0;
    FILE *file = fopen(environment("DANE_WORLD_CASES"), "r");
    char line[LINE];
    struct row row;

    if (file == NULL)
        return 3;
    printf("libdane-policy %s: the decision table, row by row.\n\n"
           "Every row is a mail domain of its own in a private DNS on this machine: zones are signed,\n"
           "unsigned or broken on purpose, every status below is proven from that DNS's own root key, and\n"
           "every certificate was shown in a real STARTTLS handshake. The C function dane_policy_check found\n"
           "the columns and decided; \"ok\" says that columns, action and reason are those of the table.\n"
           "(In rows 8 and 9 the decision is made without connecting; the certificate is then fetched all\n"
           "the same, and dane_policy_decide asked again.)\n\n"
           "row  level      MX        address   TLSA      certificate   action         reason%25sexpected\n",
           dane_policy_version(), "");
    while (fgets(line, sizeof line, file) != NULL) {
        if (!split(line, &row) || (!all && *row.columns[0] == '\0'))
            continue;
        if (run(&row))
            passed++;
        else
            failed++;
    }
    fclose(file);
    printf("\n%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed >= 30 ? 0 : 1;
}
