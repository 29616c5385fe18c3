/* How the programs of the bench fail, read a clock and sort figures. */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *program;

static void fail(const char *why)
{
    fprintf(stderr, "%s: %s\n", program, why);
    exit(3);
}

static double milliseconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;

    return (a > b) - (a < b);
}

#endif
