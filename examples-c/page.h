/* Results for a ticket or a manager: one HTML page that stands alone. */
#ifndef PAGE_H
#define PAGE_H

#include <sys/stat.h>
#include <time.h>

#include "advice.h"
#include "options.h"
#include "page_style.h"
#include "result.h"
#include "tool.h"

/* Of a host's TLSA records these are shown: what matches first. */
enum { SHOWN_RECORDS = 12 };

/* A page takes no further domain once it has so many octets. */
#ifndef MAX_PAGE
#define MAX_PAGE (32ul << 20)
#endif

/* The colour of a light. */
static const char *const tones[] = {[GREEN] = "good", [YELLOW] = "warn", [RED] = "bad"};

/* Of each fate the action that it comes of, its picture, and what it means at length. */
static const struct {
    dane_policy_action action;
    const char *icon, *meaning;
} fates[FATES] = {
    [BOUNCES] = {DANE_POLICY_ACTION_FAIL, "bounce", "The sender gets the message back at once."},
    [WAITS] = {DANE_POLICY_ACTION_DEFER, "wait",
               "The mail server keeps the message and tries again; it bounces when the server's own queue time is over."},
    [WITHOUT_TLS] = {DANE_POLICY_ACTION_OPPORTUNISTIC, "open",
                     "DANE does not protect this mail, and the server took no TLS: whoever is on the way can read the message."},
    [AUDITED] = {DANE_POLICY_ACTION_OPPORTUNISTIC, "open",
                 "This is an audit: without it, mail would wait. With it the message goes out, and DANE does not protect it."},
    [UNAUTHENTICATED] = {DANE_POLICY_ACTION_OPPORTUNISTIC, "open",
                         "DANE does not protect this mail: the message goes out by opportunistic TLS, and somebody on the way "
                         "could read it."},
    [UNSIGNED] = {DANE_POLICY_ACTION_OPPORTUNISTIC, "open",
                  "The message goes over TLS to a server whose certificate matches its TLSA record, but the domain does not "
                  "prove that this is its server: somebody on the way could name another."},
    [ENCRYPTED] = {DANE_POLICY_ACTION_ENCRYPT, "open",
                   "The message goes out over TLS or not at all, but no TLSA record says which server is the right one."},
    [PENDING] = {DANE_POLICY_ACTION_VERIFY, "wait", "DNS was looked up and no connection made; the server's certificate decides."},
    [AUTHENTICATED] = {DANE_POLICY_ACTION_DELIVER, "good",
                       "The message goes over TLS to a server whose certificate matches its TLSA record."},
};

static const char *tone_of(enum fate fate)
{
    return tones[light_of_action(fates[fate].action)];
}

/* Of each fate the rows of the table and the articles, as they came; an article's number is in the links to it. */
static struct {
    const char *name; /* of the file, NULL for no page, - for standard output */
    char *path;       /* what is to be replaced */
    mode_t mode;
    struct part {
        FILE *file;
        char *text;
        size_t length;
    } rows[FATES], articles[FATES];
    unsigned long count[FATES], sum, left_out;
    unsigned levels; /* a bit for each that applied */
    char *first;     /* domain */
    enum fate first_fate;
} page;

/* Whether the page stands where text would. */
static int page_is_output(void)
{
    return page.name != NULL && strcmp(page.name, "-") == 0;
}

/* Of a text that others wrote: no octet is markup, and what is not printable ASCII becomes \x1b. */
static void html_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("&<>\"'", *text) != NULL || *text < ' ' || *text > '~')
            fprintf(to, *text < ' ' || *text > '~' ? "\\x%02x" : "&#%u;", (unsigned char)*text);
        else
            putc(*text, to);
    }
}

/* Markup with texts for %s and numbers for %u: unsigned long. */
static void html(FILE *to, const char *markup, ...)
{
    va_list values;

    va_start(values, markup);
    for (; *markup != '\0'; markup++) {
        if (*markup != '%')
            putc(*markup, to);
        else if (*++markup == 'u')
            fprintf(to, "%lu", va_arg(values, unsigned long));
        else
            html_text(to, va_arg(values, const char *));
    }
    va_end(values);
}

static void html_pill(FILE *to, const char *kind, const char *tone, const char *icon, const char *words)
{
    html(to,
         "<span class=\"%s %s\"><svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><use href=\"#%s\"/></svg>"
         "%s</span>",
         kind, tone, icon, words);
}

