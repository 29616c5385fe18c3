/* Counts what the program and its libraries take from the heap while `counting` is 1, and the octets; glibc only. */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <malloc.h>
#include <stddef.h>

/* glibc's own, so that the usual names can count. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *room, size_t size);
void __libc_free(void *room);

static int counting, taken, moved, freed;
/* Octets beyond those when the count began: now, and at most. */
static long held, most_held;

static void hold(void *room, int sign)
{
    if (counting && room != NULL)
        held += sign * (long)malloc_usable_size(room);
    if (held > most_held)
        most_held = held;
}

void *malloc(size_t size)
{
    void *room = __libc_malloc(size);

    taken += counting;
    hold(room, 1);
    return room;
}

void *calloc(size_t count, size_t size)
{
    void *room = __libc_calloc(count, size);

    taken += counting;
    hold(room, 1);
    return room;
}

void *realloc(void *room, size_t size)
{
    moved += counting;
    hold(room, -1);
    room = __libc_realloc(room, size);
    hold(room, 1);
    return room;
}

void free(void *room)
{
    freed += counting && room != NULL;
    hold(room, -1);
    __libc_free(room);
}

static void count_allocations(void)
{
    taken = moved = freed = 0;
    held = most_held = 0;
    counting = 1;
}

#endif
