/* Does the resolver serve the configured mode, and what to do where it does not? */
#ifndef SELF_TEST_H
#define SELF_TEST_H

#include <dane_policy_diagnosis.h>

#include "advice.h"
#include "json.h"
#include "options.h"
#include "result_text.h"
#include "tool.h"

enum { TODO = 256 };

static const char *fact_of(const dane_policy_answer *answer, const char *name)
{
    const char *other;
    size_t i;

    for (i = 0; (other = dane_policy_answer_fact_name(answer, i)) != NULL; i++)
        if (strcmp(other, name) == 0)
            return dane_policy_answer_fact(answer, i);
    return NULL;
}

/* Whether the system says so; its words may have a number behind them. */
static int system_says(const char *text, int error)
{
    const char *words = strerror(error);

    return text != NULL && strncmp(text, words, strlen(words)) == 0;
}

/* "127.0.0.1:53" as "127.0.0.1 port 53", and "[::1]:53" as "::1 port 53". */
static void name_server(char place[TODO / 2], const char *server)
{
    const char *colon = strrchr(server, ':');
    int bracket = *server == '[';

    snprintf(place, TODO / 2, "%.*s port %s", (int)(colon - server) - 2 * bracket, server + bracket, colon + 1);
}

static int is_local(const char *place)
{
    return strncmp(place, "127.", 4) == 0 || strncmp(place, "::1 ", 4) == 0;
}

/* What to do where a server gave no answer that can be used. */
static void advise_on_failure(char todo[TODO], const dane_policy_answer *answer)
{
    const char *server = fact_of(answer, "server"), *rcode = fact_of(answer, "rcode"), *text = fact_of(answer, "text");
    char place[TODO / 2];

    if (server == NULL) {
        snprintf(todo, TODO, "make /etc/resolv.conf readable and plain text, or name a resolver by --nameserver");
        return;
    }
    name_server(place, server);
    if (rcode != NULL && strcmp(rcode, "REFUSED") == 0)
        snprintf(todo, TODO, "add this host to the access list of the resolver at %s, or name another by --nameserver", place);
    else if (rcode != NULL && strcmp(rcode, "SERVFAIL") == 0)
        snprintf(todo, TODO, "look at the log of the resolver at %s: its way to the root servers, its clock, its trust anchor",
                 place);
    else if (rcode == NULL && system_says(text, ECONNREFUSED))
        snprintf(todo, TODO, "nothing listens at %s: %s, or name another by --nameserver", place,
                 is_local(place) ? "start the resolver there" : "correct the address");
    else if (rcode == NULL && text != NULL)
        snprintf(todo, TODO, "look at this host's network and firewall: %s cannot be reached; or name another by --nameserver",
                 place);
    else
        snprintf(todo, TODO, "what answers at %s is no resolver: repair it, or name another by --nameserver", place);
}

/* What to do; "" where there is nothing to. */
static void advise(char todo[TODO], const dane_policy_answer *answer)
{
    const char *server = fact_of(answer, "server");
    char place[TODO / 2] = "its address";
    const struct advice *advice;

    *todo = '\0';
    if (dane_policy_answer_status(answer) == DANE_POLICY_STATUS_SECURE)
        return;
    if (server != NULL)
        name_server(place, server);
    switch (dane_policy_answer_detail(answer)) {
    case DANE_POLICY_DETAIL_SERVER_FAILURE: advise_on_failure(todo, answer); break;
    case DANE_POLICY_DETAIL_TIMEOUT:
        snprintf(todo, TODO, "is %s right, and open for UDP and TCP in every firewall? or name another by --nameserver", place);
        break;
    case DANE_POLICY_DETAIL_RESOLVER_STRIPS_DNSSEC:
        snprintf(todo, TODO, "take another resolver by --nameserver, best one on this host that asks the root itself, or switch "
                             "DNSSEC on in the one at %s", place);
        break;
    case DANE_POLICY_DETAIL_RESOLVER_DOES_NOT_VALIDATE:
        snprintf(todo, TODO, "switch validation on in the resolver at %s, or use --dnssec validate", place);
        break;
    case DANE_POLICY_DETAIL_NONE:
        snprintf(todo, TODO, "is this machine's clock right? else something on the way alters answers: name another resolver by "
                             "--nameserver");
        break;
    default:
        advice = advice_on(dane_policy_answer_detail(answer));
        snprintf(todo, TODO, "%s", advice == NULL ? "" : advice->brief);
    }
}

/* 1 if the resolver serves. */
static int self_test(int in_json)
{
    dane_policy_answer *answer;
    const struct advice *advice;
    const char *warning;
    char todo[TODO];
    size_t i;
    int good;

    must(dane_policy_context_probe(context, &answer), "--self-test", "");
    good = dane_policy_answer_status(answer) == DANE_POLICY_STATUS_SECURE;
    advise(todo, answer);
    advice = advice_on(dane_policy_answer_detail(answer));
    if (in_json) {
        putc('{', out);
        json_field("status", dane_policy_status_name(dane_policy_answer_status(answer)));
        putc(',', out);
        json_field("detail", dane_policy_detail_name(dane_policy_answer_detail(answer)));
        putc(',', out);
        json_field("text", dane_policy_answer_text(answer));
        putc(',', out);
        json_field("todo", *todo == '\0' ? NULL : todo);
        fputs(",\"warnings\":[", out);
        for (i = 0; (warning = dane_policy_answer_warning(answer, i)) != NULL; i++) {
            if (i > 0)
                putc(',', out);
            json_string(warning);
        }
        fputs("]}\n", out);
    } else {
        paint(good ? GREEN : RED, good ? "good" : "bad");
        fprintf(out, ": %s\n", dane_policy_answer_text(answer));
        if (*todo != '\0')
            print_step("to do", todo, NULL, 0);
        /* Of a failure `todo` knows more. */
        if (explains && advice != NULL && advice->detail != DANE_POLICY_DETAIL_SERVER_FAILURE)
            print_wrapped("        ", advice->full);
        for (i = 0; (warning = dane_policy_answer_warning(answer, i)) != NULL; i++)
            print_step("warning", warning, NULL, 0);
    }
    dane_policy_answer_free(answer);
    return good;
}

#endif
