/* What every peer of the bench has in common: its arguments, its list of domains, and how long each lookup took. */
#ifndef PEER_H
#define PEER_H

#include <string.h>

#include "figures.h"

enum { LONGEST = 256 };

static char (*domains)[LONGEST];
static size_t domain_count, took_count;
static double *started, *took;

static void *allocate(size_t count, size_t size)
{
    void *room = calloc(count + 1, size);

    if (room == NULL)
        fail("no memory");
    return room;
}

/* The first lines of a file, so many as `most` says. */
static void read_domains(const char *file_name, const char *most)
{
    FILE *file = fopen(file_name, "r");
    size_t count = strtoul(most, NULL, 10);

    if (file == NULL)
        fail("no list of domains");
    domains = allocate(count, LONGEST);
    started = allocate(count, sizeof *started);
    took = allocate(count, sizeof *took);
    while (domain_count < count && fgets(domains[domain_count], LONGEST, file) != NULL) {
        domains[domain_count][strcspn(domains[domain_count], "\n")] = '\0';
        domain_count++;
    }
    fclose(file);
}

static void begins(size_t domain)
{
    started[domain] = milliseconds(CLOCK_MONOTONIC);
}

static void ends(size_t domain)
{
    took[took_count++] = milliseconds(CLOCK_MONOTONIC) - started[domain];
}

/* The figures that the table reads: how long a lookup took. */
static int tell(void)
{
    if (took_count != domain_count)
        fail("a lookup is missing");
    if (took_count > 0) {
        qsort(took, took_count, sizeof *took, compare);
        printf("p50 %.4f\np99 %.4f\np999 %.4f\n", took[took_count / 2], took[took_count * 99 / 100],
               took[took_count * 999 / 1000]);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}

#endif
