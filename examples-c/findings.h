/* What was found about a domain, and how it is shown: as text, or as one JSON object a line. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "advice.h"
#include "json.h"
#include "result_text.h"
#include "tool.h"

enum severity { FAULT, WARNING, NOTE, SEVERITIES };

static const char *const severity_words[SEVERITIES] = {"fault", "warning", "note"};
static const enum light severity_lights[SEVERITIES] = {RED, YELLOW, GREEN};

/* A kind of finding. */
struct rule {
    const char *code, *todo, *rfc;
};

struct finding {
    struct rule rule;
    enum severity severity;
    const char *host; /* NULL: the domain as a whole */
    char *text;
};

struct findings {
    struct finding *list;
    size_t count;
};

static void add_finding(struct findings *findings, const struct rule *rule, enum severity severity, const char *host,
                        const char *format, ...)
{
    struct finding *finding;
    va_list arguments;
    size_t size;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size = length < 0 ? 1 : (size_t)length + 1;
    findings->list = allocate(findings->list, (findings->count + 1) * sizeof *findings->list);
    finding = &findings->list[findings->count++];
    *finding = (struct finding){*rule, severity, host, allocate(NULL, size)};
    va_start(arguments, format);
    vsnprintf(finding->text, size, format, arguments);
    va_end(arguments);
}

static size_t count_findings(const struct findings *findings, enum severity severity)
{
    size_t count = 0, i;

    for (i = 0; i < findings->count; i++)
        count += findings->list[i].severity == severity;
    return count;
}

static void free_findings(struct findings *findings)
{
    size_t i;

    for (i = 0; i < findings->count; i++)
        free(findings->list[i].text);
    free(findings->list);
}

static void json_finding(const struct finding *finding)
{
    putc('{', out);
    json_field("code", finding->rule.code);
    putc(',', out);
    json_field("severity", severity_words[finding->severity]);
    putc(',', out);
    json_field("host", finding->host);
    putc(',', out);
    json_field("text", finding->text);
    putc(',', out);
    json_field("todo", finding->rule.todo);
    putc(',', out);
    json_field("rfc", finding->rule.rfc);
    putc('}', out);
}

/* The gravest first. */
static void print_findings_json(const char *domain, const struct findings *findings)
{
    const char *comma = "";
    size_t severity, i;

    putc('{', out);
    json_field("domain", domain);
    fputs(",\"findings\":[", out);
    for (severity = 0; severity < SEVERITIES; severity++)
        for (i = 0; i < findings->count; i++) {
            if (findings->list[i].severity != severity)
                continue;
            fputs(comma, out);
            json_finding(&findings->list[i]);
            comma = ",";
        }
    fputs("]}\n", out);
}

static void print_finding(const struct finding *finding)
{
    char todo[256];

    fputs("  ", out);
    paint(severity_lights[finding->severity], severity_words[finding->severity]);
    fprintf(out, " %s%s%s\n", finding->rule.code, finding->host == NULL ? "" : ", ",
            finding->host == NULL ? "" : finding->host);
    print_wrapped("    ", finding->text);
    snprintf(todo, sizeof todo, "to do: %s", finding->rule.todo);
    print_wrapped("    ", todo);
    fprintf(out, "    %s\n", finding->rule.rfc);
}

/* The first of the gravest; NULL where there is none. */
static const struct finding *gravest(const struct findings *findings)
{
    const struct finding *gravest = NULL;
    size_t i;

    for (i = 0; i < findings->count; i++)
        if (gravest == NULL || findings->list[i].severity < gravest->severity)
            gravest = &findings->list[i];
    return gravest;
}

/* Green where there is nothing but notes. */
static enum light light_of_findings(const struct findings *findings)
{
    return findings->count == 0 ? GREEN : severity_lights[gravest(findings)->severity];
}

/* One line: the gravest severity, the domain, and of the first finding of it the word and the host. */
static void print_findings_brief(const char *domain, const struct findings *findings)
{
    const struct finding *first = gravest(findings);
    char codes[64] = "";

    if (findings->count > 0)
        snprintf(codes, sizeof codes, "%s", first->rule.code);
    if (findings->count > 1)
        snprintf(codes + strlen(codes), sizeof codes - strlen(codes), " and %lu more", (unsigned long)findings->count - 1);
    print_columns(light_of_findings(findings), first == NULL ? "clean" : severity_words[first->severity], domain, codes,
                  first == NULL ? NULL : first->host);
}

/* As "2 warnings". */
static void print_number(unsigned long count, size_t severity)
{
    char words[16];

    snprintf(words, sizeof words, "%s%s", severity_words[severity], count == 1 ? "" : "s");
    fprintf(out, "%lu ", count);
    paint(severity_lights[severity], words);
}

/* The gravest first; `clean` is what is said where there is none. */
static void print_findings(const char *domain, const struct findings *findings, const char *clean)
{
    const char *comma = "";
    size_t severity, count, i;

    print_escaped(out, domain);
    fputs(": ", out);
    for (severity = 0; severity < SEVERITIES; severity++) {
        count = count_findings(findings, severity);
        if (count == 0)
            continue;
        fputs(comma, out);
        print_number(count, severity);
        comma = ", ";
    }
    if (findings->count == 0)
        paint(GREEN, clean);
    putc('\n', out);
    for (severity = 0; severity < SEVERITIES; severity++)
        for (i = 0; i < findings->count; i++)
            if (findings->list[i].severity == severity)
                print_finding(&findings->list[i]);
}

#endif
