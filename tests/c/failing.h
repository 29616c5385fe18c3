/* The heap, counted, and made to fail; glibc only. */
#ifndef FAILING_H
#define FAILING_H

#include <malloc.h>
#include <stddef.h>

/* glibc's own, so that the usual names can count and fail. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *room, size_t size);
void __libc_free(void *room);

static long octets, peak;
/* From the first failure on so many allocations fail; none for 0. */
static long allocations, first_failure, failures;
/* Whether there is no room for the reserve that a call has to come to an end with. */
static int lacks_reserve;

enum { RESERVE = 4 << 20 };

/* Whether this allocation is to fail. */
static int fails(size_t size)
{
    allocations++;
    if (lacks_reserve && size >= RESERVE)
        return 1;
    return first_failure != 0 && allocations >= first_failure && allocations < first_failure + failures;
}

static void *counted(void *room)
{
    octets += room != NULL ? (long)malloc_usable_size(room) : 0;
    if (octets > peak)
        peak = octets;
    return room;
}

void *malloc(size_t size)
{
    return fails(size) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails(count * size) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *room, size_t size)
{
    long before = room != NULL ? (long)malloc_usable_size(room) : 0;
    void *moved;

    if (fails(size))
        return NULL;
    moved = __libc_realloc(room, size);
    if (moved != NULL)
        octets -= before;
    return counted(moved);
}

void free(void *room)
{
    octets -= room != NULL ? (long)malloc_usable_size(room) : 0;
    __libc_free(room);
}

#endif
