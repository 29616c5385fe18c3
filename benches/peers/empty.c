/* The floor: a function of a shared library that does nothing. */
#include "empty.h"

int empty(int level, int mx, int address, int tlsa, int certificate)
{
    (void)mx, (void)address, (void)tlsa, (void)certificate;
    return level;
}
