/* Numbers by chance that a seed determines (SplitMix64). */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* From one number of a seed to the next. */
#define RANDOM_STEP 0x9e3779b97f4a7c15u

/* An even mix of the bits of a number. */
static inline uint64_t mixed(uint64_t number)
{
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

#endif
