/* What the command-line tools share: messages, files, numbers, output. */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef EXIT_USAGE
#define EXIT_USAGE 2
#define EXIT_FAULT 3
#endif

/* Files of configuration are never larger. */
enum { MAX_FILE = 1 << 20 };

static const char *tool_name = "tool";
/* Where results go: standard output, or what takes them there. */
static FILE *out;
/* Leaves an empty line to a message, where something else stands on it. */
static void (*make_room)(void);

/* Text that others wrote, for people: what is not printable ASCII becomes \x1b, as in the library's texts. */
static void print_escaped(FILE *to, const char *text)
{
    for (; *text != '\0'; text++)
        fprintf(to, *text < ' ' || *text > '~' ? "\\x%02x" : "%c", (unsigned char)*text);
}

static void fail(int status, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fflush(stdout);
    if (make_room != NULL)
        make_room();
    fprintf(stderr, "%s: ", tool_name);
    print_escaped(stderr, message);
    fputc('\n', stderr);
    exit(status);
}

/* What was closed becomes what cannot be written to: else the next file opened would have its number, and get the output. */
static void begin_tool(const char *name)
{
    int fd, null;

    tool_name = name;
    out = stdout;
    for (fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, fd) < 0)
            fail(EXIT_FAULT, "/dev/null: %s", strerror(errno));
        if (null != fd)
            close(null);
    }
    /* A closed pipe is told as any other output that is lost. */
    signal(SIGPIPE, SIG_IGN);
}

static void *allocate(void *old, size_t size)
{
    void *memory = realloc(old, size != 0 ? size : 1);

    if (memory == NULL)
        fail(EXIT_FAULT, "out of memory");
    return memory;
}

/* The whole file, which an option names, or with "" an operand; followed by a NUL. */
static char *read_file(const char *option, const char *path, size_t *length)
{
    const char *colon = *option == '\0' ? "" : ": ";
    FILE *file = fopen(path, "rb");
    char *text;

    if (file == NULL)
        fail(EXIT_USAGE, "%s%s%s: %s", option, colon, path, strerror(errno));
    text = allocate(NULL, MAX_FILE + 2);
    *length = fread(text, 1, MAX_FILE + 1, file);
    if (ferror(file))
        fail(EXIT_USAGE, "%s%s%s: %s", option, colon, path, strerror(errno));
    fclose(file);
    if (*length > MAX_FILE)
        fail(EXIT_USAGE, "%s%s%s: larger than %d octets", option, colon, path, MAX_FILE);
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

/* Ends the output; a full disk or a closed pipe is a fault. */
static void finish_output(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        fail(EXIT_FAULT, "cannot write: %s", strerror(errno));
}

#endif
