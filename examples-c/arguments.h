/* The command line of a tool: options anywhere before --, and what remains, the operands. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <dane_policy.h>

#include "tool.h"

struct arguments {
    char **rest;        /* not looked at yet, ended by NULL */
    char **operands;    /* found so far, in the place of what was looked at; ended by NULL when all is */
    size_t count;       /* of operands */
    const char *usage;  /* its first paragraph is the synopsis */
    char option[64];    /* the one at hand; what is longer is none of ours */
    const char *joined; /* its value behind =, or NULL */
    const char *value;  /* as with_value found it */
};

/* Wrong usage, which the synopsis mends. */
static void fail_usage(const struct arguments *arguments, const char *message)
{
    const char *end = strstr(arguments->usage, "\n\n");

    fprintf(stderr, "%s: %s\n%.*s\nsee --help\n", tool_name, message, (int)(end - arguments->usage), arguments->usage);
    exit(EXIT_USAGE);
}

static struct arguments begin_arguments(int argc, char **argv, const char *usage)
{
    /* Whoever starts a program may give it not even its name. */
    argv += argc > 0;
    return (struct arguments){.rest = argv, .operands = argv, .usage = usage};
}

/* Whether the option at hand is this one, which has no value. */
static int is_option(const struct arguments *arguments, const char *name)
{
    if (strcmp(arguments->option, name) != 0)
        return 0;
    if (arguments->joined != NULL)
        fail(EXIT_USAGE, "%s: it takes no value", name);
    return 1;
}

/* Whether it is this one, which has a value: behind =, or the next argument. */
static int with_value(struct arguments *arguments, const char *name)
{
    if (strcmp(arguments->option, name) != 0)
        return 0;
    arguments->value = arguments->joined;
    if (arguments->value == NULL) {
        if (*arguments->rest == NULL || strncmp(*arguments->rest, "--", 2) == 0)
            fail(EXIT_USAGE, "%s: its value is missing", name);
        arguments->value = *arguments->rest++;
    }
    return 1;
}

static void fail_unknown(const struct arguments *arguments)
{
    fail(EXIT_USAGE, "%s: unknown option; see --help", arguments->option);
}

/* Of the library that runs, and where this program was made with the header of another, of that. */
static void print_version(void)
{
    printf("%s %s", tool_name, dane_policy_version());
    if (dane_policy_version_number() != DANE_POLICY_VERSION_NUMBER)
        printf(", compiled with the header of %d.%d.%d", DANE_POLICY_VERSION_MAJOR, DANE_POLICY_VERSION_MINOR,
               DANE_POLICY_VERSION_PATCH);
    putchar('\n');
}

/* Finds the next option; 0 where there is none and all operands are found. --help and --version end the program. */
static int next_option(struct arguments *arguments)
{
    const char *text, *equals;
    size_t length;

    while ((text = *arguments->rest) != NULL) {
        arguments->rest++;
        if (strcmp(text, "--") == 0)
            break;
        if (*text != '-' || text[1] == '\0') {
            arguments->operands[arguments->count++] = arguments->rest[-1];
            continue;
        }
        equals = strchr(text, '=');
        length = equals == NULL ? strlen(text) : (size_t)(equals - text);
        snprintf(arguments->option, sizeof arguments->option, "%.*s", (int)length, text);
        arguments->joined = equals == NULL ? NULL : equals + 1;
        if (is_option(arguments, "--help"))
            fputs(arguments->usage, stdout);
        else if (is_option(arguments, "--version"))
            print_version();
        else
            return 1;
        finish_output();
        exit(0);
    }
    while (*arguments->rest != NULL)
        arguments->operands[arguments->count++] = *arguments->rest++;
    arguments->operands[arguments->count] = NULL;
    return 0;
}

#endif