static void html_fate(FILE *to, enum fate fate)
{
    html_pill(to, "fate", tone_of(fate), fates[fate].icon, meaning_of(fate, 0));
}

/* What a step of the way shows. */
struct view {
    const char *tone, *icon, *word, *meaning;
};

static struct view view_of_status(dane_policy_status status)
{
    const char *word = status_word(status);

    switch (status) {
    case DANE_POLICY_STATUS_SECURE: return (struct view){"good", "good", word, "proven by DNSSEC"};
    case DANE_POLICY_STATUS_INSECURE: return (struct view){"warn", "open", word, "outside DNSSEC"};
    case DANE_POLICY_STATUS_NXDOMAIN: return (struct view){"warn", "open", word, "there is none"};
    case DANE_POLICY_STATUS_UNUSABLE: return (struct view){"warn", "open", word, "of kinds that SMTP does not use"};
    case DANE_POLICY_STATUS_NOT_APPLICABLE: return (struct view){"off", "off", "not looked up", ""};
    case DANE_POLICY_STATUS_CONFIGURED: return (struct view){"calm", "good", word, ""};
    default: return (struct view){"bad", "bad", word, "a proof failed, or no answer came"};
    }
}

static struct view view_of_tls(const dane_policy_verification *verification, const char *version)
{
    if (version != NULL)
        return (struct view){"good", "good", version, "encrypted"};
    if (verification == NULL)
        return (struct view){"off", "off", "not tried", ""};
    switch (dane_policy_verification_certificate(verification)) {
    case DANE_POLICY_CERTIFICATE_NO_STARTTLS:
        return (struct view){"bad", "bad", certificate_word(verification), "the server offers no TLS"};
    case DANE_POLICY_CERTIFICATE_CONNECTION_FAILED:
        return (struct view){"bad", "bad", certificate_word(verification), "the server was not reached"};
    default: return (struct view){"bad", "bad", certificate_word(verification), "TLS was not established"};
    }
}

static struct view view_of_certificate(const dane_policy_verification *verification, const char *version)
{
    const char *word = certificate_word(verification);

    if (version == NULL || verification == NULL)
        return (struct view){"off", "off", "not seen", ""};
    switch (dane_policy_verification_certificate(verification)) {
    case DANE_POLICY_CERTIFICATE_SUCCESSFUL: return (struct view){"good", "good", word, "matches a TLSA record"};
    case DANE_POLICY_CERTIFICATE_ESTABLISHED: return (struct view){"warn", "open", word, "compared with nothing"};
    default: return (struct view){"bad", "bad", word, "not what the TLSA records say"};
    }
}

static const char *const step_names[] = {"MX records", "Address", "TLSA records", "TLS", "Certificate"};

/* Begins a step; the one where it broke, or where DANE ended, is marked by the tone of what comes of it. */
static void html_begin_step(FILE *to, enum step step, struct view view, int is_broken, enum fate fate)
{
    const char *tone = is_broken ? tone_of(fate) : view.tone;

    html(to, "<li class=\"step %s%s%s\"><p class=\"name\">%s</p>", tone, is_broken ? " broken" : "",
         step == MX ? " mx" : "", step_names[step]);
    html_pill(to, "status", view.tone, view.icon, view.word);
    if (*view.meaning != '\0')
        html(to, "<p class=\"facts soft\">%s</p>", view.meaning);
    if (is_broken)
        html(to, "<p class=\"here\">%s</p>",
             fate == WAITS     ? "Here it broke"
             : fate == BOUNCES ? "Here it ends"
                               : "Here DANE ends");
}

static void html_step(FILE *to, enum step step, struct view view, int is_broken, enum fate fate, const char *facts)
{
    html_begin_step(to, step, view, is_broken, fate);
    if (facts != NULL && *facts != '\0')
        html(to, "<p class=\"facts\">%s</p>", facts);
    html(to, "</li>\n");
}

/* A record, and what became of it. */
static void html_record(FILE *to, const dane_policy_host *host, const dane_policy_verification *verification, size_t index)
{
    const char *text = dane_policy_verification_record_text(verification, index), *tone = "off";

    if (!dane_policy_host_tlsa_usable(host, index))
        tone = "warn";
    else if (dane_policy_verification_record_index(verification) == (int)index)
        tone = "good";
    else if (dane_policy_verification_result(verification) == DANE_POLICY_RESULT_MISMATCHED && text != NULL)
        tone = "bad";
    if (text == NULL)
        text = dane_policy_host_tlsa_usable(host, index) ? "usable" : "unusable";
    html(to, "<li class=\"%s\"><code>%s</code>%s</li>\n", tone, dane_policy_host_tlsrpt_string(host, index), text);
}

