/* What the command-line tools share: messages, files, JSON. */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_FAULT = 3 };

/* Files of configuration are never larger. */
enum { MAX_FILE = 1 << 20 };

static const char *tool_name = "tool";

static void fail(int status, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "%s: ", tool_name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(status);
}

static void *allocate(void *old, size_t size)
{
    void *memory = realloc(old, size != 0 ? size : 1);

    if (memory == NULL)
        fail(EXIT_FAULT, "out of memory");
    return memory;
}

/* The whole file, followed by a NUL. */
static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = allocate(NULL, MAX_FILE + 2);

    if (file == NULL)
        fail(EXIT_USAGE, "%s: %s", path, strerror(errno));
    *length = fread(text, 1, MAX_FILE + 1, file);
    if (ferror(file))
        fail(EXIT_USAGE, "%s: %s", path, strerror(errno));
    fclose(file);
    if (*length > MAX_FILE)
        fail(EXIT_USAGE, "%s: larger than %d octets", path, MAX_FILE);
    text[*length] = '\0';
    return text;
}

/* The decimal number at *text, which moves on behind it; -1 where there is none, or one above `most`. */
static long long digits(const char **text, long long most)
{
    long long value = -1;

    for (; **text >= '0' && **text <= '9'; (*text)++) {
        int digit = **text - '0';

        value = value < 0 ? 0 : value;
        if (value > most / 10 || most - value * 10 < digit)
            return -1;
        value = value * 10 + digit;
    }
    return value;
}

/* A decimal number within bounds; anything else is wrong usage. */
static long long number(const char *option, const char *text, long long least, long long most)
{
    const char *end = text;
    long long value = digits(&end, most);

    if (value < least || *end != '\0')
        fail(EXIT_USAGE, "%s: '%s' is not a number from %lld to %lld", option, text, least, most);
    return value;
}

/* A JSON string, or null for NULL. */
static void json_string(const char *text)
{
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c > 0x7e)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void json_field(const char *key, const char *text)
{
    printf("\"%s\":", key);
    json_string(text);
}

/* A number, or null for a negative one. */
static void json_index(const char *key, int index)
{
    if (index < 0)
        printf("\"%s\":null", key);
    else
        printf("\"%s\":%d", key, index);
}

static const char *json_bool(int value)
{
    return value ? "true" : "false";
}

/* Ends the output; a full disk or a closed pipe is a fault. */
static void finish_output(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        fail(EXIT_FAULT, "cannot write: %s", strerror(errno));
}

#endif
