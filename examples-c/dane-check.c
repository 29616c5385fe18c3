/* dane-check: may mail for these domains be delivered, and why? */
#define _XOPEN_SOURCE 700
/* Dates after 2038 where a long has 32 bits. */
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64

#include <strings.h>
#include <unistd.h>

#include <dane_policy_diagnosis.h>

#include "arguments.h"
#include "batch.h"
#include "clock.h"
#include "json.h"
#include "lint.h"
#include "options.h"
#include "page.h"
#include "result_json.h"
#include "result_text.h"
#include "self_test.h"
#include "summary.h"
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
    "  --sha1 on|off                 take zones that SHA-1 secures for secure (default), or for insecure\n"
    "  --ehlo NAME                   name to say in EHLO\n"
    "  --port N                      SMTP port (default 25)\n"
    "  --timeout SECONDS             for each domain (default 30)\n"
    "  --time UNIX                   validate as of this time\n"
    "  --dns-only                    look up, do not connect\n"
    "  --input FILE                  more domains, one a line; - is standard input\n"
    "  --jobs N                      check N domains at once (up to 1000); results come as they are ready\n"
    "  --lint                        say what is wrong with the domain's DANE set-up, and what will be\n"
    "  --brief                       one line for each domain: action, domain, reason, host; the default where\n"
    "                                several are told on a terminal\n"
    "  --full                        the way to the certificate, or with --lint every finding, for each domain\n"
    "  --explain                     say at length what a failure means, with --full\n"
    "  --json                        one JSON object a line\n"
    "  --html FILE                   a page for a browser, too; - is standard output, and no text\n"
    "  --help, --version             this text, or the version of the library\n"
    "\n"
    "exit status: 0 all may be delivered to, 1 some are deferred or fail, 2 wrong usage, 3 internal error or lost output;\n"
    "with --lint: 0 nothing but notes, 1 faults or warnings\n";

/* How results are shown. */
enum form { UNSAID, BRIEF, FULL, JSON };

static enum form form;
static int dns_only;

static int start_check(dane_policy_multi *multi, const char *domain, void *tag)
{
    return dns_only ? dane_policy_multi_lookup(multi, domain, port, tag)
                    : dane_policy_multi_check(multi, domain, port, tag);
}

/* 1 if mail for the domain would go out. */
static int tell(struct job *job, dane_policy_multi *multi, dane_policy_outcome *outcome, double elapsed)
{
    dane_policy_destination *destination = dane_policy_outcome_take_destination(outcome);
    dane_policy_report *report = dane_policy_outcome_take_report(outcome);
    struct result result = {job->domain, report, destination, NULL, elapsed};
    int goes_out;

    (void)multi;
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
    if (page.name != NULL)
        add_to_page(&result);
    if (form == JSON) {
        print_json(&result);
    } else if (!page_is_output()) {
        (form == BRIEF ? print_brief : print_text)(&result);
        count_result(&result);
    }
    dane_policy_report_free(report);
    dane_policy_destination_free(destination);
    return goes_out;
}

/* 1 if there is nothing to find fault with, -1 while more is looked at. */
static int tell_lint(struct job *job, dane_policy_multi *multi, dane_policy_outcome *outcome, double elapsed)
{
    const struct findings *findings;
    int is_clean;

    if (job->kept == NULL)
        job->kept = begin_lint(job->domain, outcome);
    else
        take_further(job->kept, outcome);
    if (look_further(job->kept, multi, job))
        return -1;
    findings = find_all(job->kept);
    if (form == JSON) {
        print_findings_json(job->domain, findings);
    } else {
        if (form == BRIEF)
            print_findings_brief(job->domain, findings);
        else
            print_findings(job->domain, findings, clean_text(job->kept));
        count_lint(job->domain, findings, elapsed);
    }
    is_clean = light_of_findings(findings) == GREEN;
    end_lint(job->kept);
    return is_clean;
}

struct type {
    const char *name;
    uint16_t number;
};

static const struct type *type_of(const char *name)
{
    static const struct type types[] = {{"A", 1}, {"CNAME", 5}, {"MX", 15}, {"AAAA", 28}, {"TLSA", 52}};
    size_t i;

    for (i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcasecmp(types[i].name, name) == 0)
            return &types[i];
    fail(EXIT_USAGE, "--query: type '%s' is not one of A, AAAA, CNAME, MX, TLSA", name);
    return NULL;
}