static void html_records(FILE *to, const dane_policy_host *host, const dane_policy_verification *verification)
{
    size_t count = dane_policy_host_tlsa_count(host), shown = 0, i;
    int matched = dane_policy_verification_record_index(verification);

    if (count == 0)
        return;
    html(to, "<ul class=\"records\" aria-label=\"TLSA records of %s\">\n", dane_policy_host_name(host));
    if (matched >= 0) {
        html_record(to, host, verification, (size_t)matched);
        shown++;
    }
    for (i = 0; i < count && shown < SHOWN_RECORDS; i++)
        if (matched < 0 || i != (size_t)matched) {
            html_record(to, host, verification, i);
            shown++;
        }
    if (shown < count)
        html(to, "<li class=\"off\">and %u more</li>\n", (unsigned long)(count - shown));
    html(to, "</ul>\n");
}

/* The brief advice is half a sentence. */
static void html_brief(FILE *to, const struct advice *advice)
{
    char first[2] = {advice->brief[0], '\0'};

    if (*first >= 'a' && *first <= 'z')
        *first = (char)(*first - 'a' + 'A');
    html(to, "%s%s.", first, advice->brief + 1);
}

static void html_addresses(FILE *to, const dane_policy_host *host)
{
    const char *text = dane_policy_host_address_text(host);
    size_t count = dane_policy_host_address_count(host), i;

    if (*text != '\0')
        html(to, "<p class=\"facts\">%s</p>", text);
    if (count == 0)
        return;
    html(to, "<ul class=\"facts\">");
    for (i = 0; i < count; i++)
        html(to, "<li><code>%s</code></li>", dane_policy_host_address(host, i));
    html(to, "</ul>");
}

/* A host, and the steps to its certificate. */
static void html_lane(FILE *to, const struct result *result, size_t index)
{
    const dane_policy_host *host = dane_policy_destination_host(result->destination, index);
    const dane_policy_verification *verification = verification_of(result, index);
    const dane_policy_decision *decision = decision_of(result, index);
    const char *version = dane_policy_report_tls_version(result->report, index);
    const struct advice *advice = advice_on(dane_policy_decision_detail(decision));
    enum fate fate = fate_of_host(result, index);
    enum step broken = broken_step(decision, dane_policy_destination_mx_status(result->destination));
    int is_spare = is_untried(result, index);

    html(to, "<li class=\"lane\"><div class=\"head\"><h3>%s</h3><span class=\"soft\">preference %u</span>",
         dane_policy_host_name(host), (unsigned long)dane_policy_host_preference(host));
    if (is_spare)
        html_pill(to, "fate", "off", "off", untried);
    else
        html_pill(to, "fate", tone_of(fate), fate == WAITS ? "bad" : fates[fate].icon, meaning_of(fate, 1));
    html(to, "</div>\n<ol class=\"steps\">\n");
    html_begin_step(to, ADDRESS, view_of_status(dane_policy_host_address_status(host)), broken == ADDRESS, fate);
    if (!is_spare)
        html_addresses(to, host);
    html(to, "</li>\n");
    html_step(to, TLSA, view_of_status(dane_policy_host_tlsa_status(host)), broken == TLSA, fate,
              is_spare ? NULL : dane_policy_host_tlsa_text(host));
    html_step(to, TLS, view_of_tls(verification, version), broken == TLS, fate,
              version == NULL ? dane_policy_verification_text(verification) : NULL);
    html_step(to, CERTIFICATE, view_of_certificate(verification, version), broken == CERTIFICATE, fate,
              version != NULL ? dane_policy_verification_text(verification) : NULL);
    html(to, "</ol>\n");
    if (!is_spare)
        html_records(to, host, verification);
    if (!is_spare && advice != NULL &&
        dane_policy_decision_detail(decision) != dane_policy_decision_detail(result->decision)) {
        html(to, "<p class=\"advice\"><strong>To do:</strong> ");
        html_brief(to, advice);
        html(to, "</p>\n");
    }
    html(to, "</li>\n");
}

