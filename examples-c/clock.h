/* A clock that only goes forward. */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

static double milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

#endif
