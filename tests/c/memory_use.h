/* How much memory a process has in use, as the system counts it. */
#ifndef MEMORY_USE_H
#define MEMORY_USE_H

#include <stdio.h>
#include <string.h>

#include "check.h"

/* A field of /proc/self/status, in KiB. */
static inline long status_kib(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    size_t length = strlen(field);
    char line[256];
    long kib = -1;

    CHECK(file != NULL);
    while (kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            kib = atol(line + length + 1);
    fclose(file);
    CHECK(kib >= 0);
    return kib;
}

static inline long in_use(void)
{
    return status_kib("VmRSS");
}

/* The most since the last reset. */
static inline long peak(void)
{
    return status_kib("VmHWM");
}

/* From now on the peak is counted anew; what is in use now. */
static inline long reset_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");

    CHECK(file != NULL && fputs("5", file) >= 0);
    CHECK(fclose(file) == 0);
    return in_use();
}

#endif
