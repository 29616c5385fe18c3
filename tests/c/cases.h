/* The world's list of cases. */
#ifndef CASES_H
#define CASES_H

#include <string.h>

enum { FIELDS = 10, LINE = 1024 };

/* The fields of one case; a column that is empty is not compared. */
struct row {
    const char *name, *level, *domain, *columns[4], *action, *reason;
    int slow;
};

static inline int is_dane_only(const struct row *row)
{
    return strcmp(row->level, "dane-only") == 0;
}

/* Splits a line at its tabs; 1 if it is a case. */
static inline int split(char *line, struct row *row)
{
    char *fields[FIELDS], *p = line;
    int i;

    line[strcspn(line, "\n")] = '\0';
    for (i = 0; i < FIELDS; i++) {
        fields[i] = p;
        p = strchr(p, '\t');
        if (p == NULL)
            break;
        *p++ = '\0';
    }
    if (i != FIELDS - 1 || line[0] == '#')
        return 0;
    row->name = fields[0];
    row->level = fields[1];
    row->domain = fields[2];
    for (i = 0; i < 4; i++)
        row->columns[i] = fields[3 + i];
    row->action = fields[7];
    row->reason = fields[8];
    row->slow = fields[9][0] == '1';
    return 1;
}

#endif
