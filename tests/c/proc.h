/* What /proc says of this process. */
#ifndef PROC_H
#define PROC_H

#include <dirent.h>
#include <stdlib.h>

#include "check.h"

/* Calls a function for each name in a folder of /proc that is a number; how many those are. */
static inline int for_each_number(const char *folder, void (*function)(int))
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    int count = 0;

    CHECK(directory != NULL);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
            continue;
        count++;
        if (function != NULL)
            function(atoi(entry->d_name));
    }
    closedir(directory);
    return count;
}

static inline int open_descriptors(void)
{
    return for_each_number("/proc/self/fd", NULL);
}

static inline int threads(void)
{
    return for_each_number("/proc/self/task", NULL);
}

#endif
