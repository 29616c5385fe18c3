/* The options of the tools that make a context: resolver, level, time. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <dane_policy.h>

#include "arguments.h"
#include "tool.h"

static dane_policy_context *context;
static uint16_t port = 25;
static dane_policy_dnssec dnssec = DANE_POLICY_DNSSEC_VALIDATE;
/* That of --time; -1 is the clock's. */
static int64_t fixed_time = -1;

static void must(dane_policy_error code, const char *option, const char *value)
{
    if (code == DANE_POLICY_ERROR_MISUSE)
        fail(EXIT_USAGE, "%s: '%s': %s", option, value, dane_policy_context_error(context));
    if (code != DANE_POLICY_OK)
        fail(EXIT_FAULT, "%s", dane_policy_error_text(code));
}

static dane_policy_level level_of(const char *option, const char *word)
{
    static const dane_policy_level levels[] = {DANE_POLICY_LEVEL_DANE, DANE_POLICY_LEVEL_DANE_ONLY, DANE_POLICY_LEVEL_OFF};
    size_t i;

    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(word, dane_policy_level_name(levels[i])) == 0)
            return levels[i];
    fail(EXIT_USAGE, "%s: '%s' is none of dane, dane-only, off", option, word);
    return DANE_POLICY_LEVEL_DANE_ONLY;
}

static dane_policy_dnssec mode_of(const char *option, const char *word)
{
    static const dane_policy_dnssec modes[] = {DANE_POLICY_DNSSEC_VALIDATE, DANE_POLICY_DNSSEC_TRUST_AD};
    size_t i;

    for (i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(word, dane_policy_dnssec_name(modes[i])) == 0)
            return modes[i];
    fail(EXIT_USAGE, "%s: '%s' is neither %s nor %s", option, word, dane_policy_dnssec_name(modes[0]),
         dane_policy_dnssec_name(modes[1]));
    return DANE_POLICY_DNSSEC_VALIDATE;
}

static int is_on(const char *option, const char *word)
{
    if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
        fail(EXIT_USAGE, "%s: '%s' is neither on nor off", option, word);
    return strcmp(word, "on") == 0;
}

/* DOMAIN=LEVEL */
static void set_destination_level(const char *option, const char *value)
{
    const char *equals = strrchr(value, '=');
    dane_policy_level level;
    dane_policy_error code;
    size_t length;
    char *domain;

    if (equals == NULL)
        fail(EXIT_USAGE, "%s: '%s' is not DOMAIN=LEVEL", option, value);
    level = level_of(option, equals + 1);
    length = (size_t)(equals - value);
    domain = allocate(NULL, length + 1);
    memcpy(domain, value, length);
    domain[length] = '\0';
    code = dane_policy_context_set_destination_level(context, domain, level);
    free(domain);
    must(code, option, value);
}

/* Sets the option at hand; 0 if it is none of these. */
static int set_option(struct arguments *arguments)
{
    const char *option = arguments->option;
    size_t length;
    char *text;

    if (is_option(arguments, "--audit")) {
        must(dane_policy_context_set_audit(context, 1), option, "");
    } else if (with_value(arguments, "--level")) {
        must(dane_policy_context_set_level(context, level_of(option, arguments->value)), option, arguments->value);
    } else if (with_value(arguments, "--destination-level")) {
        set_destination_level(option, arguments->value);
    } else if (with_value(arguments, "--nameserver")) {
        must(dane_policy_context_add_nameserver(context, arguments->value), option, arguments->value);
    } else if (with_value(arguments, "--resolv-conf")) {
        text = read_file(option, arguments->value, &length);
        must(dane_policy_context_set_resolv_conf(context, text, length), option, arguments->value);
        free(text);
    } else if (with_value(arguments, "--trust-anchor")) {
        text = read_file(option, arguments->value, &length);
        must(dane_policy_context_set_trust_anchors(context, text, length), option, arguments->value);
        free(text);
    } else if (with_value(arguments, "--dnssec")) {
        dnssec = mode_of(option, arguments->value);
        must(dane_policy_context_set_dnssec(context, dnssec), option, arguments->value);
    } else if (with_value(arguments, "--sha1")) {
        must(dane_policy_context_set_sha1(context, is_on(option, arguments->value)), option, arguments->value);
    } else if (with_value(arguments, "--ehlo")) {
        must(dane_policy_context_set_ehlo_name(context, arguments->value), option, arguments->value);
    } else if (with_value(arguments, "--port")) {
        port = (uint16_t)number(option, arguments->value, 1, 65535);
    } else if (with_value(arguments, "--timeout")) {
        long long seconds = number(option, arguments->value, 1, 4294967);

        must(dane_policy_context_set_timeout(context, (uint32_t)seconds * 1000), option, arguments->value);
    } else if (with_value(arguments, "--time")) {
        fixed_time = number(option, arguments->value, 0, INT64_MAX);
        must(dane_policy_context_set_time(context, fixed_time), option, arguments->value);
    } else {
        return 0;
    }
    return 1;
}

#endif
