/* The domains to check: those of the command line, then those of a file, one a line. */
#ifndef INPUT_H
#define INPUT_H

#include <ctype.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "tool.h"

enum { MAX_LINE = 1024 };

struct input {
    char **given;     /* those of the command line, ended by NULL */
    const char *name; /* of the file, or NULL */
    int fd;
    int has_ended; /* nothing more can be read, or there is no file */
    int error;     /* that ended it, else 0 */
    /* What was read, and how far it is taken. */
    char octets[4096];
    size_t count, taken;
    /* The line that is being taken: its length, and where the space at its end begins. */
    char line[MAX_LINE];
    size_t length, end;
};

static void open_input(struct input *input)
{
    input->has_ended = 1;
    if (input->name == NULL)
        return;
    /* Where it is closed, its number may be that of a file of ours. */
    if (strcmp(input->name, "-") == 0 && fcntl(STDIN_FILENO, F_GETFD) < 0)
        fail(EXIT_USAGE, "--input: standard input is closed");
    input->fd = strcmp(input->name, "-") == 0 ? STDIN_FILENO : open(input->name, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        fail(EXIT_USAGE, "--input: %s: %s", input->name, strerror(errno));
    input->has_ended = 0;
}

/* Takes more of the file, when all that was read is taken. It does not wait where poll(2) has said so. */
static void read_input(struct input *input)
{
    ssize_t count = read(input->fd, input->octets, sizeof input->octets);

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    input->error = count < 0 ? errno : 0;
    input->has_ended = count <= 0;
    input->count = count < 0 ? 0 : (size_t)count;
    input->taken = 0;
}

/* Takes a line without the space around it, of a longer one than any domain the beginning; 0 if its end is not read yet. */
static int take_line(struct input *input)
{
    int c = EOF;

    while (input->taken < input->count && (c = (unsigned char)input->octets[input->taken++]) != '\n') {
        if (isspace(c) && input->length == 0)
            continue;
        /* A NUL would end the text; this is as little a domain. */
        if (input->length < MAX_LINE - 1)
            input->line[input->length] = c == '\0' ? '\377' : (char)c;
        input->length++;
        if (!isspace(c))
            input->end = input->length;
    }
    if (c != '\n' && !(input->has_ended && input->length > 0))
        return 0;
    input->line[input->end < MAX_LINE ? input->end : MAX_LINE - 1] = '\0';
    input->length = input->end = 0;
    return 1;
}

/*
 * The next domain, valid until the next call; NULL where more must be read first, or at the end. Empty lines and those
 * that begin with # are none.
 */
static const char *next_domain(struct input *input)
{
    if (*input->given != NULL) {
        snprintf(input->line, sizeof input->line, "%s", *input->given++);
        return input->line;
    }
    while (take_line(input))
        if (*input->line != '\0' && *input->line != '#')
            return input->line;
    return NULL;
}

/* How many domains there are, as far as that can be known beforehand: of a regular file; else 0. */
static unsigned long count_domains(const struct input *input)
{
    struct input copy = *input;
    struct stat status;
    off_t start = 0;
    unsigned long count = 0;

    if (!copy.has_ended) {
        if (fstat(copy.fd, &status) != 0 || !S_ISREG(status.st_mode) || (start = lseek(copy.fd, 0, SEEK_CUR)) < 0)
            return 0;
    }
    for (;;) {
        while (next_domain(&copy) != NULL)
            count++;
        if (copy.has_ended)
            break;
        read_input(&copy);
    }
    if (!input->has_ended && lseek(input->fd, start, SEEK_SET) != start)
        fail(EXIT_USAGE, "--input: %s: %s", input->name, strerror(errno));
    return count;
}

static void close_input(struct input *input)
{
    if (input->name != NULL && input->fd != STDIN_FILENO)
        close(input->fd);
}

#endif
