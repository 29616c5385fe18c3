/* SPDX-License-Identifier: MIT OR Apache-2.0
 * As ssl.h. */
#ifndef NO_TLS_ERR_H
#define NO_TLS_ERR_H

static inline unsigned long ERR_get_error(void)
{
    return 0;
}

static inline char *ERR_error_string(unsigned long error, char *buffer)
{
    static char text[] = "no TLS";

    (void)error, (void)buffer;
    return text;
}

#endif
