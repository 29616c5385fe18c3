/* What became of many domains: how many of each action, why, and which were slow; of many that were looked for faults in,
   what was found. Its size does not grow with them. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "clock.h"
#include "findings.h"
#include "result.h"
#include "result_text.h"
#include "tool.h"

/* There are fewer texts of reasons than are kept; of a domain that is longer than a name may be, only the beginning is. */
enum { REASONS = 64, REASON_TEXT = 48, DOMAIN_TEXT = 256, MOST_SHOWN = 5 };

static const dane_policy_action actions[] = {DANE_POLICY_ACTION_DELIVER,       DANE_POLICY_ACTION_VERIFY,
                                             DANE_POLICY_ACTION_ENCRYPT,       DANE_POLICY_ACTION_OPPORTUNISTIC,
                                             DANE_POLICY_ACTION_DEFER,         DANE_POLICY_ACTION_FAIL};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static struct {
    unsigned long domains, count[ACTIONS], found[SEVERITIES], clean;
    struct counted_reason {
        unsigned long count;
        char text[REASON_TEXT];
    } reasons[REASONS];
    struct slow_domain {
        double elapsed;
        char domain[DOMAIN_TEXT];
    } slowest[MOST_SHOWN];
} summary;

static void count_reason(const char *text)
{
    struct counted_reason *reason = summary.reasons, *end = reason + REASONS;

    while (reason < end && reason->count > 0 && strncmp(reason->text, text, REASON_TEXT - 1) != 0)
        reason++;
    if (reason == end)
        return;
    snprintf(reason->text, REASON_TEXT, "%s", text);
    reason->count++;
}

/* Keeps the slowest, in their order. */
static void count_domain(const char *domain, double elapsed)
{
    size_t at = MOST_SHOWN;

    summary.domains++;
    while (at > 0 && summary.slowest[at - 1].elapsed < elapsed)
        at--;
    if (at == MOST_SHOWN)
        return;
    memmove(&summary.slowest[at + 1], &summary.slowest[at], (MOST_SHOWN - 1 - at) * sizeof summary.slowest[0]);
    summary.slowest[at].elapsed = elapsed;
    snprintf(summary.slowest[at].domain, DOMAIN_TEXT, "%s", domain);
}

static void count_result(const struct result *result)
{
    size_t i;

    count_domain(result->domain, result->elapsed);
    for (i = 0; i < ACTIONS; i++)
        summary.count[i] += dane_policy_decision_action(result->decision) == actions[i];
    if (*short_reason(result->decision) != '\0')
        count_reason(short_reason(result->decision));
}

static void count_lint(const char *domain, const struct findings *findings, double elapsed)
{
    size_t i;

    count_domain(domain, elapsed);
    summary.clean += findings->count == 0;
    for (i = 0; i < findings->count; i++) {
        summary.found[findings->list[i].severity]++;
        count_reason(findings->list[i].rule.code);
    }
}

static int by_count(const void *one, const void *other)
{
    unsigned long a = ((const struct counted_reason *)one)->count, b = ((const struct counted_reason *)other)->count;

    return a < b ? 1 : a > b ? -1 : 0;
}

/* Of several domains; `elapsed` milliseconds all took. */
static void print_summary(double elapsed)
{
    const char *before = ": ";
    size_t i;

    if (summary.domains < 2)
        return;
    fprintf(out, "\n%lu domains in %.1f s", summary.domains, elapsed / 1e3);
    for (i = 0; i < ACTIONS; i++) {
        if (summary.count[i] == 0)
            continue;
        fprintf(out, "%s%lu ", before, summary.count[i]);
        paint(light_of_action(actions[i]), dane_policy_action_name(actions[i]));
        before = ", ";
    }
    for (i = 0; i < SEVERITIES; i++) {
        if (summary.found[i] == 0)
            continue;
        fputs(before, out);
        print_number(summary.found[i], i);
        before = ", ";
    }
    if (summary.clean > 0) {
        fprintf(out, "%s%lu ", before, summary.clean);
        paint(GREEN, "clean");
    }
    putc('\n', out);
    qsort(summary.reasons, REASONS, sizeof summary.reasons[0], by_count);
    for (i = 0; i < MOST_SHOWN && summary.reasons[i].count > 0; i++)
        fprintf(out, "  %-8s %8lu     %s\n", i == 0 ? "reasons" : "", summary.reasons[i].count, summary.reasons[i].text);
    for (i = 0; i < MOST_SHOWN && i < summary.domains; i++) {
        fprintf(out, "  %-8s %8.0f ms  ", i == 0 ? "slowest" : "", summary.slowest[i].elapsed);
        print_escaped(out, summary.slowest[i].domain);
        putc('\n', out);
    }
}

#endif
