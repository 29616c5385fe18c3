/* Results on their way to standard output. Whoever reads it may be slow, and that must keep no call waiting. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <limits.h>
#include <poll.h>

#include "progress.h"
#include "tool.h"

/* A result that is not wholly written yet. */
struct result_text {
    struct result_text *next;
    char *text;
    size_t length, written;
};

static struct result_text *unwritten, **last_unwritten = &unwritten;

/* Between these two what goes to `out` is one result. */
static void begin_result(void)
{
    struct result_text *result = allocate(NULL, sizeof *result);

    *result = (struct result_text){NULL, NULL, 0, 0};
    *last_unwritten = result;
    out = open_memstream(&result->text, &result->length);
    if (out == NULL)
        fail(EXIT_FAULT, "out of memory");
}

static void end_result(void)
{
    int is_lost = ferror(out);

    if (fclose(out) != 0 || is_lost)
        fail(EXIT_FAULT, "out of memory");
    out = stdout;
    last_unwritten = &(*last_unwritten)->next;
}

/* No more at once than what poll(2) promises to be taken without waiting. */
static void write_piece(void)
{
    struct result_text *result = unwritten;
    size_t left = result->length - result->written;
    ssize_t count;

    if (isatty(STDOUT_FILENO))
        erase_progress();
    count = write(STDOUT_FILENO, result->text + result->written, left < PIPE_BUF ? left : PIPE_BUF);
    if (count < 0 && errno != EINTR && errno != EAGAIN)
        fail(EXIT_FAULT, "cannot write: %s", strerror(errno));
    result->written += count < 0 ? 0 : (size_t)count;
    if (result->written < result->length)
        return;
    unwritten = result->next;
    if (unwritten == NULL)
        last_unwritten = &unwritten;
    free(result->text);
    free(result);
}

/* Writes results, as long as standard output takes more within so many milliseconds; -1 is for ever. */
static void write_results(int milliseconds)
{
    while (unwritten != NULL) {
        struct pollfd to = {STDOUT_FILENO, POLLOUT, 0};
        int ready = poll(&to, 1, milliseconds);

        if (ready < 0 && errno != EINTR)
            fail(EXIT_FAULT, "poll: %s", strerror(errno));
        if (ready == 0)
            return;
        if (ready > 0)
            write_piece();
    }
}

#endif