static const char *rcode_name(int rcode)
{
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

    return rcode >= 0 && rcode < 6 ? names[rcode] : "other";
}

static int query(const char *name, const struct type *type)
{
    dane_policy_answer *answer;
    double start = milliseconds(), elapsed;
    dane_policy_status status;
    size_t i;

    must(dane_policy_query(context, name, type->number, &answer), "--query", name);
    elapsed = milliseconds() - start;
    status = dane_policy_answer_status(answer);
    if (form == JSON) {
        putc('{', out);
        json_field("name", name);
        putc(',', out);
        json_field("type", type->name);
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
        fprintf(out, " %s: %s%s%s: %s\n", type->name, dane_policy_status_name(status), replied ? ", " : "",
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

/* For several domains, on a terminal that they are not typed on. */
static int wants_progress(const struct input *input, size_t given)
{
    if (!isatty(STDERR_FILENO))
        return 0;
    return input->name == NULL ? given > 1 : !isatty(input->fd);
}

/* Two ways to show a result exclude each other. */
static void set_form(const struct arguments *arguments, enum form wanted)
{
    if (form != UNSAID && form != wanted)
        fail_usage(arguments, "--brief, --full and --json exclude each other");
    form = wanted;
}

static int check_domains(struct batch *batch, size_t given)
{
    double started = milliseconds();
    int status;

    if (form == UNSAID)
        form = !explains && (given > 1 || batch->input.name != NULL) && isatty(STDOUT_FILENO) ? BRIEF : FULL;
    if (wants_progress(&batch->input, given))
        begin_progress(count_domains(&batch->input));
    status = run_batch(batch, context);
    if (form != JSON)
        print_summary(milliseconds() - started);
    finish_page();
    return status;
}

static void check_operands(const struct arguments *arguments, const struct batch *batch, int testing, int asking)
{
    const char *name = batch->input.name;

    if (testing + asking + (batch->tell == tell_lint) > 1)
        fail_usage(arguments, "--lint, --query and --self-test exclude each other");
    if ((testing || asking) && name != NULL)
        fail_usage(arguments, "--input has domains, and neither --query nor --self-test takes any");
    if (testing && arguments->count > 0)
        fail_usage(arguments, "--self-test takes no domain");
    if (asking && arguments->count != 2)
        fail_usage(arguments, "--query takes a name and a type");
    if (!testing && !asking && arguments->count == 0 && name == NULL)
        fail_usage(arguments, "no domain is given");
}

int main(int argc, char **argv)
{
    struct batch batch = {.jobs = 1, .start = start_check, .tell = tell};
    struct arguments arguments;
    int testing = 0, asking = 0, status;

    begin_tool("dane-check");
    must(dane_policy_context_new(&context), "context", "");
    arguments = begin_arguments(argc, argv, usage);
    while (next_option(&arguments)) {
        if (is_option(&arguments, "--json"))
            set_form(&arguments, JSON);
        else if (is_option(&arguments, "--brief"))
            set_form(&arguments, BRIEF);
        else if (is_option(&arguments, "--full"))
            set_form(&arguments, FULL);
        else if (is_option(&arguments, "--dns-only"))
            dns_only = 1;
        else if (is_option(&arguments, "--lint"))
            batch.tell = tell_lint;
        else if (is_option(&arguments, "--explain"))
            explains = 1;
        else if (is_option(&arguments, "--self-test"))
            testing = 1;
        else if (is_option(&arguments, "--query"))
            asking = 1;
        else if (with_value(&arguments, "--jobs"))
            batch.jobs = (size_t)number("--jobs", arguments.value, 1, MAX_JOBS);
        else if (with_value(&arguments, "--input"))
            batch.input.name = arguments.value;
        else if (with_value(&arguments, "--html"))
            page.name = arguments.value;
        else if (!set_option(&arguments))
            fail_unknown(&arguments);
    }
    check_operands(&arguments, &batch, testing, asking);
    begin_page(batch.tell == tell && !testing && !asking, form != UNSAID);
    batch.input.given = arguments.operands;
    open_input(&batch.input);
    colour = form != JSON && isatty(STDOUT_FILENO);
    if (testing) {
        status = !self_test(form == JSON);
    } else if (asking) {
        status = !query(arguments.operands[0], type_of(arguments.operands[1]));
    } else {
        status = check_domains(&batch, arguments.count);
    }
    finish_output();
    close_input(&batch.input);
    dane_policy_context_free(context);
    return status;
}
