/* How far many domains are, on a terminal: one line of standard error that is rewritten. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "clock.h"
#include "tool.h"

/* Milliseconds until the line is written again: with news, and without. */
enum { OFTEN = 100, SELDOM = 1000 };

static struct {
    int is_wanted;
    unsigned long done, total; /* total is 0 where it is not known */
    double started, drawn;     /* when, in milliseconds */
    int is_there, has_news;    /* since it was drawn */
} progress;

/* Leaves an empty line to whatever is written next. */
static void erase_progress(void)
{
    if (progress.is_there)
        fputs("\r\033[K", stderr);
    progress.is_there = 0;
}

static void draw_progress(double now)
{
    char total[32] = "", speed[64] = "", left[64] = "";

    /* A file may have grown since its domains were counted. */
    if (progress.total >= progress.done && progress.total > 0)
        snprintf(total, sizeof total, " of %lu", progress.total);
    if (progress.done > 0 && now > progress.started) {
        double rate = (double)progress.done * 1e3 / (now - progress.started);

        snprintf(speed, sizeof speed, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate);
        if (*total != '\0')
            snprintf(left, sizeof left, ", %.0f s left", (double)(progress.total - progress.done) / rate + 0.5);
    }
    fprintf(stderr, "\r%lu%s done%s%s\033[K", progress.done, total, speed, left);
    progress.drawn = now;
    progress.is_there = 1;
    progress.has_news = 0;
}

/* Milliseconds until the line is to be written again; -1 where there is none. */
static int progress_timeout(void)
{
    double left;

    if (!progress.is_wanted)
        return -1;
    left = progress.drawn + (progress.has_news || !progress.is_there ? OFTEN : SELDOM) - milliseconds();
    return left > 0 ? (int)left + 1 : 0;
}

static void show_progress(void)
{
    if (progress_timeout() == 0)
        draw_progress(milliseconds());
}

static void count_progress(void)
{
    progress.done++;
    progress.has_news = 1;
}

static void begin_progress(unsigned long total)
{
    progress.is_wanted = 1;
    progress.total = total;
    progress.started = milliseconds();
    make_room = erase_progress;
    draw_progress(progress.started);
}

static void end_progress(void)
{
    erase_progress();
    progress.is_wanted = 0;
}

#endif
