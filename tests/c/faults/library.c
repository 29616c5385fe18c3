/*
 * A plugin that uses the library is loaded, asked for a row by a thread of its own, and unloaded, again and again: every
 * decision is right, and neither descriptors nor threads nor memory grow. This program itself is linked without the library.
 * Runs as `world run -- library PLUGIN [TIMES]`.
 */
#define _DEFAULT_SOURCE

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "rows.h"
#include "../proc.h"

enum { TIMES = 1000, WARM = 100, MOST_KIB = 1024, PATIENCE = 300 };

typedef const char *plugin_action(const struct row *row);

static const struct row *asked;
static plugin_action *action;
static const char *found;

static void *ask_plugin(void *nothing)
{
    found = action(asked);
    return nothing;
}

static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    CHECK(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv)
{
    const int times = argc > 2 ? atoi(argv[2]) : TIMES;
    int before = 0, unloaded = 0, i;
    long kib = 0, grown;

    CHECK(argc > 1);
    alarm(PATIENCE);
    read_rows();
    for (i = 0; i < times; i++) {
        void *plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        pthread_t thread;

        if (plugin == NULL)
            fprintf(stderr, "%s\n", dlerror());
        CHECK(plugin != NULL);
        *(void **)&action = dlsym(plugin, "plugin_action");
        CHECK(action != NULL);
        asked = &rows[i % ROWS];
        CHECK(pthread_create(&thread, NULL, ask_plugin, NULL) == 0 && pthread_join(thread, NULL) == 0);
        CHECK(strcmp(found, asked->action) == 0);
        CHECK(dlclose(plugin) == 0);
        unloaded += dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == NULL;
        if (i == WARM) {
            before = open_descriptors();
            kib = resident_kib();
        }
    }
    grown = resident_kib() - kib;
    printf("loaded %d times, unloaded %d times, %ld KiB more than after %d\n", times, unloaded, grown, WARM);
    CHECK(open_descriptors() == before && threads() == 1 && grown < MOST_KIB);
    puts("library: passed");
    return 0;
}
