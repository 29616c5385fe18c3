/* Counts what the program and its libraries take from the heap while `counting` is 1; glibc only. */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

/* glibc's own, so that the usual names can count. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *room, size_t size);
void __libc_free(void *room);

static int counting, taken, moved, freed;

void *malloc(size_t size)
{
    taken += counting;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    taken += counting;
    return __libc_calloc(count, size);
}

void *realloc(void *room, size_t size)
{
    moved += counting;
    return __libc_realloc(room, size);
}

void free(void *room)
{
    freed += counting && room != NULL;
    __libc_free(room);
}

static void count_allocations(void)
{
    taken = moved = freed = 0;
    counting = 1;
}

#endif