static void html_todo(FILE *to, const struct result *result, const dane_policy_host *host, enum fate fate)
{
    const struct advice *advice = advice_on(dane_policy_decision_detail(result->decision));
    enum step broken = broken_step(result->decision, dane_policy_destination_mx_status(result->destination));

    if (advice == NULL)
        return;
    html(to, "<div class=\"todo %s\"><div><h3>%s</h3><p>", tone_of(fate),
         fate == WAITS ? "Where it broke" : fate == BOUNCES ? "Why" : "Where DANE ends");
    if (broken != NONE) {
        html(to, "<strong>%s", step_names[broken]);
        if (broken != MX && host != NULL)
            html(to, " of %s", dane_policy_host_name(host));
        html(to, "</strong>");
    }
    html(to, "%s</p></div>\n<div><h3>What to do</h3><p><strong>", dane_policy_decision_text(result->decision));
    html_brief(to, advice);
    html(to, "</strong></p><p class=\"more\">%s</p></div></div>\n", advice->full);
}

static void html_fact(FILE *to, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        html(to, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void html_article(FILE *to, const struct result *result, const dane_policy_host *host, enum fate fate)
{
    const dane_policy_decision *decision = result->decision;
    dane_policy_status mx = dane_policy_destination_mx_status(result->destination);
    size_t hosts = dane_policy_destination_host_count(result->destination), i;
    char took[64];

    html(to, "<article id=\"d%u\" aria-labelledby=\"h%u\">\n<div class=\"head\"><h2 id=\"h%u\">%s</h2>", page.sum, page.sum,
         page.sum, result->domain);
    html_fate(to, fate);
    html(to, "</div>\n<p class=\"verdict\">%s</p>\n", fates[fate].meaning);
    html_todo(to, result, host, fate);
    html(to, "<ol class=\"way%s\" aria-label=\"The way from %s to the certificate\">\n", hosts == 0 ? " alone" : "",
         result->domain);
    html_step(to, MX, view_of_status(mx), broken_step(decision, mx) == MX, fate,
              dane_policy_destination_mx_text(result->destination));
    if (hosts > 0) {
        html(to, "<li><ol class=\"lanes\">\n");
        for (i = 0; i < hosts; i++)
            html_lane(to, result, i);
        html(to, "</ol></li>\n");
    }
    html(to, "</ol>\n<dl class=\"meta\">\n");
    html_fact(to, "Level", level_word(result->destination));
    html_fact(to, "Reason", dane_policy_decision_reason_text(decision));
    html_fact(to, "Detail", dane_policy_detail_name(dane_policy_decision_detail(decision)));
    html_fact(to, "Status code", dane_policy_decision_enhanced_status(decision));
    html_fact(to, "Deciding host", host == NULL ? NULL : dane_policy_host_name(host));
    snprintf(took, sizeof took, "%lu", (unsigned long)dane_policy_destination_queries(result->destination));
    html_fact(to, "DNS queries", took);
    snprintf(took, sizeof took, "%.1f ms", result->elapsed);
    html_fact(to, "Time", took);
    html(to, "</dl>\n<p class=\"back\"><a href=\"#top\">Back to the top</a></p>\n</article>\n");
}

static void html_row(FILE *to, const struct result *result, const dane_policy_host *host, enum fate fate)
{
    const char *reason = short_reason(result->decision);

    html(to, "<tr><th scope=\"row\"><a href=\"#d%u\">%s</a></th><td>", page.sum, result->domain);
    html_fate(to, fate);
    html(to, "</td><td data-label=\"Reason\">%s</td><td data-label=\"Deciding host\">%s</td></tr>\n",
         *reason == '\0' ? "none" : reason, host == NULL ? "none" : dane_policy_host_name(host));
}

/* Adds what became of a domain. */
static void add_to_page(const struct result *result)
{
    int via = dane_policy_report_via(result->report);
    const dane_policy_host *host = via < 0 ? NULL : dane_policy_destination_host(result->destination, (size_t)via);
    enum fate fate = fate_of_domain(result);
    size_t kept = 0, i;

    page.count[fate]++;
    page.levels |= 1u << dane_policy_destination_level(result->destination);
    for (i = 0; i < FATES; i++)
        kept += (size_t)ftell(page.rows[i].file) + (size_t)ftell(page.articles[i].file);
    if (kept >= MAX_PAGE) {
        page.left_out++;
        return;
    }
    if (page.sum++ == 0) {
        page.first = strcpy(allocate(NULL, strlen(result->domain) + 1), result->domain);
        page.first_fate = fate;
    }
    html_row(page.rows[fate].file, result, host, fate);
    html_article(page.articles[fate].file, result, host, fate);
}

/* The file that takes the place of the page's when it is whole, in the same directory. */
static char *page_temporary(int *fd)
{
    static const char name[] = ".dane-check-XXXXXX";
    const char *slash = strrchr(page.path, '/');
    size_t directory = slash == NULL ? 0 : (size_t)(slash + 1 - page.path);
    char *path = allocate(NULL, directory + sizeof name);

    memcpy(path, page.path, directory);
    memcpy(path + directory, name, sizeof name);
    *fd = mkstemp(path);
    return path;
}

static void open_part(struct part *part)
{
    part->file = open_memstream(&part->text, &part->length);
    if (part->file == NULL)
        fail(EXIT_FAULT, "out of memory");
}

static void close_part(struct part *part)
{
    int is_lost = ferror(part->file);

    if (fclose(part->file) != 0 || is_lost)
        fail(EXIT_FAULT, "out of memory");
}

/* Begins the page that page.name asks for, if any; its file can be written then, so that no check is for nothing. */
static void begin_page(int has_results, int has_form)
{
    const char *name = page.name;
    struct stat status;
    char *temporary;
    mode_t mask;
    size_t i;
    int fd;

    if (name == NULL)
        return;
    if (!has_results)
        fail(EXIT_USAGE, "--html: --lint, --query and --self-test have no page");
    if (page_is_output() && has_form)
        fail(EXIT_USAGE, "--html: standard output is taken by --brief, --full or --json");
    for (i = 0; i < FATES; i++) {
        open_part(&page.rows[i]);
        open_part(&page.articles[i]);
    }
    if (page_is_output())
        return;
    mask = umask(0);
    umask(mask);
    page.mode = 0666 & ~mask;
    page.path = realpath(name, NULL);
    if (page.path == NULL) {
        if (errno != ENOENT || *name == '\0')
            fail(EXIT_USAGE, "--html: '%s': %s", name, strerror(errno));
        page.path = strcpy(allocate(NULL, strlen(name) + 1), name);
    } else if (stat(page.path, &status) != 0 || !S_ISREG(status.st_mode)) {
        fail(EXIT_USAGE, "--html: '%s': not a regular file", name);
    } else {
        page.mode = status.st_mode & 0777;
    }
    temporary = page_temporary(&fd);
    if (fd < 0)
        fail(EXIT_USAGE, "--html: '%s': %s", name, strerror(errno));
    close(fd);
    unlink(temporary);
    free(temporary);
}

static void put_parts(FILE *to, const struct part *parts)
{
    size_t i;

    for (i = 0; i < FATES; i++)
        fwrite(parts[i].text, 1, parts[i].length, to);
}

static void put_title(FILE *to)
{
    size_t i;

    if (page.sum == 1 && page.left_out == 0) {
        html(to, "%s: %s", page.first, meaning_of(page.first_fate, 0));
        return;
    }
    html(to, "DANE check of %u domains", page.sum + page.left_out);
    for (i = 0; i <= WAITS; i++)
        if (page.count[i] != 0)
            html(to, "; %s: %u", meaning_of(i, 0), page.count[i]);
}

/* The pictures beside the words of a fate or a status, as paths. */
static const struct {
    const char *name, *paths[2];
} symbols[] = {
    {"good", {"M12 2a10 10 0 1 0 .01 0z", "M7 12.5l3.5 3.5 6.5-7.5"}},
    {"bad", {"M8 2h8l6 6v8l-6 6h-8l-6-6v-8z", "M8.5 8.5l7 7m0-7l-7 7"}},
    {"open", {"M12 2.5l10.5 18.5h-21z", "M12 9v5.5m0 3v.1"}},
    {"wait", {"M12 2a10 10 0 1 0 .01 0z", "M12 6v6.5l4 2.5"}},
    {"bounce", {"M9 4l-6 6 6 6", "M3 10h11a6 6 0 0 1 0 11h-3"}},
    {"off", {"M12 2a10 10 0 1 0 .01 0z", "M7.5 12h9"}},
};

static void put_head(FILE *to)
{
    size_t i, j;

    html(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
             "base-uri 'none'; form-action 'none'\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
    put_title(to);
    html(to, "</title>\n<style>\n");
    for (i = 0; i < sizeof page_style / sizeof page_style[0]; i++)
        fprintf(to, "%s\n", page_style[i]);
    html(to, "</style>\n</head>\n<body id=\"top\">\n<svg class=\"symbols\" aria-hidden=\"true\">\n");
    for (i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        html(to, "<symbol id=\"%s\" viewBox=\"0 0 24 24\">", symbols[i].name);
        for (j = 0; j < 2; j++)
            html(to, "<path d=\"%s\"/>", symbols[i].paths[j]);
        html(to, "</symbol>\n");
    }
    html(to, "</svg>\n");
}

static void put_header(FILE *to)
{
    static const dane_policy_level levels[] = {DANE_POLICY_LEVEL_DANE, DANE_POLICY_LEVEL_DANE_ONLY, DANE_POLICY_LEVEL_OFF};
    const char *before = "";
    time_t now = time(NULL);
    char machine[32] = "";
    size_t i;

    strftime(machine, sizeof machine, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    html(to, "<header>\n<h1>DANE check of %u domain%s</h1>\n<p class=\"soft\">", page.sum + page.left_out,
         page.sum + page.left_out == 1 ? "" : "s");
    html(to, "Made <time datetime=\"%s\">%s</time> by libdane-policy %s", machine, date_text(now), dane_policy_version());
    if (fixed_time >= 0)
        html(to, ", judged as of %s", date_text(fixed_time));
    html(to, ". Level ");
    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (page.levels & 1u << levels[i]) {
            html(to, "%s%s", before, dane_policy_level_name(levels[i]));
            before = ", ";
        }
    html(to, "; DNSSEC: %s (%s); port %u.</p>\n</header>\n",
         dnssec == DANE_POLICY_DNSSEC_VALIDATE ? "validated here" : "as the resolver says", dane_policy_dnssec_name(dnssec),
         (unsigned long)port);
}

static void put_summary(FILE *to)
{
    char words[80];
    size_t i;

    if (page.sum + page.left_out == 1)
        return;
    html(to, "<section aria-labelledby=\"summary\">\n<h2 id=\"summary\">Summary</h2>\n<ul class=\"counts\">\n");
    for (i = 0; i < FATES; i++)
        if (page.count[i] != 0) {
            snprintf(words, sizeof words, "%s: %lu", meaning_of(i, 0), page.count[i]);
            html(to, "<li>");
            html_pill(to, "fate", tone_of(i), fates[i].icon, words);
            html(to, "</li>\n");
        }
    html(to, "</ul>\n");
    if (page.left_out != 0)
        html(to, "<p><strong>The page is full: %u more domains were checked, and are only counted.</strong></p>\n",
             page.left_out);
    html(to, "<table>\n<caption>What happens to mail for each domain, the worst first</caption>\n"
             "<thead><tr><th scope=\"col\">Domain</th><th scope=\"col\">Mail</th><th scope=\"col\">Reason</th>"
             "<th scope=\"col\">Deciding host</th></tr></thead>\n<tbody>\n");
    put_parts(to, page.rows);
    html(to, "</tbody>\n</table>\n</section>\n");
}

static void put_page(FILE *to)
{
    put_head(to);
    put_header(to);
    html(to, "<main>\n");
    put_summary(to);
    put_parts(to, page.articles);
    html(to, "</main>\n<footer>\n<p>The way goes from a domain's MX records to each host's address, its TLSA records, TLS "
             "and the certificate. Checked as RFC 7672 says; no mail was sent.</p>\n</footer>\n</body>\n</html>\n");
}

/* Replaces the file by the whole page, or not at all. */
static void replace_file(void)
{
    int fd, error = 0;
    char *temporary = page_temporary(&fd);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

    if (to == NULL)
        fail(EXIT_FAULT, "--html: '%s': %s", page.name, strerror(errno));
    put_page(to);
    if (fflush(to) != 0 || ferror(to) || fchmod(fd, page.mode) != 0 || fsync(fd) != 0)
        error = errno;
    if (fclose(to) != 0 && error == 0)
        error = errno;
    if (error == 0 && rename(temporary, page.path) != 0)
        error = errno;
    if (error != 0) {
        unlink(temporary);
        fail(EXIT_FAULT, "--html: '%s': %s", page.name, strerror(error));
    }
    free(temporary);
    free(page.path);
}

/* Puts the page where it belongs, if there is to be one. */
static void finish_page(void)
{
    size_t i;

    if (page.name == NULL)
        return;
    for (i = 0; i < FATES; i++) {
        close_part(&page.rows[i]);
        close_part(&page.articles[i]);
    }
    if (page_is_output())
        put_page(stdout);
    else
        replace_file();
    for (i = 0; i < FATES; i++) {
        free(page.rows[i].text);
        free(page.articles[i].text);
    }
    free(page.first);
}

#endif
